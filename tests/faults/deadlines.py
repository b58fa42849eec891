"""How long calls take whose other side never ends: `python -m tests.faults.deadlines`.

Each way to the service is measured beside a thread that waits for the same time, so that a busy
machine delays both. Writes the table of DEADLINES.md.
"""

from __future__ import annotations

import importlib
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import anyio
import attrs
import httpx

from dodeca import AsyncClient, Client, Media, errors
from dodeca._http import messages
from tests.faults.both import opened
from tests.faults.raw import Raw, http
from tests.scripted import Server
from tests.seams import REAL_TIME

PAGE = Path(__file__).with_name("DEADLINES.md")
TIMEOUT = 0.3
BYTES_PER_SEC = 128 * 1024  # the documented allowance for uploads
LIMIT = 1.25  # times the deadline
TRIES = 5
Kind = type[Client] | type[AsyncClient]

HEAD = b"HTTP/1.1 200 OK\r\n"
BODY = HEAD + b"content-length: 1000000\r\n\r\n"
_PIECE_SEC = 0.02
_GIVE_UP_SEC = 20.0  # then the other side ends after all, so that a broken deadline hangs no test
_PIECES = int(_GIVE_UP_SEC / _PIECE_SEC)


@attrs.frozen
class Target:
    """Where a client is pointed, and what it sends: a text, or a file of some bytes."""

    url: str
    options: dict[str, Any] = attrs.Factory(dict)
    upload: int = 0


@attrs.frozen
class Way:
    """A way to the service on which the other side never ends, or responds early."""

    name: str
    open: Callable[[], AbstractContextManager[Target]]
    is_early: bool = False


@attrs.frozen
class Measured:
    """Seconds that a call took and was allowed to, and that the thread beside it waited."""

    seconds: float
    allowed: float
    reference: float

    @property
    def ratio(self) -> float:
        """The seconds of the call, in those of the thread beside it."""
        return self.seconds / self.reference


class Dripping(Raw):
    """Sends the start of a response, then a byte now and then for ever; "" sends nothing."""

    def __init__(self, first: bytes, *, then: bytes = b"a") -> None:
        super().__init__(lambda _: self._drip(first, then))

    def _drip(self, first: bytes, then: bytes) -> Iterator[bytes]:
        yield first
        for _ in range(_PIECES):
            if self.is_over.wait(_PIECE_SEC):
                return
            yield then


class Unread(Raw):
    """Accepts connections and never reads from them."""

    def _request(self, connection: socket.socket) -> bytes:
        self.is_over.wait(_GIVE_UP_SEC)
        return b""


class Tunnel(Raw):
    """A proxy that opens tunnels in which nothing answers."""

    def __init__(self) -> None:
        super().__init__(lambda _: self._open())

    def _open(self) -> Iterator[bytes]:
        yield HEAD + b"\r\n"
        self.is_over.wait(_GIVE_UP_SEC)


class Early(Raw):
    """Responds 413 to the head of a request, and neither reads on nor closes."""

    def _request(self, connection: socket.socket) -> bytes:
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.sendall(http(b'{"code":"too_large","message":"no"}', "413 Too Large"))
        self.is_over.wait(_GIVE_UP_SEC)
        return b""


class Stuck(Server):
    """A transport that gives no response until the measurement is over, or an endless one."""

    def __init__(self, *, responds: bool) -> None:
        self.is_over = threading.Event()
        self._responds = responds

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._responds:
            return httpx.Response(200, stream=_Endless(self.is_over))
        self.is_over.wait(_GIVE_UP_SEC)
        raise httpx.ReadError("the end of the measurement")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not self._responds:
            await anyio.sleep(_GIVE_UP_SEC)
            raise httpx.ReadError("the end of the measurement")
        return httpx.Response(200, stream=_Endless(self.is_over))


class _Endless(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, is_over: threading.Event) -> None:
        self._is_over = is_over

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(_PIECES):
            if self._is_over.wait(_PIECE_SEC):
                return
            yield b" "

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(_PIECES):
            await anyio.sleep(_PIECE_SEC)
            yield b" "


@contextmanager
def _served(server: Raw, scheme: str = "http", upload: int = 0) -> Iterator[Target]:
    with server.serving() as url:
        yield Target(url.replace("http:", f"{scheme}:"), upload=upload)


@contextmanager
def _through_proxy(server: Raw, scheme: str) -> Iterator[Target]:
    with server.serving() as url:
        proxy = {f"{scheme}_proxy": url.removesuffix("/v1.3")}
        with mock.patch.dict(os.environ, proxy):
            yield Target(f"{scheme}://api.example/v1.3")
    assert server.requests, "the proxy was not asked"


