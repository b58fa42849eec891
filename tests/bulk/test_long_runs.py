"""Long runs: few commits, no result lost, a resume that writes nothing, parts that are filled."""

from __future__ import annotations

import math
import sqlite3
import sys
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca import Client, Embeddings
from dodeca.bulk.inputs import Item
from dodeca.bulk.journal import Journal
from dodeca.bulk.options import EmbedOptions
from dodeca.bulk.records import FileStamp
from dodeca.bulk.registration import register
from dodeca.bulk.results import Run
from dodeca.bulk.run import embed_inputs
from dodeca.bulk.settings import RunSettings
from dodeca.emulator import samples
from tests.depth import depth

OPENED: list[str] | None = None
"""The paths that are opened, while this is a list."""


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if OPENED is not None and event == "open":
        OPENED.append(str(arguments[0]))


sys.addaudithook(_audit)


class Service:
    """Embeds texts without a network, in vectors of their own."""

    def __init__(self) -> None:
        self.requests = 0
        self._lock = threading.Lock()

    def embed(self, kind: str, source: Any, options: EmbedOptions) -> Any:
        with self._lock:
            self.requests += 1
        numbers = np.random.default_rng(int(str(source).split()[-1])).random(64)
        return Embeddings.from_items([{"embedding": numbers.tolist()}]), {}


def run(service: Any, number: int, out: Path, *, hook: Any = lambda _: None, **values: Any) -> Run:
    texts = [{"text": f"text {n}"} for n in range(number)]
    options, chosen = EmbedOptions(), RunSettings(**values)
    return embed_inputs(service, texts, out, options=options, settings=chosen, hook=hook)


def done_on_disk(out: Path) -> int:
    path = (out / "journal.sqlite").as_uri()
    with closing(sqlite3.connect(f"{path}?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM inputs WHERE state = 'done'").fetchone()[0])


@pytest.mark.parametrize("concurrency", [1, 2, 3, 16])
def test_what_a_crash_can_cost_is_bounded(tmp_path: Path, concurrency: int) -> None:
    """Requests that are sent and not on disk are at most `concurrency`, whenever it is killed."""
    at_risk: list[int] = []

    class Watched(Service):
        def embed(self, kind: str, source: Any, options: EmbedOptions) -> Any:
            found = super().embed(kind, source, options)
            with self._lock:
                at_risk.append(self.requests - done_on_disk(tmp_path))
            return found

    assert run(Watched(), 120, tmp_path, concurrency=concurrency).done == 120
    assert max(at_risk) <= concurrency


def test_commits_are_few(tmp_path: Path) -> None:
    """Some fifty a second, and one for each three quarters of `concurrency`."""
    points: Counter[str] = Counter()
    ended = run(Service(), 800, tmp_path, hook=lambda name: points.update([name]), concurrency=32)
    assert ended.done == 800
    assert points["after the commit of a row set"] <= 800 / 24 + ended.elapsed_sec / 0.02 + 2


def test_a_run_that_finds_all_finished_opens_no_input_and_writes_no_journal(
    tmp_path: Path,
) -> None:
    global OPENED
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for number in range(3):
        samples.image(folder / f"{number}.png", "red", (200 + number, 200))
    points: list[str] = []
    with Client.emulated() as client:
        assert client.embed.run(folder, out=out).done == 3
        before = {path: path.read_bytes() for path in out.glob("journal.s*")}
        OPENED = []
        try:
            again = client.embed.run(folder, out=out)
            opened = OPENED
        finally:
            OPENED = None
        assert (again.skipped, again.done, again.exit_code) == (3, 0, 0)
        assert not [path for path in opened if path.endswith(".png")]
        assert {path: path.read_bytes() for path in out.glob("journal.s*")} == before
    service: Any = Service()
    embed_inputs(
        service, folder, out, options=EmbedOptions(), settings=RunSettings(), hook=points.append
    )
    assert not [point for point in points if "commit" in point]


