"""What earlier versions left on disk opens, goes on and gives the same, without a row lost."""

from __future__ import annotations

import json
import pickle
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.dataset
import pytest

from dodeca import Client, Embeddings, Media
from dodeca.emulator import Emulator, VirtualClock, samples
from tests.stored import make_videos
from tests.stored.make import inputs

VERSIONS = sorted(path.name for path in Path(__file__).parent.glob("v*"))


@pytest.fixture(params=VERSIONS)
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / request.param
    shutil.copytree(Path(__file__).parent / request.param, folder)
    return folder


def test_an_emulator_goes_on_with_its_database(stored: Path) -> None:
    expected = json.loads((stored / "expected.json").read_text())
    with Client.emulated(db=stored / "emulator.sqlite") as client:
        assert client.indexes.retrieve(expected["index"]).index_name == "stored"
        assert client.assets.retrieve(expected["asset"]).status == "ready"
        assert client.embed.audio(Media.asset(expected["asset"])).vectors.shape[1] == 512
        found = client.embed.tasks.retrieve(expected["task"])
        np.testing.assert_array_equal(found.result().vectors, _pickled(stored, "audio").vectors)


def test_a_library_of_videos_answers_as_before(tmp_path: Path) -> None:
    """Written by format 3: lists, vectors and searches give what the version of then gave."""
    folder = shutil.copytree(Path(__file__).parent / "library3", tmp_path / "library3")
    expected = json.loads((folder / "expected.json").read_text())
    for _ in range(2):  # migrated, and as it is from then on
        with Emulator(db=folder / "emulator.sqlite", clock=VirtualClock()) as emulator:
            http = make_videos.client(emulator)
            found = make_videos.answers(http, expected["index"], expected["task"])
        assert found == expected["answers"]


def test_a_database_before_batches_is_brought_up_to_date(tmp_path: Path) -> None:
    """Format 4 had no column for the batch of a task; canceled tasks were among the running."""
    path = tmp_path / "emulator.sqlite"
    samples.write_all(tmp_path)
    with Client.emulated(db=path, media=tmp_path) as client:
        asset = client.assets.upload(tmp_path / "colours.mp4").wait()
        task = client.analyze.tasks.create("What?", video=Media.asset(asset.id)).wait()
    with sqlite3.connect(path) as db:
        db.execute("DROP INDEX documents_by_batch_id")
        db.execute("ALTER TABLE documents DROP COLUMN batch_id")
        db.execute("DROP INDEX documents_running")
        db.execute(
            "CREATE INDEX documents_running ON documents (collection, index_id)"
            " WHERE status NOT IN ('ready', 'failed')"
        )
        db.execute("PRAGMA user_version = 4")
    db.close()
    for _ in range(2):  # migrated, and as it is from then on
        with Client.emulated(db=path, media=tmp_path) as client:
            assert client.analyze.tasks.retrieve(task.id).latest == task
            requests = [Media.asset(asset.id)]
            job = client.analyze.batches.create(requests, defaults={"prompt": "What?"})
            assert job.wait().ready_items == 1


def test_a_killed_run_goes_on(stored: Path) -> None:
    before = (stored / "run/vectors/part-00000.parquet").read_bytes()
    with Client.emulated(db=stored / "emulator.sqlite", media=stored / "media") as client:
        run = client.embed.run(inputs(), out=stored / "run", via="task")
    assert (run.done, run.skipped, run.failed) == (1, 5, 0)
    assert (stored / "run/vectors/part-00000.parquet").read_bytes() == before
    rows = pyarrow.dataset.dataset(stored / "run/vectors").to_table()
    assert len(set(rows["id"].to_pylist())) == len(rows)
    assert len(set(rows["input_id"].to_pylist())) == len(inputs())
    assert sorted(filter(None, rows["colour"].to_pylist())) == ["blue", "green", "red"]


def test_pickles_and_tables_of_embeddings_are_read(stored: Path) -> None:
    library, table = _pickled(stored, "library"), Embeddings.load(stored / "library.parquet")
    assert repr(library) == repr(table)
    np.testing.assert_array_equal(library.vectors, table.vectors)
    for column in ("embedding_option", "embedding_scope", "source_id"):
        assert list(getattr(library, column)) == list(getattr(table, column))
    assert set(library.source_id) == {"red", "1.wav"}
    audio = _pickled(stored, "audio")
    assert len(audio.filter(scope="asset")) == 1
    assert audio.metadata == pickle.loads(pickle.dumps(audio)).metadata
    assert _pickled(stored, "text")[0].vector.shape == (512,)
    assert _pickled(stored, "index").index_name == "stored"


def _pickled(stored: Path, name: str) -> Any:
    return pickle.loads((stored / f"{name}.pickle").read_bytes())


@pytest.mark.parametrize("read", ["parquet", "pickle"])
def test_embeddings_before_uncertainty_are_read(read: str) -> None:
    """Written when tables did not say their format, and embeddings had one model."""
    folder = Path(__file__).parent / "tables1"
    load = Embeddings.load if read == "parquet" else lambda path: pickle.loads(path.read_bytes())
    video, library = (load(folder / f"{name}.{read}") for name in ("video", "library"))
    assert (video.model_name, video.models.distinct()) == ("marengo3.0", ["marengo3.0"])
    assert (video.dimension, video.uncertainty, video.truncated) == (3, None, False)
    assert video.vectors.tolist() == [[0.25, -0.5, 1.0], [1.0, 0.0, 0.5]]
    assert video.extra == ({"chunk_index": 3}, {})
    assert (video.metadata.duration, video.usage.extra) == (6.5, {"n": 1})
    assert video.metadata.extra == {"embedding_dimension": 3}
    assert video.response_extra == {"novel": [1]}
    assert list(video.source) == ["/a.mp4", "/a.mp4"]
    assert not video.vectors.flags.writeable
    assert list(library.source_id) == ["a.mp4", "a.mp4", "red"]
    assert library.model_name == "marengo3.0"
    ids = [row["id"] for row in library.records()]
    assert ids == [
        "995f3ff4-a3ab-586e-84f8-10c4ca28bdf7",
        "6d135632-23d5-5c4f-99e0-1b7b58c9097b",
        "efe2b454-6f45-5b3d-9fb8-a96ed0d690ec",
    ]
    red = Embeddings.from_items([{"embedding": [0.0, 1.0, 0.0]}])
    again = Embeddings.concat({"a.mp4": video, "red": red})
    assert [row["id"] for row in again.records()] == ids
