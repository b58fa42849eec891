"""How sizes, times, scores and states are written in the tables of the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dodeca._base.text import printable
from dodeca.cli import cells

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, ""),
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (2560, "2.5 KiB"),
        (MIB, "1 MiB"),
        (5 * MIB // 2, "2.5 MiB"),
        (1024 * MIB, "1 GiB"),
        (2560 * MIB, "2.5 GiB"),
    ],
)
def test_sizes(size: int | None, text: str) -> None:
    found = cells.size_cell(size)
    assert (found.text, found.values) == (text, ("" if size is None else str(size),))


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (0.04, "0.0 s"), (59.9, "59.9 s"), (60.0, "1:00")]
)
def test_durations(seconds: float | None, text: str) -> None:
    assert cells.duration_cell(seconds).text == text


def test_time_ranges_have_tenths_and_dates_minutes() -> None:
    assert cells.time_range_cell(0.0, 61.25).text == "0:00.0 - 1:01.2"
    assert cells.time_range_cell(3599.99, 3600.0).text == "59:59.9 - 1:00:00.0"
    assert cells.time_range_cell(None, 1.0).text == cells.time_range_cell(1.0, None).text == ""
    date = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert cells.date_cell(date).text == "2026-02-03 04:05"
    assert cells.date_cell(date).values == ("2026-02-03T04:05:06+00:00",)
    assert cells.date_cell(None).text == ""


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (0.0, "0.000"),
        (0.5, "0.500 ━━━━━"),
        (0.54, "0.540 ━━━━━╸"),
        (1.0, "1.000 ━━━━━━━━━━"),
        (1.5, "1.500 ━━━━━━━━━━"),
        (-0.5, "-0.500"),
    ],
)
def test_scores_have_a_bar(score: float, text: str) -> None:
    found = cells.score_cell(score, 1.0)
    assert (found.text, found.values) == (text, (f"{score:.4f}",))


def test_a_confidence_stands_where_there_is_no_score() -> None:
    assert cells.score_cell(None, 1.0, "high").text == "high"
    assert cells.score_cell(0.0, 0.0).text == "0.000"


def test_states_and_modalities_have_their_colours() -> None:
    styles = {
        status: cells.status_cell(status).style
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
    assert [cells.modality_cell(modality).style for modality in modalities] == [
        *("blue", "yellow", "green", "", "")
    ]


def test_a_cell_is_text_without_markup_and_control_characters() -> None:
    assert cells.cell(None).text == ""
    assert cells.cell("[red]x[/]", "bold").text == "[red]x[/]"
    assert cells.cell("x", "bold").style == "bold"
    assert cells.cell("a\x1b[31mb").text == printable("a\x1b[31mb")
    assert "\x1b" not in cells.cell("a\x1b[31mb").text
