"""Whatever the service answers, a call gives a result or one of our errors, and soon."""

from __future__ import annotations

import gc
import inspect
import json
import logging
import os
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca import AsyncClient, Client
from dodeca.errors import DodecaError
from tests import contract
from tests.depth import depth
from tests.faults.malformed import MalformedResponses, bodies, calls, valid
from tests.seams import on_clock

pytestmark = [
    pytest.mark.anyio,
    # The search has a filter, and many of these responses have no hits.
    pytest.mark.filterwarnings("ignore:the search found nothing:UserWarning"),
]


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pytest keeps every line that is logged, which looks like memory that is lost."""
    monkeypatch.setattr(logging.getLogger("dodeca"), "disabled", True)


SYNC = depth(2_500, deep=16_000, soak=800_000)
ASYNC = depth(600, deep=4_000, soak=200_000)
SLOW_SEC = 0.05
MORE_MIB = 24


class Player:
    """Makes calls again and again, and keeps account of how they end."""

    def __init__(self, client: Client | AsyncClient, answers: MalformedResponses) -> None:
        self.client = client
        self.answers = answers
        self.ended: Counter[str] = Counter()
        self.strays: dict[str, str] = {}
        self.slow: list[tuple[Any, bytes]] = []
        on_clock(client)

    async def play(self, call: Any, body: bytes) -> float:
        """One call; how long it kept the processor busy, in seconds."""
        self.answers.begin(call, body)
        began = time.thread_time()
        try:
            await self._result(call)
            self.ended["a result"] += 1
        except DodecaError as error:
            self.ended[type(error).__name__] += 1
        except Exception as error:
            self.strays.setdefault(f"{call}: {error!r:.200}", repr(body[:300]))
        return time.thread_time() - began

    async def _result(self, call: Any) -> None:
        found = call.call(self.client)
        if inspect.isawaitable(found):
            found = await found
        if hasattr(found, "pages"):
            found = found.pages()
        if hasattr(found, "__aiter__"):
            async for _ in found:
                pass
        elif hasattr(found, "__next__") or hasattr(found, "events"):
            for _ in found:
                pass

    async def timed(self, call: Any, body: bytes) -> None:
        """The same, and again when it took long, since machines have other things to do."""
        if await self.play(call, body) > SLOW_SEC:
            again = [await self.play(call, body) for _ in range(3)]
            if min(again) > SLOW_SEC:
                self.slow.append((call, body[:300]))


def resident() -> float:
    """Memory of this process, in MiB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def plays(player: Player, kind: str, count: int, *, seed: int) -> float:
    """As many malformed answers, over all calls in turn; how much memory grew, in MiB."""
    rng = random.Random(seed)
    table = calls(kind)
    sources = []
    for call in table:
        good = [call.answer]
        await player.play(call, b"null")
        assert player.answers.first is not None
        good += valid(contract.called(player.answers.first).id, call.status)
        sources.append(bodies(rng, good))
    middle = 0.0
    for number in range(count):
        if number == count // 2:
            middle = resident()
        place = number % len(table)
        await player.timed(table[place], next(sources[place]))
    return resident() - middle


def check(player: Player, grown: float) -> None:
    print(dict(player.ended), f"{grown:.1f} MiB more")
    assert player.strays == {}
    assert player.slow == []
    assert grown < MORE_MIB
    assert player.ended["a result"] > 0.05 * player.ended.total(), "the answers are all too wrong"
    assert player.ended["InvalidResponseError"] > 0.05 * player.ended.total()


async def test_malformed_answers_of_every_operation() -> None:
    answers = MalformedResponses()
    with Client("key", transport=answers) as client:
        player = Player(client, answers)
        check(player, await plays(player, "sync", SYNC, seed=50))


async def test_malformed_answers_of_every_operation_async() -> None:
    answers = MalformedResponses()
    async with AsyncClient("key", transport=answers) as client:
        player = Player(client, answers)
        check(player, await plays(player, "async", ASYNC, seed=51))


NAMES = st.sampled_from(
    ["_id", "id", "data", "page_info", "total_page", "embedding", "embeddings", "status", "error"]
) | st.text(max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda some: st.lists(some, max_size=4) | st.dictionaries(NAMES, some, max_size=5),
    max_leaves=12,
)


@settings(max_examples=depth(50, deep=300))
@given(st.sampled_from(calls("sync")), VALUES.map(json.dumps).map(str.encode) | st.binary())
def test_whatever_is_answered(call: Any, body: bytes) -> None:
    """The same from scratch, with examples that shrink."""
    answers = MalformedResponses()
    with Client("key", transport=answers) as client:
        player = Player(client, answers)
        anyio.run(player.play, call, body)
    assert player.strays == {}
