"""Threads, forks, event loops, cancellation and Ctrl-C: no answer goes to the wrong caller, and no
client is left without connections."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import orjson
import pytest

from dodeca import AsyncClient, Client, errors
from dodeca._base.async_concurrency import run_blocking
from tests.depth import depth
from tests.faults.both import CLIENTS, opened
from tests.faults.raw import Raw, http
from tests.seams import REAL_TIME, allow_connections

pytestmark = pytest.mark.anyio

Kind = type[Client] | type[AsyncClient]
HANGS_SEC = 60.0
CANCELLED = depth(2_000, deep=10_000)


def named(request: bytes) -> bytes:
    """An index whose name is the id that was asked for, so that every answer tells its caller."""
    name = request.split(b" ", 2)[1].rpartition(b"/")[2]
    return http(b'{"_id":"%b","index_name":"%b"}' % (name, name))


async def answer_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The same on an event loop, each answer after a few milliseconds."""
    rng = random.Random(54)
    try:
        while True:
            request = await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(rng.random() * 0.004)
            writer.write(named(request))
            await writer.drain()
    except (asyncio.IncompleteReadError, OSError):
        writer.close()


@pytest.fixture
def server() -> Iterator[tuple[str, Raw]]:
    raw = Raw(named)
    with raw.serving() as url:
        yield url, raw


