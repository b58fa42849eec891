"""The only module that uses the private functions of the generated package.

An operation is a generated module with `_get_kwargs` (builds the request) and `_parse_response`
(parses a success). `request` combines both into a value that the transports send. Weaknesses of the
generated code are fixed here: ids in paths, form fields, nulls in responses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

import attrs
import orjson

from dodeca._base.json_depth import MAX_DEPTH, is_too_deep
from dodeca._base.logs import masked
from dodeca._base.response_info import Parsed, ResponseInfo
from dodeca._base.text import quote
from dodeca._calls.retry import IDEMPOTENCY, Idempotency
from dodeca.errors import InvalidRequestError, InvalidResponseError
from dodeca.results import MALFORMED
from dodeca_api.types import UNSET, Unset

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_MAX_ID = 256
_PARSER_ERRORS = (TypeError, ValueError, KeyError, AttributeError, RecursionError)
_DOTS = re.compile(r"(\.|%2e){1,2}", re.IGNORECASE)


class Operation(Protocol[P, T_co]):
    """The two pure functions of a generated endpoint module, and the statuses of a success."""

    @property
    def _SUCCESSES(self) -> tuple[int, ...]: ...

    def _get_kwargs(self, *args: P.args, **kwargs: P.kwargs) -> dict[str, Any]: ...
    def _parse_response(self, *, response: Any) -> T_co: ...


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

    `sink` holds the body instead of `content` if it was streamed; `value` is the parsed JSON, if
    it was parsed before. `elapsed` is in seconds: see `ResponseInfo`.
    """

    status_code: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    content: bytes = attrs.field(repr=lambda content: f"<{len(content)} bytes>")
    sink: Any = None
    value: Any = attrs.field(default=None, repr=False)
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
        if self.value is not None:
            return self.value
        return parse_json(self.content, f"the response ({self.status_code})")


@attrs.frozen
class Request(Generic[T]):
    """One call of an operation: the request, and `read`, which parses a success."""

    operation_id: str
    method: str
    path: str
    params: Mapping[str, Any]
    headers: Mapping[str, str] = attrs.field(repr=False)  # those of callers may hold secrets
    json: Any
    form: list[tuple[str, Any]] | None
    read: Callable[[Any], T]
    idempotency: Idempotency

    def parse(self, response: RawResponse) -> Parsed[T]:
        """Parse the response of a success.

        Raises:
            InvalidResponseError: the body is not as the API documents it.
        """
        return Parsed(self._model(response), response.info)

    def _model(self, response: RawResponse) -> T:
        if not response.content and response.value is None:
            # The API documents both 200 and 204 for an empty body.
            response = attrs.evolve(response, status_code=204)
        try:
            return self.read(response)
        except InvalidResponseError:
            raise
        except _PARSER_ERRORS:
            return self._parse_without_nulls(response)

    def _parse_without_nulls(self, response: RawResponse) -> T:
        """Parse again without nulls, which the service sends for absent fields."""
        body = _without_nulls(response.json())
        try:
            return self._read(response, body)
        except _PARSER_ERRORS as exc:
            items = body.get("data") if isinstance(body, dict) else None
            if isinstance(items, list) and items:
                return self._parse_without_malformed(response, body, items)
            raise self._invalid_response(exc) from exc

    def _parse_without_malformed(
        self, response: RawResponse, body: dict[str, Any], items: list[Any]
    ) -> T:
        """Parse a page item by item; malformed ones are kept as JSON under `MALFORMED`."""
        good, bad = [], []
        for item in items:
            try:
                self._read(response, {**body, "data": [item]})
                good.append(item)
            except _PARSER_ERRORS:
                bad.append(item)
        try:
            return self._read(response, {**body, "data": good, MALFORMED: bad})
        except _PARSER_ERRORS as exc:
            raise self._invalid_response(exc) from exc

    def _read(self, response: RawResponse, body: Any) -> T:
        return self.read(attrs.evolve(response, value=body))

    def _invalid_response(self, exc: Exception) -> InvalidResponseError:
        return InvalidResponseError(
            f"the response to {self.operation_id} is not as documented: {exc!r:.500}"
        )


def request(operation: Operation[P, T], *args: P.args, **kwargs: P.kwargs) -> Request[T]:
    """Build a call of a generated operation; positional arguments are the ids in its path.

    Raises:
        InvalidRequestError: an id that is invalid in a path.
    """
    for name in args:
        _check_id(name)
    parts = operation._get_kwargs(*args, **kwargs)
    body: Any = kwargs.get("body")
    operation_id: str = operation.__name__.rpartition(".")[2]  # type: ignore[attr-defined]
    return Request(
        operation_id=operation_id,
        method=parts["method"].upper(),
        path=parts["url"],
        params={k: v for k, v in parts.get("params", {}).items() if v is not None},
        headers=_without_content_type(parts.get("headers", {})),
        json=parts.get("json"),
        form=form_fields(body.to_dict()) if "files" in parts else None,
        read=lambda response: _parse_success(operation, response),
        idempotency=IDEMPOTENCY[operation_id],
    )


def _parse_success(operation: Operation[P, T], response: RawResponse) -> T:
    """Parse a success; one with a status that is not documented like one that is."""
    if response.status_code not in operation._SUCCESSES:
        response = attrs.evolve(response, status_code=operation._SUCCESSES[0])
    return operation._parse_response(response=response)


def read_model(cls: Any, value: Any) -> Any:
    """Build a generated model from JSON that is not a response body, such as an event.

    Raises:
        InvalidResponseError: the value is not as the API documents it.
    """
    try:
        return cls.from_dict(value)
    except _PARSER_ERRORS:
        pass  # it may hold nulls for absent fields
    try:
        return cls.from_dict(_without_nulls(value))
    except _PARSER_ERRORS as exc:
        raise InvalidResponseError(f"{quote(value)} is not as documented: {quote(exc)}") from exc


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
        or any(ch.isspace() or not ch.isprintable() for ch in value)
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


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value
