"""A library written by an earlier version opens and resumes: its formats on disk have not changed.

`stored/` was interrupted with an input in each state of the journal, and has version 1; `stored2/`
is the same library after code of version 2 had opened it. They are never written again by newer
code; a new format gets a folder of its own.
"""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from dodeca import Embeddings, Media
from dodeca.bulk.inputs import EmbedOptions
from dodeca.bulk.results import Run
from dodeca.bulk.run import embed_inputs
from dodeca.bulk.settings import RunSettings
from dodeca.errors import DatasetError
from tests.bulk.library import rows

STORED = Path(__file__).parent / "stored"
UPLOADING = "cedc0ccf12a59efb-9e369a7b62f66c68ca8b90e341031d7c-1786d27e5d881d67"
INPUTS: list[dict[str, Any]] = [
    {"text": "done", "genre": "a", "year": 1999},
    {
        "url": "https://example.com/done.mp4",
        "genre": "b",
        "embedding_option": "visual",
        "segmentation": "fixed:6",
    },
    {"url": "https://example.com/failed.mp4"},
    {"text": "unavailable"},
    {"text": "spooled", "year": 2001},
    {"url": "https://example.com/running.mp4"},
    {"url": "https://example.com/submitting.mp4"},
    {"media": Media.data(b"stored" * 100, filename="stored.wav"), "genre": "c"},
    {"media": Media.data(b"uploading" * 100, filename="uploading.wav")},
]


class Service:
    """The service that the stored library was interrupted at, and the requests that it gets."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()

    def embed(self, kind: str, source: Any, options: EmbedOptions) -> Any:
        self.requests[f"embed {source}"] += 1
        return vectors(4.0), {}

    def find_asset(self, marker: str, since: float) -> str | None:
        self.requests[f"find {marker}"] += 1
        return "asset-2"

    def asset_is_ready(self, asset_id: str) -> bool:
        self.requests[f"asset {asset_id}"] += 1
        return True

    def submit(self, kind: str, media: Media, options: EmbedOptions) -> Any:
        name = media.asset_id or "url"
        self.requests[f"submit {name}"] += 1
        return f"task-{name}", {}

    def task_result(self, task_id: str) -> Embeddings:
        self.requests[f"task {task_id}"] += 1
        return vectors(5.0)


def vectors(value: float) -> Embeddings:
    return Embeddings.from_items([{"embedding": [value, 0.5, 0.25, 0.0]}])


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STORED, tmp_path / "library"))


@pytest.fixture(params=["stored", "stored2"])
def any_library(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return Path(shutil.copytree(STORED.with_name(request.param), tmp_path / "library"))


def resume(service: Any, library: Path, on_unknown: str) -> Run:
    settings = RunSettings(
        via="task", concurrency=1, reconcile_after_sec=0.0, on_unknown=on_unknown
    )
    return embed_inputs(service, INPUTS, library, options=EmbedOptions(), settings=settings)


def test_a_stored_library_resumes_from_every_state(any_library: Path) -> None:
    before = {row["source"]: row for row in rows(any_library).to_pylist()}
    service = Service()
    run = resume(service, any_library, "stop")
    assert (run.skipped, run.done, run.failed, run.unknown) == (3, 4, 1, 1)
    assert service.requests == dict.fromkeys(
        (
            "embed unavailable",
            "task task-running",
            "asset asset-1",
            "submit asset-1",
            "task task-asset-1",
            f"find {UPLOADING}",
            "asset asset-2",
            "submit asset-2",
            "task task-asset-2",
        ),
        1,
    )
    after = {row["source"]: row for row in rows(any_library).to_pylist()}
    assert len(after) == 7
    assert after.items() >= before.items()
    assert after["spooled"]["vector"] == [2.0, 0.5, 0.25, 0.0]
    assert after["spooled"]["year"] == 2001
    errors = {row["source"]: row["code"] for row in pq.read_table(run.errors).to_pylist()}
    assert errors == {
        "https://example.com/failed.mp4": "job_failed",
        "https://example.com/submitting.mp4": "outcome_unknown",
    }
    run = resume(service, any_library, "resubmit")
    assert (run.skipped, run.done, run.failed, run.unknown) == (7, 1, 1, 0)
    assert service.requests["submit url"] == 1


def test_a_resumed_library_has_the_columns_that_it_was_stored_with(library: Path) -> None:
    resume(Service(), library, "resubmit")
    stored, first, second = (
        pq.read_schema(file)
        for file in (
            STORED / "vectors" / "part-00000.parquet",
            library / "vectors" / "part-00000.parquet",
            library / "vectors" / "part-00001.parquet",
        )
    )
    assert stored.equals(first, check_metadata=True)
    assert stored.equals(second, check_metadata=True)
    errors = [pq.read_schema(folder / "errors.parquet") for folder in (STORED, library)]
    assert errors[0].equals(errors[1], check_metadata=True)


def test_a_part_that_a_killed_run_of_version_1_did_not_name_is_kept(
    library: Path, tmp_path: Path
) -> None:
    """It had renamed the part, and was killed before it committed that to the journal."""
    resumed = Path(shutil.copytree(STORED, tmp_path / "resumed"))
    resume(Service(), resumed, "stop")
    spooled = pq.read_table(resumed / "vectors" / "part-00001.parquet").filter(
        pc.field("source") == "spooled"
    )
    assert spooled.num_rows == 1
    pq.write_table(spooled, library / "vectors" / "part-00001.parquet")
    resume(Service(), library, "stop")
    assert rows(library).equals(rows(resumed))


@pytest.mark.parametrize("damage", ["truncated", "rows of others"])
def test_a_damaged_part_of_version_1_is_refused(library: Path, damage: str) -> None:
    part = library / "vectors" / "part-00000.parquet"
    if damage == "truncated":
        part.write_bytes(part.read_bytes()[:-100])
    else:
        pq.write_table(pq.read_table(part).slice(1), part)
    before = part.read_bytes()
    with pytest.raises(DatasetError, match=r"part-00000.parquet"):
        resume(Service(), library, "stop")
    assert part.read_bytes() == before
