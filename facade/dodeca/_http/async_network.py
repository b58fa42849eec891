"""TCP connections with a deadline, for event loops; only the async client imports this."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time
import warnings
from functools import partial
from typing import cast

from dodeca._base import daemons
from dodeca._http.lean_httpx import httpx
from dodeca._http.network import CONNECT_ERRORS, SOCKET_OPTIONS, addresses_with_shares, is_readable

_MAX_UNREAD_BYTES = 256 * 1024  # bytes; above this, reading from the socket pauses


class AsyncTcpStream(asyncio.Protocol):
    """A TCP or TLS connection of an event loop; asyncio's own streams cost three times the CPU.

    Reads and writes fail after `deadline`, in seconds of the monotonic clock.
    """

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self.deadline = 0.0
        self._loop = asyncio.get_running_loop()
        self._process = os.getpid()
        self._received: list[bytes] = []
        self._size = 0
        self._has_ended = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._is_full = False

    @classmethod
    async def connect(
        cls, host: str, port: int, tls: ssl.SSLContext | None, timeout: float
    ) -> AsyncTcpStream:
        """Open a connection within `timeout` seconds.

        Raises:
            httpx.ConnectTimeout, httpx.ConnectError: no address could be reached.
        """
        loop, until = asyncio.get_running_loop(), time.monotonic() + timeout
        name = None if tls is None else host
        try:
            async with asyncio.timeout(timeout):
                look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
                found = await asyncio.wrap_future(daemons.start(look_up))
            for left, address in addresses_with_shares(found):
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
            raise httpx.ConnectTimeout(f"{host}:{port}: no connection in time") from exc
        except CONNECT_ERRORS as exc:
            raise httpx.ConnectError(f"{host}:{port}: {exc}") from exc
        raise httpx.ConnectError(f"{host}:{port}: the host has no address")

    async def read(self) -> bytes:
        """The bytes that have arrived, empty at the end."""
        while not self._received:
            if self._error is not None:
                raise httpx.ReadError(str(self._error)) from self._error
            if self._has_ended:
                return b""
            if time.monotonic() >= self.deadline:
                raise httpx.ReadTimeout("the deadline of the call")
            self._reader = self._loop.create_future()
            await self._wait_for(self._reader)
        arrived = self._received
        data = arrived[0] if len(arrived) == 1 else b"".join(arrived)
        if self._size > _MAX_UNREAD_BYTES:
            self._transport.resume_reading()
        self._received, self._size = [], 0
        return data

    async def write(self, data: bytes | memoryview) -> bytes:
        """Send the bytes; waits while the send buffer is full, unless the server responds.

        Nothing is left to send: the event loop has it.
        """
        if self._error is None and not self._transport.is_closing():
            self._transport.write(data)
            while self._is_full and self._error is None and not self._received:
                if time.monotonic() >= self.deadline:
                    raise httpx.WriteTimeout("the deadline of the call")
                self._writer = self._loop.create_future()
                await self._wait_for(self._writer)
        if self._error is not None or self._transport.is_closing():
            raise httpx.WriteError(str(self._error or "the server closed the connection"))
        return b""

    def has_data(self) -> bool:
        """Whether `read` gives something at once."""
        return bool(self._received)

    def abandon(self) -> None:
        """Close a connection that nobody closed, unless it belongs to another process."""
        if self._process != os.getpid() or self._loop.is_closed():
            return
        if not self._transport.is_closing():
            warnings.warn(
                "an AsyncClient was not closed; await client.aclose()",
                ResourceWarning,
                stacklevel=2,
            )
            self._loop.call_soon_threadsafe(self._transport.abort)

    def is_readable(self) -> bool:
        """Whether data or the end of the stream can be read; on an idle connection, it is stale."""
        if self._received or self._has_ended or self._transport.is_closing():
            return True
        return is_readable(self._transport.get_extra_info("socket"))

    async def aclose(self) -> None:
        """Close it at once: a clean shutdown of TLS would wait for the server."""
        self._transport.abort()
        await asyncio.sleep(0)

    async def _wait_for(self, waiter: asyncio.Future[None]) -> None:
        """Wait for an event, or until the deadline."""
        timer = self._loop.call_later(self.deadline - time.monotonic(), _wake, waiter)
        try:
            await waiter
        finally:
            timer.cancel()

    # Callbacks of the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's transport is not a subclass
        connected = transport.get_extra_info("socket")
        for option in SOCKET_OPTIONS:
            connected.setsockopt(*option)

    def data_received(self, data: bytes) -> None:
        """Buffer the bytes, and pause reading above the limit."""
        self._received.append(data)
        self._size += len(data)
        if self._size > _MAX_UNREAD_BYTES:
            self._transport.pause_reading()
        _wake(self._reader)
        _wake(self._writer)

    def eof_received(self) -> bool:
        """The server has finished sending; the connection may still be open for writing."""
        self._has_ended = True
        _wake(self._reader)
        return self._transport.get_extra_info("ssl_object") is None

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed, by either side."""
        self._has_ended = True
        self._is_full = False
        self._error = exc
        _wake(self._reader)
        _wake(self._writer)

    def pause_writing(self) -> None:
        """The send buffer is full."""
        self._is_full = True

    def resume_writing(self) -> None:
        """The send buffer has room again."""
        self._is_full = False
        _wake(self._writer)


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)
