"""kill -9 at random moments, again and again: every input has its rows once, and no asset is
created twice. `make test-deep` kills 200 times, `make soak` 1,000 times."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dodeca import Client
from dodeca.bulk.database import done_keys
from tests.bulk.fork_server import ForkServer, fork_server
from tests.bulk.library import DEEP, audio_files, count, rows, server
from tests.faults.proxy import Proxy, RandomFaults

INPUTS = 400 if DEEP else 20
KILLS = int(os.environ.get("DODECA_KILLS", "200" if DEEP else "6"))
AIM = 1.6 if DEEP else 3.0  # times as many kills as needed: few inputs leave much to chance
SETTLE_SEC = 2.0
SLOW_SEC = 0.03
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
def forks() -> Iterator[ForkServer]:
    with fork_server() as found:
        yield found


def undisturbed(inputs: Path, out: Path) -> Any:
    with Client.emulated() as client:
        assert client.embed.run(inputs, out=out, via="task").exit_code == 0
    return rows(out)


def test_kills(tmp_path: Path, forks: ForkServer, capsys: pytest.CaptureFixture[str]) -> None:
    inputs = audio_files(tmp_path / "inputs", INPUTS)
    faults = RandomFaults(seed=8, rate=0.05, kinds=dict.fromkeys(FAULTS, 1.0))
    chance, kills, longest = random.Random(8), 0, 40.0
    job = {"inputs": str(inputs), "out": str(tmp_path / "out"), "settings": SETTINGS}
    with server(tmp_path, faults=SLOW) as url:
        proxy = Proxy(url, faults)
        with proxy.serving() as proxied:
            while True:
                # As many kills as are wanted by the time that all is done, and a few more. A run is
                # killed by the number of points that it has passed, which does not depend on load.
                late = kills < AIM * KILLS * _share_done(tmp_path / "out" / "journal.sqlite")
                longest = min(max(longest * (0.8 if late else 1.25), 16.0), 200.0)
                ended = forks.run(
                    **job,
                    base_url=proxied,
                    kill_after=chance.randint(1, round(longest)),
                    delay=chance.uniform(0, SLOW_SEC),
                )
                if ended["status"] == 0 and not ended["remaining"] and not ended["failed"]:
                    break
                kills += ended["status"] == -9
                proxy.settle()  # the server has done what it was sent before the kill
        assets, tasks = count(url, "/assets"), count(url, "/embed-v2/tasks")
    orphans = tasks - INPUTS
    with capsys.disabled():
        print(
            f"\n{INPUTS} inputs, {kills} kills, {faults.seen.total() - faults.seen['requests']} "
            f"faults in {faults.seen['requests']} requests: {assets} assets, {tasks} tasks "
            f"({orphans} orphans; the journal counts {ended['orphaned_tasks']} at most)"
        )
    assert kills >= KILLS
    assert assets == INPUTS
    assert 0 <= orphans <= ended["orphaned_tasks"]
    assert rows(tmp_path / "out").equals(undisturbed(inputs, tmp_path / "reference"))


def _share_done(journal: Path) -> float:
    if not journal.exists():
        return 0.0
    return len(done_keys(journal)) / INPUTS
