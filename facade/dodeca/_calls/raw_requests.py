"""Requests that callers put together themselves: `client.request`. Pure."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import attrs

from dodeca._base.response_info import ResponseInfo
from dodeca._base.text import quote
from dodeca._calls import params as checks
from dodeca._calls.bodies import file_name
from dodeca._calls.extras import check_json, check_query, is_text
from dodeca._calls.operation import RawResponse, Request, form_fields, parse_json
from dodeca._calls.retry import Idempotency
from dodeca.errors import InvalidRequestError
from dodeca.media import Media, is_in_memory, is_url

OPERATION = "request"
"""What hooks and errors call the operation of such a request."""

_METHODS: Mapping[str, Idempotency] = {
    "GET": Idempotency.READ,
    "HEAD": Idempotency.READ,
    "PUT": Idempotency.IDEMPOTENT,
    "DELETE": Idempotency.IDEMPOTENT,
    "POST": Idempotency.CREATE_UNMARKED,
    "PATCH": Idempotency.CREATE_UNMARKED,
}
_CHARSET = re.compile(r"charset=\"?([\w.:-]+)", re.IGNORECASE)


@attrs.frozen
class Response(ResponseInfo):
    """The response to `client.request`: `status` is 2xx, `content` the body in bytes."""

    content: bytes = attrs.field(default=b"", repr=lambda content: f"<{len(content)} bytes>")

    @property
    def text(self) -> str:
        """The body as text, in the character set that its headers name, by default UTF-8.

        >>> client.request("GET", "/indexes").text.startswith("{")
        True
        """
        found = _CHARSET.search(self.headers.get("content-type", ""))
        try:
            return self.content.decode(found[1] if found else "utf-8", "replace")
        except (LookupError, UnicodeError):  # a character set that Python does not know, or is none
            return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON.

        >>> client.request("GET", "/indexes").json()["page_info"]["page"]
        1

        Raises:
            InvalidResponseError: the body is not JSON, or nested too deep.
        """
        return parse_json(self.content, f"the response ({self.status})")


def read_response(response: RawResponse) -> Response:
    """The public form of a response."""
    return Response(
        response.status_code, response.headers, response.elapsed, content=response.content
    )


def raw_request(
    method: str,
    path: str,
    *,
    json: Any,
    params: Mapping[str, Any] | None,
    form: Mapping[str, Any] | None,
    repeatable: bool | None,
) -> Request:
    """The request that `client.request` sends.

    Raises:
        InvalidRequestError: an unknown method, a path that is not below the base URL, a value that
            JSON, a query or a form cannot hold.
    """
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise InvalidRequestError(
            f"method must be one of {', '.join(_METHODS)}, got {quote(method)}"
        )
    if json is not None and form is not None:
        raise InvalidRequestError("a request has either json or form, got both")
    checks.flag("repeatable", repeatable)
    idempotency = _METHODS[method.upper()]
    if repeatable is not None:
        idempotency = Idempotency.IDEMPOTENT if repeatable else Idempotency.CREATE_UNMARKED
    return Request(
        operation_id=OPERATION,
        method=method.upper(),
        path=_check_path(path),
        params={} if params is None else check_query("params", params, InvalidRequestError),
        headers={},
        json=None if json is None else check_json("json", json, InvalidRequestError),
        form=None if form is None else form_fields(_form_values(form)),
        idempotency=idempotency,
    )


def _check_path(path: str) -> str:
    """A path that begins with a slash, or a whole URL; its origin is checked with the base URL."""
    if not is_text(path) or (not path.startswith("/") and not is_url(path)):
        raise InvalidRequestError(f"path must begin with a slash, got {quote(path)}")
    if any(mark in path for mark in "?#\\") or not path.isprintable() or " " in path:
        raise InvalidRequestError(
            f"path must be without a query, spaces and backslashes, got {quote(path)}; "
            "params={...} makes a query"
        )
    segments = re.split(r"[/\\]", unquote(path))
    if path.startswith("//") or not {".", ".."}.isdisjoint(segments):
        raise InvalidRequestError(f"path must stay below the base URL, got {quote(path)}")
    return path


def _form_values(form: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in checks.mapping("form", form).items():
        is_list = isinstance(value, list | tuple)
        items = [_form_value(name, item) for item in (value if is_list else [value])]
        values[name] = items
    return values


def _form_value(name: str, value: Any) -> Any:
    """A field of a form: a file, a text, or JSON for any other value."""
    if isinstance(value, Media | os.PathLike) or is_in_memory(value):
        media = Media.of(value)
        if not media.is_local:
            raise InvalidRequestError(
                f"a file in a form is a local one, got {quote(value)} under {quote(name)}; "
                "pass a URL or an id as text"
            )
        return file_name(media), media
    if isinstance(value, str):
        return checks.unicode(name, value)
    return value if value is None else check_json(name, value, InvalidRequestError)
