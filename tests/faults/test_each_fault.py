"""Each kind of fault in each kind of operation: what the client says, and what was done by the
ledger of the emulator."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import numpy as np
import orjson
import pytest

from dodeca import AsyncClient, Client, Media
from dodeca.errors import (
    DodecaError,
    InvalidResponseError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitError,
    RequestTimeout,
    ServerError,
    TransportError,
)
from tests.faults.both import CLIENTS, Both, opened
from tests.faults.proxy import BEFORE, FAULTS, LATE_SEC, Proxy, ScriptedFaults
from tests.faults.workload import MODELS, WORDS, Stage, faulty_proxy, stage

pytestmark = pytest.mark.anyio

Kind = type[Client] | type[AsyncClient]
OPTIONS: dict[str, Any] = {"timeout": 60.0, "reconcile_after_sec": 10 * LATE_SEC}
QUICK = [kind for kind in FAULTS if kind != "stall"]
HARMLESS = {"drip", "dropped"}
STALLED_SEC = 2.0  # after which a socket gives up: as little as is enough to send a request
THROTTLED = {kind for kind in FAULTS if kind.startswith("throttled")}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage"), pairs=400) as found:
        yield found


@pytest.fixture(scope="module")
def pairs(built: Stage) -> Iterator[tuple[str, str]]:
    """Indexes and videos that have not met yet."""
    return iter([(index, video) for index in built.indexes for video in built.videos])


@asynccontextmanager
async def through(
    kind: Kind, url: str, faults: ScriptedFaults, **options: Any
) -> AsyncIterator[Both]:
    """A client of a proxy in front of a server; at the end, the server has done all its work."""
    proxy = Proxy(url, faults, holds_late=True)
    with proxy.serving() as base_url:
        async with opened(kind, base_url, clock=proxy.clock, **options) as call:
            yield call


def created(stage: Stage, operation_id: str) -> set[str]:
    return set(stage.ledger().get(operation_id, []))


async def each(faults: Iterable[str], one: Callable[[str], Awaitable[None]]) -> None:
    """Try all faults at once, since most of the time is spent waiting to try again."""
    problems: dict[str, BaseException] = {}

    async def tried(fault: str) -> None:
        try:
            await one(fault)
        except (AssertionError, DodecaError, pytest.fail.Exception) as error:
            problems[fault] = error

    async with anyio.create_task_group() as group:
        for fault in faults:
            group.start_soon(tried, fault)
    assert not problems


@CLIENTS
async def test_reads_are_asked_again(kind: Kind, built: Stage) -> None:
    async def one(fault: str) -> None:
        script = ScriptedFaults(None, fault)
        async with through(kind, built.url, script, **OPTIONS) as call:
            for words in WORDS[:3]:
                found = (await call("embed.text", words)).vectors
                assert np.array_equal(found, built.expected[words])
        assert script.seen["requests"] == (3 if fault in HARMLESS else 4)

    await each(QUICK, one)


@CLIENTS
@pytest.mark.parametrize(
    "operation_id",
    ["indexes_create", "assets_create", "indexed_assets_create", "analyze_tasks_create"],
)
async def test_creates_with_a_marker_are_done_once(
    kind: Kind, operation_id: str, built: Stage, pairs: Iterator[tuple[str, str]]
) -> None:
    image = Media.data(built.image, filename="a.png")
    video = Media.asset(built.videos[0])

    def create(call: Both, fault: str) -> Awaitable[Any]:
        match operation_id:
            case "indexes_create":
                return call("indexes.create", f"{kind.__name__} {fault}", MODELS)
            case "assets_create":
                return call("assets.create", image)
            case "indexed_assets_create":
                return call("indexes.assets.create", *next(pairs))
        return call("analyze.tasks.create", "Say.", video=video)

    made: set[str] = set()

    async def one(fault: str) -> None:
        async with through(kind, built.url, ScriptedFaults(fault), **OPTIONS) as call:
            made.add((await create(call, fault)).id)

    before = created(built, operation_id)
    await each(QUICK, one)
    assert created(built, operation_id) - before == made
    assert len(made) == len(QUICK)


@CLIENTS
async def test_creates_without_a_marker_are_never_done_twice(kind: Kind, built: Stage) -> None:
    told: set[str] = set()
    video = Media.asset(built.videos[0])

    async def one(fault: str) -> None:
        async with through(kind, built.url, ScriptedFaults(fault), **OPTIONS) as call:
            if fault in HARMLESS | THROTTLED:
                told.add((await call("embed.tasks.video", video)).id)
                return
            with pytest.raises(OutcomeUnknownError, match="embed_v2_tasks_create"):
                await call("embed.tasks.video", video)

    before = created(built, "embed_v2_tasks_create")
    await each(QUICK, one)
    done = created(built, "embed_v2_tasks_create") - before
    assert told <= done
    assert len(done) == len(set(QUICK) - BEFORE | THROTTLED)


@CLIENTS
async def test_who_allows_it_by_name_may_do_it_twice(kind: Kind, built: Stage) -> None:
    before = created(built, "embed_v2_tasks_create")
    async with through(
        kind, built.url, ScriptedFaults("lost"), **OPTIONS, retry_unknown=True
    ) as call:
        made = await call("embed.tasks.video", Media.asset(built.videos[0]))
    done = created(built, "embed_v2_tasks_create") - before
    assert made.id in done
    assert len(done) == 2


@CLIENTS
async def test_work_that_ends_after_the_connection_is_waited_for(kind: Kind, built: Stage) -> None:
    """Without the settle time the look-up would find nothing yet, and a second one be made."""
    for settle, expected in ((10 * LATE_SEC, 1), (0.001, 2)):
        before = created(built, "assets_create")
        async with through(
            kind, built.url, ScriptedFaults("late"), timeout=60.0, reconcile_after_sec=settle
        ) as call:
            await call("assets.create", Media.data(built.image, filename="a.png"))
        assert len(created(built, "assets_create") - before) == expected


@CLIENTS
@pytest.mark.parametrize("fault", ["lost", "page", "stall"])
async def test_a_create_that_is_never_answered_is_unknown(
    kind: Kind, fault: str, built: Stage, pairs: Iterator[tuple[str, str]]
) -> None:
    """Whether or not a repeat is safe, the error says what is not known."""
    video = Media.asset(built.videos[0])
    creates: dict[str, tuple[Any, ...]] = {
        "indexes.create": (f"never {kind.__name__} {fault}", MODELS),
        "assets.create": (Media.data(built.image, filename="a.png"),),
        "indexes.assets.create": next(pairs),
        "embed.tasks.video": (video,),
        "analyze.tasks.create": ("Say.",),
    }
    timeout = STALLED_SEC if fault == "stall" else 60.0

    async def one(method: str) -> None:
        more = {"video": video} if method == "analyze.tasks.create" else {}
        async with through(
            kind,
            built.url,
            ScriptedFaults(*[fault] * 50),
            timeout=timeout,
            reconcile_after_sec=0.05,
        ) as call:
            with pytest.raises(OutcomeUnknownError) as caught:
                await call(method, *creates[method], **more)
        assert caught.value.__cause__ is not None

    await each(creates, one)


@CLIENTS
async def test_a_create_that_was_lost_and_then_throttled_is_unknown(
    kind: Kind, built: Stage
) -> None:
    """The last answer says that nothing was done; the first one might have been another."""
    script = ScriptedFaults("lost", *["throttled_oddly"] * 50)
    async with through(kind, built.url, script, timeout=20.0) as call:
        with pytest.raises(OutcomeUnknownError):
            await call("analyze.tasks.create", "Say.", video=Media.asset(built.videos[0]))


@CLIENTS
async def test_a_delete_whose_answer_was_lost_is_done(kind: Kind, built: Stage) -> None:
    async def one(fault: str) -> None:
        async with through(kind, built.url, ScriptedFaults(None, fault), **OPTIONS) as call:
            made = await call("indexes.create", f"gone {kind.__name__} {fault}", MODELS)
            await call("indexes.delete", made.id)
            kept = {index.id for index in (await call("indexes.list", page_limit=50)).items}
            assert made.id not in kept

    await each(QUICK, one)
    async with opened(kind, built.url) as call:
        with pytest.raises(NotFoundError):  # nobody has just deleted it
            await call("indexes.delete", "0123456789abcdef01234567")


@CLIENTS
async def test_what_never_ends_is_a_typed_error(kind: Kind, built: Stage) -> None:
    expected: dict[str, type[DodecaError]] = {
        "reset": TransportError,
        "hang_up": TransportError,
        "cut": TransportError,
        "two_lengths": TransportError,
        "garbage": TransportError,
        "failed": ServerError,
        "page": InvalidResponseError,
        "cut_json": InvalidResponseError,
        "throttled_oddly": RateLimitError,
        "stall": RequestTimeout,
    }

    async def one(fault: str) -> None:
        script = ScriptedFaults(*[fault] * 50)
        timeout = STALLED_SEC if fault == "stall" else 20.0
        async with through(kind, built.url, script, timeout=timeout) as call:
            with pytest.raises(DodecaError) as caught:
                await call("embed.text", "red")
        assert type(caught.value) is expected[fault]
        if not fault.startswith("throttled"):
            assert script.seen["requests"] <= 3

    await each(expected, one)


@CLIENTS
async def test_an_outage_costs_a_tenth_more_requests(kind: Kind, built: Stage) -> None:
    """Many calls at once while everything fails: the budget for retries is soon spent."""
    calls, script = 600, ScriptedFaults(*["down"] * 5_000)
    async with through(kind, built.url, script, timeout=60.0) as call:

        async def one() -> None:
            with pytest.raises(ServerError):
                await call("indexes.list")

        async with anyio.create_task_group() as group:
            for _ in range(calls):
                group.start_soon(one)
    assert calls < script.seen["requests"] <= 1.1 * calls


async def test_a_policy_that_sends_again_blindly_makes_duplicates(tmp_path: Path) -> None:
    """The same faults, and the policy of most clients: were there no duplicates, the tests that
    find none with ours would be blind."""
    calls = 400
    with stage(tmp_path, pairs=8) as built, faulty_proxy(built, seed=0) as (url, _):
        before = created(built, "assets_create")
        told: set[str] = set()
        lock = threading.Lock()
        with httpx.Client(headers={"x-api-key": "key"}, timeout=2.0) as http:

            def create(number: int) -> None:
                for _ in range(3):
                    try:
                        files = {"file": (f"{number}.png", built.image)}
                        answer = http.post(f"{url}/assets", data={"method": "direct"}, files=files)
                        answer.raise_for_status()
                        with lock:
                            told.add(answer.json()["_id"])
                        return
                    except (httpx.HTTPError, orjson.JSONDecodeError, ValueError):
                        continue

            with ThreadPoolExecutor(16) as pool:
                list(pool.map(create, range(calls)))
        duplicates = len(created(built, "assets_create") - before) - len(told)
    assert duplicates >= calls * 0.1 * 0.3
