"""Bulk runs on the emulator: what goes in, what comes out, and what a second run costs."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dodeca import AsyncClient, Client, Media
from dodeca._base.row_ids import row_id
from dodeca.bulk import Run
from dodeca.emulator import samples
from dodeca.errors import ConfigurationError, InvalidRequestError
from dodeca.segmentation import fixed
from tests.bulk.library import audio_files, rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video, an audio file, two images, one of them in a subfolder, and other files."""
    path = tmp_path_factory.mktemp("library")
    samples.video(path / "film.mp4", [samples.Scene("red", 4.0), samples.Scene("blue", 4.0)])
    audio_files(path, 1)
    samples.image(path / "red.png", "red", (200, 200))
    (path / "more").mkdir()
    samples.image(path / "more" / "blue.jpg", "blue", (200, 200))
    (path / "notes.txt").write_text("no medium")
    (path / ".hidden.png").write_bytes(b"not an image")
    return path


@pytest.fixture
def client() -> Iterator[Client]:
    with Client.emulated() as found:
        yield found


def requests(client: Client) -> int:
    assert client._owned is not None
    return len(client._owned.access_log.last)


def names(out: Path) -> list[str]:
    return sorted({Path(source).name for source in rows(out)["source"].to_pylist()})


def test_a_folder(client: Client, folder: Path, tmp_path: Path) -> None:
    run = client.embed.run(folder, out=tmp_path / "out")
    assert (run.total, run.done, run.failed, run.exit_code) == (4, 4, 0, 0)
    assert run.minutes == pytest.approx(12.0 / 60, rel=0.05)
    assert names(tmp_path / "out") == ["0000.wav", "blue.jpg", "film.mp4", "red.png"]
    table = pq.read_table(tmp_path / "out" / "vectors")
    assert table.schema.field("vector").type == pa.list_(pa.float32(), 512)
    assert table.column_names == [
        "id",
        "input_id",
        "source",
        "start_sec",
        "end_sec",
        "embedding_option",
        "embedding_scope",
        "model_name",
        "vector",
    ]
    assert len(set(table["id"].to_pylist())) == len(table)


def test_the_rows_are_those_of_single_calls(client: Client, folder: Path, tmp_path: Path) -> None:
    film = folder / "film.mp4"
    client.embed.run(film, out=tmp_path / "out", segmentation=fixed(4))
    single = client.embed.video(film, segmentation=fixed(4))
    table = pq.read_table(tmp_path / "out" / "vectors").to_pylist()
    assert [row["vector"] for row in table] == single.vectors.tolist()
    assert [row["start_sec"] for row in table] == single.start_sec.tolist()
    assert [row["id"] for row in table] == [
        row_id(f"file:{film}", one.start_sec, one.end_sec,
               one.embedding_option, one.embedding_scope, "marengo3.0")
        for one in single
    ]  # fmt: skip


@pytest.mark.parametrize("via", ["auto", "task"])
def test_a_second_run_costs_no_request(
    client: Client, folder: Path, tmp_path: Path, via: Any
) -> None:
    first = client.embed.run(folder, out=tmp_path / "out", via=via)
    before, kept = requests(client), rows(tmp_path / "out")
    again = client.embed.run(folder, out=tmp_path / "out", via=via)
    assert requests(client) == before
    assert (again.done, again.skipped) == (0, first.done)
    assert rows(tmp_path / "out").equals(kept)


def test_more_inputs_add_rows(client: Client, folder: Path, tmp_path: Path) -> None:
    client.embed.run(folder / "red.png", out=tmp_path / "out")
    run = client.embed.run(folder, out=tmp_path / "out")
    assert (run.done, run.skipped) == (3, 1)
    assert len(names(tmp_path / "out")) == 4


def test_a_file_that_changed_is_embedded_anew(client: Client, tmp_path: Path) -> None:
    image, other = tmp_path / "a.png", tmp_path / "b.png"
    samples.image(image, "red", (200, 200))
    samples.image(other, "green", (200, 200))
    client.embed.run([image, other], out=tmp_path / "out")
    before = {row["source"]: row for row in rows(tmp_path / "out").to_pylist()}
    samples.image(image, "blue", (210, 200))
    run = client.embed.run([image, other], out=tmp_path / "out")
    assert (run.done, run.skipped) == (1, 1)
    after = {row["source"]: row for row in rows(tmp_path / "out").to_pylist()}
    assert after[str(other)] == before[str(other)]
    assert after[str(image)]["id"] == before[str(image)]["id"]  # the new row replaces the old one
    assert after[str(image)]["vector"] != before[str(image)]["vector"]
    assert after[str(image)]["vector"] != before[str(image)]["vector"]


