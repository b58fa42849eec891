"""Search, timelines and their display at the edges: where a rule begins to hold, and on ties."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dodeca import Embeddings
from dodeca._calls.polling import check_timeout, shortened
from dodeca._calls.texts import error_event
from dodeca.cli.exit_status import ExitStatus
from dodeca.embeddings import cosine, display, ranking, timeline
from dodeca.embeddings.matches import Match, Matches, Segment
from dodeca.embeddings.time_ranges import rank_time_ranges
from dodeca.embeddings.timeline import ScoreScale, ScoreTimeline
from dodeca.errors import InvalidRequestError


def rows(*items: dict[str, Any], **options: Any) -> Embeddings:
    """Embeddings of segments with these fields; a vector of one's own for each."""
    segments = [{"embedding": [1.0, float(n)], **item} for n, item in enumerate(items)]
    return Embeddings.from_segments(segments, **options)


def segment(start: float | None, end: float | None, size: int = 4, **more: Any) -> Segment:
    return Segment(np.arange(size, dtype=np.float32), None, None, start, end, **more)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (segment(0, 1.004), "<Segment 0.00-1.00 s, 4 floats>"),
        (segment(None, 1), "<Segment 4 floats>"),
        (segment(0, None), "<Segment 4 floats>"),
        (segment(0, 1, source_id="a"), "<Segment a, 0.00-1.00 s, 4 floats>"),
    ],
)
def test_a_segment_shows_its_time_if_it_has_both_ends(found: Segment, text: str) -> None:
    assert repr(found) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(3, "3 floats: 0.0000, 1.0000, 2.0000"), (4, "2.0000, 3.0000<"), (5, "3.0000, …<")],
)
def test_a_segment_in_a_notebook_shows_four_values(size: int, text: str) -> None:
    shown = segment(None, None, size, extra={"novel": 7})._repr_html_()
    assert text in shown
    assert "4.0000" not in shown
    assert "<tr><th>novel</th><td>7</td></tr>" in shown
    assert "start_sec" not in shown


def match(score: float, start: float | None = None, end: float | None = None, **more: Any) -> Match:
    option = more.pop("option", "visual")
    scores = more.pop("scores", None)
    return Match(Segment(np.ones(2, np.float32), option, "clip", start, end, **more), score, scores)


def test_matches_are_counted_in_words() -> None:
    assert "<b>1 match</b>" in Matches([match(0.5, 0, 1)])._repr_html_()
    assert "<b>2 matches</b>" in Matches([match(0.5, 0, 1)] * 2)._repr_html_()
    assert "<b>0 matches</b>" in Matches()._repr_html_()
    both = match(0.456, 0, 1, scores={"visual": 0.5, "audio": 0.25})
    assert repr(Matches([both])) == "[<Match 0.46: 0.00-1.00 s, visual 0.50 + audio 0.25, clip>]"
    assert "<td>0.456</td>" in Matches([both])._repr_html_()


def times(found: Matches) -> list[tuple[float | None, float | None, float]]:
    return [(m.segment.start_sec, m.segment.end_sec, m.score) for m in found]


@pytest.mark.parametrize(
    ("gap", "between", "is_one"),
    [(0.0, 0.001, True), (0.0, 0.0012, False), (2.0, 2.001, True), (2.0, 2.0012, False)],
)
def test_matches_are_adjacent_up_to_a_gap_and_a_millisecond(
    gap: float, between: float, is_one: bool
) -> None:
    found = Matches([match(0.9, 0, 4), match(0.8, 4 + between, 8)]).merge_adjacent(gap_sec=gap)
    assert (len(found) == 1) is is_one


@pytest.mark.parametrize(("score", "is_one"), [(0.4, True), (0.399, False), (0.8, True)])
def test_matches_are_merged_if_half_as_good(score: float, is_one: bool) -> None:
    found = Matches([match(0.8, 0, 4), match(score, 4, 8)]).merge_adjacent()
    assert times(found) == ([(0, 8, 0.8)] if is_one else [(0, 4, 0.8), (4, 8, score)])


