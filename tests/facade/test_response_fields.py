"""What the service said about a response stays with its vectors, and with no others."""

import pickle
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dodeca import Embeddings
from dodeca.results import EmbeddingMetadata, EmbeddingUsage

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
USAGES = st.none() | st.builds(
    EmbeddingUsage,
    st.dictionaries(st.text(max_size=3), st.integers(0, 99), max_size=2),
    st.booleans(),
    st.none() | st.text(max_size=3),
)
METADATA = EmbeddingMetadata("video", duration=9.5, extra={"embedding_dimension": 2})


def response(usage: EmbeddingUsage | None = None, **extra: Any) -> Embeddings:
    items = [{"embedding": [float(n), 1.0], "embedding_option": "visual"} for n in range(3)]
    found = Embeddings.from_items(items, metadata=METADATA)
    return attrs.evolve(found, usage=usage, response_extra=extra)


def about(found: Embeddings) -> tuple[Any, Any, Any]:
    return found.usage, found.response_extra, found.metadata


@given(USAGES, st.dictionaries(st.text(max_size=3), JSON, max_size=3))
def test_tables_pickles_slices_and_their_concat_keep_it(
    usage: EmbeddingUsage | None, extra: dict[str, Any]
) -> None:
    found = attrs.evolve(response(usage), response_extra=extra)
    parts = [found[:1], found[np.array([1, 2])], found.filter(option="visual")]
    for other in (
        *parts,
        Embeddings.concat(parts),
        Embeddings.concat({"a.mp4": found}),
        Embeddings.from_arrow(found.to_arrow()),
        pickle.loads(pickle.dumps(found)),
        Embeddings.concat(pickle.loads(pickle.dumps(parts))),
    ):
        assert about(other) == about(found)


def test_a_file_keeps_it(tmp_path: Path) -> None:
    found = response(EmbeddingUsage({"video": 7}, False, extra={"novel": 1}), trace="x")
    assert about(Embeddings.load(found.to_parquet(tmp_path / "a.parquet"))) == about(found)


def test_vectors_of_two_responses_have_the_usage_of_neither() -> None:
    one, other = (
        response(EmbeddingUsage({"text": 3}, False)),
        response(EmbeddingUsage({"text": 3}, False)),
    )
    assert about(Embeddings.concat([one, other])) == (None, {}, METADATA)
    assert about(Embeddings.concat([one, response()])) == (None, {}, METADATA)


def test_responses_of_other_clients_keep_it() -> None:
    body = {
        "data": [{"embedding": [1.0, 0.0]}],
        "usage": {"input_tokens": {"text": 3}, "truncated": False},
        "model_name": "m",
        "trace": "x",
    }
    found = Embeddings.from_response(body)
    assert about(found) == (EmbeddingUsage({"text": 3}, False), {"trace": "x"}, None)
    one = Embeddings.from_response({"embedding": [1.0, 0.0], "inputTextTokenCount": 3})
    assert (one.response_extra, one[0].extra) == ({}, {"inputTextTokenCount": 3})
