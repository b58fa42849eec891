"""How sizes, times, shares and states are written in the tables of the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rich.console import Console

from dodeca.cli import tables
from dodeca.cli.text import printable

MB = 1024 * 1024


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, ""),
        (0, "1 kB"),
        (2047, "1 kB"),
        (2048, "2 kB"),
        (MB // 10, "102 kB"),
        (MB // 10 + 1, "0.1 MB"),
        (5 * MB // 2, "2.5 MB"),
        (1024 * MB - 1, "1024.0 MB"),
        (1024 * MB, "1.0 GB"),
        (2560 * MB, "2.5 GB"),
    ],
)
def test_sizes(size: int | None, text: str) -> None:
    assert tables.format_size(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (0.04, "0.0 s"), (59.9, "59.9 s"), (60.0, "1:00")]
)
def test_durations(seconds: float | None, text: str) -> None:
    assert tables.format_duration(seconds) == text


def test_time_ranges_have_tenths_and_dates_minutes() -> None:
    assert tables.time_range(0.0, 61.25) == "0:00.0 - 1:01.2"
    assert tables.time_range(3599.99, 3600.0) == "59:59.9 - 1:00:00.0"
    assert tables.time_range(None, 1.0) == tables.time_range(1.0, None) == ""
    assert tables.format_date(datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)) == "2026-02-03 04:05"
    assert tables.format_date(None) == ""


@pytest.mark.parametrize(
    ("share", "width", "text"),
    [
        (0.0, 4, ""),
        (0.5, 4, "━━"),
        (0.6, 4, "━━╸"),
        (1.0, 4, "━━━━"),
        (1.5, 4, "━━━━"),
        (-0.5, 4, ""),
        (0.1249, 4, "╸"),
    ],
)
def test_bars(share: float, width: int, text: str) -> None:
    assert tables.bar(share, width) == text


def test_a_bar_is_16_columns_wide() -> None:
    assert tables.bar(1.0) == "━" * 16


def test_states_and_modalities_have_their_colours() -> None:
    styles = {
        status: tables.status_cell(status).style
        for status in ("ready", "failed", "canceled", "processing", None)
    }
    assert styles == {
        "ready": "green",
        "failed": "red",
        "canceled": "red",
        "processing": "yellow",
        None: "yellow",
    }
    modalities = ("visual", "audio", "transcription", "other", None)
    assert [tables.modality_cell(modality).style for modality in modalities] == [
        *("blue", "yellow", "green", "", "")
    ]


def test_numbers_are_at_the_right_and_ids_in_one_piece() -> None:
    table = tables.new_table("id", "size", "name", right=("size",))
    table.add_row(tables.cell("0123456789" * 2), tables.cell(7), tables.cell("long name " * 3))
    console = Console(width=40)
    with console.capture() as capture:
        console.print(table)
    lines = [line.rstrip() for line in capture.get().splitlines()]
    assert lines[1].split() == ["id", "size", "name"]
    assert lines[3].split()[:2] == ["0123456789" * 2, "7"]
    assert [column.justify for column in table.columns] == ["left", "right", "left"]
    assert [column.no_wrap for column in table.columns] == [True, True, False]


def test_a_cell_is_text_without_markup_and_control_characters() -> None:
    assert tables.cell(None).plain == ""
    assert tables.cell("[red]x[/]", "bold").plain == "[red]x[/]"
    assert tables.cell("x", "bold").style == "bold"
    assert tables.cell("a\x1b[31mb").plain == printable("a\x1b[31mb")
    assert "\x1b" not in tables.cell("a\x1b[31mb").plain
