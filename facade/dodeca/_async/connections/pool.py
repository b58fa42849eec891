"""Connection pools, one for each origin; the most recently used connection is reused first.

httpx's pool scans all of its connections for every request, and leaks some when requests are
cancelled. This one is a semaphore and a stack of idle connections.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Hashable
from typing import Literal

from dodeca._async.connections.connection import AsyncConnection
from dodeca._async.connections.httpx_adapter import AsyncHttpResponse, AsyncHttpxAdapter
from dodeca._base.async_concurrency import (
    AsyncSemaphore,
    AsyncShield,
    connection_scope,
    is_stale_scope,
)
from dodeca._http import messages
from dodeca._http.async_network import AsyncTcpStream
from dodeca.errors import ConfigurationError

_LIMIT = 100  # connections to one origin at a time
_IDLE_SEC = 55.0  # a bit less than servers commonly keep an idle connection open
_LIVE_SEC = 2.0  # after more idle time, the server may be about to close a connection


class AsyncConnectionPool:
    """Connections to one origin."""

    def __init__(self, url: messages.Url) -> None:
        self._host = url.raw_host.decode("ascii")
        self._port = url.port or {"https": 443}.get(url.scheme, 80)
        self._tls = messages.tls_context() if url.scheme == "https" else None
        self._semaphore = AsyncSemaphore(_LIMIT)
        self._idle: list[tuple[AsyncConnection, float]] = []
        self._is_closed = False

    async def send(self, request: messages.HttpRequest) -> AsyncHttpResponse:
        """Send a request. Closing the response's stream returns its connection to the pool."""
        try:
            await self._semaphore.acquire(request.remaining_sec)
        except TimeoutError as exc:
            raise messages.PoolTimeout("all connections are in use") from exc
        connection = None
        try:
            connection = await self._connection(request)
            head = await connection.exchange(request)
        except BaseException:
            await self._release(connection)
            raise
        return AsyncHttpResponse(head.status, head.headers, _Body(self, connection))

    async def aclose(self) -> None:
        """Close idle connections now, and the others as soon as they are released."""
        self._is_closed = True
        while self._idle:
            connection, _ = self._idle.pop()
            await connection.aclose()

    async def _connection(self, request: messages.HttpRequest) -> AsyncConnection:
        """Return an idle connection that is still open, or a new one."""
        max_idle = _LIVE_SEC if request.needs_live_connection else _IDLE_SEC
        while self._idle:
            try:
                connection, since = self._idle.pop()
            except IndexError:  # another thread took the last one
                break
            if time.monotonic() - since < max_idle and not connection.is_stale():
                return connection
            await connection.aclose()
        seconds = request.connect_sec
        return AsyncConnection(
            await AsyncTcpStream.connect(self._host, self._port, self._tls, seconds)
        )

    async def _release(self, connection: AsyncConnection | None) -> None:
        """Release a slot, and keep its connection if it can be reused."""
        try:
            if connection is None:
                return
            if connection.is_reusable() and not self._is_closed:
                self._idle.append((connection, time.monotonic()))
            else:
                async with AsyncShield():
                    await connection.aclose()
        finally:
            self._semaphore.release()


class _Body(messages.AsyncByteStream):
    """The body of a response; closing it releases the connection, once."""

    def __init__(self, pool: AsyncConnectionPool, connection: AsyncConnection) -> None:
        self._pool = pool
        self._connection: AsyncConnection | None = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = None if self._connection is None else self._connection.body()
        while self._connection is not None and pieces is not None:
            piece = await anext(pieces, None)
            if piece is None:
                return
            yield piece
        raise messages.ProtocolError("the response was read after it was closed")

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._pool._release(connection)


class AsyncConnectionPools:
    """The pools of a client: one for each origin, in each process and event loop.

    After a fork, connections belong to the parent process; those of another event loop belong to
    that loop. Both are left untouched, and new ones are opened.
    """

    def __init__(
        self, custom: messages.AsyncTransport | Literal["httpx"] | None, *, trust_env: bool
    ) -> None:
        self._uses_httpx = custom == "httpx"
        self._custom = None if custom is None or custom == "httpx" else AsyncHttpxAdapter(custom)
        self._trust_env = trust_env
        self.is_closed = False
        """Whether the client is closed; its copies share the pools."""
        self._pools: dict[Hashable, dict[Hashable, AsyncConnectionPool | AsyncHttpxAdapter]] = {}

    def for_url(self, url: messages.Url) -> AsyncConnectionPool | AsyncHttpxAdapter:
        """Return the pool or adapter that sends requests to the origin of a URL.

        Raises:
            ConfigurationError: the environment sets a proxy or certificates that cannot be used.
        """
        scope = connection_scope()
        if scope is None:
            raise ConfigurationError(
                "AsyncClient runs on asyncio; in trio, call a Client by trio.to_thread.run_sync"
            )
        if self._custom is not None:
            return self._custom
        pools = self._pools.get(scope)
        if pools is None:
            for other in filter(is_stale_scope, list(self._pools)):
                self._pools.pop(other, None)
            pools = self._pools.setdefault(scope, {})
        origin = url.scheme, url.netloc
        pool = pools.get(origin)
        return pool or pools.setdefault(origin, self._new(url))

    async def aclose(self, *, custom: bool = True) -> None:
        """Close the pools of this process and event loop, and the custom transport."""
        for pool in self._pools.pop(connection_scope(), {}).values():
            await pool.aclose()
        if self._custom is not None and custom:
            await self._custom.aclose()

    def _new(self, url: messages.Url) -> AsyncConnectionPool | AsyncHttpxAdapter:
        proxy = messages.find_proxy(url) if self._trust_env else None
        if proxy is None and not self._uses_httpx:
            return AsyncConnectionPool(url)
        return AsyncHttpxAdapter(messages.async_proxy_transport(proxy))
