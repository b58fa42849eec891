"""The only module that uses the private functions of the generated package.

An operation is a generated module with `_get_kwargs`, which builds the request. `request` makes a
value of it that the transports send. Weaknesses of the generated code are fixed here: ids in paths,
form fields. Responses are read by `dodeca.results`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, Protocol, TypeVar

import attrs
import orjson

from dodeca._base.json_depth import MAX_DEPTH, is_too_deep
from dodeca._base.logs import masked
from dodeca._base.response_info import ResponseInfo
from dodeca._base.text import quote
from dodeca._calls.retired import warn_of_operation
from dodeca._calls.retry import IDEMPOTENCY, Idempotency
from dodeca.errors import InvalidRequestError, InvalidResponseError
from dodeca_api.types import UNSET, Unset

P = ParamSpec("P")
T = TypeVar("T")

_MAX_ID = 256
_DOTS = re.compile(r"(\.|%2e){1,2}", re.IGNORECASE)


class Operation(Protocol[P]):
    """The pure function of a generated endpoint module that builds its request."""

    def _get_kwargs(self, *args: P.args, **kwargs: P.kwargs) -> dict[str, Any]: ...


class Sink(Protocol):
    """Consumes a response body as it arrives, so that it is not kept in memory.

    It passes text of the body through `redact` before showing it in an error.
    """

    redact: Callable[[bytes], bytes]

    def feed(self, piece: bytes) -> object:
        """Consume the next bytes; raises `InvalidResponseError` if they are malformed."""


@attrs.frozen
class RawResponse:
    """A complete response: status, headers with lower-case names, body.

    `sink` holds the body instead of `content` if it was streamed. `elapsed` is in seconds: see
    `ResponseInfo`.
    """

    status_code: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    content: bytes = attrs.field(repr=lambda content: f"<{len(content)} bytes>")
    sink: Any = None
    elapsed: float = 0.0

    @property
    def info(self) -> ResponseInfo:
        """What the head of the response says."""
        return ResponseInfo(self.status_code, self.headers, self.elapsed)

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            InvalidResponseError: the body is not JSON, or nested too deep.
        """
        return parse_json(self.content, f"the response ({self.status_code})")


@attrs.frozen
class Request:
    """One call of an operation."""

    operation_id: str
    method: str
    path: str
    params: Mapping[str, Any]
    headers: Mapping[str, str] = attrs.field(repr=False)  # those of callers may hold secrets
    json: Any
    form: list[tuple[str, Any]] | None
    idempotency: Idempotency


def request(operation: Operation[P], *args: P.args, **kwargs: P.kwargs) -> Request:
    """Build a call of a generated operation; positional arguments are the ids in its path.

    Raises:
        InvalidRequestError: an id that is invalid in a path.
    """
    for name in args:
        _check_id(name)
    parts = operation._get_kwargs(*args, **kwargs)
    body: Any = kwargs.get("body")
    operation_id: str = operation.__name__.rpartition(".")[2]  # type: ignore[attr-defined]
    warn_of_operation(operation_id, parts["method"].upper(), parts["url"].partition("?")[0])
    return Request(
        operation_id=operation_id,
        method=parts["method"].upper(),
        path=parts["url"],
        params={k: v for k, v in parts.get("params", {}).items() if v is not None},
        headers=_without_content_type(parts.get("headers", {})),
        json=parts.get("json"),
        form=form_fields(body.to_dict()) if "files" in parts else None,
        idempotency=IDEMPOTENCY[operation_id],
    )


def or_unset(value: T | None) -> T | Unset:
    """UNSET, which means absence in the generated package, for None."""
    return UNSET if value is None else value


def parse_json(content: bytes, name: str) -> Any:
    """The value of a JSON text that the service sent.

    Raises:
        InvalidResponseError: it is not JSON, or nested too deep.
    """
    value, trouble = _loads(content)
    if trouble:
        raise InvalidResponseError(f"{name} is not JSON: {masked(repr(content[:80]))}: {trouble}")
    if content.count(b"{") + content.count(b"[") > MAX_DEPTH and is_too_deep(value):
        raise InvalidResponseError(f"{name} is nested more than {MAX_DEPTH} levels deep")
    return value


def _loads(text: bytes) -> tuple[Any, str]:
    """The JSON value and an error message; orjson's exception would hold the whole text."""
    try:
        return orjson.loads(text), ""
    except orjson.JSONDecodeError as exc:
        return None, exc.msg


def _without_content_type(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of an operation; the body determines its content type."""
    return {name: value for name, value in headers.items() if name.lower() != "content-type"}


def _check_id(value: object) -> None:
    if (
        not isinstance(value, str)
        or not 0 < len(value) <= _MAX_ID
        or _DOTS.fullmatch(value)
        or " " in value
        or not value.isprintable()  # nor is any other space
    ):
        raise InvalidRequestError(
            f"an id is a string of 1 to {_MAX_ID} characters without spaces, got {quote(value)}"
        )


def form_fields(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The fields of a form: a list repeats its name, booleans are lower case."""
    fields: list[tuple[str, Any]] = []
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, tuple):
                fields.append((name, item[1]))
            elif item is not None:
                fields.append((name, item if isinstance(item, str) else orjson.dumps(item)))
    return fields
