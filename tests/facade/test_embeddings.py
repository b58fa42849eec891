from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from dodeca import Embeddings
from dodeca.errors import InvalidRequestError, InvalidResponseError


def clips(*vectors: list[float]) -> Embeddings:
    return Embeddings.from_items(
        [
            {
                "embedding": vector,
                "embedding_option": "visual",
                "embedding_scope": "clip",
                "start_sec": float(row),
                "end_sec": row + 1.0,
            }
            for row, vector in enumerate(vectors)
        ]
    )


def test_columns_and_segments_agree() -> None:
    items: list[dict[str, Any]] = [
        {
            "embedding": [1, 0],
            "embedding_option": "visual",
            "embedding_scope": "clip",
            "start_sec": 0,
            "end_sec": 2.5,
        },
        {
            "embedding": [0, 1],
            "embedding_option": "audio",
            "embedding_scope": "asset",
            "start_sec": None,
            "quadrant": "top_left",
        },
    ]
    found = Embeddings.from_items(items)
    assert found.vectors.shape == (2, 2)
    assert found.vectors.dtype == np.float32
    first, second = found
    assert (first.start_sec, first.end_sec, first.embedding_option) == (0.0, 2.5, "visual")
    assert (second.start_sec, second.end_sec, second.embedding_scope) == (None, None, "asset")
    assert second.extra == {"quadrant": "top_left"}
    assert np.array_equal(found[-1].vector, second.vector)
    assert len(found[:1]) == 1
    assert repr(found) == "<Embeddings 2 x 2, audio+visual, asset+clip>"


def test_filters_combine() -> None:
    items = [
        {"embedding": [1.0], "embedding_option": option, "embedding_scope": scope}
        for option in ("visual", "audio")
        for scope in ("clip", "asset")
    ]
    found = Embeddings.from_items(items)
    assert len(found.filter(option="audio")) == 2
    assert len(found.filter(option="audio", scope="clip")) == 1
    assert len(found.filter(option="transcription")) == 0
    assert not list(found.filter(option="transcription"))


def test_a_filter_takes_lists_and_refuses_words_that_nobody_knows() -> None:
    found = Embeddings.from_items(
        [{"embedding": [1.0], "embedding_option": word} for word in ("visual", "audio", "smell")]
    )
    assert list(found.filter(option=["audio", "smell"]).embedding_option) == ["audio", "smell"]
    assert len(found.filter(option=["transcription"])) == 0
    for wrong in ({"option": ["visual", "taste"]}, {"scope": "scene"}, {"option": 3}):
        with pytest.raises(InvalidRequestError, match=next(iter(wrong))):
            found.filter(**wrong)  # type: ignore[arg-type]


def test_labels_compare_with_a_word_row_by_row() -> None:
    found = Embeddings.from_items(
        [{"embedding": [1.0], "embedding_option": word} for word in ("visual", "audio", None)]
    )
    options = found.embedding_option
    assert (options == "audio").tolist() == [False, True, False]
    assert (options != "audio").tolist() == [True, False, True]
    assert (options == None).tolist() == [False, False, True]  # noqa: E711
    assert list(found[options == "audio"].embedding_option) == ["audio"]
    assert options == ["visual", "audio", None]
    assert options != ["visual", "audio"]
    assert (options == 3) is False
    for index in (False, np.True_):
        with pytest.raises(TypeError, match="an index must be"):
            found[index]  # type: ignore[call-overload]


def test_search_ranks_by_cosine_not_by_length() -> None:
    found = clips([10, 0], [0.1, 0.1], [0, 1])
    matches = found.search([1, 1], k=2)
    assert [match.segment.start_sec for match in matches] == [1.0, 0.0]
    assert matches[0].score == pytest.approx(1)


def test_search_leaves_the_whole_asset_out_of_a_ranking_of_clips() -> None:
    items = [
        {"embedding": [1, 0], "embedding_scope": "asset"},
        {"embedding": [1, 1], "embedding_scope": "clip"},
    ]
    found = Embeddings.from_items(items)
    assert [match.segment.embedding_scope for match in found.search([1, 0])] == ["clip"]
    assert len(found.filter(scope="asset").search([1, 0])) == 1


@pytest.mark.parametrize("query", [[1.0], [[1.0, 0.0], [0.0, 1.0]], []])
def test_a_query_is_one_vector_of_the_same_length(query: Any) -> None:
    with pytest.raises(InvalidRequestError):
        clips([1, 0], [0, 1]).search(query)


@given(
    vectors=npst.arrays(
        np.float32,
        st.tuples(st.integers(1, 8), st.integers(1, 6)),
        elements=st.floats(-10, 10, width=32),
    ),
    k=st.integers(1, 10),
)
def test_search_is_a_sorted_prefix_of_all_scores(vectors: Any, k: int) -> None:
    found = clips(*vectors.tolist())
    scores = [match.score for match in found.search(vectors[0], k=k)]
    assert len(scores) == min(k, len(vectors))
    assert scores == sorted(scores, reverse=True)
    assert all(-1.0001 <= score <= 1.0001 for score in scores)


@given(
    st.lists(
        st.floats(allow_nan=False, allow_infinity=False, width=64, min_value=-1e30, max_value=1e30),
        min_size=1,
        max_size=5,
    )
)
def test_values_are_rounded_once(values: list[float]) -> None:
    found = clips(values)
    assert found.vectors[0].tolist() == [float(np.float32(value)) for value in values]


@pytest.mark.parametrize(
    "items",
    [
        [{"embedding": [1, 2]}, {"embedding": [1]}],
        [{"embedding": [float("nan")]}],
        [{"embedding": ["a"]}],
        [{"embedding": None}],
        [{}],
        [{"embedding": [1], "start_sec": "soon"}],
        [{"embedding": [[1]]}],
    ],
)
def test_malformed_vectors_are_an_invalid_response(items: Any) -> None:
    with pytest.raises(InvalidResponseError):
        Embeddings.from_items(items)


def test_columns_cannot_be_written_to() -> None:
    found = clips([1, 0])
    with pytest.raises(ValueError, match="read-only"):
        found.vectors[0, 0] = 5