@contextmanager
def _given(*, responds: bool) -> Iterator[Target]:
    stuck = Stuck(responds=responds)
    try:
        yield Target("http://localhost/v1.3", {"transport": stuck})
    finally:
        stuck.is_over.set()


@contextmanager
def _names() -> Iterator[Target]:
    is_over = threading.Event()

    def silent(*args: Any, **options: Any) -> Any:
        is_over.wait(_GIVE_UP_SEC)
        raise socket.gaierror("the end of the measurement")

    try:
        with mock.patch.object(socket, "getaddrinfo", silent):
            yield Target("http://slow.example/v1.3")
    finally:
        is_over.set()


WAYS = [
    Way("direct: no response", lambda: _served(Unread(lambda _: None))),
    Way("direct: headers drip", lambda: _served(Dripping(HEAD + b"x-a: "))),
    Way("direct: the body drips", lambda: _served(Dripping(BODY, then=b" "))),
    Way("direct: no TLS handshake", lambda: _served(Unread(lambda _: None), "https")),
    Way("proxy by CONNECT: headers drip", lambda: _through_proxy(Dripping(HEAD + b"x: "), "https")),
    Way("proxy by CONNECT: no TLS handshake", lambda: _through_proxy(Tunnel(), "https")),
    Way(
        "proxy by absolute form: headers drip",
        lambda: _through_proxy(Dripping(HEAD + b"x-a: "), "http"),
    ),
    Way(
        "proxy by absolute form: the body drips",
        lambda: _through_proxy(Dripping(BODY, then=b" "), "http"),
    ),
    Way("a given transport: no response", lambda: _given(responds=False)),
    Way("a given transport: the body drips", lambda: _given(responds=True)),
    Way("DNS: no answer", _names),
    Way("upload of 40 kB: not read", lambda: _served(Unread(lambda _: None), upload=40_000)),
    Way("upload of 40 kB: headers drip", lambda: _served(Dripping(HEAD + b"x: "), upload=40_000)),
    Way(
        "upload of 24 MB: an early response",
        lambda: _served(Early(lambda _: None), upload=24_000_000),
        is_early=True,
    ),
]


async def measure(kind: Kind, way: Way) -> Measured:
    """How long one call takes; it ends with an error of ours."""
    load_once()
    with way.open() as target:
        options = {"allow_insecure": True, **target.options}
        media = Media.data(b"f" * target.upload, filename="a.mp4") if target.upload else None
        async with opened(kind, target.url, timeout=TIMEOUT, clock=REAL_TIME, **options) as call:
            allowed = TIMEOUT + target.upload / BYTES_PER_SEC
            reference = _Reference(0.0 if way.is_early else allowed)
            began = time.monotonic()
            try:
                await (call("assets.create", media) if media else call("embed.text", "red"))
            except errors.DodecaError:
                seconds = time.monotonic() - began
            else:
                raise AssertionError("the call succeeded")
            return Measured(seconds, allowed, max(reference.seconds(), allowed))


def load_once() -> None:
    """Load what is loaded once and is no part of a call."""
    messages.tls_context()
    importlib.import_module("httpcore")


class _Reference(threading.Thread):
    """A thread that waits for some seconds, and knows how long that took."""

    def __init__(self, seconds: float) -> None:
        super().__init__(daemon=True)
        self._wanted, self._waited = seconds, 0.0
        self.start()

    def run(self) -> None:
        began = time.monotonic()
        threading.Event().wait(self._wanted)
        self._waited = time.monotonic() - began

    def seconds(self) -> float:
        self.join()
        return self._waited


async def best(kind: Kind, way: Way) -> Measured:
    """The best of several measurements; one within the limit is enough."""
    found: list[Measured] = []
    while len(found) < TRIES and not any(each.ratio <= LIMIT for each in found):
        found.append(await measure(kind, way))
    return min(found, key=lambda each: each.ratio)


def table(found: dict[tuple[str, str], Measured]) -> str:
    """The measurements as a table of Markdown."""
    lines = ["| way | client | may take | took | ratio |", "|---|---|---|---|---|"]
    for (way, client), one in found.items():
        numbers = f"{one.allowed:.2f} s | {one.seconds:.2f} s | {one.ratio:.2f}"
        lines.append(f"| {way} | {client} | {numbers} |")
    return "\n".join(lines)


async def main() -> None:
    """Measure all ways, and write the page."""
    found = {
        (way.name, kind.__name__): await best(kind, way)
        for way in WAYS
        for kind in (Client, AsyncClient)
    }
    text = PAGE.read_text(encoding="utf-8").partition("| way |")[0]
    PAGE.write_text(f"{text}{table(found)}\n", encoding="utf-8")


if __name__ == "__main__":
    anyio.run(main)
