"""Sockets that keep the deadline of the request they are used for; `_asockets` has the others.

Timeouts alone start anew with every byte, so that a server which drips holds a call for ever.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from typing import Any

from dodeca._http.lean_httpx import httpx

_PIECE = 512 * 1024
UNREACHABLE = (OSError, ValueError, OverflowError)  # of a host with an impossible name or port, too


class Stream:
    """A connection of a thread."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._room = memoryview(bytearray(_PIECE))
        self.deadline = 0.0

    @classmethod
    def connect(cls, host: str, port: int, tls: ssl.SSLContext | None, timeout: float) -> Stream:
        """A new connection, within so many seconds."""
        until = time.monotonic() + timeout
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            for left, address in addresses(found):
                share = max((until - time.monotonic()) / left, 0.001)
                try:
                    return cls(_opened((address, port), tls, host, share))
                except OSError:
                    if left == 1:
                        raise
        except TimeoutError as exc:
            raise httpx.ConnectTimeout("no connection in time") from exc
        except UNREACHABLE as exc:
            raise httpx.ConnectError(str(exc)) from exc
        raise httpx.ConnectError("the host has no address")

    def read(self) -> memoryview:
        """What has arrived; nothing at the end. The next call overwrites it."""
        try:
            self._socket.settimeout(self._left())
            return self._room[: self._socket.recv_into(self._room)]
        except TimeoutError as exc:
            raise httpx.ReadTimeout("the deadline of the call") from exc
        except OSError as exc:
            raise httpx.ReadError(str(exc)) from exc

    def write(self, data: bytes) -> None:
        """Send all of it."""
        try:
            self._socket.settimeout(self._left())
            self._socket.sendall(data)
        except TimeoutError as exc:
            raise httpx.WriteTimeout("the deadline of the call") from exc
        except OSError as exc:
            raise httpx.WriteError(str(exc)) from exc

    def is_readable(self) -> bool:
        """Whether something arrived where nothing should: the end, above all."""
        return is_readable(self._socket)

    def close(self) -> None:
        """Close it, at once."""
        self._socket.close()

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def addresses(found: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, str]]:
    """What a name stands for, each with how many are left, of which every one gets its share of
    the time: where IPv6 leads nowhere, it is the first that does not response.
    """
    hosts = dict.fromkeys(where[0] for *_, where in found)
    return zip(range(len(hosts), 0, -1), hosts, strict=True)


def _opened(
    where: tuple[str, int], tls: ssl.SSLContext | None, host: str, timeout: float
) -> socket.socket:
    until = time.monotonic() + timeout
    opened = socket.create_connection(where, timeout=timeout)
    try:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is None:
            return opened
        opened.settimeout(max(until - time.monotonic(), 0.001))
        return tls.wrap_socket(opened, server_hostname=host)
    except BaseException:
        opened.close()
        raise


def is_readable(connected: Any) -> bool:
    """Whether something is there to be read, or the end."""
    number = connected.fileno()
    if number < 0:
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
