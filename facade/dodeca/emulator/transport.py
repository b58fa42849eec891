"""The emulator in process: an httpx transport, synchronous and asynchronous alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import anyio.to_thread
import httpx

from .core import Emulator


class EmulatorTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Sends the requests of `httpx.Client` and `httpx.AsyncClient` to an emulator.

    Closing the transport leaves the emulator open, since others may share it.
    """

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Handle a request in the calling thread."""
        return self.emulator.handle(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Handle a request in a worker thread; a cancelled caller does not wait for it."""
        with self.emulator.exchange_of(request) as exchange:
            assert isinstance(request.stream, httpx.AsyncByteStream)
            async for chunk in request.stream:
                exchange.feed(chunk)
            response = await anyio.to_thread.run_sync(exchange.respond, abandon_on_cancel=True)
        if not isinstance(response.stream, httpx.AsyncByteStream):
            assert isinstance(response.stream, httpx.SyncByteStream)
            response.stream = _Threaded(response.stream)
        return response


class _Threaded(httpx.AsyncByteStream):
    """A synchronous response stream, each chunk of which is made in a worker thread."""

    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = iter(self._stream)
        while (chunk := await anyio.to_thread.run_sync(_next, chunks)) is not None:
            yield chunk

    async def aclose(self) -> None:
        self._stream.close()


def _next(chunks: Iterator[bytes]) -> bytes | None:
    return next(chunks, None)
