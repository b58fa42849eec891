# From facade/dodeca/_async/connections/pool.py by scripts/unasync.py; edit that one.
"""Connections: to one origin each, the last one used first.

httpx's own pool looks at all of its connections for every request, and forgets some for good when
requests are cancelled. This one is a number of places and a stack of idle connections.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator

from dodeca._base.concurrency import Room, Shield, gone, place
from dodeca._http import messages
from dodeca._http.network import Stream
from dodeca._sync.connections.connection import Line
from dodeca._sync.connections.httpx_adapter import HttpResponse, Through

_LIMIT = 100  # connections to one origin at a time
_KEPT_SEC = 55.0  # a bit less than what servers commonly keep an idle connection
_FRESH_SEC = 2.0


class Pool:
    """Connections to one origin."""

    def __init__(self, url: messages.Url) -> None:
        self._host = url.raw_host.decode("ascii")
        self._port = url.port or {"https": 443}.get(url.scheme, 80)
        self._tls = messages.tls() if url.scheme == "https" else None
        self._room = Room(_LIMIT)
        self._idle: list[tuple[Line, float]] = []
        self._is_closed = False

    def send(self, request: messages.HttpRequest) -> HttpResponse:
        """Send a request; its connection comes back when the stream of the answer is closed."""
        try:
            self._room.enter(request.left)
        except TimeoutError as exc:
            raise messages.PoolTimeout("all connections are in use") from exc
        line = None
        try:
            line = self._line(request)
            answer = line.exchange(request)
        except BaseException:
            self._leave(line)
            raise
        return HttpResponse(answer.status, answer.headers, _Body(self, line))

    def close(self) -> None:
        """Close what is idle, and what is in use as soon as it is not."""
        self._is_closed = True
        while self._idle:
            line, _ = self._idle.pop()
            line.close()

    def _line(self, request: messages.HttpRequest) -> Line:
        """An idle connection that has not waited too long and is still open, or a new one."""
        at_most = _FRESH_SEC if request.fresh else _KEPT_SEC
        while self._idle:
            try:
                line, since = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if time.monotonic() - since < at_most and not line.is_stale():
                return line
            line.close()
        seconds = request.connect_sec
        return Line(Stream.connect(self._host, self._port, self._tls, seconds))

    def _leave(self, line: Line | None) -> None:
        """Give back a place, and with it the connection if it can be used again."""
        try:
            if line is None:
                return
            if line.is_reusable() and not self._is_closed:
                self._idle.append((line, time.monotonic()))
            else:
                with Shield():
                    line.close()
        finally:
            self._room.leave()


class _Body(messages.ByteStream):
    """The body of an answer; closing it gives the connection back, once."""

    def __init__(self, pool: Pool, line: Line) -> None:
        self._pool = pool
        self._line: Line | None = line

    def __iter__(self) -> Iterator[bytes]:
        pieces = None if self._line is None else self._line.pieces()
        while self._line is not None and pieces is not None:
            piece = next(pieces, None)
            if piece is None:
                return
            yield piece
        raise messages.ProtocolError("an answer is read before it is closed")

    def close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            self._pool._leave(line)


class Connections:
    """The pools of a client: one for each origin, in each process and event loop.

    A connection that was opened before a fork belongs to the parent, one of another event loop to
    that: both are left alone, and new ones made.
    """

    def __init__(self, given: messages.Transport | None, *, trust_env: bool) -> None:
        self._given = None if given is None else Through(given)
        self._trust_env = trust_env
        self._pools: dict[Hashable, dict[Hashable, Pool | Through]] = {}

    def to(self, url: messages.Url) -> Pool | Through:
        """What sends requests to the origin of a URL.

        Raises:
            ConfigurationError: the environment names a proxy or certificates that cannot be used.
        """
        if self._given is not None:
            return self._given
        here = place()
        pools = self._pools.get(here)
        if pools is None:
            for other in filter(gone, list(self._pools)):
                self._pools.pop(other, None)
            pools = self._pools.setdefault(here, {})
        origin = url.scheme, url.netloc
        pool = pools.get(origin)
        return pool or pools.setdefault(origin, self._new(url))

    def close(self, *, given: bool = True) -> None:
        """Close the pools of this place, and the transport that was given, too."""
        for pool in self._pools.pop(place(), {}).values():
            pool.close()
        if self._given is not None and given:
            self._given.close()

    def _new(self, url: messages.Url) -> Pool | Through:
        proxy = messages.proxy(url) if self._trust_env else None
        return Pool(url) if proxy is None else Through(messages.through(proxy))
