"""kill -9, again and again: every input has its rows once, and nothing is made twice that shows."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dodeca import Client
from dodeca.bulk.journal import done_before
from tests.bulk.library import created, rows, server, sounds
from tests.bulk.nursery import Nursery, nursery
from tests.faults.proxy import Proxy, Weather

INPUTS = 400
KILLS = int(os.environ.get("DODECA_KILLS", "200"))
SETTLE_SEC = 0.4
SLOW_SEC = 0.03  # longer than a child takes to be born
SETTINGS = {
    "via": "task",
    "on_unknown": "resubmit",
    "reconcile_after_sec": SETTLE_SEC,
    "concurrency": 8,
}
FAULTS = [
    "reset_early",
    "reset",
    "hang_up",
    "down",
    "throttled",
    "lost",
    "late",
    "lost_quietly",
    "cut",
    "cut_in_head",
    "cut_json",
    "failed",
    "bad_gateway",
    "unavailable",
]
SLOW = [
    {"fault": "delay", "operation": operation, "times": None, "seconds": SLOW_SEC}
    for operation in ("assets_create", "embed_v2_tasks_create")
]


@pytest.fixture(scope="module")
def cradle() -> Iterator[Nursery]:
    with nursery() as found:
        yield found


def undisturbed(inputs: Path, out: Path) -> Any:
    with Client.emulated() as client:
        assert client.embed.run(inputs, out=out, via="task").exit_code == 0
    return rows(out)


def test_kills(tmp_path: Path, cradle: Nursery, capsys: pytest.CaptureFixture[str]) -> None:
    inputs = sounds(tmp_path / "inputs", INPUTS)
    weather = Weather(seed=8, rate=0.05, kinds=dict.fromkeys(FAULTS, 1.0))
    chance, kills, longest = random.Random(8), 0, 0.3
    job = {"inputs": str(inputs), "out": str(tmp_path / "out"), "settings": SETTINGS}
    with server(tmp_path, faults=SLOW) as url:
        with Proxy(url, weather).serving() as proxied:
            while True:
                # As many kills as are wanted by the time that all is done, and a few more.
                late = kills < 1.15 * KILLS * _share_done(tmp_path / "out" / "journal.sqlite")
                longest = min(max(longest * (0.9 if late else 1.1), 0.1), 1.0)
                told = cradle.live(
                    **job, base_url=proxied, kill_after=chance.uniform(0.02, longest)
                )
                if told["status"] == 0 and not told["left"] and not told["failed"]:
                    break
                kills += told["status"] == -9
        assets, tasks = created(url, "/assets"), created(url, "/embed-v2/tasks")
    orphans = tasks - INPUTS
    with capsys.disabled():
        print(
            f"\n{INPUTS} inputs, {kills} kills, {weather.seen.total() - weather.seen['requests']} "
            f"faults in {weather.seen['requests']} requests: {assets} assets, {tasks} tasks "
            f"({orphans} orphans; the journal counts {told['orphans']} at most)"
        )
    assert kills >= KILLS
    assert assets == INPUTS
    assert 0 <= orphans <= told["orphans"]
    assert rows(tmp_path / "out").equals(undisturbed(inputs, tmp_path / "reference"))


def _share_done(journal: Path) -> float:
    if not journal.exists():
        return 0.0
    return len(done_before(journal)) / INPUTS
