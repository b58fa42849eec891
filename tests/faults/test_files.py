"""Files that are written: none is named by the service, and none is written through a link."""

from __future__ import annotations

import itertools
import os
import re
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from dodeca import Client
from dodeca._sync.bulk_service import BulkService
from dodeca.bulk.inputs import EmbedOptions
from dodeca.bulk.run import embed_inputs
from dodeca.bulk.settings import RunSettings
from dodeca.errors import ConfigurationError, DatasetError
from tests.bulk.library import audio_files
from tests.faults.raw import Raw, http

KEPT = b"not to be touched"
COMMAND = "import sys; from dodeca.cli import main; sys.exit(main())"


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """What a service should not say, since there are systems on which it leads elsewhere."""
    (tmp_path / "outside").mkdir()
    for name in ("x", "x.parquet"):
        (tmp_path / "outside" / name).write_bytes(KEPT)
    return [
        *("../../x", "../outside/x", "../../outside/x", str(tmp_path / "outside" / "x")),
        *("..", "../../x\0.parquet", "C:\\x", "..\\..\\x", "CON", "NUL", "a/b", "~/x", "$HOME"),
    ]


class Hostile:
    """A service that works, and calls everything by such words, one after another."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._ids = defaultdict(lambda: itertools.cycle(words))  # whatever comes in between

    def __call__(self, request: bytes) -> bytes:
        method, target = request.split(maxsplit=2)[:2]
        path = target.partition(b"/v1.3")[2]
        if b"refuse me" in request:
            word = next(self._ids[path])
            return http(orjson.dumps({"code": word, "message": word}), "400 Bad Request")
        if method == b"GET" or path == b"/embed-v2":
            vectors = self._vectors()
            found = vectors[:1] if b"input_text" in request else vectors
            return http(orjson.dumps({**self._thing(method), "data": found}))
        created = {b"/assets": "201 Created", b"/embed-v2/tasks": "202 Accepted"}
        return http(orjson.dumps(self._thing(path)), created[path])

    def _thing(self, kind: bytes) -> dict[str, Any]:
        """An asset or a task, whichever was asked for."""
        word = next(self._ids[kind])
        about = dict.fromkeys(("_id", "filename", "method", "file_type", "model_name"), word)
        return {**about, "status": "ready"}

    def _vectors(self) -> list[dict[str, Any]]:
        times = {"start_sec": 0.0, "end_sec": 4.0}
        return [
            {"embedding": [1.0] * 512, "embedding_option": a, "embedding_scope": b, **times}
            for a, b in itertools.pairwise(self._words)
        ]


def files(folder: Path) -> set[str]:
    """Everything below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.fixture
def outside(
    tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Path]]:
    """The URL of such a service, and an output folder: nothing is written anywhere else."""
    for name in ("here", "tmp", "out"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    audio_files(tmp_path / "in", len(words))
    before = files(tmp_path)
    with Raw(Hostile(words)).serving() as url:
        yield url, tmp_path / "out"
    for path in map(Path, files(tmp_path) - before):
        assert path.parts[0] == "out"
        assert all(re.fullmatch(r"[A-Za-z0-9._-]+", part) for part in path.parts)
    for path in (tmp_path / "outside").iterdir():
        assert path.read_bytes() == KEPT


@pytest.mark.parametrize("name", ["", "library.lance"])
def test_the_service_names_no_file_of_a_run(
    outside: tuple[str, Path], words: list[str], tmp_path: Path, name: str
) -> None:
    url, out = outside
    seen: set[str] = set()
    inputs = [*map(str, (tmp_path / "in").iterdir()), {"text": "a dog"}, {"text": "refuse me"}]
    with Client("key", base_url=url) as client:
        told = embed_inputs(
            BulkService(client._transport),
            inputs=inputs,
            out=out / name,
            options=EmbedOptions(),
            settings=RunSettings(via="task"),
            hook=lambda _: seen.update(files(tmp_path)),
        )
    assert told.done > len(words) // 2, told.failures
    assert {failure.code for failure in told.failures} > {"request_invalid"}
    for path in seen - files(tmp_path):  # drafts, which were renamed or removed
        assert re.fullmatch(r"out/[A-Za-z0-9._/-]+", path)
        assert ".." not in path


@pytest.mark.parametrize("command", ["run", "embed", "report", "upload"])
def test_the_service_names_no_file_of_a_command(
    outside: tuple[str, Path], tmp_path: Path, command: str
) -> None:
    url, out = outside
    sound = tmp_path / "in/0000.wav"
    options: dict[str, list[Any]] = {
        "run": ["-o", out, "--via", "task"],
        "embed": ["-o", out / "vectors.parquet", "--via", "task"],
        "report": ["-o", out / "page.html", "a dog"],
        "upload": [],
    }
    found = subprocess.run(
        [sys.executable, "-c", COMMAND, "--base-url", url, command, sound, *options[command]],
        env={**os.environ, "TWELVELABS_API_KEY": "key"},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    assert any(out.iterdir()) == bool(options[command])


@pytest.mark.parametrize(
    "place", [".part-00000.parquet.new", "errors.parquet", ".errors.parquet.new"]
)
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_link_at_the_place_of_a_file_is_not_written_through(
    tmp_path: Path, place: str, link: Any
) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(KEPT)
    (tmp_path / "out" / "vectors").mkdir(parents=True)
    link(kept, tmp_path / "out" / place)
    with Client.emulated() as client:
        run = client.embed.run([{"text": "a dog"}], out=tmp_path / "out")
    assert run.exit_code == 0
    assert pq.read_table(run.vectors).num_rows == 1
    assert kept.read_bytes() == KEPT


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_link_at_the_place_of_a_part_is_refused(tmp_path: Path, link: Any) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(KEPT)
    (tmp_path / "out" / "vectors").mkdir(parents=True)
    link(kept, tmp_path / "out" / "vectors/part-00000.parquet")
    with Client.emulated() as client, pytest.raises(DatasetError, match="is not in"):
        client.embed.run([{"text": "a dog"}], out=tmp_path / "out")
    assert kept.read_bytes() == KEPT


@pytest.mark.parametrize("name", ["journal.sqlite", "journal.lock"])
def test_a_journal_that_is_a_link_is_refused(tmp_path: Path, name: str) -> None:
    kept = tmp_path / "kept"
    kept.touch()  # SQLite takes an empty file for a new database
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).symlink_to(kept)
    with Client.emulated() as client, pytest.raises(ConfigurationError, match=f"{name} is a link"):
        client.embed.run([{"text": "a dog"}], out=tmp_path / "out")
    assert kept.read_bytes() == b""


def test_a_part_that_a_journal_names_stays_where_parts_are(tmp_path: Path) -> None:
    inputs, out = audio_files(tmp_path / "in", 1), tmp_path / "out"
    with Client.emulated() as client:
        client.embed.run(inputs, out=out)
        kept = tmp_path / "kept.parquet"
        (out / "vectors/part-00000.parquet").rename(kept)
        before = kept.read_bytes()
        with sqlite3.connect(out / "journal.sqlite") as db:
            db.execute("UPDATE inputs SET part = '../../kept'")
        db.close()
        (out / "journal.sha256").unlink()  # whoever changes a journal can do this, too
        audio_files(tmp_path / "in", 1, seconds=5.0)
        with pytest.raises(DatasetError, match=r"names a part '\.\./\.\./kept'"):
            client.embed.run(inputs, out=out)
    assert kept.read_bytes() == before
