"""Sends requests through an httpx transport: that of a proxy, or one that the user passed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import cast

import attrs

from dodeca._base.async_concurrency import async_within
from dodeca._http import messages


@attrs.frozen(eq=False)
class AsyncHttpResponse:
    """A response whose body is not read yet; header names are in lower case.

    `sent_at` is when its request was sent, by the clock of the client.
    """

    status_code: int
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    stream: messages.AsyncByteStream = attrs.field(default=messages.EMPTY_STREAM, repr=False)
    sent_at: float = 0.0


class AsyncHttpxAdapter:
    """Enforces the deadline of each request on an httpx transport."""

    def __init__(self, transport: messages.AsyncTransport) -> None:
        self._transport = transport

    async def send(self, request: messages.HttpRequest) -> AsyncHttpResponse:
        """Send a request. Closing the response's stream frees its connection."""

        async def handle() -> messages.HttpxResponse:
            return await self._transport.handle_async_request(messages.to_httpx(request))

        response = await async_within(request.remaining_sec, handle)
        stream = cast(messages.AsyncByteStream, response.stream)
        if not isinstance(stream, messages.InMemoryStream):
            stream = _TimedStream(stream, request.deadline)
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
            piece = await async_within(self._deadline - time.monotonic(), partial(_next, pieces))
            if piece is None:
                return
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _next(pieces: AsyncIterator[bytes]) -> bytes | None:
    return await anext(pieces, None)
