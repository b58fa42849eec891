"""Random damage to any file of a library, between two runs: no row is lost or doubled.

After the second run there is one row set for each input, and every row of anybody else, or it
raised a `DatasetError` (or another `DodecaError`) before it wrote to the dataset.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dodeca import Embeddings
from dodeca._base.files import sync_folder
from dodeca.bulk.inputs import EmbedOptions, items
from dodeca.bulk.results import Run
from dodeca.bulk.run import embed_inputs
from dodeca.bulk.settings import RunSettings
from dodeca.errors import ConfigurationError, DatasetError, DodecaError, InvalidRequestError
from tests.bulk.library import ROOT
from tests.depth import depth

DAMAGES = depth(50, deep=500, soak=10_000)
SETTINGS = RunSettings(concurrency=1, spool_bytes=500, part_bytes=5_000)
TEXTS = [f"text {number}" for number in range(9)]
KILLED_AT = ("a part", "the digest of a part", "a row set", "inputs")


class Service:
    """Embeds texts without a network."""

    def embed(self, kind: str, source: Any, options: EmbedOptions) -> Any:
        return Embeddings.from_items([{"embedding": [float(len(str(source))), 0.5, 0.25, 0.0]}]), {}


def embed(texts: list[str], out: Path, hook: Any = lambda point: None, **settings: Any) -> Run:
    inputs = [{"text": text, "note": "x"} for text in texts]
    service: Any = Service()
    return embed_inputs(
        service, inputs, out, options=EmbedOptions(), settings=SETTINGS, hook=hook, **settings
    )


def rows_by_input(out: Path) -> Counter[str]:
    """The number of rows of each input, in all files that readers of the folder take."""
    found: Counter[str] = Counter()
    for path in (out / "vectors").glob("*.parquet"):
        found.update(pq.ParquetFile(path).read()["input_id"].to_pylist())
    return found


def readable_inputs(out: Path) -> set[str]:
    try:
        return {*rows_by_input(out)}
    except (OSError, KeyError, pa.ArrowException):  # a column may have lost its name
        return set()


def contents(out: Path) -> dict[Path, bytes]:
    """What the parts hold."""
    return {path: path.read_bytes() for path in (out / "vectors").iterdir()}


def error_of_a_run(out: Path) -> Exception | None:
    try:
        embed(TEXTS, out)
    except Exception as exc:
        return exc
    return None


def keys(texts: list[str]) -> set[str]:
    return {item.key for item in items([{"text": text} for text in texts], EmbedOptions())}


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Libraries to damage, as ended and killed runs left them; an older and a foreign one."""
    folder = tmp_path_factory.mktemp("libraries")
    embed(TEXTS[:4], folder / "ended")
    shutil.copytree(folder / "ended", folder / "older")

    copies = iter(range(1_000))

    def copy(point: str) -> None:
        if point.removeprefix("after the commit of ") in KILLED_AT:
            shutil.copytree(folder / "ended", folder / f"killed {next(copies)}")

    embed(TEXTS[:7], folder / "ended", copy)
    embed([f"foreign {number}" for number in range(5)], folder / "foreign")
    return {path.name: path for path in folder.iterdir()}


def damaged(path: Path, older: Path, foreign: Path, chance: random.Random) -> str:
    """Damage one file; what was done."""
    content = path.read_bytes()
    kind = chance.choice(["delete", "truncate", "empty", "flip", "older", "foreign"])
    match kind:
        case "delete":
            path.unlink()
        case "truncate":
            path.write_bytes(content[: chance.randrange(len(content) + 1)])
        case "empty":
            path.write_bytes(b"")
        case "flip" if content:
            place = chance.randrange(len(content))
            flipped = content[place] ^ (1 << chance.randrange(8))
            path.write_bytes(content[:place] + bytes([flipped]) + content[place + 1 :])
        case "older" if older.exists():
            shutil.copyfile(older, path)
        case "foreign" if foreign.exists():
            shutil.copyfile(foreign, path)
    return f"{kind} {path.name}"


def test_random_damage_loses_and_doubles_no_row(tmp_path: Path, libraries: dict[str, Path]) -> None:
    verdicts: Counter[str] = Counter()
    damageable = sorted(libraries.keys() - {"older", "foreign"})
    for seed in range(DAMAGES):
        chance = random.Random(seed)
        name = "ended" if seed % 2 else chance.choice(damageable)
        out = Path(shutil.copytree(libraries[name], tmp_path / str(seed)))
        path = chance.choice(sorted(path for path in out.rglob("*") if path.is_file()))
        beside = path.relative_to(out)
        done = damaged(path, libraries["older"] / beside, libraries["foreign"] / beside, chance)
        where = f"seed {seed}, {name}: {done}"
        foreign, before = readable_inputs(out) - keys(TEXTS), contents(out)
        error = error_of_a_run(out)
        if error is None:
            assert rows_by_input(out) == dict.fromkeys(keys(TEXTS) | foreign, 1), where
        else:
            assert isinstance(error, DodecaError), where
            assert str(out) in str(error), where
            assert contents(out) == before, f"{where}: {error}"
        verdicts[type(error).__name__] += 1
        shutil.rmtree(out)
    assert min(verdicts["NoneType"], verdicts["DatasetError"]) >= DAMAGES // 10, verdicts


