"""A proxy between a client and a server, over loopback sockets, that injects faults.

The fault of a request follows from a seed and the number of requests before it, so that two
clients can be given the same faults. Every fault knows whether the server has done its work: that
is what a client cannot see.
"""

from __future__ import annotations

import asyncio
import random
import re
import socket
import struct
import threading
import weakref
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import anyio.to_thread

from tests.seams import CallClock

LATE_SEC = 0.03  # how long after a reset a request still reaches the server, on the proxy's clock
STALL_SEC = 60.0

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Message:
    """A request or an answer, as bytes."""

    head: bytes
    body: bytes = b""

    @property
    def whole(self) -> bytes:
        return self.head + self.body


class HungUp(Exception):
    """The connection to the client is gone, by a fault or because the client left."""


@dataclass
class RandomFaults:
    """Gives a share of `rate` of all requests a fault, the kinds by their weights."""

    seed: int
    rate: float
    kinds: Mapping[str, float]
    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        self._lock = threading.Lock()

    def next(self) -> str | None:
        """The fault of the next request, if it has one."""
        with self._lock:
            self.seen["requests"] += 1
            if self._rng.random() >= self.rate:
                return None
            kind = self._rng.choices(list(self.kinds), list(self.kinds.values()))[0]
            self.seen[kind] += 1
            return kind


class ScriptedFaults(RandomFaults):
    """The faults of the first requests, in order; None lets one pass."""

    def __init__(self, *kinds: str | None) -> None:
        super().__init__(0, 0.0, {})
        self._kinds = iter(kinds)

    def next(self) -> str | None:
        with self._lock:
            self.seen["requests"] += 1
            return next(self._kinds, None)


