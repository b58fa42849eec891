"""What comes back from the other side, and the way there through a transport of httpx's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import attrs

from dodeca import _http


@attrs.frozen(eq=False)
class AsyncHttpResponse:
    """An answer: the names of headers in lower case, the body as it comes over the wire."""

    status_code: int
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    stream: _http.AsyncByteStream = attrs.field(default=_http.NOTHING, repr=False)


class AsyncThrough:
    """The way through a transport that httpx or a user has made."""

    def __init__(self, transport: _http.AsyncTransport) -> None:
        self._transport = transport

    async def send(self, request: _http.HttpRequest) -> AsyncHttpResponse:
        """Send a request, whose connection is free when the stream of the answer is closed."""
        found = await self._transport.handle_async_request(_http.for_httpx(request))
        stream = cast(_http.AsyncByteStream, found.stream)
        return AsyncHttpResponse(found.status_code, dict(found.headers.items()), stream)

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()