async def test_cancelled_requests_cost_no_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    allow_connections(monkeypatch, 4)
    listening = await asyncio.start_server(answer_slowly, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    rng = random.Random(54)
    ended = {"cancelled": 0, "answered": 0}
    async with AsyncClient("key", base_url=f"http://127.0.0.1:{port}/v1.3") as client:

        async def one(number: int) -> None:
            with anyio.move_on_after(rng.random() * 0.03):
                found = await client.indexes.retrieve(f"i{number}")
                assert found.id == f"i{number}"
                ended["answered"] += 1
                return
            ended["cancelled"] += 1

        numbers = iter(range(100_000))

        async def caller() -> None:
            for number in numbers:
                if ended["cancelled"] >= CANCELLED:
                    return
                await one(number)

        async with anyio.create_task_group() as group:
            for _ in range(40):
                group.start_soon(caller)
        assert ended["cancelled"] >= CANCELLED

        async def sure(number: int) -> None:
            with anyio.fail_after(HANGS_SEC):
                assert (await client.indexes.retrieve(f"j{number}")).id == f"j{number}"

        async with anyio.create_task_group() as group:
            for number in range(100):
                group.start_soon(sure, number)
    print(ended)
    listening.close()


def test_sixteen_threads_share_a_client(server: tuple[str, Raw]) -> None:
    url, raw = server
    with Client("key", base_url=url) as client, ThreadPoolExecutor(16) as threads:
        names = [f"i{number}" for number in range(3_200)]
        found = list(threads.map(lambda name: client.indexes.retrieve(name).id, names))
    assert found == names
    assert raw.connections <= 20


def test_a_client_is_built_once_by_many_threads() -> None:
    for _ in range(20):
        client = Client("key")
        start = threading.Barrier(16)

        def look(client: Client = client, start: threading.Barrier = start) -> int:
            start.wait()
            return id(client.indexes._transport)

        with ThreadPoolExecutor(16) as threads:
            assert len(set(threads.map(lambda _: look(), range(16)))) == 1


FORK = """
import os, sys
from dodeca import Client

client = Client("key", base_url=sys.argv[1])
client.indexes.retrieve("first")
name, children = "parent", []
for younger in ("child", "grandchild"):
    heard, said = os.pipe()
    if child := os.fork():
        os.read(heard, 1)  # the child goes first, while the connection of its parent is idle
        children.append(child)
        break
    name = younger
    client.indexes.retrieve(f"{name}-first")
    os.write(said, b".")
for number in range(300):
    wanted = f"{name}-{number}"
    found = client.indexes.retrieve(wanted).id
    if found != wanted:
        print("wrong", wanted, found)
        os._exit(3)
for child in children:
    os.waitpid(child, 0)[1] and os._exit(4)
os._exit(0)
"""


def test_a_forked_child_has_connections_of_its_own(server: tuple[str, Raw]) -> None:
    url, raw = server
    done = subprocess.run([sys.executable, "-c", FORK, url], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    spoken = [re.findall(rb"indexes/(\w+)", b" ".join(talk)) for talk in raw.conversations]
    assert [len(names) for names in spoken] == [301, 301, 301]
    assert [set(names) for names in spoken] == [{b"first", b"parent"}, {b"child"}, {b"grandchild"}]
    assert raw.connections == 3


LOOPS = """
import asyncio, sys
from dodeca import AsyncClient

client = AsyncClient("key", base_url=sys.argv[1])

async def some(prefix):
    names = [f"{prefix}{number}" for number in range(20)]
    found = await asyncio.gather(*(client.indexes.retrieve(name) for name in names))
    assert [index.id for index in found] == names

for prefix in "abc":
    asyncio.run(some(prefix))
asyncio.run(client.aclose())
"""


def test_one_client_in_two_event_loops(server: tuple[str, Raw]) -> None:
    url, raw = server
    done = subprocess.run([sys.executable, "-c", LOOPS, url], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(raw.requests) == 60


def test_one_client_in_two_event_loops_at_once(server: tuple[str, Raw]) -> None:
    """Each keeps its connections, however often they take turns."""
    url, raw = server
    client = AsyncClient("key", base_url=url)

    async def some(prefix: str) -> None:
        for number in range(100):
            found = await client.indexes.retrieve(f"{prefix}{number}")
            assert found.id == f"{prefix}{number}"
        await client._transport.pools.aclose()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda prefix: asyncio.run(some(prefix)), "ab"))
    assert len(raw.requests) == 200
    assert raw.connections == 2


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop is not for Windows")
def test_on_uvloop(server: tuple[str, Raw]) -> None:
    import uvloop

    url, raw = server

    async def main() -> None:
        async with AsyncClient("key", base_url=url) as client:
            async with anyio.create_task_group() as group:
                for number in range(20):
                    group.start_soon(client.indexes.retrieve, f"i{number}")
            opened_by_now = raw.connections
            raw.close_idle()
            await asyncio.sleep(0.05)
            assert (await client.indexes.retrieve("again")).id == "again"
            assert raw.connections == opened_by_now + 1

    uvloop.run(main())


@CLIENTS
async def test_an_idle_connection_that_the_server_has_closed(
    kind: Kind, server: tuple[str, Raw]
) -> None:
    """Reads are sent again, creates go over a connection that is known to be open."""
    url, raw = server
    async with opened(kind, url) as call:
        for number in range(10):
            assert (await call("indexes.retrieve", f"i{number}")).id == f"i{number}"
            raw.close_idle()
            await anyio.sleep(0.01)
        raw.answer = lambda _: http(b'{"_id":"new"}', "201 Created")
        for number in range(10):
            made = await call("indexes.create", f"n{number}", {"marengo3.0": ["visual"]})
            assert made.id == "new"
            raw.close_idle()
            await anyio.sleep(0.01)
    creates = [request for request in raw.requests if request.startswith(b"POST")]
    assert len(creates) == 10, "a create was sent twice"


@CLIENTS
async def test_a_connection_that_closes_while_a_create_is_on_its_way(kind: Kind) -> None:
    """It is not sent again on another connection: the server may have seen it."""
    raw = Raw(lambda request: http() if b"embed-v2 " in request else None)
    with raw.serving() as url:
        async with opened(kind, url) as call:
            await call("embed.text", "red")
            with pytest.raises(errors.OutcomeUnknownError):
                await call("embed.tasks.video", "https://host.example/a.mp4")
    assert sum(request.startswith(b"POST /v1.3/embed-v2/tasks") for request in raw.requests) == 1


@CLIENTS
async def test_drips_and_silence_end_at_the_deadline(kind: Kind) -> None:
    """Whoever waits anew for each piece has the whole answer in the end."""
    head, body = http().split(b"\r\n\r\n")
    drips = {
        "head": [head, *[b"\r\nx-a: b"] * 200, b"\r\n\r\n" + body],
        "body": [b"HTTP/1.1 200 OK\r\ncontent-length: 300\r\n\r\n", *[b" "] * 200],
        "silent": [],
    }

    sent_to_the_end: list[str] = []

    async def one(kept: str) -> None:
        def answer(_: bytes) -> Iterator[bytes]:
            for piece in drips[kept] or [b""] * 200:
                yield piece
                if raw.is_over.wait(0.1):
                    return
            sent_to_the_end.append(kept)

        raw = Raw(answer)
        with raw.serving() as url:
            async with opened(kind, url, timeout=0.7, clock=REAL_TIME) as call:
                with pytest.raises(errors.RequestTimeout):
                    await call("embed.text", "red")

    async with anyio.create_task_group() as group:
        for kept in drips:
            group.start_soon(one, kept)
    assert not sent_to_the_end, "the client had left before"


@pytest.mark.parametrize("timeout", [None, 0, -1, float("nan"), float("inf"), 1e10, "3"])
def test_a_client_without_a_deadline_is_refused(timeout: object) -> None:
    for kind in (Client, AsyncClient):
        with pytest.raises(errors.ConfigurationError):
            kind("key", timeout=timeout)  # type: ignore[arg-type]


async def test_the_end_of_code_that_blocks_is_waited_for() -> None:
    """A run that was cancelled has let go of its files when the task is at its end."""

    class Service:
        async def slow(self) -> None:
            await anyio.sleep(0.01)

        async def wrong(self) -> None:
            raise LookupError("this one")

    def forever(service: Any) -> None:
        started.set()
        try:
            while True:
                service.slow()
        finally:
            time.sleep(0.1)
            ended.append(True)

    ended: list[bool] = []
    for number in range(1, 3):
        started = threading.Event()
        task = asyncio.create_task(run_blocking(Service(), forever))
        assert await asyncio.to_thread(started.wait, HANGS_SEC)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended == [True] * number
    with pytest.raises(LookupError, match="this one"):
        await run_blocking(Service(), lambda service: service.wrong())


async def test_an_error_of_a_bulk_run_is_itself(tmp_path: Path) -> None:
    async with AsyncClient.emulated() as client:
        with pytest.raises(errors.InvalidRequestError):
            await client.embed.run(None, out=tmp_path / "out")  # type: ignore[arg-type]


INTERRUPTED = """
import os, sys, threading
from pathlib import Path
import anyio
from dodeca import AsyncClient, Client, Media

what, kind, url, film = sys.argv[1:]

def say():
    print("ready", flush=True)

def sync():
    with Client("key", base_url=url) as client:
        say()
        if what == "request": client.indexes.retrieve("slow")
        if what == "upload": client.assets.create(Path(film))
        if what == "poll": client.embed.tasks.retrieve("slow").wait()

async def asynchronous():
    async with AsyncClient("key", base_url=url) as client:
        say()
        if what == "request": await client.indexes.retrieve("slow")
        if what == "upload": await client.assets.create(Path(film))
        if what == "poll": await (await client.embed.tasks.retrieve("slow")).wait()

try:
    sync() if kind == "sync" else anyio.run(asynchronous)
except KeyboardInterrupt:
    left = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
    idle = "AnyIO", "dodeca-call"  # they wait for more, and no exit waits for them
    workers = [name for name in left if not name.startswith(idle)]
    sockets = [f for f in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{f}")
               and os.readlink(f"/proc/self/fd/{f}").startswith("socket")]
    print("interrupted", workers, len(sockets), os.listdir(os.environ["TMPDIR"]))
"""


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("what", ["request", "upload", "poll"])
def test_ctrl_c_ends_every_long_call_and_leaves_nothing_behind(
    what: str, kind: str, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(os.urandom(3_000_000))
    (tmp_path / "tmp").mkdir()
    arrived, released = threading.Event(), threading.Event()
    requests = itertools.count(1)

    def answer(request: bytes) -> bytes:
        if what != "poll":
            arrived.set()
            released.wait()
        elif next(requests) == 2:  # the first one was for the task, before it is waited for
            arrived.set()
        return http(orjson.dumps({"_id": "slow", "status": "processing", "data": None}))

    command = [sys.executable, "-c", INTERRUPTED, what, kind]
    with (
        Raw(answer).serving() as url,
        subprocess.Popen(
            [*command, url, str(film)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        ) as child,
    ):
        try:
            assert arrived.wait(HANGS_SEC)
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=HANGS_SEC)
        finally:
            child.kill()
            released.set()
    assert "interrupted [] 0 []" in out or "interrupted [] 1 []" in out, (out, err)


OFTEN_INTERRUPTED = """
import random, signal
from dodeca._base.concurrency import Semaphore

slots = Semaphore(10_000)
signal.signal(signal.SIGALRM, signal.default_int_handler)
for _ in range(3_000):
    try:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-5, 1e-4))
        while True:
            slots.acquire(1.0)
            slots.release()
    except KeyboardInterrupt:
        pass
slots.acquire(1.0)
print("usable")
"""


def test_ctrl_c_while_acquiring_a_slot_leaves_the_client_usable() -> None:
    """With a semaphore of `threading` in its place, some hundred interruptions lock it for ever."""
    run = [sys.executable, "-c", OFTEN_INTERRUPTED]
    found = subprocess.run(run, capture_output=True, text=True, timeout=HANGS_SEC, check=False)
    assert found.stdout == "usable\n", found.stderr