def test_negative_scores_are_merged_by_their_size() -> None:
    found = Matches([match(-0.2, 0, 4), match(-0.3, 4, 8), match(-0.31, 8, 12)]).merge_adjacent()
    assert times(found) == [(0, 8, -0.2), (8, 12, -0.31)]


def test_what_separates_the_good_ones_is_left_on_its_own() -> None:
    parts = [match(0.9, 0, 4), match(0.1, 4, 8), match(0.8, 8, 12), match(0.15, 12, 16)]
    assert times(Matches(parts).merge_adjacent()) == [
        (0, 4, 0.9), (8, 12, 0.8), (12, 16, 0.15), (4, 8, 0.1),
    ]  # fmt: skip


def test_one_time_range_is_one_match_whatever_its_modality_and_score() -> None:
    parts = [match(0.1, 0, 4, option="audio"), match(0.9, 0.0004, 4, option="visual")]
    (found,) = Matches(parts).merge_adjacent()
    assert (found.score, found.segment.embedding_option) == (0.9, "visual")
    assert found.scores == {"audio": 0.1, "visual": 0.9}
    assert (found.segment.start_sec, found.segment.end_sec) == (0, 4)


def test_the_best_score_of_a_modality_is_kept() -> None:
    parts = [match(0.5, 0, 4), match(0.7, 4, 8), match(0.6, 8, 12)]
    (found,) = Matches(parts).merge_adjacent()
    assert found.scores == {"visual": 0.7}
    untyped = [match(0.5, 0, 4, option=None), match(0.7, 4, 8, option=None)]
    assert Matches(untyped).merge_adjacent()[0].scores == {}


def test_sources_and_matches_without_times_stay_apart() -> None:
    parts = [match(0.5, 0, 4, source_id="a"), match(0.4, 4, 8, source_id="b"), match(0.45)]
    assert times(Matches(parts).merge_adjacent()) == [
        (0, 4, 0.5), (None, None, 0.45), (4, 8, 0.4),
    ]  # fmt: skip
    overlapping = [match(0.5, 0, 10), match(0.5, 2, 4), match(0.5, 9, 12)]
    assert times(Matches(overlapping).merge_adjacent()) == [(0, 12, 0.5)]


@pytest.mark.parametrize("gap", [-0.1, math.nan, math.inf, "1", True, None])
def test_a_gap_is_a_number_of_seconds(gap: Any) -> None:
    with pytest.raises(InvalidRequestError, match="gap_sec must be a number, 0 or more"):
        Matches().merge_adjacent(gap_sec=gap)


def test_unit_rows_leave_zeros_and_scale_the_smallest() -> None:
    vectors = np.array([[0, 0], [3, 4], [1e-38, 0]], np.float32)
    assert cosine.unit_rows(vectors) == pytest.approx(np.array([[0, 0], [0.6, 0.8], [1, 0]]))
    assert cosine.cosines(np.zeros((0, 2), np.float32), vectors).shape == (0, 3)


def test_large_tables_are_compared_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(1).normal(size=(7, 5)).astype(np.float32)
    whole = cosine.cosines(vectors, vectors[:2])
    for size in (1, 2, 3, 7, 8):
        monkeypatch.setattr(cosine, "_BLOCK_ROWS", size)
        assert cosine.cosines(vectors, vectors[:2]) == pytest.approx(whole, abs=1e-6)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("red", "got the text 'red'; embed it with client.embed.text"),
        ([[1.0, math.nan]], "some of these are not finite"),
        ([[1e39, 0.0]], "some of these are not finite"),
        ([1j, 2j], "got list: complex numbers"),
        ([[1.0, "x"]], "got list: could not convert"),
        ([1.0, 2.0, 3.0], r"got shape \(1, 3\)"),
        ([[[1.0, 2.0]]], r"got shape \(1, 1, 2\)"),
        ([[1.0, 2.0], [3.0, 4.0]], r"got shape \(2, 2\)"),
    ],
)
def test_a_query_is_one_vector(value: Any, why: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"one vector of 2 floats, {why}|{why}"):
        ranking.one_vector(value, 2)


