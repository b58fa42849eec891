"""Bulk runs at their edges: rows that are refused, what a run says of itself, its settings."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from dodeca.bulk import Run
from dodeca.bulk.database import connect_read_only
from dodeca.bulk.dataset import metadata_types
from dodeca.bulk.failures import failure_reason
from dodeca.bulk.inputs import is_missing, items, metadata_names, row_item
from dodeca.bulk.options import EmbedOptions
from dodeca.bulk.paths import OutputPaths
from dodeca.bulk.records import Failure, FileStamp
from dodeca.bulk.routing import estimate, media_of
from dodeca.bulk.settings import RunSettings
from dodeca.errors import (
    ConfigurationError,
    DatasetError,
    DodecaError,
    InvalidMediaError,
    InvalidRequestError,
)

OPTIONS = EmbedOptions()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("text\na,b\n", "a.csv has a row with more values than columns"),
        ("text,text\na,b\n", "a.csv has more than one column 'text'"),
        ("title;text\na;b\n", "got the columns 'title;text'; a CSV file has commas between"),
        (
            "title,other\na,b\n",
            "path or url or asset_id or text, got the columns 'title', 'other'$",
        ),
        ("text\n", "has no rows"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(content: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)
    with pytest.raises(InvalidRequestError, match=why):
        list(items(path, OPTIONS))


def test_a_parquet_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 and nothing more PAR1")
    with pytest.raises(InvalidRequestError, match=r"cannot read a\.parquet: "):
        list(items(path, OPTIONS))


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"text": "a", "input_type": "film"}, "input_type must be one of text, image,"),
        ({"text": " "}, "text must be a non-empty string, got ' '"),
        ({"path": 5}, "path must be a non-empty string, got 5"),
        ({"text": "a", "url": "https://h/a"}, "exactly one of .* got 'url', 'text'"),
        ({}, "got an empty row"),
        ({"text": "a", "source": 1}, "'source' is a column of the output"),
        ({"text": "a", "n": 2**63}, "integers in metadata must fit into 64 bits, 'n' does not"),
        ({"text": "a", "n": -(2**63) - 1}, "must fit into 64 bits"),
        ({"text": "a", "n": []}, r"must be strings, numbers, booleans or times, got \[\] as 'n'"),
        ({"text": "a", 5: 1}, "names of metadata must be strings, got 5"),
        ({"media": 5}, "media must be a Media, an open binary file or a PIL image, got int"),
        ({"url": "https://h/a.mp4", "embedding_option": 5}, "must be a list of strings, got 5"),
        ({"url": "https://h/a.mp4", "embedding_scope": " "}, "must be a list of strings, got ' '"),
        ({"url": "https://h/a.mp4", "model_name": ""}, "must be a non-empty string, got ''"),
        ({"url": "https://h/a.mp4", "start_sec": -1}, "must be a number of seconds, got -1"),
    ],
)  # fmt: skip
def test_a_row_that_is_malformed_says_why(row: Any, why: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"^the row.*{why}"):
        row_item(row, OPTIONS, "the row")


def test_metadata_of_any_row() -> None:
    values = {"whole": 2**63 - 1, "least": -(2**63), "part": 0.5, "flag": True, "none": None}
    item = row_item({"asset_id": "a", **values, "day": datetime(2026, 1, 2)}, OPTIONS, "the row")
    assert item.metadata == {**values, "day": "2026-01-02T00:00:00"}
    assert (item.kind, item.origin, item.source) == ("video", "asset", "a")
    assert row_item({"asset_id": "a", "input_type": "audio"}, OPTIONS, "").kind == "audio"


def test_numbers_of_a_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,n\n1,1\n2,-0\n3,1.5e3\n4,01\n5,1234567890123456789\n6,\n7,+7\n8,.5\n")
    values = [item.metadata["n"] for item in items(path, OPTIONS)]
    assert values == [1, 0, 1500.0, "01", "1234567890123456789", None, 7, ".5"]
    assert [item.source for item in items(path, OPTIONS)] == [*"12345678"]


def test_what_is_missing_and_what_is_metadata() -> None:
    assert [is_missing(value) for value in (None, float("nan"), 0, "", [])] == [True, True] + 3 * [
        False
    ]
    assert metadata_names(["b", "text", "a", "media", "input_type", "segmentation", "a"]) == [
        "a",
        "b",
    ]


def test_types_of_metadata() -> None:
    rows: list[dict[str, Any]] = [
        {"a": None, "b": 1},
        {"a": 1, "b": 1.5, "c": "x"},
        {"c": 5, "d": None},
    ]
    assert metadata_types(rows, None) == {"a": "int64", "b": "float64", "c": "string", "d": "null"}
    assert metadata_types([{"a": 1}], {"a": "float64", "b": "bool"}) == {
        "a": "float64",
        "b": "bool",
    }
    assert metadata_types([{"a": 1.5}], {"a": "int64"}) == {"a": "float64"}
    assert metadata_types([{"a": True}], {"a": "null"}) == {"a": "bool"}
    assert metadata_types([{"a": None}], {"a": "string"}) == {"a": "string"}
    for row in ({"a": True}, {"a": "x"}, {"b": 1}):
        with pytest.raises(InvalidRequestError, match="write them to another dataset"):
            metadata_types([row], {"a": "int64"})


def test_what_was_in_memory_has_to_be_passed_again() -> None:
    row: Any = attrs.evolve(row_item({"asset_id": "a"}, OPTIONS, ""), origin="data", source="a#1")
    with pytest.raises(InvalidMediaError, match="a#1 was in memory in an earlier run"):
        media_of(row, None)


def test_an_estimate_counts_each_input_once(tmp_path: Path) -> None:
    rows = [{"text": "a"}, {"text": "a"}, {"text": "b"}, {"text": "x", "model_name": "m"},
            {"url": "https://host.example/a.mp4"}, {"url": "https://host.example/a.png"},
            {"path": str(tmp_path / "none.wav")}]  # fmt: skip
    inputs = list(items(rows, OPTIONS))
    found = estimate(inputs, lambda key: key == inputs[2].key, "auto")
    assert (found.inputs, found.skipped, found.requests) == (5, 1, 4)
    assert (found.unknown_length, found.minutes) == (1, 0.0)
    assert [each.source[:5] for each in found.rejected] == [str(tmp_path)[:5]]


def run_of(**values: Any) -> Run:
    made = Run(Path("vectors"), Path("errors"), **values)
    made._began, made._ended = 100.0, 110.0
    return made


def test_a_run_says_what_it_did() -> None:
    assert str(run_of()) == "0 of 0: 0 done, 0 skipped, 0 failed, 0.0 minutes"
    halfway = run_of(total=10, skipped=1, done=4, unknown=1, minutes=1.25)
    halfway.count_failure("no_answer", 1)
    halfway.count_failure("media_invalid", 2)
    assert str(halfway) == (
        "5 of 10: 4 done, 1 skipped, 3 failed (2 media_invalid, 1 no_answer), 1 unknown, "
        "1.2 minutes, 0.4/s, 2 s left"
    )
    resume_at = datetime(2026, 1, 2, 3, 4, 5, 678, UTC)
    stopped = run_of(total=2, done=1, stopped="quota", resume_at=resume_at, left_out={".txt": 2})
    assert str(stopped) == (
        "1 of 2: 1 done, 0 skipped, 0 failed, 0.0 minutes, 0.1/s, 10 s left, stopped: quota, "
        "resume at 2026-01-02T03:04:05+00:00; left out: 2 .txt"
    )


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, 0),
        ({"total": 3, "done": 2, "skipped": 1}, 0),
        ({"total": 1, "failed": 1}, 3),
        ({"total": 1, "unknown": 1}, 3),
        ({"total": 2, "done": 1}, 3),
        ({"total": 1, "done": 1, "stopped": "quota"}, 75),
    ],
)
def test_the_exit_code_of_a_run(values: dict[str, Any], code: int) -> None:
    assert run_of(**values).exit_code == code


def test_a_run_in_a_notebook() -> None:
    assert "Failures" not in run_of()._repr_html_()
    failures = [Failure("1", "a.mp4", "video", "media_invalid", None, "it is broken", False)]
    shown = run_of(failures=failures)._repr_html_()
    assert "Failures" in shown
    assert "it is broken" in shown


def test_a_run_without_time_has_a_rate() -> None:
    made = run_of(total=2, done=1)
    made._ended = made._began
    assert made.rate == pytest.approx(1e9)
    assert made.eta_sec == pytest.approx(1e-9)
    assert run_of(total=2).eta_sec is None
    assert run_of(total=9, done=4, failed=1).eta_sec == pytest.approx(10.0)


def test_the_settings_of_a_run() -> None:
    made = RunSettings()
    assert (made.keep_assets, made.retry_failed, made.reconcile_after_sec) == (True, False, 30.0)
    assert made.spool_bytes == 32 << 20


def test_other_errors_have_a_code_too() -> None:
    found = failure_reason(DodecaError("what happened"))
    assert (found.code, found.status, found.reason, found.retryable) == (
        "error", None, "what happened", False,
    )  # fmt: skip


def test_an_output_that_is_no_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="out cannot have the character NUL"):
        OutputPaths.of(tmp_path / "a\0b")


def test_a_stamp_without_an_inode_compares_size_and_time() -> None:
    now = FileStamp(5, 7, 1, 2)
    for before, is_same in (
        (FileStamp(5, 7, 1, 2), True),
        (FileStamp(5, 7, 1, 3), False),
        (FileStamp(5, 7, 2, 2), False),
        (FileStamp(5, 7), True),
        (FileStamp(6, 7), False),
        (FileStamp(5, 8), False),
    ):
        assert now.matches(before) is is_same


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with pytest.raises(DatasetError):
        connect_read_only(path)
    path.write_bytes(b"")
    assert connect_read_only(path) is None
    with closing(sqlite3.connect(path)) as db:
        db.executescript("CREATE TABLE a (b)")
    with pytest.raises(DatasetError, match="is not a journal of a bulk run"):
        connect_read_only(path)
    path.write_bytes(b"no database" * 100)
    with pytest.raises(DatasetError, match="cannot be read as a journal"):
        connect_read_only(path)


def test_the_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    from dodeca.bulk import database

    path = tmp_path / "journal.sqlite"
    for version, error in ((database._VERSION + 1, ConfigurationError), (0, DatasetError)):
        with closing(sqlite3.connect(path)) as db:
            db.execute(f"PRAGMA application_id = {database._APPLICATION}")
            db.execute(f"PRAGMA user_version = {version}")
        with pytest.raises(error):
            connect_read_only(path)
