"""One connection: HTTP/1.1 over a stream, one request at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

from dodeca._http import messages
from dodeca._http.async_network import AsyncTcpStream
from dodeca._http.http11 import ResponseParser, request_head

_JOINED = 64 * 1024  # up to this many bytes, headers and body are written together


class AsyncConnection:
    """A connection that stays open between requests."""

    def __init__(self, stream: AsyncTcpStream) -> None:
        self._stream = stream
        self._parser = ResponseParser()
        self._is_sent = True

    async def exchange(self, request: messages.HttpRequest) -> ResponseParser:
        """Send a request and read the head of its response."""
        parser = self._parser
        parser.begin(to_head=request.method == "HEAD")
        self._is_sent = False
        self._stream.deadline = request.deadline
        with suppress(messages.WriteError):  # a server may respond before it has read everything
            await self._send(request)
            self._is_sent = True
        while not parser.status:
            await self._read_more()
        return parser

    async def body(self) -> AsyncIterator[bytes]:
        """Yield the body of the response as it arrives."""
        while True:
            for piece in self._parser.take_body():
                yield piece
            if self._parser.is_complete:
                return
            await self._read_more()

    def is_reusable(self) -> bool:
        """Whether the connection can carry another request."""
        return self._is_sent and self._parser.is_complete and not self._parser.is_last

    def is_stale(self) -> bool:
        """Whether the server has closed the idle connection, or sent data without a request."""
        return self._stream.is_readable()

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    def __del__(self) -> None:
        self._stream.abandon()

    async def _send(self, request: messages.HttpRequest) -> None:
        unsent, body = request_head(request), request.body.in_memory()
        if body is not None:
            await self._write(unsent + body)
            return
        async for piece in messages.BodyStream(request.body):
            if len(unsent) + len(piece) < _JOINED:
                unsent += piece
                continue
            if unsent:
                await self._write(unsent)
                unsent = b""
            await self._write(piece)
        if unsent:
            await self._write(unsent)

    async def _write(self, data: bytes) -> None:
        """Send bytes, and read what the server says meanwhile; its response ends the sending."""
        unsent: bytes | memoryview = data
        while unsent:
            while self._stream.has_data():
                await self._read_more()
            if self._parser.status:
                raise messages.WriteError("the server responded before it had read the request")
            unsent = await self._stream.write(unsent)

    async def _read_more(self) -> None:
        if data := await self._stream.read():
            self._parser.feed(data)
        else:
            self._parser.end()
