"""Connections: to one origin each, the last one used first.

httpx's own pool looks at all of its connections for every request, and forgets some for good when
requests are cancelled. This one is a number of places and a stack of idle connections.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Hashable

from dodeca._async.connections.connection import AsyncLine
from dodeca._async.connections.httpx_adapter import AsyncHttpResponse, AsyncThrough
from dodeca._base.async_concurrency import AsyncRoom, AsyncShield, agone, aplace
from dodeca._http import messages
from dodeca._http.async_network import AsyncStream

_LIMIT = 100  # connections to one origin at a time
_KEPT_SEC = 55.0  # a bit less than what servers commonly keep an idle connection
_FRESH_SEC = 2.0


class AsyncPool:
    """Connections to one origin."""

    def __init__(self, url: messages.Url) -> None:
        self._host = url.raw_host.decode("ascii")
        self._port = url.port or {"https": 443}.get(url.scheme, 80)
        self._tls = messages.tls() if url.scheme == "https" else None
        self._room = AsyncRoom(_LIMIT)
        self._idle: list[tuple[AsyncLine, float]] = []
        self._is_closed = False

    async def send(self, request: messages.HttpRequest) -> AsyncHttpResponse:
        """Send a request; its connection comes back when the stream of the answer is closed."""
        try:
            await self._room.enter(request.left)
        except TimeoutError as exc:
            raise messages.PoolTimeout("all connections are in use") from exc
        line = None
        try:
            line = await self._line(request)
            answer = await line.exchange(request)
        except BaseException:
            await self._leave(line)
            raise
        return AsyncHttpResponse(answer.status, answer.headers, _Body(self, line))

    async def aclose(self) -> None:
        """Close what is idle, and what is in use as soon as it is not."""
        self._is_closed = True
        while self._idle:
            line, _ = self._idle.pop()
            await line.aclose()

    async def _line(self, request: messages.HttpRequest) -> AsyncLine:
        """An idle connection that has not waited too long and is still open, or a new one."""
        at_most = _FRESH_SEC if request.fresh else _KEPT_SEC
        while self._idle:
            try:
                line, since = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if time.monotonic() - since < at_most and not line.is_stale():
                return line
            await line.aclose()
        seconds = request.connect_sec
        return AsyncLine(await AsyncStream.connect(self._host, self._port, self._tls, seconds))

    async def _leave(self, line: AsyncLine | None) -> None:
        """Give back a place, and with it the connection if it can be used again."""
        try:
            if line is None:
                return
            if line.is_reusable() and not self._is_closed:
                self._idle.append((line, time.monotonic()))
            else:
                async with AsyncShield():
                    await line.aclose()
        finally:
            self._room.leave()


class _Body(messages.AsyncByteStream):
    """The body of an answer; closing it gives the connection back, once."""

    def __init__(self, pool: AsyncPool, line: AsyncLine) -> None:
        self._pool = pool
        self._line: AsyncLine | None = line

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = None if self._line is None else self._line.pieces()
        while self._line is not None and pieces is not None:
            piece = await anext(pieces, None)
            if piece is None:
                return
            yield piece
        raise messages.ProtocolError("an answer is read before it is closed")

    async def aclose(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            await self._pool._leave(line)


class AsyncConnections:
    """The pools of a client: one for each origin, in each process and event loop.

    A connection that was opened before a fork belongs to the parent, one of another event loop to
    that: both are left alone, and new ones made.
    """

    def __init__(self, given: messages.AsyncTransport | None, *, trust_env: bool) -> None:
        self._given = None if given is None else AsyncThrough(given)
        self._trust_env = trust_env
        self._pools: dict[Hashable, dict[Hashable, AsyncPool | AsyncThrough]] = {}

    def to(self, url: messages.Url) -> AsyncPool | AsyncThrough:
        """What sends requests to the origin of a URL.

        Raises:
            ConfigurationError: the environment names a proxy or certificates that cannot be used.
        """
        if self._given is not None:
            return self._given
        here = aplace()
        pools = self._pools.get(here)
        if pools is None:
            for other in filter(agone, list(self._pools)):
                self._pools.pop(other, None)
            pools = self._pools.setdefault(here, {})
        origin = url.scheme, url.netloc
        pool = pools.get(origin)
        return pool or pools.setdefault(origin, self._new(url))

    async def aclose(self, *, given: bool = True) -> None:
        """Close the pools of this place, and the transport that was given, too."""
        for pool in self._pools.pop(aplace(), {}).values():
            await pool.aclose()
        if self._given is not None and given:
            await self._given.aclose()

    def _new(self, url: messages.Url) -> AsyncPool | AsyncThrough:
        proxy = messages.proxy(url) if self._trust_env else None
        return AsyncPool(url) if proxy is None else AsyncThrough(messages.async_through(proxy))