def test_a_touched_file_costs_no_request(client: Client, tmp_path: Path) -> None:
    image = samples.image(tmp_path / "a.png", "red", (200, 200))
    client.embed.run(image, out=tmp_path / "out")
    before = requests(client)
    os.utime(image, ns=(1, 1))
    for _ in range(2):
        run = client.embed.run(image, out=tmp_path / "out")
        assert (run.done, run.skipped, run.remaining, requests(client)) == (0, 1, 0, before)


def test_a_touched_file_is_read_once(client: Client, tmp_path: Path) -> None:
    """What it holds is compared when its time is new, and not in every run after that."""
    image = samples.image(tmp_path / "a.png", "red", (200, 200))
    client.embed.run(image, out=tmp_path / "out")
    os.utime(image, ns=(1, 1))
    client.embed.run(image, out=tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out" / "journal.sqlite")) as journal:
        assert journal.execute("SELECT changed, mtime_ns, state FROM inputs").fetchall() == [
            (0, 1, "done")
        ]


def test_a_changed_file_that_fails_has_no_vectors(client: Client, tmp_path: Path) -> None:
    image = samples.image(tmp_path / "a.png", "red", (200, 200))
    other = samples.image(tmp_path / "b.png", "green", (200, 200))
    client.embed.run([image, other], out=tmp_path / "out")
    image.write_bytes(b"not an image")
    run = client.embed.run([image, other], out=tmp_path / "out")
    assert [failure.code for failure in run.failures] == ["media_invalid"]
    assert names(tmp_path / "out") == ["b.png"]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_manifest(client: Client, folder: Path, tmp_path: Path, suffix: str) -> None:
    manifest = folder / f"manifest.{suffix}"
    table = [
        {"path": "film.mp4", "segmentation": "fixed:2", "embedding_option": "visual", "genre": "a"},
        {"path": "film.mp4", "embedding_scope": "asset", "genre": "b", "year": 1999},
        {"text": "a red video", "year": 2001},
        {"path": "red.png"},
    ]
    columns = sorted({name for row in table for name in row})
    if suffix == "csv":
        lines = [",".join(str(row.get(name, "")) for name in columns) for row in table]
        manifest.write_text("\n".join([",".join(columns), *lines]) + "\n")
    else:
        full = [{name: row.get(name) for name in columns} for row in table]
        pq.write_table(pa.Table.from_pylist(full), manifest)
    try:
        run = client.embed.run(manifest, out=tmp_path / "out")
    finally:
        manifest.unlink()
    assert (run.done, run.exit_code) == (4, 0)
    found = rows(tmp_path / "out")
    assert found.schema.field("year").type == pa.int64()
    by_genre: dict[Any, list[dict[str, Any]]] = {}
    for row in found.to_pylist():
        by_genre.setdefault(row["genre"], []).append(row)
    assert {row["embedding_option"] for row in by_genre["a"]} == {"visual"}
    assert sum(row["embedding_scope"] == "clip" for row in by_genre["a"]) == 4
    assert {row["embedding_scope"] for row in by_genre["b"]} == {"asset"}
    assert {(row["source"], row["year"]) for row in by_genre[None]} == {
        ("a red video", 2001),
        (str(folder / "red.png"), None),
    }


def test_all_kinds_of_sources(client: Client, folder: Path, tmp_path: Path) -> None:
    asset = client.assets.upload(folder / "film.mp4").wait()
    assert client._owned is not None
    client._owned.state.media_folder = folder
    inputs = [
        "https://example.com/film.mp4",
        {"url": "https://example.com/red.png", "note": "a link"},
        Media.asset(asset.id),
        Media.data((folder / "red.png").read_bytes(), filename="held.png"),
        {"text": "words", "note": "a text"},
        folder / "0000.wav",
        {"text": "words", "note": "the same again"},
    ]
    run = client.embed.run(iter(inputs), out=tmp_path / "out", keep_assets=False)
    assert (run.total, run.done, list(run.failures)) == (6, 6, [])
    sources = set(rows(tmp_path / "out")["source"].to_pylist())
    assert {"https://example.com/film.mp4", asset.id, "words"} <= sources
    assert client.assets.retrieve(asset.id).id == asset.id, "it was not made for the run"
    assert client.embed.run(iter(inputs), out=tmp_path / "out").skipped == 6


def test_a_glob(client: Client, folder: Path, tmp_path: Path) -> None:
    run = client.embed.run(f"{folder}/**/*.[jp][pn]g", out=tmp_path / "out")
    assert run.done == 2


def test_assets_are_deleted_when_the_run_says_so(
    client: Client, folder: Path, tmp_path: Path
) -> None:
    client.embed.run(folder, out=tmp_path / "kept", via="task")
    assert len(list(client.assets.list())) == 2
    client.embed.run(folder, out=tmp_path / "kept", via="task", keep_assets=False)
    assert list(client.assets.list()) == [], "those of an earlier run"
    client.embed.run(folder, out=tmp_path / "gone", via="task", keep_assets=False)
    assert list(client.assets.list()) == []


def test_a_dry_run_sends_and_writes_nothing(client: Client, folder: Path, tmp_path: Path) -> None:
    bad = samples.image(tmp_path / "small.png", "red", (64, 64))
    inputs = [*sorted(folder.rglob("[!.]*.*g")), folder / "film.mp4", folder / "0000.wav", bad]
    run = client.embed.run(inputs, out=tmp_path / "out", via="task", dry_run=True)
    estimate = run.estimate
    assert estimate is not None
    assert (estimate.inputs, estimate.requests) == (5, 6)
    assert estimate.minutes == pytest.approx(12.0 / 60, rel=0.05)
    assert [Path(rejection.source).name for rejection in estimate.rejected] == ["small.png"]
    assert requests(client) == 0
    assert not (tmp_path / "out").exists()
    client.embed.run(folder / "red.png", out=tmp_path / "out")
    run = client.embed.run(inputs, out=tmp_path / "out", dry_run=True)
    assert (run.estimate.skipped if run.estimate else 0) == 1


def test_max_minutes_stops_the_run(client: Client, tmp_path: Path) -> None:
    folder = audio_files(tmp_path / "in", 6)
    run = client.embed.run(folder, out=tmp_path / "out", max_minutes=0.21, concurrency=2)
    assert (run.done, run.stopped, run.exit_code) == (3, "max_minutes", 75)
    again = client.embed.run(folder, out=tmp_path / "out", max_minutes=0.21)
    assert (again.done, again.skipped, again.exit_code) == (3, 3, 0)


@pytest.mark.parametrize(("seconds", "done"), [(60.0, 1), (60.5, 0)])
def test_max_minutes_are_of_sixty_seconds(
    client: Client, tmp_path: Path, seconds: float, done: int
) -> None:
    folder = audio_files(tmp_path / "in", 1, seconds)
    run = client.embed.run(folder, out=tmp_path / "out", max_minutes=1.0)
    assert (run.done, run.minutes) == (done, pytest.approx(float(done)))


def test_what_is_too_long_for_the_rest_of_a_quota_is_not_sent(tmp_path: Path) -> None:
    folder = audio_files(tmp_path / "in", 3, 40.0)
    with Client.emulated(limits=["1m/day"]) as client:
        run = client.embed.run(folder, out=tmp_path / "out", concurrency=1)
        assert (run.done, requests(client)) == (1, 2), "one is accepted, one rejected"
        assert {failure.code for failure in run.failures} == {"too_many_requests"}
        assert run.remaining == 2


def test_progress_is_reported(client: Client, folder: Path, tmp_path: Path) -> None:
    reported: list[int] = []
    client.embed.run(folder, out=tmp_path / "out", progress=lambda run: reported.append(run.done))
    assert reported[-1] == 4
    assert reported == sorted(reported)


@pytest.mark.parametrize(
    ("options", "inputs", "match"),
    [
        ({"via": "post"}, [], "via must be one of auto, sync, task"),
        ({"on_unknown": "hope"}, [], "on_unknown"),
        ({"concurrency": 0}, [], "concurrency must be 1 to 256"),
        ({"max_minutes": -1.0}, [], "max_minutes"),
        ({"max_minutes": "5"}, [], "max_minutes must be 0 or more"),
        ({"concurrency": 2.5}, [], "concurrency must be an integer"),
        ({"concurrency": "4"}, [], "concurrency must be an integer"),
        ({"embedding_option": ["visaul"]}, [], "embedding_option must be one of"),
        ({"embedding_scope": ["clips"]}, [], "embedding_scope must be one of"),
        ({}, 5, "got int"),
        ({}, "/no/such/folder", "there is no file, folder or manifest"),
        ({}, "/no/such/*.mp4", "no file matches"),
        (
            {},
            [3],
            "input 0 must be a path, a URL, an open binary file, a PIL image, a Media or a mapping",
        ),
        ({}, [{"text": "a", "path": "b"}], "input 0 must have exactly one of"),
        ({}, [{"note": "a"}], "must have exactly one of"),
        ({}, [{"text": "a", "vector": 1}], "'vector' is a column of the output"),
        ({}, [{"text": "a", "tags": ["b"]}], "metadata must be strings"),
        ({}, [{"path": "a.mp4", "segmentation": "fixed:1"}], "input 0: duration_sec"),
        ({}, [{"path": "a.mp4", "start_sec": -1}], "start_sec must be a number of seconds"),
        ({}, ["http://user:pw@host/a.mp4"], "a user name or password"),
    ],
)
def test_bad_requests_send_nothing(
    client: Client, tmp_path: Path, options: dict[str, Any], inputs: Any, match: str
) -> None:
    with pytest.raises(InvalidRequestError, match=match):
        client.embed.run(inputs, out=tmp_path / "out", **options)
    assert requests(client) == 0
    assert client.embed.run([{"text": "fine"}], out=tmp_path / "out").done == 1


def test_other_metadata_columns_need_another_dataset(client: Client, tmp_path: Path) -> None:
    client.embed.run([{"text": "a", "year": 1}], out=tmp_path / "out")
    for row in ({"text": "b", "genre": "c"}, {"text": "b", "year": "x"}):
        with pytest.raises(InvalidRequestError, match="write them to another dataset"):
            client.embed.run([row], out=tmp_path / "out")
    run = client.embed.run([{"text": "b"}, {"text": "c", "year": 3}], out=tmp_path / "out")
    assert run.exit_code == 0
    assert rows(tmp_path / "out")["year"].to_pylist() == [1, None, 3]


def test_a_file_that_is_not_a_journal_is_not_changed(client: Client, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    journal = tmp_path / "out" / "journal.sqlite"
    journal.write_bytes(b"something else" * 100)
    with pytest.raises(ConfigurationError, match="cannot be read as a journal"):
        client.embed.run([{"text": "a"}], out=tmp_path / "out")
    assert journal.read_bytes() == b"something else" * 100


def test_the_journal_is_for_its_owner(client: Client, tmp_path: Path) -> None:
    client.embed.run([{"text": "a"}], out=tmp_path / "out")
    found = {path.name: path.stat().st_mode & 0o077 for path in (tmp_path / "out").glob("journal*")}
    assert found == dict.fromkeys(found, 0)
    assert b"emulated" not in (tmp_path / "out" / "journal.sqlite").read_bytes(), "no key in it"


@pytest.mark.anyio
async def test_the_async_client_runs_it_too(folder: Path, tmp_path: Path) -> None:
    async with AsyncClient.emulated() as client:
        run = await client.embed.run(folder, out=tmp_path / "out", via="task")
        assert isinstance(run, Run)
        assert (run.done, run.exit_code) == (4, 0)
    with Client.emulated() as other:
        other.embed.run(folder, out=tmp_path / "other", via="task")
    assert rows(tmp_path / "out").equals(rows(tmp_path / "other"))


def test_the_command(folder: Path, tmp_path: Path) -> None:
    program = "import sys; from dodeca.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "--emulated", "--json", "run", str(folder)]
    found = subprocess.run([*command, "-o", str(tmp_path / "out")], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["done"] == 4
    inputs = tmp_path / "list.csv"
    inputs.write_text("path\nmissing.png\n")
    command[-1] = str(inputs)
    found = subprocess.run([*command, "-o", str(tmp_path / "two")], capture_output=True, text=True)
    assert found.returncode == 3, found.stderr
    assert json.loads(found.stdout.splitlines()[0])["code"] == "media_invalid"


def test_numpy_and_python_values_make_one_input(client: Client, tmp_path: Path) -> None:
    first = [{"text": "a", "score": np.float32(0.5), "count": np.int64(3)}]
    client.embed.run(first, out=tmp_path / "out")
    assert client.embed.run([{"text": "a", "score": 0.5}], out=tmp_path / "out").skipped == 1
