"""Sockets of an event loop; only the asynchronous client loads them."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from typing import cast

from dodeca._http.lean_httpx import httpx
from dodeca._http.network import UNREACHABLE, addresses, is_readable

_MOST = 256 * 1024  # bytes that wait to be read before the other side has to wait, too


class AsyncStream(asyncio.Protocol):
    """A connection of an event loop; asyncio's own streams cost three times as much."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self.deadline = 0.0
        self._loop = asyncio.get_running_loop()
        self._arrived: list[bytes] = []
        self._size = 0
        self._has_ended = False
        self._trouble: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._is_full = False

    @classmethod
    async def connect(
        cls, host: str, port: int, tls: ssl.SSLContext | None, timeout: float
    ) -> AsyncStream:
        """A new connection, within so many seconds."""
        loop, until = asyncio.get_running_loop(), time.monotonic() + timeout
        name = None if tls is None else host
        try:
            async with asyncio.timeout(timeout):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            for left, address in addresses(found):
                share = (until - time.monotonic()) / left
                try:
                    async with asyncio.timeout(share):
                        _, stream = await loop.create_connection(
                            cls, address, port, ssl=tls, server_hostname=name
                        )
                        return stream
                except OSError:
                    if left == 1:
                        raise
        except TimeoutError as exc:
            raise httpx.ConnectTimeout("no connection in time") from exc
        except UNREACHABLE as exc:
            raise httpx.ConnectError(str(exc)) from exc
        raise httpx.ConnectError("the host has no address")

    async def read(self) -> bytes:
        """What has arrived; nothing at the end."""
        while not self._arrived:
            if self._trouble is not None:
                raise httpx.ReadError(str(self._trouble)) from self._trouble
            if self._has_ended:
                return b""
            if time.monotonic() >= self.deadline:
                raise httpx.ReadTimeout("the deadline of the call")
            self._reader = self._loop.create_future()
            await self._woken(self._reader)
        arrived = self._arrived
        data = arrived[0] if len(arrived) == 1 else b"".join(arrived)
        if self._size > _MOST:
            self._transport.resume_reading()
        self._arrived, self._size = [], 0
        return data

    async def write(self, data: bytes) -> None:
        """Send it, as fast as the other side takes it."""
        if self._trouble is None and not self._transport.is_closing():
            self._transport.write(data)
            while self._is_full and self._trouble is None:
                if time.monotonic() >= self.deadline:
                    raise httpx.WriteTimeout("the deadline of the call")
                self._writer = self._loop.create_future()
                await self._woken(self._writer)
        if self._trouble is not None or self._transport.is_closing():
            raise httpx.WriteError(str(self._trouble or "the server closed the connection"))

    def is_readable(self) -> bool:
        """Whether something arrived where nothing should: the end, above all."""
        if self._arrived or self._has_ended or self._transport.is_closing():
            return True
        return is_readable(self._transport.get_extra_info("socket"))

    async def aclose(self) -> None:
        """Close it, at once: a polite end of TLS would wait for the other side."""
        self._transport.abort()
        await asyncio.sleep(0)

    async def _woken(self, waiter: asyncio.Future[None]) -> None:
        """Wait until something happens, or the deadline has come."""
        timer = self._loop.call_later(self.deadline - time.monotonic(), _wake, waiter)
        try:
            await waiter
        finally:
            timer.cancel()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        """Keep what arrives, but not without end."""
        self._arrived.append(data)
        self._size += len(data)
        if self._size > _MOST:
            self._transport.pause_reading()
        _wake(self._reader)

    def eof_received(self) -> bool:
        """The other side has nothing more to say; it may still be listening."""
        self._has_ended = True
        _wake(self._reader)
        return self._transport.get_extra_info("ssl_object") is None

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed, by whomever."""
        self._has_ended = True
        self._is_full = False
        self._trouble = exc
        _wake(self._reader)
        _wake(self._writer)

    def pause_writing(self) -> None:
        """More waits to be sent than should."""
        self._is_full = True

    def resume_writing(self) -> None:
        """There is room again."""
        self._is_full = False
        _wake(self._writer)


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)
