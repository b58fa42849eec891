"""The asynchronous socket between an event loop and a reader: what fills up, and what breaks."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from dodeca._http.async_network import AsyncTcpStream

pytestmark = pytest.mark.anyio

KIB = 1024


class Loop(asyncio.Transport):
    """The side of the event loop: what it was asked to do."""

    def __init__(self, connected: socket.socket) -> None:
        super().__init__({"socket": connected})
        self.sent = b""
        self.is_reading = True
        self.is_closed = False

    def write(self, data: Any) -> None:
        self.sent += bytes(data)

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True

    def is_closing(self) -> bool:
        return self.is_closed

    def abort(self) -> None:
        self.is_closed = True


@pytest.fixture
def loop() -> Iterator[Loop]:
    with socket.socket() as connected:
        yield Loop(connected)


@pytest.fixture
async def stream(loop: Loop) -> AsyncTcpStream:
    found = AsyncTcpStream()
    found.connection_made(loop)
    found.deadline = time.monotonic() + 3600.0
    return found


async def started(awaitable: Any) -> asyncio.Task[Any]:
    """A task that has run until it waits."""
    task = asyncio.ensure_future(awaitable)
    for _ in range(3):
        await asyncio.sleep(0)
    return task


async def test_reading_pauses_above_256_kib_until_it_is_read(
    stream: AsyncTcpStream, loop: Loop
) -> None:
    stream.data_received(b"a" * 256 * KIB)
    assert loop.is_reading
    stream.data_received(b"b")
    assert not loop.is_reading
    assert await stream.read() == b"a" * 256 * KIB + b"b"
    assert loop.is_reading
    stream.data_received(b"c" * 256 * KIB)
    assert loop.is_reading, "what was read does not count any more"
    assert len(await stream.read()) == 256 * KIB


async def test_a_reader_waits_for_data_and_for_the_end(stream: AsyncTcpStream) -> None:
    waiting = await started(stream.read())
    assert not waiting.done()
    stream.data_received(b"x")
    assert await waiting == b"x"
    assert not stream.has_data()
    waiting = await started(stream.read())
    stream.eof_received()
    assert await waiting == b""
    assert stream.is_readable()


async def test_a_writer_waits_while_the_buffer_is_full(stream: AsyncTcpStream, loop: Loop) -> None:
    assert await stream.write(b"one") == b""
    stream.pause_writing()
    waiting = await started(stream.write(b"two"))
    assert not waiting.done()
    assert loop.sent == b"onetwo"
    stream.resume_writing()
    assert await waiting == b""


async def test_a_writer_stops_where_the_server_responds(stream: AsyncTcpStream) -> None:
    stream.pause_writing()
    waiting = await started(stream.write(b"much"))
    stream.data_received(b"HTTP/1.1 413 Too Large\r\n")
    assert await waiting == b""
    assert stream.has_data()


async def test_a_connection_that_breaks_ends_reader_and_writer(
    stream: AsyncTcpStream, loop: Loop
) -> None:
    stream.pause_writing()
    writing, reading = await started(stream.write(b"x")), await started(stream.read())
    stream.connection_lost(ConnectionResetError("reset by peer"))
    with pytest.raises(httpx.WriteError, match="reset by peer"):
        await writing
    with pytest.raises(httpx.ReadError, match="reset by peer"):
        await reading
    with pytest.raises(httpx.WriteError, match="reset by peer"):
        await stream.write(b"y")
    assert loop.sent == b"x"


async def test_a_connection_that_closes_takes_no_more(stream: AsyncTcpStream, loop: Loop) -> None:
    await stream.aclose()
    with pytest.raises(httpx.WriteError, match="closed the connection"):
        await stream.write(b"x")
    assert loop.sent == b""
    assert stream.is_readable()


async def test_the_deadline_ends_reader_and_writer(stream: AsyncTcpStream) -> None:
    stream.deadline = 0.0
    with pytest.raises(httpx.ReadTimeout):
        await stream.read()
    stream.pause_writing()
    with pytest.raises(httpx.WriteTimeout):
        await stream.write(b"x")
    stream.resume_writing()
    assert await stream.write(b"x") == b"", "what needs no time needs no deadline"
