"""Search gives what float64 gives, whatever the vectors are, and copies no vectors."""

from __future__ import annotations

import math
import pickle
import tracemalloc
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca import Embeddings
from dodeca.embeddings import Matches, cosine
from dodeca.embeddings.labels import Labels
from dodeca.embeddings.values import Values
from tests.depth import depth

SCALES = (1.0, 0.0, 1e-45, 1e-38, 1e-30, 1e-13, 1e-11, 1e11, 1e13, 1e30, 3e38)


@st.composite
def matrices(draw: Any) -> Any:
    """Rows of any size: random, tiny, huge, zero, of mixed sizes, and many that are equal."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    count, length = draw(st.integers(1, 60)), draw(st.sampled_from([1, 2, 3, 8, 130, 512]))
    basis = rng.uniform(-1, 1, (draw(st.integers(1, count)), length))
    if draw(st.booleans()):  # rows that differ by less than float32 can tell in a product
        basis = basis[:1] * (1 + 1e-6 * rng.uniform(-1, 1, basis.shape))
    picked = basis[rng.integers(0, len(basis), count)]
    sizes = rng.choice(draw(st.lists(st.sampled_from(SCALES), min_size=1, max_size=4)), count)
    return (picked * sizes[:, np.newaxis]).astype(np.float32), rng


def naive_cosines(vectors: Any, query: Any) -> Any:
    """In float64, one row after the other, rounded once."""
    wide, one = vectors.astype(np.float64), query.astype(np.float64)
    lengths = [math.hypot(*row) * math.hypot(*one) for row in wide]
    sums = [math.fsum(row * one) for row in wide]
    return np.array([dot / norm if norm else 0.0 for dot, norm in zip(sums, lengths, strict=True)])


@settings(max_examples=depth(test=60, deep=1_000, soak=20_000))
@given(matrices(), st.integers(1, 70), st.sampled_from([1.0, 0.0, 1e-40, 1e37]))
def test_the_best_rows_are_those_of_float64(made: Any, k: int, size: float) -> None:
    vectors, rng = made
    near = vectors[0].astype(np.float64) + rng.uniform(-1, 1, vectors.shape[1])
    query = (near / (np.abs(near).max() or 1) * size).astype(np.float32)
    expected = naive_cosines(vectors, query)
    found = library(vectors).search(query, k)
    rows = [int(match.segment.start_sec or 0) for match in found]
    scores = [match.score for match in found]
    assert len(rows) == min(k, len(vectors)) == len(set(rows))
    assert scores == pytest.approx(expected[rows], abs=1e-6)
    assert scores == pytest.approx(np.sort(expected)[::-1][: len(rows)], abs=1e-6)
    for (row, score), (other, lower) in zip(
        pairs := list(zip(rows, scores, strict=True)), pairs[1:], strict=False
    ):
        assert score > lower or (score == lower and row < other), "equal rows keep their order"
    left = set(range(len(vectors))) - set(rows)
    equal = {row for row in left if any(np.array_equal(vectors[row], vectors[r]) for r in rows)}
    assert all(row > rows[-1] for row in equal)


@settings(max_examples=depth(test=40, deep=500, soak=10_000))
@given(matrices(), st.integers(1, 20), st.floats(0.05, 1))
def test_the_best_moments_are_those_of_float64(made: Any, k: int, share: float) -> None:
    vectors, rng = made
    count = len(vectors)
    rows = library(
        vectors,
        embedding_option=Labels(rng.integers(0, 4, count), ("visual", "audio", "text", None)),
        source_id=Labels(rng.integers(0, 3, count), ("a", "b", "c")),
        start_sec=rng.integers(0, 4, count) + rng.choice([0, 0.0001]),
        end_sec=np.where(rng.random(count) < 0.2, np.nan, 5.0),
    )
    query = rng.uniform(-1, 1, vectors.shape[1]).astype(np.float32)
    weights = {"visual": share, "audio": 1.0}
    expected = naive_moments(rows, naive_cosines(vectors, query), weights)
    found = rows.search(query, k, weights=weights)
    assert [match.score for match in found] == pytest.approx(
        sorted(expected.values(), reverse=True)[:k], abs=1e-6
    )
    for segment, score in found:
        key = (segment.source_id, round(segment.start_sec or 0, 3), segment.end_sec)
        alone = segment.extra["row"] if segment.embedding_option is None else None
        assert score == pytest.approx(expected[(*key, alone)], abs=1e-6)


def naive_moments(rows: Embeddings, scores: Any, weights: dict[str, float]) -> dict[Any, float]:
    """The weighted mean of the best cosine of each modality, by source and time."""
    best: dict[Any, dict[str | None, float]] = {}
    for row, score in zip(rows, scores, strict=True):
        option = row.embedding_option
        alone = row.extra["row"] if option is None else None
        key = (row.source_id, round(row.start_sec or 0, 3), row.end_sec, alone)
        if option is None or option in weights:
            of_range = best.setdefault(key, {})
            of_range[option] = max(score, of_range.get(option, -2))
    total = sum(weights.values())
    return {
        key: of_range[None]
        if None in of_range
        else sum(weights[name or ""] * score for name, score in of_range.items()) / total
        for key, of_range in best.items()
    }


def library(vectors: Any, **columns: Any) -> Embeddings:
    """Clips of a second; `extra` and the start say the row."""
    count = len(vectors)
    start = np.arange(count, dtype=np.float64)
    plain = {
        "embedding_option": Labels.same("visual", count),
        "embedding_scope": Labels.same("clip", count),
        "start_sec": start,
        "end_sec": start + 1,
        "extra": ({"row": row} for row in range(count)),
    }
    return Embeddings(vectors=vectors, **(plain | columns))


def test_whole_assets_and_clips_in_many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(3).normal(size=(50, 6)).astype(np.float32)
    vectors[::3] = vectors[0]
    scopes = Labels(np.arange(50) % 2, ("asset", "clip"))
    rows = library(vectors, embedding_scope=scopes)
    whole = rows.search(vectors[0], 50)
    monkeypatch.setattr(cosine, "_BLOCK_ROWS", 3)
    again = library(vectors, embedding_scope=scopes).search(vectors[0], 50)
    assert starts(again) == starts(whole)
    assert starts(whole)[:8] == [3, 9, 15, 21, 27, 33, 39, 45]
    assert len(whole) == 25


def starts(matches: Matches) -> list[float | None]:
    return [match.segment.start_sec for match in matches]


def test_a_search_copies_no_vectors_and_the_second_keeps_what_the_first_made() -> None:
    vectors = np.random.default_rng(1).normal(size=(4_000, 256)).astype(np.float32)
    rows = library(vectors, embedding_scope=Labels(np.arange(4_000) % 2, ("asset", "clip")))
    for options in ({}, {"by": "moment"}):
        tracemalloc.start()
        rows.search(vectors[0], 3, **options)  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 0.1 * vectors.nbytes + 200_000
    kept = rows._row_scales, rows._time_ranges
    rows.search(vectors[1], weights={"visual": 1})
    assert (rows._row_scales, rows._time_ranges) == kept
    assert len(pickle.dumps(rows)) == len(pickle.dumps(library(**{"vectors": vectors} | {
        "embedding_scope": rows.embedding_scope})))  # fmt: skip
    assert rows[:5]._row_scales.factors.shape == (5,)


def test_slices_and_adjacent_rows_are_views() -> None:
    vectors = np.random.default_rng(1).normal(size=(90, 4)).astype(np.float32)
    sources = Labels.repeated(["a", "b", "c"], [30, 30, 30])
    rows = library(vectors, source_id=sources, uncertainty=vectors, ids=map(str, range(90)))
    for found in (rows[30:60], rows.filter(source_id="b")):
        for name in ("vectors", "uncertainty", "start_sec", "end_sec"):
            assert np.shares_memory(getattr(found, name), getattr(rows, name))
            assert not getattr(found, name).flags.writeable
        assert list(found.source_id) == ["b"] * 30
        assert found.extra == tuple({"row": row} for row in range(30, 60))
        assert found.ids == [str(row) for row in range(30, 60)]
    assert starts_of(rows[10:2:-3]) == [10, 7, 4]
    assert np.shares_memory(rows[10:2:-3].vectors, vectors)
    for index in (np.arange(5), np.arange(90) < 5, [0, 1, 2, 3, 4]):
        copied = rows[index]  # type: ignore[index]
        assert starts_of(copied) == [0, 1, 2, 3, 4]
        assert not np.shares_memory(copied.vectors, vectors)
    assert starts_of(rows.filter(source_id=["a", "c"])) == [*range(30), *range(60, 90)]
    assert len(rows.filter(source_id="a").filter(source_id="b")) == 0


def starts_of(rows: Embeddings) -> list[float]:
    return rows.start_sec.tolist()  # type: ignore[no-any-return]


def test_a_pickled_row_brings_no_labels_and_fields_of_others() -> None:
    one = library(np.ones((2, 4), np.float32))
    many = Embeddings.concat({f"videos/{number}.mp4": one for number in range(5_000)})
    (row,) = again = pickle.loads(pickle.dumps(many[4_321:4_322]))
    assert (row.source_id, row.extra) == ("videos/2160.mp4", {"row": 1})
    assert len(pickle.dumps(many[4_321:4_322])) < 2_000
    assert again.source_id.categories == ("videos/2160.mp4",)
    assert len(many[:0].source_id.remove_unused().categories) == 0
    everything = pickle.loads(pickle.dumps(many))
    assert list(everything.source_id) == list(many.source_id)
    assert everything.extra == many.extra


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=4), min_size=1))
def test_labels_of_several_columns_are_joined_row_by_row(parts: list[list[str | None]]) -> None:
    whole = Labels.of([label for part in parts for label in part])
    columns = [Labels.of(part) for part in parts]
    joined = Labels.joined([*columns, *[whole[at : at + 1] for at in range(len(whole))]])
    assert list(joined) == [*whole, *whole]
    assert sorted(map(str, joined.categories)) == sorted({*map(str, whole)})
    firsts = list(dict.fromkeys(whole))
    assert joined.distinct() == firsts == whole.distinct()
    assert [list(column) for column in columns] == parts


def test_a_column_of_values_is_like_a_tuple() -> None:
    column = Values.of([{"a": 1}, {}, "text"])
    assert column == ({"a": 1}, {}, "text")
    assert column != ({"a": 1}, {})
    assert column != "text"
    assert (column[0], column[-1], list(column[1:])) == ({"a": 1}, "text", [{}, "text"])
    assert list(column[np.array([2, 0])]) == ["text", {"a": 1}]
    assert pickle.loads(pickle.dumps(column)) == column
    assert Values.of(column) is column
    assert repr(column) == "Values([{'a': 1}, {}, 'text'])"
    assert list(Values.joined([column, column[:1]])) == [*column, {"a": 1}]
    rows = library(np.ones((3, 2), np.float32), extra=({}, {}, {"a": 1}))
    assert rows.extra[0] is rows.extra[1], "a million rows without fields share one object"
    assert attrs.evolve(rows).extra is rows.extra
