"""What `dodeca run` prints: lines of progress in a log, and the failures by code."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from dodeca._calls.upload_plan import Progress
from dodeca.bulk import Run
from dodeca.cli.progress import ProgressDisplay
from dodeca.cli.session import Session

from .conftest import Run as Command

PROGRESS = Progress("u", "a", 1024, 4096, 0, 1)


class Log:
    """The lines of a display that is not on a terminal, and the clock that it follows."""

    def __init__(self) -> None:
        self.now = 0.0
        self.lines: list[str] = []
        self.display = ProgressDisplay(
            Console, is_drawn=False, log=self.lines.append, clock=lambda: self.now
        )


def test_a_log_of_a_run_has_a_line_each_30_seconds() -> None:
    log = Log()
    report = log.display.of_run()
    assert callable(report)
    run = Run(Path("vectors"), Path("errors"), total=100)
    run.count_failure("media_invalid", 2)
    run.count_failure("video_file_broken", 1)
    for second in range(0, 100, 5):
        log.now = float(second)
        run.done += 1
        report(run)
    assert [line.split(",")[0] for line in log.lines] == [
        "7 of 100: 7 done",
        "13 of 100: 13 done",
        "19 of 100: 19 done",
    ]
    assert all("/s, " in line and " s left" in line for line in log.lines)
    assert all("3 failed (2 media_invalid, 1 video_file_broken)" in line for line in log.lines)
    run.end()
    log.now = 1_000.0
    report(run)
    assert len(log.lines) == 3, "the command prints the end"


def test_a_log_of_an_upload_and_of_a_wait_has_a_line_each_30_seconds() -> None:
    log = Log()
    with log.display.uploading("uploading a\x1b.mp4", 4096) as update:
        for second in (0, 29, 30, 59, 61):
            log.now = float(second)
            update(PROGRESS)
    with log.display.waiting("indexing a.mp4") as update:
        for second in (70, 90, 95, 124):
            log.now = float(second)
            update(SimpleNamespace(status="pending" if second < 120 else "indexing"))
    assert log.lines == [
        "uploading a\ufffd.mp4: 1 KiB of 4 KiB, 30 s",
        "uploading a\ufffd.mp4: 1 KiB of 4 KiB, 61 s",
        "indexing a.mp4: pending, 34 s",
    ]


def test_quiet_says_nothing_in_a_log(capfd: pytest.CaptureFixture[str]) -> None:
    for is_quiet in (True, False):
        display = Session(quiet=is_quiet).progress
        display._clock = iter(range(0, 1000, 40)).__next__
        with display.waiting("indexing a.mp4") as update:
            update(SimpleNamespace(status="pending"))
        assert ("indexing a.mp4: pending" in capfd.readouterr().err) is not is_quiet


def test_failures_are_counted_and_sorted_by_code(
    dodeca: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    table = tmp_path / "list.csv"
    missing = [f"missing-{number}.png" for number in range(23)]
    table.write_text("\n".join(["path", "empty.mp4", *missing]) + "\n")
    (tmp_path / "empty.mp4").write_bytes(b"not a video" * 100)
    done = dodeca("--emulated", "run", table, "-o", tmp_path / "library")
    assert done.status == 3
    *rows, more, end = done.out.splitlines()
    assert [row.split("\t")[1] for row in rows] == ["media_invalid"] * 5 + ["video_file_broken"]
    assert more == "and 18 more of media_invalid"
    assert end.startswith(
        "0 of 24: 0 done, 0 skipped, 24 failed (23 media_invalid, 1 video_file_broken)"
    )
    assert "errors.parquet" in done.err
    again = dodeca("--emulated", "--json", "run", table, "-o", tmp_path / "library").records[-1]
    assert again["failed_by_code"] == {"media_invalid": 23, "video_file_broken": 1}
    assert again["failed"] == 24


def test_a_dry_run_counts_the_rejected_inputs_that_it_does_not_show(
    dodeca: Command, tmp_path: Path
) -> None:
    table = tmp_path / "list.csv"
    table.write_text("\n".join(["path", *(f"missing-{number}.png" for number in range(23))]) + "\n")
    done = dodeca("--emulated", "run", table, "-o", tmp_path / "library", "--dry-run")
    assert done.status == 0
    assert "and 3 more are rejected" in done.out
