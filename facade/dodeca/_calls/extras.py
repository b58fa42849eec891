"""What callers add to requests: headers, query parameters, fields of bodies. Pure.

The checks raise the error that suits the caller: of a client's settings, or of one request.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import attrs
import orjson

from dodeca._base.headers import header_key, is_header_text, is_settable
from dodeca._base.numbers import is_finite
from dodeca._base.text import quote
from dodeca._calls.operation import Request, form_fields
from dodeca.errors import DodecaError, InvalidRequestError

ErrorClass = type[DodecaError]

_OURS = frozenset({"accept-encoding", "content-encoding", "content-type", "x-api-key"})


def _or_empty(value: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return {} if value is None else value


@attrs.frozen
class Extras:
    """What a client adds to each of its requests; None is nothing.

    Headers may hold secrets: neither the repr nor the frames of an error in them show their values.
    """

    headers: Mapping[str, str] = attrs.field(default=None, converter=_or_empty, repr=False)
    query: Mapping[str, Any] = attrs.field(default=None, converter=_or_empty, repr=False)
    body: Mapping[str, Any] = attrs.field(default=None, converter=_or_empty, repr=False)

    def checked(self, error: ErrorClass, names: str = "extra_headers") -> Extras:
        """A checked copy, with the names of headers in lower case.

        Raises:
            DodecaError: the given one: a header that the client sets or HTTP does not allow, a
                value that a query or JSON cannot hold.
        """
        query = check_query("extra_query", self.query, error)
        body = check_json("extra_body", self.body, error)
        if not isinstance(body, dict):
            raise error(f"extra_body must be a JSON object, got {quote(self.body)}")
        if "model_name" in body:
            raise error("extra_body cannot hold model_name: it is a parameter of the methods")
        problem = self._problem_with_headers(names)
        if problem is not None:
            raise error(problem)
        return Extras({name.lower(): text for name, text in self.headers.items()}, query, body)

    def with_more(self, more: Extras) -> Extras:
        """These and more; where both say something, the latter count."""
        return Extras(
            {**self.headers, **more.headers},
            {**self.query, **more.query},
            merge(self.body, more.body),
        )

    def add_to(self, request: Request) -> Request:
        """The request with all of this; where both say something, this counts.

        A request without a body stays without one.

        Raises:
            InvalidRequestError: the fields of a body cannot be added to a JSON list or text.
        """
        if not (self.headers or self.query or self.body):
            return request
        json, form = request.json, request.form
        if self.body and form is not None:
            form = [*form, *form_fields(self.body)]
        elif self.body and json is not None:
            if not isinstance(json, dict):
                raise InvalidRequestError(
                    f"the fields of extra_body can only be added to an object, got {quote(json)}"
                )
            json = merge(json, self.body)
        return attrs.evolve(
            request,
            headers={
                **{name.lower(): text for name, text in request.headers.items()},
                **self.headers,
            },
            params={**request.params, **self.query},
            json=json,
            form=form,
        )

    def _problem_with_headers(self, names: str) -> str | None:
        """What is wrong with the headers, without their values."""
        if not isinstance(self.headers, Mapping):
            kind = type(self.headers).__name__
            return f"{names} must be a mapping of names to texts, got {kind}"
        for name in self.headers:
            if not is_settable(name) or header_key(name) in _OURS:
                return f"{names} cannot set {quote(name)}: the client does, or HTTP forbids it"
            if not is_header_text(self.headers[name]):
                return f"{names}[{quote(name)}] must be a text of printable ASCII characters"
        return None


def merge(base: Any, extra: Any) -> Any:
    """JSON with that of another: objects are merged, any other value is replaced."""
    if not isinstance(base, Mapping) or not isinstance(extra, Mapping):
        return extra
    more = {key: merge(base[key], item) if key in base else item for key, item in extra.items()}
    return {**base, **more}


def check_query(name: str, values: Mapping[str, Any], error: ErrorClass) -> dict[str, Any]:
    """A copy of query parameters: texts, finite numbers, booleans and lists of these.

    None is left out.

    Raises:
        DodecaError: the given one: another type.
    """
    if not isinstance(values, Mapping):
        raise error(f"{name} must be a mapping, got {quote(values)}")
    for key, value in values.items():
        items = value if isinstance(value, list | tuple) else [value]
        if not is_text(key) or not key or not all(map(_is_query_value, items)):
            raise error(
                f"{name} holds texts, finite numbers, booleans and lists of these, "
                f"got {quote(value)} under {quote(key)}"
            )
    return {
        key: list(value) if isinstance(value, list | tuple) else value
        for key, value in values.items()
        if value is not None
    }


def check_json(name: str, value: Any, error: ErrorClass) -> Any:
    """A copy of a JSON value, so that a retry sends the same.

    Raises:
        DodecaError: the given one: JSON cannot hold it, such as an infinite number.
    """
    try:
        text = orjson.dumps(dict(value) if isinstance(value, Mapping) else value)
    except TypeError as exc:
        raise error(f"{name} cannot be written as JSON: {exc}") from exc
    if not _is_finite_json(value):
        raise error(f"{name} cannot be written as JSON: it holds a number that is not finite")
    return orjson.loads(text)


def is_text(value: object) -> bool:
    """Whether it is a text that can be encoded as UTF-8."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_query_value(value: object) -> bool:
    return value is None or isinstance(value, bool) or is_finite(value) or is_text(value)


def _is_finite_json(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    items = value.values() if isinstance(value, Mapping) else value
    return not isinstance(value, Mapping | list | tuple) or all(map(_is_finite_json, items))