def test_models_are_compared_where_both_are_known() -> None:
    one, other, unknown = (rows({}, model_name=name) for name in ("a", "b", None))
    with pytest.raises(InvalidRequestError, match="the same model, got 'a' and 'b'"):
        ranking.check_models(one, other)
    for pair in ((one, unknown), (unknown, one)):
        with pytest.warns(UserWarning, match="vectors of 'a' are compared with .* unknown model"):
            ranking.check_models(*pair)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ranking.check_models(unknown, unknown)
        ranking.check_models(one, [1.0, 2.0])


def test_whole_assets_are_left_out_where_there_are_segments() -> None:
    clips = [{"embedding_scope": scope} for scope in ("clip", "asset", None, "video")]
    for items, ranked in ((clips, [0, 2, 3]), (clips[1:3], [0, 1]), (clips[1:2], [0])):
        is_ranked = ranking.comparable_rows(rows(*items).embedding_scope)
        assert np.flatnonzero(is_ranked).tolist() == ranked


def test_labels_to_filter_by_are_known_ones() -> None:
    column = rows({"embedding_option": "visual"}, {"embedding_option": "smell"}).embedding_option
    assert ranking.check_labels("option", "smell", column, ranking.OPTIONS) == ["smell"]
    assert ranking.check_labels("option", ("audio",), column, ranking.OPTIONS) == ["audio"]
    with pytest.raises(InvalidRequestError, match="one of visual, got 'visuel'"):
        ranking.check_labels("option", "visuel", column, ranking.OPTIONS)
    with pytest.raises(InvalidRequestError, match="one of visual, smell, audio, transcription, te"):
        ranking.check_labels("option", "zzz", column, ranking.OPTIONS)
    for wrong in (5, ["visual", 5]):
        with pytest.raises(InvalidRequestError, match="a string or a list of strings"):
            ranking.check_labels("option", wrong, column, ranking.OPTIONS)
    assert ranking.check_labels("option", "zzz", column[:0], ranking.OPTIONS) == ["zzz"]


def test_the_lowest_score() -> None:
    assert ranking.check_min_score(None) == -math.inf
    assert ranking.check_min_score(0) == 0.0
    for wrong in ("0", math.nan, math.inf):
        with pytest.raises(InvalidRequestError, match="min_score must be a number"):
            ranking.check_min_score(wrong)  # type: ignore[arg-type]


def test_of_equal_scores_the_first_rows_rank_first() -> None:
    scores = np.array([0.5, 0.9, 0.5, 0.9], np.float32)
    assert [ranked.row for ranked in ranking.rank(scores, 3, scores.__getitem__, 0)] == [1, 3, 0]


def test_only_rows_within_the_margin_of_the_last_best_are_scored_again() -> None:
    scores = np.array([0.5, 0.9, 0.4, 0.8, -np.inf], np.float32)
    asked: list[list[int]] = []

    def exact(numbers: Any) -> Any:
        asked.append(numbers.tolist())
        return np.array([0.85 if number == 0 else scores[number] for number in numbers])

    assert [found.row for found in ranking.rank(scores, 2, exact, 0.31)] == [1, 0]
    assert [found.row for found in ranking.rank(scores, 9, exact, 0.0)] == [1, 0, 3, 2]
    assert asked == [[0, 1, 3], [0, 1, 2, 3]], "a row that is not ranked never counts"


def timed(start: float, option: str | None, scope: str = "clip") -> dict[str, Any]:
    return {
        "start_sec": start,
        "end_sec": start + 4,
        "embedding_option": option,
        "embedding_scope": scope,
    }


