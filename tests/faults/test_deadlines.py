"""The deadline of a call holds on every way: direct, proxy, a given transport, DNS, uploads."""

from __future__ import annotations

import gc
import importlib
import os
import socket
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import pytest
import trio

from dodeca import AsyncClient, Client, Media, errors
from dodeca._http import messages
from tests.faults.both import CLIENTS, opened
from tests.faults.raw import Raw, http
from tests.scripted import EMBEDDED, Script, Server, reply
from tests.seams import REAL_TIME, on_clock

pytestmark = pytest.mark.anyio

Kind = type[Client] | type[AsyncClient]
TIMEOUT = 0.4


class Dripping(Raw):
    """Sends a head one byte at a time, for ever, and records that the client has left."""

    def __init__(self, first: bytes = b"") -> None:
        super().__init__(lambda _: self._drip(first))
        self.is_left = threading.Event()

    def _drip(self, first: bytes) -> Iterator[bytes]:
        yield first
        yield b"HTTP/1.1 200 OK\r\nx-a: "
        while not self.is_over.wait(0.05):
            yield b"a"


class Stuck(Server):
    """A transport that gives no response until the test is over."""

    def __init__(self) -> None:
        self.is_over = threading.Event()

    def answer(self, request: httpx.Request) -> httpx.Response:
        raise AssertionError("not reached")

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.is_over.wait(60)
        raise httpx.ReadError("the end of the test")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await anyio.sleep(60)
        raise httpx.ReadError("the end of the test")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    messages.tls_context()  # what is loaded once is not part of a call
    importlib.import_module("httpcore")


async def timed_out(kind: Kind, url: str, **options: Any) -> None:
    """The call ends by its deadline, while the other side would go on until the test is over."""
    async with opened(
        kind, url, timeout=TIMEOUT, clock=REAL_TIME, allow_insecure=True, **options
    ) as call:
        with pytest.raises(errors.TransportError):
            await call("embed.text", "red")


@CLIENTS
async def test_direct(kind: Kind) -> None:
    server = Dripping()
    with server.serving() as url:
        await timed_out(kind, url)
        assert not server.is_over.is_set()


@CLIENTS
@pytest.mark.parametrize("scheme", ["http", "https"], ids=["absolute form", "CONNECT"])
async def test_through_a_proxy(kind: Kind, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Dripping()
    with server.serving() as url:
        monkeypatch.setenv(f"{scheme.upper()}_PROXY", url.removesuffix("/v1.3"))
        await timed_out(kind, f"{scheme}://api.example/v1.3")
        assert not server.is_over.is_set()
    assert server.requests


@CLIENTS
async def test_a_given_transport(kind: Kind) -> None:
    stuck = Stuck()
    await timed_out(kind, "http://localhost/v1.3", transport=stuck)
    stuck.is_over.set()


@CLIENTS
async def test_the_names_of_hosts(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    is_over = threading.Event()

    def silent(*args: Any, **options: Any) -> Any:
        is_over.wait(60)
        raise socket.gaierror("the end of the test")

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    await timed_out(kind, "http://slow.example/v1.3")
    assert not is_over.is_set()
    is_over.set()


class Early(Raw):
    """Responds 413 to the head of a request, and neither reads on nor closes."""

    def _request(self, connection: socket.socket) -> bytes:
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.sendall(http(b'{"code":"too_large","message":"no"}', "413 Too Large"))
        self.is_over.wait(60)
        return b""


@CLIENTS
async def test_an_early_response_ends_an_upload(kind: Kind) -> None:
    """The deadline is far away: without the look between writes, this takes minutes."""
    server = Early(lambda _: None)
    with server.serving() as url:
        async with opened(kind, url, timeout=60.0, clock=REAL_TIME) as call:
            with pytest.raises(errors.BadRequestError, match="too_large"):
                await call("assets.create", Media.data(b"f" * 24_000_000, filename="a.mp4"))
        assert not server.is_over.is_set()


@CLIENTS
async def test_httpx_carries_the_requests_if_asked(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As tools that observe httpx patch it."""
    seen: list[str] = []
    for owner, name in (
        (httpx.HTTPTransport, "handle_request"),
        (httpx.AsyncHTTPTransport, "handle_async_request"),
    ):
        plain = getattr(owner, name)

        def observed(self: Any, request: httpx.Request, plain: Any = plain) -> Any:
            seen.append(str(request.url.path))
            return plain(self, request)

        monkeypatch.setattr(owner, name, observed)
    with Raw(lambda _: http()).serving() as url:
        async with opened(kind, url, transport="httpx") as call:
            assert len(await call("embed.text", "red")) == 1
    assert seen == ["/v1.3/embed-v2"]


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_another_name_of_a_transport_is_refused(kind: Kind) -> None:
    with pytest.raises(errors.ConfigurationError, match="requests"):
        kind("key", transport="requests")  # type: ignore[arg-type]


def test_trio_is_refused_by_name() -> None:
    async def main() -> None:
        await AsyncClient("key", transport=Script(reply(EMBEDDED))).embed.text("red")

    with pytest.raises(errors.ConfigurationError, match="trio"):
        trio.run(main)


async def test_a_client_that_is_not_closed_releases_its_connections() -> None:
    server = Raw(lambda _: http())
    with server.serving() as url:
        client: AsyncClient | None = AsyncClient("key", base_url=url)
        assert client is not None
        await client.embed.text("red")
        assert len(server.open) == 1
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            client = None
            gc.collect()
        for _ in range(3_000):
            if server.open:
                await anyio.sleep(0.01)
        assert not server.open
    assert "not closed" in "".join(str(each.message) for each in found)


RUNNING = {"_id": "t1", "status": "processing"}


class Polls(Server):
    """Has a job that never ends, and keeps how long each poll may take."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(202, json=RUNNING)
        self.seconds.append(request.extensions["timeout"]["read"])
        is_list = request.url.path.endswith("tasks")
        page = {"data": [RUNNING], "page_info": {"total_page": 1, "page": 1}}
        return httpx.Response(200, json=page if is_list else RUNNING)


def started() -> tuple[Client, Polls, Any]:
    polls = Polls()
    client = on_clock(Client("key", base_url="http://localhost", transport=polls))
    return client, polls, client.embed.tasks.video("https://host.example/a.mp4")


@pytest.mark.parametrize("timeout", [0.3, 2.0, 7.0, 100.0])
@pytest.mark.parametrize("all_jobs", [False, True], ids=["wait", "wait_all"])
def test_a_wait_polls_until_its_deadline_and_no_poll_outlasts_it(
    timeout: float, all_jobs: bool
) -> None:
    client, polls, job = started()
    with pytest.raises(errors.WaitTimeout) as caught:
        list(client.wait_all([job], timeout=timeout)) if all_jobs else job.wait(timeout=timeout)
    assert caught.value.waited_sec == pytest.approx(timeout)
    assert bool(polls.seconds) is (timeout > 0.5)
    assert all(seconds < timeout for seconds in polls.seconds)
