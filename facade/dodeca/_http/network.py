"""TCP connections with a deadline, for threads; `async_network` has those for event loops.

A socket's own timeout restarts with every read, so that a server which sends a byte now and then
could hold a call for ever.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from dodeca._base import daemons
from dodeca._http.lean_httpx import httpx

_READ_BYTES = 512 * 1024
_BLOCKED_SEC = 0.25  # after so long without progress, a response is looked for
_KEEP_ALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPALIVE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}
SOCKET_OPTIONS = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *(
        (socket.IPPROTO_TCP, getattr(socket, name), seconds)
        for name, seconds in _KEEP_ALIVE.items()
        if hasattr(socket, name)
    ),
)
"""A peer that is gone without a word, such as behind a NAT, is noticed after two minutes."""
CONNECT_ERRORS = (
    OSError,
    ValueError,
    OverflowError,
)  # the last two for invalid host names and ports


class TcpStream:
    """A TCP or TLS connection, used by one thread at a time.

    Reads and writes fail after `deadline`, in seconds of the monotonic clock.
    """

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._buffer = memoryview(bytearray(_READ_BYTES))
        self._early: int | None = None  # bytes in the buffer that `has_data` found
        self.deadline = 0.0

    @classmethod
    def connect(cls, host: str, port: int, tls: ssl.SSLContext | None, timeout: float) -> TcpStream:
        """Open a connection within `timeout` seconds.

        Raises:
            httpx.ConnectTimeout, httpx.ConnectError: no address could be reached.
        """
        until = time.monotonic() + timeout
        try:
            look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
            found = daemons.run_until(look_up, timeout)
            for left, address in addresses_with_shares(found):
                share = max((until - time.monotonic()) / left, 0.001)
                try:
                    return cls(_open_socket((address, port), tls, host, share))
                except OSError:
                    if left == 1:
                        raise
        except TimeoutError as exc:
            raise httpx.ConnectTimeout(f"{host}:{port}: no connection in time") from exc
        except CONNECT_ERRORS as exc:
            raise httpx.ConnectError(f"{host}:{port}: {exc}") from exc
        raise httpx.ConnectError(f"{host}:{port}: the host has no address")

    def read(self) -> memoryview:
        """The bytes that have arrived, empty at the end. The next call overwrites them."""
        if self._early is not None:
            early, self._early = self._early, None
            return self._buffer[:early]
        try:
            self._socket.settimeout(self._remaining_sec())
            return self._buffer[: self._socket.recv_into(self._buffer)]
        except TimeoutError as exc:
            raise httpx.ReadTimeout("the deadline of the call") from exc
        except OSError as exc:
            raise httpx.ReadError(str(exc)) from exc

    def write(self, data: bytes | memoryview) -> memoryview:
        """Send bytes, and return those that are left when the server has stopped reading."""
        unsent = memoryview(data)
        try:
            while unsent:
                self._socket.settimeout(min(self._remaining_sec(), _BLOCKED_SEC))
                unsent = unsent[self._socket.send(unsent) :]
        except TimeoutError as exc:
            if self.deadline <= time.monotonic():
                raise httpx.WriteTimeout("the deadline of the call") from exc
        except OSError as exc:
            raise httpx.WriteError(str(exc)) from exc
        return unsent

    def has_data(self) -> bool:
        """Whether `read` gives something at once; TLS's own messages do not count."""
        if self._early is not None:
            return True
        if not is_readable(self._socket):
            return False
        try:
            self._socket.settimeout(0)
            self._early = self._socket.recv_into(self._buffer)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError as exc:
            raise httpx.ReadError(str(exc)) from exc
        return True

    def is_readable(self) -> bool:
        """Whether data or the end of the stream can be read; on an idle connection, it is stale."""
        return is_readable(self._socket)

    def close(self) -> None:
        """Close it without waiting for the server."""
        self._socket.close()

    def abandon(self) -> None:
        """Does nothing: a socket that nobody closed closes itself, with a warning."""

    def _remaining_sec(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def addresses_with_shares(found: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, str]]:
    """The addresses of a host, each with the number of addresses left to try, itself included.

    The time that remains is divided by that number, so that an unreachable IPv6 address, which
    comes first, leaves time for the others.
    """
    hosts = dict.fromkeys(where[0] for *_, where in found)
    return zip(range(len(hosts), 0, -1), hosts, strict=True)


def _open_socket(
    where: tuple[str, int], tls: ssl.SSLContext | None, host: str, timeout: float
) -> socket.socket:
    until = time.monotonic() + timeout
    opened = socket.create_connection(where, timeout=timeout)
    try:
        for option in SOCKET_OPTIONS:
            opened.setsockopt(*option)
        if tls is None:
            return opened
        opened.settimeout(max(until - time.monotonic(), 0.001))
        return tls.wrap_socket(opened, server_hostname=host)
    except BaseException:
        opened.close()
        raise


def is_readable(connected: Any) -> bool:
    """Whether a socket has data to read, or is at its end."""
    number = connected.fileno()
    if number < 0:
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
