"""The only module that knows the private functions of the generated package.

An operation is any generated module with `_get_kwargs` (what to send) and `_parse_response` (what a
success means). `request` joins the two into one value that the transports send. What is unsafe in
the generated output is corrected here, at one place: path ids, form fields, nulls in responses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

import attrs
import orjson

from dodeca._base.logs import masked
from dodeca.errors import InvalidRequestError, InvalidResponseError
from dodeca_api.types import UNSET, Unset

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_MAX_ID = 256
_MAX_DEPTH = 64
_PARSER_ERRORS = (TypeError, ValueError, KeyError, AttributeError, RecursionError)
_DOTS = re.compile(r"(\.|%2e){1,2}", re.IGNORECASE)


class Operation(Protocol[P, T_co]):
    """A generated endpoint module, seen through its two pure functions."""

    def _get_kwargs(self, *args: P.args, **kwargs: P.kwargs) -> dict[str, Any]: ...
    def _parse_response(self, *, response: Any) -> T_co: ...


class Sink(Protocol):
    """What is fed a body as it arrives, so that it need not be kept.

    What it does keep it gives to `hide` before anything of it is shown.
    """

    redact: Callable[[bytes], bytes]

    def feed(self, piece: bytes) -> object:
        """Take the next bytes; an `InvalidResponseError` refuses them."""


@attrs.frozen
class RawResponse:
    """A whole response: status, headers with lower-case names, body, or the sink that took it.

    `value` is the body as JSON, where somebody has read it already.
    """

    status_code: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    content: bytes = attrs.field(repr=lambda content: f"<{len(content)} bytes>")
    sink: Any = None
    value: Any = attrs.field(default=None, repr=False)

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            InvalidResponseError: the body is something else, or nested too deep.
        """
        if self.value is not None:
            return self.value
        value, trouble = _loads(self.content)
        if trouble:
            start = masked(repr(self.content[:80]))
            raise InvalidResponseError(
                f"the response ({self.status_code}) is not JSON: {start}: {trouble}"
            )
        if self.content.count(b"{") + self.content.count(b"[") > _MAX_DEPTH and is_deep(value):
            raise InvalidResponseError(f"the response is nested more than {_MAX_DEPTH} levels deep")
        return value


@attrs.frozen
class Request(Generic[T]):
    """One call of an operation: what goes over the wire, and how its success is read."""

    operation_id: str
    method: str
    path: str
    params: Mapping[str, Any]
    headers: Mapping[str, str]
    json: Any
    form: list[tuple[str, Any]] | None
    read: Callable[[Any], T]

    def parse(self, response: RawResponse) -> T:
        """The success of this operation.

        Raises:
            InvalidResponseError: the body does not hold what the API documents.
        """
        if not response.content and response.value is None:
            # The API's documents waver between 200 and 204 for no body.
            response = attrs.evolve(response, status_code=204)
        try:
            return self.read(response)
        except InvalidResponseError:
            raise
        except _PARSER_ERRORS:
            return self._parse_without_nulls(response)

    def _parse_without_nulls(self, response: RawResponse) -> T:
        """The service writes null where it means "not there"; generated parsers refuse that."""
        body = _without_nulls(response.json())
        try:
            return self._read(response, body)
        except _PARSER_ERRORS as exc:
            items = body.get("data") if isinstance(body, dict) else None
            if isinstance(items, list) and items:
                return self._parse_without_malformed(response, body, items)
            raise self._undocumented(exc) from exc

    def _parse_without_malformed(
        self, response: RawResponse, body: dict[str, Any], items: list[Any]
    ) -> T:
        """One bad item does not lose a page: it is kept as it came, under `malformed`."""
        good, bad = [], []
        for item in items:
            try:
                self._read(response, {**body, "data": [item]})
                good.append(item)
            except _PARSER_ERRORS:
                bad.append(item)
        try:
            return self._read(response, {**body, "data": good, "malformed": bad})
        except _PARSER_ERRORS as exc:
            raise self._undocumented(exc) from exc

    def _read(self, response: RawResponse, body: Any) -> T:
        return self.read(attrs.evolve(response, value=body))

    def _undocumented(self, exc: Exception) -> InvalidResponseError:
        return InvalidResponseError(
            f"the response to {self.operation_id} is not as documented: {exc!r:.500}"
        )


def request(operation: Operation[P, T], *args: P.args, **kwargs: P.kwargs) -> Request[T]:
    """A call of a generated operation; positional arguments are the ids in its path.

    Raises:
        InvalidRequestError: an id that would change the path.
    """
    for name in args:
        _check_id(name)
    parts = operation._get_kwargs(*args, **kwargs)
    body: Any = kwargs.get("body")
    return Request(
        operation_id=operation.__name__.rpartition(".")[2],  # type: ignore[attr-defined]
        method=parts["method"].upper(),
        path=parts["url"],
        params={k: v for k, v in parts.get("params", {}).items() if v is not None},
        headers=_own_headers(parts.get("headers", {})),
        json=parts.get("json"),
        form=_form_fields(body.to_dict()) if "files" in parts else None,
        read=lambda response: operation._parse_response(response=response),
    )


def read_model(cls: Any, value: Any) -> Any:
    """A generated model from JSON that arrived outside of a response's body.

    Raises:
        InvalidResponseError: the value is not what the API documents.
    """
    try:
        return cls.from_dict(_without_nulls(value))
    except _PARSER_ERRORS as exc:
        raise InvalidResponseError(f"{value!r:.200} is not as documented: {exc!r}") from exc


def or_unset(value: T | None) -> T | Unset:
    """Absence is None in the facade and UNSET in the generated package."""
    return UNSET if value is None else value


def _loads(text: bytes) -> tuple[Any, str]:
    """JSON, and what is wrong with it: orjson's own error holds the whole text."""
    try:
        return orjson.loads(text), ""
    except orjson.JSONDecodeError as exc:
        return None, exc.msg


def is_deep(value: Any) -> bool:
    """Whether JSON is nested deeper than any response has a reason to be."""
    level = [value]
    for _ in range(_MAX_DEPTH + 1):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True


def _own_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of the operation; the type of the body comes from the body itself."""
    return {name: value for name, value in headers.items() if name.lower() != "content-type"}


def _check_id(value: object) -> None:
    if (
        not isinstance(value, str)
        or not 0 < len(value) <= _MAX_ID
        or _DOTS.fullmatch(value)
        or any(ch.isspace() or not ch.isprintable() for ch in value)
    ):
        raise InvalidRequestError(
            f"an id is a string of 1 to {_MAX_ID} characters without spaces, got {value!r}"
        )


def _form_fields(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Form fields as the API writes them: lists repeat the name, booleans are lower case."""
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