class Proxy:
    """Takes the connections of clients, and keeps some of its own to the server.

    With `holds_late`, requests that are to reach the server late do so when `clock` goes on, which
    is for the clients, and no matter how much real time passes.
    """

    def __init__(self, upstream: str, faults: RandomFaults, *, holds_late: bool = False) -> None:
        parts = urlsplit(upstream)
        self._to = (parts.hostname, parts.port)
        self._path = parts.path
        self._idle: list[Streams] = []
        self._holds_late = holds_late
        self._late: list[Message] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections: set[asyncio.Task[None]] = set()
        self._working: set[asyncio.Future[None]] = set()
        self._writers: weakref.WeakSet[asyncio.StreamWriter] = weakref.WeakSet()
        self._loop = asyncio.new_event_loop()
        self.clock = SettlingClock(self)
        self.faults = faults
        self.rng = random.Random(faults.seed + 1)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve from a thread for as long as the block lasts; provides the base URL.

        After the block, the server has done all that was sent.
        """
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = self._run(asyncio.start_server(self._accept, sock=listener, limit=2**20))
        assert isinstance(server, asyncio.Server)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}{self._path}"
        finally:
            self.settle()
            self._run(self._stop(server))
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()

    def settle(self) -> None:
        """Wait until the server has done all that was sent by now, what was put off included."""
        self._run(self._settle())

    async def _settle(self) -> None:
        for _ in range(20):  # turns of the loop, for what has arrived and was not read yet
            await asyncio.sleep(0)
        self._forward_late()
        await asyncio.sleep(0)
        await asyncio.gather(*self._working, *self._tasks, return_exceptions=True)

    def _run(self, call: Awaitable[object]) -> object:
        return asyncio.run_coroutine_threadsafe(_of(call), self._loop).result()

    async def _stop(self, server: asyncio.Server) -> None:
        server.close()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.sleep(0)  # a connection that was being accepted now has its task
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0.01)  # the turns of the loop in which they are really closed

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)  # now: a task can be cancelled before it has begun
        task = self._loop.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(HungUp, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                kind = self.faults.next()
                if kind == "reset_early":
                    _reset(writer)
                request = Message(head, await _body(reader, head))
                exchange = Exchange(self, request, writer)
                await (exchange.plain() if kind is None else FAULTS[kind](exchange))
        with suppress(OSError):
            writer.close()

    async def forward(self, request: Message) -> Message:
        """The server's response, over a connection that is kept if it can be."""
        done = self._loop.create_future()
        self._working.add(done)
        try:
            return await self._forward(request)
        finally:
            self._working.discard(done)
            done.set_result(None)

    async def _forward(self, request: Message) -> Message:
        reader, writer = await self._connection()
        try:
            writer.write(request.whole)
            head = await reader.readuntil(b"\r\n\r\n")
            answer = Message(head, await _body(reader, head))
        except BaseException:
            writer.transport.abort()
            raise
        if b"\r\nconnection: close" in head.lower():
            writer.close()
        else:
            self._idle.append((reader, writer))
        return answer

    def forward_later(self, request: Message) -> None:
        """The same when nobody waits for it: after `LATE_SEC`, or when `clock` goes on."""
        self._late.append(request)
        if not self._holds_late:
            self._loop.call_later(LATE_SEC, self._forward_late)

    def _forward_late(self) -> None:
        while self._late:
            task = self._loop.create_task(self._forward_unseen(self._late.pop()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _forward_unseen(self, request: Message) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await self.forward(request)

    async def _connection(self) -> Streams:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        reader, writer = await asyncio.open_connection(*self._to, limit=2**24)
        self._writers.add(writer)
        return reader, writer


class SettlingClock(CallClock):
    """A clock for the clients of a proxy: what takes the server `LATE_SEC` is done after a pause
    that is longer, however busy the machine is."""

    def __init__(self, proxy: Proxy) -> None:
        super().__init__()
        self._proxy = proxy

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if seconds > LATE_SEC:
            self._proxy.settle()

    async def asleep(self, seconds: float) -> None:
        await super().asleep(seconds)
        if seconds > LATE_SEC:
            await anyio.to_thread.run_sync(self._proxy.settle)


@dataclass
class Exchange:
    """One request on its way to the server and back."""

    proxy: Proxy
    request: Message
    writer: asyncio.StreamWriter

    async def work(self) -> Message:
        """Let the server do it, whatever the client will hear of it."""
        return await self.proxy.forward(self.request)

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def plain(self) -> None:
        """No fault."""
        await self.send((await self.work()).whole)

    def reset(self) -> None:
        _reset(self.writer)

    def close(self) -> None:
        self.writer.close()
        raise HungUp

    async def answer(self, status: str, body: bytes = b"", **headers: str) -> None:
        """An answer of our own instead of the server's."""
        lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.send("\r\n".join([*lines, "", ""]).encode() + body)


Fault = Callable[[Exchange], Awaitable[None]]
FAULTS: dict[str, Fault] = {}
BEFORE: set[str] = {"reset_early"}  # the server knows nothing of these


def _before(fault: Fault) -> Fault:
    BEFORE.add(fault.__name__)
    return _after(fault)


def _after(fault: Fault) -> Fault:
    FAULTS[fault.__name__] = fault
    return fault


@_before
async def reset_early(_: Exchange) -> None:
    """The connection is reset when only the head has been read; see `Proxy._serve`."""
    raise AssertionError


@_before
async def reset(exchange: Exchange) -> None:
    """The connection is reset before the server hears of the request."""
    exchange.reset()


@_before
async def hang_up(exchange: Exchange) -> None:
    """The connection is closed without a word."""
    exchange.close()


@_before
async def down(exchange: Exchange) -> None:
    """503 instead of the work."""
    await exchange.answer("503 Service Unavailable")


@_before
async def throttled(exchange: Exchange) -> None:
    """429 as documented, with a time."""
    body = b'{"code":"too_many_requests","message":"Slow down."}'
    await exchange.answer(
        "429 Too Many Requests", body, retry_after="0.02", content_type="application/json"
    )


@_before
async def throttled_barely(exchange: Exchange) -> None:
    """429 with nothing else."""
    await exchange.answer("429 Too Many Requests", retry_after_ms="15")


@_before
async def throttled_oddly(exchange: Exchange) -> None:
    """429 whose time is a date gone by."""
    await exchange.answer("429 Whatever", b"<p>", retry_after="Wed, 21 Oct 2015 07:28:00 GMT")


@_after
async def lost(exchange: Exchange) -> None:
    """The work is done, and the connection reset."""
    await exchange.work()
    exchange.reset()


@_after
async def late(exchange: Exchange) -> None:
    """The connection is reset, and the work done only after that."""
    exchange.proxy.forward_later(exchange.request)
    exchange.reset()


@_after
async def lost_quietly(exchange: Exchange) -> None:
    """The work is done, and the connection closed without a word."""
    await exchange.work()
    exchange.close()


@_after
async def cut(exchange: Exchange) -> None:
    """The answer breaks off in its body."""
    answer = await exchange.work()
    await exchange.send(answer.head + answer.body[: len(answer.body) // 2])
    exchange.close()


@_after
async def cut_in_head(exchange: Exchange) -> None:
    """The answer breaks off in its head."""
    answer = await exchange.work()
    await exchange.send(answer.head[: len(answer.head) // 2])
    exchange.reset()


@_after
async def cut_json(exchange: Exchange) -> None:
    """The answer breaks off, and its head says that this is all."""
    answer = await exchange.work()
    await exchange.send(_with_body(answer, answer.body[: len(answer.body) // 2] or b"{").whole)


@_after
async def failed(exchange: Exchange) -> None:
    """500 after the work was done."""
    await exchange.work()
    await exchange.answer("500 Internal Server Error", b'{"code":"internal_server_error"}')


@_after
async def bad_gateway(exchange: Exchange) -> None:
    """502 with a page, after the work was done."""
    await exchange.work()
    await exchange.answer("502 Bad Gateway", b"<html>bad gateway</html>", content_type="text/html")


@_after
async def unavailable(exchange: Exchange) -> None:
    """503 with a time, after the work was done."""
    await exchange.work()
    await exchange.answer("503 Service Unavailable", retry_after="0.01")


@_after
async def page(exchange: Exchange) -> None:
    """200 with a page."""
    await exchange.work()
    await exchange.answer("200 OK", b"<html>welcome</html>", content_type="text/html")


@_after
async def stall(exchange: Exchange) -> None:
    """The work is done, and no answer comes."""
    await exchange.work()
    await asyncio.sleep(STALL_SEC)
    exchange.close()


@_after
async def drip(exchange: Exchange) -> None:
    """The answer comes in small pieces, and whole."""
    whole = (await exchange.work()).whole
    step = max(len(whole) // 8, 1)
    for start in range(0, len(whole), step):
        await exchange.send(whole[start : start + step])
        await asyncio.sleep(0.005)


@_after
async def dropped(exchange: Exchange) -> None:
    """A good answer, after which the connection is closed without notice."""
    await exchange.plain()
    exchange.close()


@_after
async def garbage(exchange: Exchange) -> None:
    """The work is done, and the answer is no HTTP."""
    await exchange.work()
    await exchange.send(exchange.proxy.rng.randbytes(200))
    exchange.close()


@_after
async def two_lengths(exchange: Exchange) -> None:
    """The answer says two lengths."""
    answer = await exchange.work()
    await exchange.send(answer.head[:-2] + b"content-length: 7\r\n\r\n" + answer.body)
    exchange.close()


@_after
async def wrong_encoding(exchange: Exchange) -> None:
    """The answer says that it is compressed, and is not."""
    answer = await exchange.work()
    await exchange.send(answer.head[:-2] + b"content-encoding: gzip\r\n\r\n" + answer.body)


def _reset(writer: asyncio.StreamWriter) -> None:
    connection: socket.socket = writer.get_extra_info("socket")
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    raise HungUp


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """The body that belongs to a head: of a known length, in chunks, or none."""
    if found := re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE):
        return await reader.readexactly(int(found[1]))
    if b"\r\ntransfer-encoding: chunked" not in head.lower():
        return b""
    body = b""
    while True:
        line = await reader.readuntil(b"\r\n")
        chunk = await reader.readexactly(int(line, 16) + 2)
        body += line + chunk
        if int(line, 16) == 0:
            return body


def _with_body(answer: Message, body: bytes) -> Message:
    length = b"content-length: %d" % len(body)
    head = re.sub(rb"content-length: *\d+", length, answer.head, flags=re.IGNORECASE)
    return Message(head, body)


async def _of(call: Awaitable[object]) -> object:
    return await call
