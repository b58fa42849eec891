"""Sockets of an event loop; only the asynchronous client loads them."""

from __future__ import annotations

import asyncio
import ssl

from dodeca._httpx import httpx
from dodeca._sockets import PIECE, is_readable


class AsyncStream:
    """A connection of an event loop, whose deadline is a cancellation."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.deadline = 0.0

    @classmethod
    async def connect(
        cls, host: str, port: int, tls: ssl.SSLContext | None, timeout: float
    ) -> AsyncStream:
        """A new connection, within so many seconds."""
        try:
            async with asyncio.timeout(timeout):
                return cls(*await asyncio.open_connection(host, port, ssl=tls))
        except TimeoutError as exc:
            raise httpx.ConnectTimeout("no connection in time") from exc
        except OSError as exc:
            raise httpx.ConnectError(str(exc)) from exc

    async def read(self) -> bytes:
        """What has arrived; nothing at the end."""
        try:
            return await self._reader.read(PIECE)
        except OSError as exc:
            raise httpx.ReadError(str(exc)) from exc

    async def write(self, data: bytes) -> None:
        """Send it, as fast as the other side takes it."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as exc:
            raise httpx.WriteError(str(exc)) from exc

    def is_readable(self) -> bool:
        """Whether something arrived where nothing should: the end, above all."""
        return self._reader.at_eof() or is_readable(self._writer.get_extra_info("socket"))

    async def aclose(self) -> None:
        """Close it, at once: a polite end of TLS would wait for the other side."""
        self._writer.transport.abort()
        await asyncio.sleep(0)
