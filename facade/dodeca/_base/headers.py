"""Names and values of HTTP headers."""

from __future__ import annotations

import re
from collections.abc import Mapping

_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-amzn-requestid")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HOP_BY_HOP = frozenset(
    {"connection", "content-length", "expect", "host", "keep-alive"}
    | {"te", "trailer", "transfer-encoding", "upgrade"}
)


def request_id(headers: Mapping[str, str]) -> str | None:
    """The id in the headers of a response that support asks for."""
    return next((headers[name] for name in _REQUEST_ID_HEADERS if name in headers), None)


def header_key(name: str) -> str:
    """A name as servers compare it: some take an underscore for a hyphen."""
    return name.lower().replace("_", "-")


def is_settable(name: object) -> bool:
    """Whether it is the name of a header that does not frame the message or its connection.

    Those would let bytes of a body be read as the next request.
    """
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        return False
    key = header_key(name)
    return key not in _HOP_BY_HOP and not key.startswith("proxy-")


def is_header_text(value: object) -> bool:
    """Whether it is a text that a header can carry."""
    return isinstance(value, str) and value.isascii() and value.isprintable()
