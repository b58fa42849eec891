"""Numbers of reports and plots at their edges: ticks, times, scales, what counts as a peak."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dodeca import Embeddings
from dodeca.embeddings.timeline import (
    ScoreScale,
    ScoreTimeline,
    format_score,
    format_time,
    score_timelines,
    timed_segments,
)
from dodeca.report import html
from dodeca.report.sources import Source


def timeline(*scores: float) -> ScoreTimeline:
    times = np.arange(len(scores), dtype=np.float64)
    return ScoreTimeline("visual", times, times + 1, np.array(scores, np.float32))


@pytest.mark.parametrize(
    ("duration", "step", "count"),
    [
        (0.5, 1, 1),
        (8.0, 1, 8),
        (8.1, 2, 4),
        (16.0, 2, 8),
        (60.0, 10, 6),
        (7200.0, 900, 8),
        (28_800.0, 3600, 8),
        (86_400.0, 3600, 24),
    ],
)
def test_an_axis_has_at_most_eight_ticks_up_to_eight_hours(
    duration: float, step: int, count: int
) -> None:
    ticks = html._ticks(duration)
    times = [round(position * duration / 100, 6) for position, _ in ticks]
    assert times == [step * number for number in range(count)]
    assert [label for _, label in ticks] == [format_time(time) for time in times]


def test_no_tick_is_at_the_very_end() -> None:
    assert [label for _, label in html._ticks(1.03)] == ["0:00"]
    assert [label for _, label in html._ticks(1.04)] == ["0:00", "0:01"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.99, "0:59"), (60, "1:00"), (3599, "59:59"), (3600, "1:00:00"),
     (3725, "1:02:05"), (36_000, "10:00:00")],
)  # fmt: skip
def test_times_have_hours_where_there_are_any(seconds: float, text: str) -> None:
    assert format_time(seconds) == text


@pytest.mark.parametrize(
    ("score", "text"), [(0.125, "0.12"), (0.126, "0.13"), (-0.001, "0.00"), (1, "1.00")]
)
def test_scores_have_two_digits(score: float, text: str) -> None:
    assert format_score(score) == text


def test_scores_that_differ_by_less_than_a_twentieth_have_no_peak() -> None:
    assert not timeline(0.5, 0.5).has_peak
    assert not timeline(0.5, 0.549).has_peak
    assert timeline(0.5, 0.5501).has_peak


def test_a_scale_begins_at_zero_or_below_and_is_never_empty() -> None:
    def bounds(*timelines: ScoreTimeline) -> tuple[float, float]:
        scale = ScoreScale.of(timelines)
        return scale.low, scale.high

    assert bounds(timeline(0.25, 0.5)) == (0.0, 0.5)
    assert bounds(timeline(0.25, 0.5), timeline(-0.5, 1.0)) == (-0.5, 1.0)
    assert bounds(timeline(0.0, 0.01)) == (0.0, 0.05)
    assert ScoreScale(-0.5, 1.5).normalize(np.array([-0.5, 0.5, 1.5], np.float32)).tolist() == [
        *(0.0, 0.5, 1.0)
    ]


def rows(*items: Any, **more: Any) -> Embeddings:
    return Embeddings.from_items(
        [
            {"embedding": [1.0, 0.0], "start_sec": start, "end_sec": end, "embedding_scope": scope}
            for start, end, scope in items
        ],
        **more,
    )


def test_segments_are_in_the_order_of_time_and_whole_assets_are_left_out() -> None:
    found = timed_segments(rows((4, 6, "clip"), (0, 9, "asset"), (0, 2, "clip"), (0, 1, "clip")))
    assert [(one.start_sec, one.end_sec) for one in found] == [(0, 1), (0, 2), (4, 6)]
    assert len(timed_segments(rows((0, 9, "asset")))) == 1
    (one,) = score_timelines(rows((0, 9, "asset")), rows((None, None, None)))
    assert one.modality == "all"


@pytest.mark.parametrize(
    ("end", "expected"), [(59.9, "59.9 s"), (60.0, "1:00"), (3600.0, "1:00:00")]
)
def test_the_facts_of_a_report(end: float, expected: str) -> None:
    assert html._facts([rows((0, end, "clip"), model_name="m")], end) == [
        *(expected, "1 segment", "m")
    ]
    two = rows((0, 1, "clip"), (1, end, "clip"))
    assert html._facts([two], end) == [expected, "2 segments"]


def test_the_best_matches_are_at_most_six_of_the_upper_half(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")

    def best(*scores: float) -> list[float]:
        vectors = [[score, (1 - score * score) ** 0.5] for score in scores]
        items = [
            {"embedding": v, "start_sec": at, "end_sec": at + 1} for at, v in enumerate(vectors)
        ]
        query = Embeddings.from_items([{"embedding": [1.0, 0.0]}])
        source = Source(broken, "video/mp4", 8, Embeddings.from_items(items))
        matches = html._best_matches([source], query)
        return [round(match.score, 3) for match in matches]

    assert best(1.0, 0.0, 0.6, 0.4) == [1.0, 0.6]
    assert best(1.0, 0.0, 0.5) == [1.0, 0.5]
    assert best(0.5, 0.5) == [0.5, 0.5]
    assert len(best(*[0.9] * 7, 0.0)) == 6


def test_a_cell_is_as_wide_as_its_segment_and_as_opaque_as_its_score() -> None:
    one = ScoreTimeline(
        "visual",
        np.array([0.0, 2.0, 2.0]),
        np.array([2.0, 2.0, 8.0]),
        np.array([0.0, 1.0, 0.5], np.float32),
    )
    assert html._cells(one, ScoreScale(0.0, 1.0), 8.0) == (
        '<rect x="0" width="2500" height="100" fill-opacity="0.10"/>'
        '<rect x="2500" width="1" height="100" fill-opacity="1.00"/>'
        '<rect x="2500" width="7500" height="100" fill-opacity="0.55"/>'
    )