def test_time_ranges_combine_what_was_seen_and_heard_at_one_time() -> None:
    found = rows(
        timed(0, "visual"), timed(4, "visual"), timed(0.0004, "audio"), timed(4.001, "audio"),
        timed(0, "visual", "asset"), {"embedding_option": None}, {"embedding_option": None},
    )  # fmt: skip
    scores = np.array([0.2, 0.9, 0.8, 0.1, 0.3, 0.45, 0.05], np.float32)

    def rank(k: int, weights: dict[str, float]) -> Any:
        return rank_time_ranges(found, scores, k, weights, scores.__getitem__, 0)

    ranked = rank(9, {"visual": 1.0, "audio": 3.0})
    assert [(each.row, round(each.score, 4)) for each in ranked] == [
        (2, 0.65), (5, 0.45), (1, 0.225), (4, 0.075), (3, 0.075), (6, 0.05),
    ]  # fmt: skip
    assert ranked[0].scores == pytest.approx({"visual": 0.2, "audio": 0.8})
    assert ranked[1].scores == {}
    assert ranked[2].scores == pytest.approx({"visual": 0.9})
    assert len(rank(2, {"visual": 1.0})) == 2
    only = rank(9, {"audio": 1.0})
    assert [each.row for each in only] == [2, 5, 3, 6], "ranges without the modality are none"
    assert rank_time_ranges(found[:4], scores[:4], 5, {"text": 1.0}, scores.__getitem__, 0) == []


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        ([], "weights must be a mapping of modalities"),
        ({"smell": 1}, "weights has 'smell', the rows have visual"),
        ({"visual": -1}, "a weight must be 0 or more, got -1 for 'visual'"),
        ({"visual": math.nan}, "a weight must be 0 or more"),
        ({"visual": 0}, "at least one weight must be above 0"),
        ({"visual": 1e308, "audio": 1e308}, "the sum of the weights must be finite"),
    ],
)
def test_weights_that_are_none_are_refused(weights: Any, why: str) -> None:
    with pytest.raises(InvalidRequestError, match=why):
        ranking.check_weights(rows(timed(0, "visual")).embedding_option, weights)


def test_weights_of_nothing_are_left_out() -> None:
    found = rows(timed(0, "visual"), timed(0, None)).embedding_option
    assert ranking.check_weights(found, None) == {"visual": 1.0}
    assert ranking.check_weights(found, {"visual": 2, "audio": 0}) == {"visual": 2.0}


def line(*scores: float) -> ScoreTimeline:
    ends = np.arange(len(scores), dtype=np.float64)
    return ScoreTimeline("visual", ends, ends + 1, np.array(scores, np.float32))


def test_a_peak_is_more_than_noise() -> None:
    assert line(0.25, 0.3125).has_peak
    assert not line(0.25, 0.296875).has_peak
    assert (line(0.5, 0.25).low, line(0.5, 0.25).high) == (0.25, 0.5)


def test_a_scale_begins_at_zero_or_below_and_spans_more_than_noise() -> None:
    assert ScoreScale.of([line(0.25, 0.5)]) == ScoreScale(0.0, 0.5)
    assert ScoreScale.of([line(-0.5, 0.25), line(0.75)]) == ScoreScale(-0.5, 0.75)
    assert ScoreScale.of([line(0.0, 0.01)]) == ScoreScale(0.0, 0.05)
    shares = ScoreScale(-0.5, 0.5).normalize(np.array([-0.5, 0.0, 0.25], np.float32))
    assert shares.tolist() == [0.0, 0.5, 0.75]


def test_timed_rows_are_in_the_order_of_time() -> None:
    clips = [timed(4, "visual"), timed(0, "audio"), timed(0, "visual", "asset"), {}]
    assert timeline.timed_segments(rows(*clips)).start_sec.tolist() == [0.0, 4.0]
    assert [name for name, _ in timeline.by_modality(rows(*clips))] == ["audio", "visual"]
    assert [name for name, _ in timeline.by_modality(rows(timed(0, None)))] == ["all"]
    assert len(timeline.timed_segments(rows(clips[2]))) == 1
    with pytest.raises(InvalidRequestError, match="has no segments with times"):
        timeline.timed_segments(rows({}, {"start_sec": 1.0}))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"), (7.9, "0:07"), (59.99, "0:59"), (60, "1:00"), (760, "12:40"),
        (3599, "59:59"), (3600, "1:00:00"), (3729, "1:02:09"), (36_000, "10:00:00"),
    ],
)  # fmt: skip
def test_positions_in_media(seconds: float, text: str) -> None:
    assert timeline.format_time(seconds) == text


