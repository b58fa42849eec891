"""ResponseParser of the emulator, held against spec/openapi.yaml."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import orjson
import yaml

from dodeca.emulator import core, storage
from dodeca.emulator.routes import Operation, Router

SPEC = Path(__file__).parents[2] / "spec/openapi.yaml"
ANYWHERE = {400: "versions", 404: "paths", 405: "methods"}
"""Statuses that are no operation's own: another version, a path or method that there is not."""


@cache
def router() -> Router:
    return Router(yaml.safe_load(SPEC.read_text()))


def problems(
    operation_id: str | None, status: int, headers: httpx.Headers, content: bytes
) -> Iterator[str]:
    """Go through what is wrong with an answer; without an operation it has to be a refusal."""
    kind = headers.get("content-type")
    if headers.get("x-api-version") != "v1.3":
        yield "the header X-Api-Version is missing"
    if operation_id is None:
        if status not in ANYWHERE or orjson.loads(content).keys() != {"code", "message"}:
            yield f"{status} is no answer of the API: {content[:200]!r}"
        return
    documented = operations()[operation_id].node["responses"].get(str(status))
    if documented is None:
        yield f"{operation_id} has no status {status}: {content[:200]!r}"
    elif "content" not in documented:
        if content or kind:
            yield f"{operation_id}: {status} has no body, got {content[:200]!r}"
    elif kind not in documented["content"]:
        yield f"{operation_id}: {status} comes as {kind}"
    else:
        check = validator(operation_id, str(status), kind)
        parts = content.splitlines() if kind == "application/x-ndjson" else [content]
        for part in parts:
            for error in check.iter_errors(orjson.loads(part)):
                yield f"{operation_id}: {status}: {error}"


@cache
def operations() -> dict[str, Operation]:
    return {operation.id: operation for operation in router()._operations}


@cache
def validator(operation_id: str, status: str, kind: str) -> jsonschema_rs.Validator:
    operation = operations()[operation_id]
    schema = operation.node["responses"][status]["content"][kind]["schema"]
    components = {"components": operation.spec["components"]}
    return jsonschema_rs.Draft202012Validator(_light(schema | components), validate_formats=True)


def _light(node: Any) -> Any:
    """Return a schema in which lists of numbers are lists only: vectors are numpy arrays anyway."""
    if isinstance(node, list):
        return [_light(item) for item in node]
    if not isinstance(node, dict):
        return node
    light = {name: _light(value) for name, value in node.items()}
    if node.get("type") == "array" and node.get("items", {}).get("type") == "number":
        del light["items"]
    return light


class Watch:
    """Looks at every answer of every emulator, whichever door it leaves by."""

    def __init__(self) -> None:
        self.seen = 0
        self.problems: list[str] = []
        self._answer = core.Exchange._answer

    def answer(self, exchange: core.Exchange, request_id: str) -> httpx.Response:
        """Stand in for `Exchange._answer`, which faults on demand come after."""
        response = self._answer(exchange, request_id)
        asked_for = exchange._refusal and exchange._refusal.code == "emulated_fault"
        if asked_for or exchange._target.startswith(storage.PREFIX):  # where presigned URLs lead
            return response
        operation = exchange._operation.id if exchange._operation else None
        look = partial(self._look, operation, response.status_code, response.headers)
        if isinstance(response.stream, httpx.ByteStream):
            look(response.content)
        else:
            assert isinstance(response.stream, httpx.SyncByteStream)
            response.stream = _Watched(look, response.stream)
        return response

    def _look(
        self, operation: str | None, status: int, headers: httpx.Headers, content: bytes
    ) -> None:
        self.seen += 1
        self.problems += problems(operation, status, headers, content)


class _Watched(httpx.SyncByteStream):
    """A body that is looked at when it has been read to its end."""

    def __init__(self, look: Callable[[bytes], None], stream: httpx.SyncByteStream) -> None:
        self._look, self._stream = look, stream

    def __iter__(self) -> Iterator[bytes]:
        received = bytearray()
        for piece in self._stream:
            received += piece
            yield piece
        self._look(bytes(received))

    def close(self) -> None:
        self._stream.close()
