"""What `dodeca run` prints: lines of progress in a log, and the failures by code."""

from __future__ import annotations

from pathlib import Path

import pytest

from dodeca.bulk import Run
from dodeca.cli.progress import progress_lines

from .conftest import Run as Command


def test_a_log_has_a_line_each_30_seconds() -> None:
    lines: list[str] = []
    now = 0.0
    report = progress_lines(lines.append, lambda: now)
    run = Run(Path("vectors"), Path("errors"), total=100)
    for second in range(0, 100, 5):
        now = float(second)
        run.done += 1
        report(run)
    assert [line.split(",")[0] for line in lines] == [
        "7 of 100: 7 done",
        "13 of 100: 13 done",
        "19 of 100: 19 done",
    ]
    assert all("/s, " in line and " s left" in line for line in lines)
    run.end()
    now = 1_000.0
    report(run)
    assert len(lines) == 3, "the command prints the end"


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
    assert sum("missing-" in line for line in done.out.splitlines()) == 20
    assert "empty.mp4" not in done.out, "the most frequent code comes first"
    assert "without vectors: 23 media_invalid, 1 video_file_broken; 4 of them are not shown" in (
        done.out
    )
    assert "errors.parquet" in done.err


def test_a_dry_run_counts_the_rejected_inputs_that_it_does_not_show(
    dodeca: Command, tmp_path: Path
) -> None:
    table = tmp_path / "list.csv"
    table.write_text("\n".join(["path", *(f"missing-{number}.png" for number in range(23))]) + "\n")
    done = dodeca("--emulated", "run", table, "-o", tmp_path / "library", "--dry-run")
    assert done.status == 0
    assert "and 3 more are rejected" in done.out
