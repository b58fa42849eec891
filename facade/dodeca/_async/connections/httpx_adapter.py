"""Sends requests through an httpx transport: that of a proxy, or one that the user passed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from typing import cast

import attrs

from dodeca._base.async_concurrency import AsyncDeadline
from dodeca._http import messages


@attrs.frozen(eq=False)
class AsyncHttpResponse:
    """A response whose body is not read yet; header names are in lower case."""

    status_code: int
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    stream: messages.AsyncByteStream = attrs.field(default=messages.EMPTY_STREAM, repr=False)


class AsyncHttpxAdapter:
    """Enforces the deadline of each request on an httpx transport."""

    def __init__(self, transport: messages.AsyncTransport) -> None:
        self._transport = transport

    async def send(self, request: messages.HttpRequest) -> AsyncHttpResponse:
        """Send a request. Closing the response's stream frees its connection."""
        async with AsyncDeadline(request.remaining_sec):
            response = await self._transport.handle_async_request(messages.to_httpx(request))
        stream = _TimedStream(cast(messages.AsyncByteStream, response.stream), request.deadline)
        return AsyncHttpResponse(response.status_code, dict(response.headers.items()), stream)

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()


class _TimedStream(messages.AsyncByteStream):
    """A response body that is read until the deadline of its request."""

    def __init__(self, stream: messages.AsyncByteStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = aiter(self._stream)
        while True:
            async with AsyncDeadline(self._deadline - time.monotonic()):
                piece = await anext(pieces, None)
            if piece is None:
                return
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
