"""kill -9 at every named point of a run, once each: the next run finishes what was started.

`make test` does it at every fifth point.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dodeca import Client
from tests.bulk.fork_server import ForkServer, fork_server
from tests.bulk.library import DEEP, audio_files, count, rows, server
from tests.depth import depth

FILES = 2 if DEEP else 1
SETTINGS = {"via": "task", "on_unknown": "resubmit", "reconcile_after_sec": 1.0, "concurrency": 4}
# Every run passes these; the test finds the others by itself.
KNOWN = {
    f"{when} {what}"
    for when in ("before", "after")
    for what in (
        *("read", "upload", "asset", "submit", "task", "embed", "delete"),
        *("the commit of inputs", "the commit of the intent to upload", "the commit of an asset"),
        *("the commit of the intent to submit", "the commit of a task", "the commit of a row set"),
        *("the commit of a part", "the commit of a deleted asset"),
        *("the rename of part", "the rename of errors"),
    )
}


@pytest.fixture(scope="module")
def forks() -> Iterator[ForkServer]:
    with fork_server() as found:
        yield found


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    folder = audio_files(tmp_path_factory.mktemp("inputs"), FILES)
    return [{"text": "a dog"}, *map(str, sorted(folder.iterdir())), {"path": "missing.png"}]


def test_every_point_once(tmp_path: Path, inputs: list[Any], forks: ForkServer) -> None:
    with Client.emulated() as client:
        client.embed.run(inputs, out=tmp_path / "reference", via="task")
    reference = rows(tmp_path / "reference")
    passed: set[str] = set()
    with server(tmp_path) as url:
        for keep_assets in (True, False):
            settings = {**SETTINGS, "keep_assets": keep_assets}
            job = {"base_url": url, "inputs": inputs, "settings": settings}
            ended = forks.run(**job, out=str(tmp_path / f"all {keep_assets}"))
            points = sorted(set(ended["points"]) - passed)[:: depth(5, deep=1)]
            for number, point in enumerate(points):
                out = tmp_path / f"{keep_assets} {number}"
                before = count(url, "/assets")
                killed = forks.run(**job, out=str(out), kill_at=point)
                assert killed["status"] == -9, point
                again = forks.run(**job, out=str(out))
                assert (again["status"], again["failed"], again["remaining"]) == (0, 1, 0), point
                assert rows(out).equals(reference), point
                created = count(url, "/assets") - before
                assert created == (FILES if keep_assets else 0), point
                assert again["orphaned_tasks"] <= FILES, point
                passed.add(point)
    assert passed >= KNOWN or not DEEP
