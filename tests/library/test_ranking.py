"""A library ranks as `Embeddings.search` does, page by page, whatever is selected."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca import Client, Embeddings
from dodeca.embeddings import ranking
from dodeca.library import DatasetLibrary, Query, Selection
from dodeca.library.kept_queries import KeptQueries
from dodeca.library.rows import Rows, with_locations

OPTIONS = ("visual", "audio", "transcription")


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client.emulated() as client:
        yield client


@st.composite
def rows(draw: st.DrawFn) -> Embeddings:
    """Rows of few sources, times, options and scopes, many of them alike."""
    found = []
    for _ in range(draw(st.integers(1, 25))):
        is_timed, start = draw(st.booleans()), draw(st.integers(0, 3))
        found.append(
            {
                "embedding": draw(st.lists(st.integers(-2, 2), min_size=4, max_size=4)),
                "embedding_option": draw(st.sampled_from(OPTIONS)) if is_timed else None,
                "embedding_scope": draw(st.sampled_from(["clip", "asset"])) if is_timed else None,
                "start_sec": float(start) if is_timed else None,
                "end_sec": start + 1.0 if is_timed else None,
                "rating": draw(st.sampled_from([None, 1, 2])),
            }
        )
    half = draw(st.integers(0, len(found)))
    parts = {"/a.mp4": found[:half], "/b.mp4": found[half:]}
    made = {name: Embeddings.from_items(items) for name, items in parts.items() if items}
    return Embeddings.concat(made)


selections = st.builds(
    Selection,
    weights=st.none() | st.dictionaries(st.sampled_from(OPTIONS), st.integers(1, 3), min_size=1),
    min_score=st.none() | st.sampled_from([-0.5, 0.0, 0.5, 1.0]) | st.floats(-1, 1),
    options=st.none() | st.lists(st.sampled_from(OPTIONS), min_size=1),
    scopes=st.none() | st.lists(st.sampled_from(["clip", "asset"]), min_size=1),
)


def expected(found: Embeddings, row: int, wanted: Selection) -> list[Any]:
    """The matches of `Embeddings.search` in the selected rows without the segment itself."""
    keep = np.ones(len(found), np.bool_)
    if wanted.options is not None:
        keep &= found.embedding_option.any_of(wanted.options)
    if wanted.scopes is not None:
        keep &= found.embedding_scope.any_of(wanted.scopes)
    if "rating" in wanted.metadata:
        keep &= [each.get("rating") == wanted.metadata["rating"] for each in found.extra]
    keep[keep] = ranking.comparable_rows(found.embedding_scope[keep])
    times = [*zip(found.source_id, map(str, found.start_sec), strict=True)]
    keep &= [time != times[row] for time in times]
    if not keep.any():
        return []
    return found[np.flatnonzero(keep)].search(
        found.vectors[row], len(found), weights=wanted.weights, min_score=wanted.min_score
    )


@pytest.mark.parametrize("weights", [None, {"visual": 1.0}])
def test_the_total_counts_what_reaches_the_least_score(
    client: Client, tmp_path: Path, weights: dict[str, float] | None
) -> None:
    ranges = [{"start_sec": at, "end_sec": at + 1.0} for at in (0.0, 1.0)]
    held = Embeddings.from_items(
        [{"embedding": [0.0] * 4, "embedding_option": "visual", **times} for times in ranges]
    )
    kept = KeptQueries(tmp_path / "none.sqlite")
    rows = Rows(with_locations(held, Path("/x")))
    library = DatasetLibrary("rows", rows, client, client.embed, kept)
    query = Query(segment=library.segment_ids[0])
    for least, number in ((3e-82, 0), (0.0, 1)):  # the first is 0 in float32
        found = library.search(query, Selection(weights=weights, min_score=least))
        assert (found.total, len(found.items)) == (number, number)


@given(st.data())
def test_a_library_ranks_as_embeddings_do(
    client: Client, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    held = data.draw(rows())
    library = DatasetLibrary(
        "rows",
        Rows(with_locations(held, Path("/x"))),
        client,
        client.embed,
        KeptQueries(tmp_path_factory.getbasetemp() / "none.sqlite"),
    )
    wanted = data.draw(selections)
    if data.draw(st.booleans()) and "rating" in library.metadata_columns:
        wanted = attrs.evolve(wanted, metadata={"rating": 1})
    row = data.draw(st.integers(0, len(held) - 1))
    query = Query(segment=library.segment_ids[row])
    found, matches = library.search(query, wanted), expected(held, row, wanted)
    assert [round(hit.score or 0.0, 5) for hit in found.items] == [
        round(match.score, 5) for match in matches
    ]
    assert [dict(hit.scores).keys() for hit in found.items] == [m.scores.keys() for m in matches]
    assert found.total == len(matches)
    pages = [library.search(query, wanted, offset=at, limit=3) for at in range(0, len(matches), 3)]
    assert [hit for page in pages for hit in page.items] == list(found.items)
    assert all(page.total == len(matches) for page in pages)
    assert not math.isnan(library.scale(query).high)
