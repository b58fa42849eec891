"""Checks responses of the emulator against spec/openapi.yaml."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import orjson
import yaml

from dodeca.emulator import chunk_storage
from dodeca.emulator.errors import EMPTY_429
from dodeca.emulator.exchange import Exchange
from dodeca.emulator.requests.routing import APIOperation, Router

SPEC = Path(__file__).parents[2] / "spec/openapi.yaml"
ANYWHERE = {400: "versions", 404: "paths", 405: "methods"}
"""Statuses that do not belong to an operation: another version, an unknown path or method."""


@cache
def router() -> Router:
    return Router(yaml.load(SPEC.read_text(), yaml.CSafeLoader))


def problems(
    operation_id: str | None, status: int, headers: httpx.Headers, content: bytes
) -> Iterator[str]:
    """Yield what is wrong with a response; without an operation it has to be an error."""
    kind = headers.get("content-type")
    if headers.get("x-api-version") != "v1.3":
        yield "the header X-Api-Version is missing"
    if operation_id is None:
        if status not in ANYWHERE or orjson.loads(content).keys() != {"code", "message"}:
            yield f"{status} is no response of the API: {content[:200]!r}"
        return
    documented = operations()[operation_id].node["responses"].get(str(status))
    if documented is None:
        yield f"{operation_id} has no status {status}: {content[:200]!r}"
    elif "content" not in documented:
        if content or kind:
            yield f"{operation_id}: {status} has no body, got {content[:200]!r}"
    elif status == 429 and operation_id in EMPTY_429 and not content:
        pass  # the body is documented as optional
    elif kind not in documented["content"]:
        yield f"{operation_id}: {status} comes as {kind}"
    else:
        check = validator(operation_id, str(status), kind)
        is_lines = kind in ("application/jsonl", "application/x-ndjson")
        parts = content.splitlines() if is_lines else [content]
        for part in parts:
            for error in check.iter_errors(orjson.loads(part)):
                yield f"{operation_id}: {status}: {error}"


@cache
def operations() -> dict[str, APIOperation]:
    return {operation.id: operation for operation in router()._operations}


@cache
def validator(operation_id: str, status: str, kind: str) -> jsonschema_rs.Validator:
    operation = operations()[operation_id]
    media = operation.node["responses"][status]["content"][kind]
    schema = media.get("x-item-schema", media["schema"])
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
    """Checks every response of every emulator, through any transport."""

    def __init__(self) -> None:
        self.seen = 0
        self.problems: list[str] = []
        self._response = Exchange._response

    def response(self, exchange: Exchange, request_id: str) -> httpx.Response:
        """Stand in for `Exchange._response`, which faults on demand come after."""
        response = self._response(exchange, request_id)
        asked_for = exchange._error and exchange._error.code == "emulated_fault"
        if asked_for or exchange._target.startswith(
            chunk_storage.PREFIX
        ):  # where presigned URLs lead
            return response
        operation = exchange._operation.id if exchange._operation else None
        check = partial(self._check, operation, response.status_code, response.headers)
        if isinstance(response.stream, httpx.ByteStream):
            check(response.content)
        else:
            assert isinstance(response.stream, httpx.SyncByteStream)
            response.stream = _Watched(check, response.stream)
        return response

    def _check(
        self, operation: str | None, status: int, headers: httpx.Headers, content: bytes
    ) -> None:
        self.seen += 1
        self.problems += problems(operation, status, headers, content)


class _Watched(httpx.SyncByteStream):
    """A body that is checked when it has been read to its end."""

    def __init__(self, check: Callable[[bytes], None], stream: httpx.SyncByteStream) -> None:
        self._check, self._stream = check, stream

    def __iter__(self) -> Iterator[bytes]:
        received = bytearray()
        for piece in self._stream:
            received += piece
            yield piece
        self._check(bytes(received))

    def close(self) -> None:
        self._stream.close()
