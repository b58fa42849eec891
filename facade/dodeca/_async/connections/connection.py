"""One connection: HTTP/1.1 over a stream, one request at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

from dodeca._http import messages
from dodeca._http.async_network import AsyncStream
from dodeca._http.http11 import Answers, head

_JOINED = 64 * 1024  # a body of up to this goes out with its headers, in one packet if it fits


class AsyncLine:
    """A connection that stays open between requests."""

    def __init__(self, stream: AsyncStream) -> None:
        self._stream = stream
        self._answers = Answers()
        self._is_sent = True

    async def exchange(self, request: messages.HttpRequest) -> Answers:
        """Send a request, and read the head of its answer."""
        answer = self._answers
        answer.begin()
        self._is_sent = False
        self._stream.deadline = request.deadline
        with suppress(messages.WriteError):  # a server may refuse before it has read everything
            await self._send(request)
            self._is_sent = True
        while not answer.status:
            await self._more()
        return answer

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body of the answer, as it arrives."""
        while True:
            for piece in self._answers.taken():
                yield piece
            if self._answers.is_whole:
                return
            await self._more()

    def is_reusable(self) -> bool:
        """Whether another request can follow."""
        return self._is_sent and self._answers.is_whole and not self._answers.is_last

    def is_stale(self) -> bool:
        """Whether the other side has closed it, or said what nobody asked for."""
        return self._stream.is_readable()

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def _send(self, request: messages.HttpRequest) -> None:
        waiting, body = head(request), request.body.at_hand()
        if body is not None:
            await self._stream.write(waiting + body)
            return
        async for piece in messages.BodyStream(request.body):
            if len(waiting) + len(piece) < _JOINED:
                waiting += piece
                continue
            if waiting:
                await self._stream.write(waiting)
                waiting = b""
            await self._stream.write(piece)
        if waiting:
            await self._stream.write(waiting)

    async def _more(self) -> None:
        if data := await self._stream.read():
            self._answers.feed(data)
        else:
            self._answers.end()
