"""kill -9 at every named point of a run, once each: what was begun is ended by the next run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dodeca import Client
from tests.bulk.library import created, rows, server, sounds
from tests.bulk.nursery import Nursery, nursery

SETTINGS = {"via": "task", "on_unknown": "resubmit", "reconcile_after_sec": 0.2, "concurrency": 4}
# A run passes these, whatever its inputs; the test finds the others by itself.
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
def cradle() -> Iterator[Nursery]:
    with nursery() as found:
        yield found


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    folder = sounds(tmp_path_factory.mktemp("inputs"), 2)
    return [{"text": "a dog"}, *map(str, sorted(folder.iterdir())), {"path": "missing.png"}]


def test_every_point_once(tmp_path: Path, inputs: list[Any], cradle: Nursery) -> None:
    with Client.emulated() as client:
        client.embed.run(inputs, out=tmp_path / "reference", via="task")
    reference = rows(tmp_path / "reference")
    passed: set[str] = set()
    with server(tmp_path) as url:
        for keep_assets in (True, False):
            settings = {**SETTINGS, "keep_assets": keep_assets}
            job = {"base_url": url, "inputs": inputs, "settings": settings}
            told = cradle.live(**job, out=str(tmp_path / f"all {keep_assets}"))
            for number, point in enumerate(sorted(set(told["points"]) - passed)):
                out = tmp_path / f"{keep_assets} {number}"
                before = created(url, "/assets")
                died = cradle.live(**job, out=str(out), point=point)
                assert died["status"] == -9, point
                again = cradle.live(**job, out=str(out))
                assert (again["status"], again["failed"], again["left"]) == (0, 1, 0), point
                assert rows(out).equals(reference), point
                made = created(url, "/assets") - before
                assert made == (2 if keep_assets else 0), point
                assert again["orphans"] <= 2, point
                passed.add(point)
    assert passed >= KNOWN