def test_a_lost_journal_replaces_no_part(tmp_path: Path, libraries: dict[str, Path]) -> None:
    for name in ("unlink", "empty"):
        out = Path(shutil.copytree(libraries["ended"], tmp_path / name))
        for file in out.glob("journal.*"):
            file.unlink()
        if name == "empty":
            (out / "journal.sqlite").write_bytes(b"")
        before = rows_by_input(out)
        with pytest.raises(DatasetError, match=r"part-00000.parquet is not in .*journal.sqlite"):
            embed(TEXTS, out)
        assert rows_by_input(out) == before


def test_a_part_of_another_table_is_not_replaced(tmp_path: Path) -> None:
    part = tmp_path / "vectors" / "part-00000.parquet"
    part.parent.mkdir()
    part.write_bytes(b"of somebody else")
    with pytest.raises(DatasetError, match=r"part-00000\.parquet is not in"):
        embed(TEXTS, tmp_path)
    assert part.read_bytes() == b"of somebody else"


@pytest.mark.parametrize("what", ["one part", "all parts"])
def test_inputs_of_deleted_parts_are_embedded_again(
    tmp_path: Path, libraries: dict[str, Path], what: str
) -> None:
    out = Path(shutil.copytree(libraries["ended"], tmp_path / "out"))
    if what == "all parts":
        shutil.rmtree(out / "vectors")
    else:
        (out / "vectors" / "part-00000.parquet").unlink()
    lost = 7 - sum(rows_by_input(out).values())
    planned = embed(TEXTS[:7], out, dry_run=True).estimate
    assert planned
    assert (planned.inputs, planned.skipped) == (lost, 7 - lost)
    run = embed(TEXTS[:7], out)
    assert (run.done, run.skipped, run.exit_code) == (lost, 7 - lost, 0)
    assert rows_by_input(out) == dict.fromkeys(keys(TEXTS[:7]), 1)


def test_a_lance_table_that_was_deleted_is_written_again(tmp_path: Path) -> None:
    lancedb = pytest.importorskip("lancedb")
    out = tmp_path / "library.lance"
    embed(TEXTS, out)
    shutil.rmtree(out)
    run = embed(TEXTS, out)
    assert (run.done, run.skipped, run.exit_code) == (len(TEXTS), 0, 0)
    found = lancedb.connect(tmp_path).open_table("library").to_arrow()["input_id"].to_pylist()
    assert Counter(found) == dict.fromkeys(keys(TEXTS), 1)


def test_a_damaged_lance_table_is_named(tmp_path: Path) -> None:
    pytest.importorskip("lancedb")
    out = tmp_path / "library.lance"
    embed(TEXTS, out)
    for file in (path for path in out.rglob("*") if path.is_file()):
        file.write_bytes(file.read_bytes()[:10])
    with pytest.raises(DatasetError, match=r"library.lance cannot be read or written"):
        embed(TEXTS, out)


def test_a_folder_in_the_place_of_the_lock_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal.lock").mkdir()
    with pytest.raises(DatasetError, match=r"journal.lock cannot be read or written"):
        embed(TEXTS, tmp_path)


def test_a_full_disk_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    """A limit on the size of files stands for it."""
    program = """
import resource, sys
from pathlib import Path
from dodeca.errors import DatasetError
from tests.bulk.test_damage import TEXTS, embed

hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
for size in (0, 3_000, 100_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    out = Path(sys.argv[1], str(size))
    try:
        embed(TEXTS, out)
    except DatasetError as exc:
        assert "cannot be read or written" in str(exc) and str(out) in str(exc), exc
    else:
        raise AssertionError(size)
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    for out in tmp_path.iterdir():
        assert embed(TEXTS, out).exit_code == 0
        assert rows_by_input(out) == dict.fromkeys(keys(TEXTS), 1)


def test_a_journal_of_a_newer_version_is_refused_by_name(
    tmp_path: Path, libraries: dict[str, Path]
) -> None:
    out = Path(shutil.copytree(libraries["ended"], tmp_path / "out"))
    (out / "journal.sha256").unlink()
    db = sqlite3.connect(out / "journal.sqlite")
    db.execute("PRAGMA user_version = 4")
    db.close()
    before = contents(out)
    for dry_run in (False, True):
        with pytest.raises(ConfigurationError, match=r"journal.sqlite has version 4, .* up to 3"):
            embed(TEXTS, out, dry_run=dry_run)
    assert contents(out) == before


@pytest.mark.parametrize("dry_run", [False, True])
def test_an_output_with_nul_is_rejected(tmp_path: Path, dry_run: bool) -> None:
    with pytest.raises(InvalidRequestError, match="character NUL"):
        embed(TEXTS, Path(f"{tmp_path}/a\0b"), dry_run=dry_run)


def test_windows_does_not_open_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError("Windows opens no folder")

    with monkeypatch.context() as patched:
        patched.setattr(os, "name", "nt")
        patched.setattr(os, "open", refuse)
        sync_folder(tmp_path)


def test_a_folder_that_moves_during_a_run_ends_it(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def move(point: str) -> None:
        if point == "before the rename of part" and not (tmp_path / "moved").exists():
            out.rename(tmp_path / "moved")
            (out / "vectors").mkdir(parents=True)

    with pytest.raises(DatasetError, match=r"journal.sqlite"):
        embed(TEXTS, out, move)
    assert not list((out / "vectors").iterdir())
    assert embed(TEXTS, tmp_path / "moved").exit_code == 0
    assert rows_by_input(tmp_path / "moved") == dict.fromkeys(keys(TEXTS), 1)


def test_a_journal_has_one_output(tmp_path: Path) -> None:
    embed(TEXTS, tmp_path / "library.journal")
    with pytest.raises(DatasetError, match="is of a run that writes Parquet files, and not"):
        embed(TEXTS, tmp_path / "library.lance")