def rows_by_source(out: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in (out / "vectors").glob("*.parquet"):
        found.update(pq.read_table(path)["source"].to_pylist())
    return found


FILLING = {"spool_bytes": 2_000, "part_bytes": 16_000, "concurrency": 4}


def test_new_row_sets_fill_a_part_until_it_is_large_enough(tmp_path: Path) -> None:
    points: Counter[str] = Counter()
    run(Service(), 80, tmp_path, hook=lambda name: points.update([name]), **FILLING)
    sizes = [path.stat().st_size for path in sorted((tmp_path / "vectors").iterdir())]
    assert len(sizes) >= 2
    assert all(16_000 <= size < 32_000 for size in sizes[:-1])
    assert points["after the rename of part"] > 2 * len(sizes)
    assert rows_by_source(tmp_path) == {f"text {n}": 1 for n in range(80)}
    first = sorted((tmp_path / "vectors").iterdir())[0].read_bytes()
    run(Service(), 82, tmp_path, **FILLING)
    assert sorted((tmp_path / "vectors").iterdir())[0].read_bytes() == first, "of an earlier run"
    assert len([*(tmp_path / "vectors").iterdir()]) == len(sizes) + 1


POINTS = [
    f"{when} the {what}"
    for when in ("before", "after")
    for what in ("commit of the digest of a part", "rename of part", "commit of a part")
]


@pytest.mark.parametrize("point", POINTS)
def test_a_run_that_ends_while_a_part_is_filled_resumes(tmp_path: Path, point: str) -> None:
    """At the third part: it has row sets of two earlier times."""
    reached: Counter[str] = Counter()

    def die(name: str) -> None:
        reached[name] += 1
        if name == point and reached[name] in (3, 4):  # the second, when row sets are flushed
            raise OSError("killed")

    service = Service()
    with pytest.raises(OSError, match="killed"):
        run(service, 60, tmp_path, hook=die, **FILLING)
    sent = service.requests
    stored = done_on_disk(tmp_path)
    assert sent - stored <= FILLING["concurrency"]
    resumed = run(service, 60, tmp_path, **FILLING)
    assert (resumed.skipped, resumed.done) == (stored, 60 - stored)
    assert service.requests == sent + 60 - stored
    assert rows_by_source(tmp_path) == {f"text {n}": 1 for n in range(60)}


# Registration against the statement that it replaced.

_NAIVE = """INSERT INTO naive (key, metadata, size, mtime_ns, ctime_ns, inode)
VALUES (:key, :metadata, :size, :mtime_ns, :ctime_ns, :inode)
ON CONFLICT (key) DO UPDATE SET
    changed = :changed, metadata = iif(state = 'done' AND NOT :changed,
    metadata, excluded.metadata)""".replace(
    ":changed",
    """(changed OR (state <> 'new' AND excluded.size IS NOT NULL AND (
        (size, mtime_ns) IS NOT (excluded.size, excluded.mtime_ns) OR (inode IS NOT NULL
        AND (ctime_ns, inode) IS NOT (excluded.ctime_ns, excluded.inode)))))""",
)
STAMPS = st.builds(FileStamp, *[st.integers(1, 2)] * 4) | st.just(FileStamp())
INPUTS = st.lists(st.tuples(st.integers(0, 3), STAMPS, st.integers(0, 1)), max_size=6)
STATES = st.dictionaries(
    st.integers(0, 3), st.sampled_from(["new", "done", "failed", "stored"]), max_size=4
)


@settings(max_examples=depth(25, deep=400), deadline=None)
@given(st.lists(st.tuples(INPUTS, STATES), min_size=1, max_size=4))
def test_registration_is_that_of_one_statement_an_input(
    tmp_path_factory: pytest.TempPathFactory, runs: list[Any]
) -> None:
    journal = Journal(tmp_path_factory.mktemp("out") / "journal.sqlite")
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("""CREATE TABLE naive (seq INTEGER PRIMARY KEY, key TEXT UNIQUE, metadata TEXT,
            size, mtime_ns, ctime_ns, inode, state TEXT DEFAULT 'new', changed DEFAULT 0)""")
        try:
            for inputs, states in runs:
                _register(journal, db, inputs)
                for number, state in states.items():
                    change = "UPDATE {} SET state = ?, changed = 0 WHERE seq = ?"
                    db.execute(change.format("naive"), [state, number])
                    journal.execute("a test", change.format("inputs"), [state, number])
                journal.commit()
        finally:
            journal.close()


def _register(journal: Journal, db: sqlite3.Connection, inputs: list[Any]) -> None:
    stamps: dict[str, FileStamp] = {}  # a file has one at a time
    items: list[Item] = []
    for number, stamp, metadata in inputs:
        item = Item("image", "file", f"/{number}.png", EmbedOptions(), {"n": metadata})
        stamp = stamps.setdefault(item.key, stamp)
        items.append(item)
        values = {name: getattr(stamp, name) for name in ("size", "mtime_ns", "ctime_ns", "inode")}
        text = f'{{"n":{metadata}}}'
        db.execute(_NAIVE, {"key": item.key, "metadata": text, **values})
    register(journal, items, lambda item: stamps[item.key])
    columns = "seq, key, metadata, changed, size, mtime_ns, ctime_ns, inode"
    of_run = {seq for (seq,) in journal._query("SELECT seq FROM inputs_of_run")}
    found = journal._query(f"SELECT {columns} FROM inputs ORDER BY seq").fetchall()
    assert found == db.execute(f"SELECT {columns} FROM naive ORDER BY seq").fetchall()
    assert of_run >= {seq for seq, key, *_ in found if key in stamps}


def test_a_run_says_how_many_inputs_it_has_registered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[tuple[bool, int, str]] = []
    texts = [{"text": f"text {n}"} for n in range(1_001)]
    service: Any = Service()
    options, chosen = EmbedOptions(), RunSettings(concurrency=64)
    for progress in (lambda run: seen.append((run.is_registering, run.total, str(run))), True):
        embed_inputs(
            service, iter(texts), tmp_path, options=options, settings=chosen, progress=progress
        )
    assert seen[0] == (True, 500, "registering: 500 inputs so far")
    assert seen[-1][:2] == (False, 1_001)
    assert [is_registering for is_registering, *_ in seen] == sorted(
        (each[0] for each in seen), reverse=True
    )
    drawn = capsys.readouterr().err
    assert "registering" in drawn
    assert "1001/1001" in drawn


def test_registering_looks_up_each_input_once(tmp_path: Path) -> None:
    """Statements, not seconds: as many for a library of many inputs as for one of few."""
    journal = Journal(tmp_path / "journal.sqlite")
    items = [Item("text", "text", f"text {n}", EmbedOptions()) for n in range(3_000)]
    register(journal, items)
    statements: list[str] = []
    journal._file.db.set_trace_callback(statements.append)
    register(journal, items)
    journal._file.db.set_trace_callback(None)
    journal.close()
    selects = [sql for sql in statements if sql.startswith("SELECT key, seq")]
    assert len(selects) == math.ceil(len(items) / 500)
    assert not [sql for sql in statements if sql.startswith(("INSERT INTO inputs ", "UPDATE"))]


def test_vectors_of_another_length_do_not_come_into_a_dataset(tmp_path: Path) -> None:
    class Longer(Service):
        def embed(self, kind: str, source: Any, options: EmbedOptions) -> Any:
            return Embeddings.from_items([{"embedding": [0.5] * 128}]), {}

    assert run(Service(), 2, tmp_path).done == 2
    later = run(Longer(), 4, tmp_path)
    assert (later.skipped, later.failed) == (2, 2)
    for failure in later.failures:
        assert "128 dimensions, the dataset has 64" in failure.reason
    assert Embeddings.load(tmp_path).vectors.shape == (2, 64)
