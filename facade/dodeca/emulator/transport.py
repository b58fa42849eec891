"""The in-process door: an httpx transport over the core, synchronous and asynchronous alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import anyio.to_thread
import httpx

from .core import Emulator


class EmulatorTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers the requests of `httpx.Client` and `httpx.AsyncClient` from an emulator.

    Closing the transport leaves the emulator open, since others may share it.
    """

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer in the calling thread."""
        return self.emulator.handle(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer in a worker thread; a caller who is cancelled does not wait for it."""
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
    """A synchronous response stream, each piece of which is made in a worker thread."""

    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = iter(self._stream)
        while (piece := await anyio.to_thread.run_sync(_next, pieces)) is not None:
            yield piece

    async def aclose(self) -> None:
        self._stream.close()


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)