@pytest.mark.parametrize(("score", "text"), [(-0.004, "0.00"), (0.125, "0.12"), (-0.5, "-0.50")])
def test_scores_have_two_digits(score: float, text: str) -> None:
    assert timeline.format_score(score) == text


def test_embeddings_in_a_line() -> None:
    clips = rows(timed(0, "visual"), timed(0, "audio", "asset"))
    assert display.text(clips) == "<Embeddings 2 x 2, audio+visual, asset+clip>"
    named = Embeddings.concat({"a": clips, "b": clips})
    assert display.text(named).endswith("2 sources>")
    assert display.text(named[:2]).endswith("1 source>")
    assert ", …</td>" in display.table(clips)


@pytest.mark.parametrize(
    ("pause", "remaining", "wait"),
    [(5, 10, 5), (5, 5, 2.5), (5, 4, 2.0), (5, 0.25, 0.25), (5, -1, 0.0), (0.5, 0.4, 0.4)],
)
def test_a_pause_leaves_time_for_a_poll(pause: float, remaining: float, wait: float) -> None:
    assert shortened(pause, remaining) == wait


def test_a_timeout_may_be_zero() -> None:
    check_timeout(0)
    for wrong in (-0.001, math.inf, math.nan, "5", None, True):
        with pytest.raises(InvalidRequestError, match="timeout must be a number of seconds"):
            check_timeout(wrong)  # type: ignore[arg-type]


def test_scripts_branch_on_these_numbers() -> None:
    assert {status.name: int(status) for status in ExitStatus} == {
        "OK": 0, "ERROR": 1, "USAGE": 2, "SOME_FAILED": 3, "TRY_LATER": 75, "INTERRUPTED": 130,
    }  # fmt: skip


def test_messages_of_the_service_are_cut_at_2000_characters() -> None:
    event = {"error": {"message": "q" * 3000, "code": "z" * 300}}
    assert str(error_event(event, "")).count("q") == 2000
    assert error_event(event, "").code == "z" * 200
    assert error_event({"message": "told", "code": 5}, "").code == "5"
    assert error_event({}, "").code is None
    assert "no message in the event" in str(error_event({}, ""))
    assert "alone" in str(error_event({"error": "alone"}, ""))


@pytest.mark.parametrize("path", [None, 5, b"x.parquet", "x\0.parquet"])
def test_a_path_of_another_type_is_refused(path: Any) -> None:
    with pytest.raises(InvalidRequestError, match="path must be that of a file or a folder"):
        Embeddings.load(path)
    with pytest.raises(InvalidRequestError, match="path must be that of a file or a folder"):
        Embeddings.from_items([{"embedding": [1.0]}]).to_parquet(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"there is no file or folder .*nowhere"):
        Embeddings.load(tmp_path / "nowhere")


def test_only_embeddings_are_put_together() -> None:
    one = Embeddings.from_items([{"embedding": [1.0]}])
    others: list[Any] = [one, None, [one, "x"], {"a": [one]}, [one, one[0]]]
    for parts in others:
        with pytest.raises(InvalidRequestError, match="concat takes several Embeddings, got"):
            Embeddings.concat(parts)


def test_a_query_that_is_no_vector_is_named_by_its_type() -> None:
    one = Embeddings.from_items([{"embedding": [1.0]}])
    with pytest.raises(InvalidRequestError, match="one vector of 1 floats, got NoneType"):
        one.search(None)  # type: ignore[arg-type]
    with pytest.raises(InvalidRequestError, match="got Segment; its vector is one"):
        one.search(one[0])  # type: ignore[arg-type]
    with pytest.raises(InvalidRequestError, match="k must be at least 1, got True"):
        one.search([1.0], k=True)
