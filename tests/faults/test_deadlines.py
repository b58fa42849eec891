"""The deadline of a call holds on every way: direct, proxy, a given transport, DNS, uploads."""

from __future__ import annotations

import gc
import os
import warnings
from typing import Any

import anyio
import httpx
import pytest
import trio

from dodeca import AsyncClient, Client, errors
from tests.faults import deadlines
from tests.faults.both import CLIENTS, opened
from tests.faults.raw import Raw, http
from tests.scripted import EMBEDDED, Script, Server, reply
from tests.seams import on_clock

pytestmark = pytest.mark.anyio

Kind = type[Client] | type[AsyncClient]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@CLIENTS
@pytest.mark.parametrize("way", deadlines.WAYS, ids=[way.name for way in deadlines.WAYS])
async def test_a_call_ends_by_its_deadline(kind: Kind, way: deadlines.Way) -> None:
    """Within 1.25 of its timeout and the allowance for its body; the other side never ends."""
    found = await deadlines.best(kind, way)
    assert found.ratio <= deadlines.LIMIT
    assert found.seconds < found.allowed if way.is_early else found.seconds >= 0.95 * found.allowed


def test_the_page_has_all_ways() -> None:
    rows = deadlines.PAGE.read_text(encoding="utf-8").partition("|---|---|---|---|---|\n")[2]
    listed = [tuple(row.split(" | ")[:2]) for row in rows.removeprefix("| ").split("\n| ")]
    expected = [(way.name, kind) for way in deadlines.WAYS for kind in ("Client", "AsyncClient")]
    assert listed == expected


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
