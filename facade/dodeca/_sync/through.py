# Derived from facade/dodeca/_async/through.py by scripts/unasync.py; edit that one.
"""What comes back from the other side, and the way there through a transport of httpx's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import attrs

from dodeca import _http


@attrs.frozen(eq=False)
class HttpResponse:
    """An answer: the names of headers in lower case, the body as it comes over the wire."""

    status_code: int
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    stream: _http.ByteStream = attrs.field(default=_http.NOTHING, repr=False)


class Through:
    """The way through a transport that httpx or a user has made."""

    def __init__(self, transport: _http.Transport) -> None:
        self._transport = transport

    def send(self, request: _http.HttpRequest) -> HttpResponse:
        """Send a request, whose connection is free when the stream of the answer is closed."""
        found = self._transport.handle_request(_http.for_httpx(request))
        stream = cast(_http.ByteStream, found.stream)
        return HttpResponse(found.status_code, dict(found.headers.items()), stream)

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()
