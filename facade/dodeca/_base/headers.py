"""Headers of responses."""

from __future__ import annotations

from collections.abc import Mapping

_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-amzn-requestid")


def request_id(headers: Mapping[str, str]) -> str | None:
    """The id in the headers of a response that support asks for."""
    return next((headers[name] for name in _REQUEST_ID_HEADERS if name in headers), None)
