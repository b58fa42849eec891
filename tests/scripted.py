"""A transport that plays a conversation: each request gets the next answer of a script."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any

import anyio
import httpx
import orjson

Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Server(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Responds to requests whose bodies are read, for both kinds of client."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return self.answer(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        await anyio.lowlevel.checkpoint()
        return self.answer(request)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What the server says."""
        raise AssertionError(f"nobody answers {request!r}")


class Script(Server):
    """Responds in order, and keeps what was asked."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = list(replies)
        self.requests: list[httpx.Request] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        reply = self._replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, httpx.Response) else reply(request)

    @property
    def bodies(self) -> list[Any]:
        """The JSON bodies that were sent."""
        return [orjson.loads(request.content) for request in self.requests if request.content]

    @property
    def lines(self) -> list[str]:
        """Method, path and query of what was sent."""
        return [f"{r.method} {r.url.raw_path.decode()}" for r in self.requests]

    @property
    def left(self) -> int:
        """How many replies were not asked for."""
        return len(self._replies)


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that arrives piece by piece, may break off, and knows whether it was closed."""

    def __init__(self, *pieces: bytes, error: Exception | None = None) -> None:
        self._pieces = pieces
        self._error = error
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        if self._error is not None:
            raise self._error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            await anyio.lowlevel.checkpoint()
            yield piece

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


def reply(body: Any = None, *, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Reply:
    """An answer with a JSON body."""
    return httpx.Response(status, json=body, headers=list(headers))


EMBEDDED = {"data": [{"embedding": [1.0, 0.0], "embedding_option": None}]}

# As much of a picture of 128x128 pixels as is looked at before it is sent.
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x80\0\0\0\x80\x08\x02\0\0\0"
