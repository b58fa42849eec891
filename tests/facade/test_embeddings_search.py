import math
import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from dodeca import AsyncClient, Client, Embeddings
from dodeca.embeddings import Match, Segment
from dodeca.errors import InvalidRequestError
from tests.scripted import Script, reply

VECTORS = npst.arrays(
    np.float32,
    st.tuples(st.integers(1, 12), st.just(3)),
    elements=st.floats(-10, 10, width=32),
)


def row(vector: list[float], option: str | None, start: float | None = 0.0, **more: Any) -> Any:
    end = None if start is None else start + 5
    scope = None if option is None else "clip"
    item = {"embedding": vector, "embedding_option": option, "embedding_scope": scope}
    return item | {"start_sec": start, "end_sec": end} | more


def film(*rows: Any) -> Embeddings:
    return Embeddings.from_items(rows)


def starts(matches: list[Match]) -> list[float | None]:
    return [match.segment.start_sec for match in matches]


TWO_SCENES = film(
    row([1, 0], "visual", 0),
    row([0, 1], "audio", 0),
    row([3, 4], "visual", 5),
    row([1, 0], "audio", 5),
)


def test_modalities_of_a_moment_are_weighed() -> None:
    weights = {"visual": np.float32(0.7), "audio": 0.3}
    first, second = TWO_SCENES.search([1, 0], weights=weights)  # type: ignore[arg-type]
    assert starts([first, second]) == [5, 0]
    assert first.score == pytest.approx(0.7 * 0.6 + 0.3 * 1)
    assert first.scores == pytest.approx({"visual": 0.6, "audio": 1.0})
    assert first.segment.embedding_option == "visual"  # 0.42 of it, where the sound adds 0.30
    assert second.score == pytest.approx(0.7)


def test_weights_are_shares() -> None:
    one = TWO_SCENES.search([1, 0], weights={"visual": 0.7, "audio": 0.3})
    other = TWO_SCENES.search([1, 0], weights={"visual": 7, "audio": 3})
    assert [m.score for m in one] == pytest.approx([m.score for m in other])


def test_moments_without_weights_take_the_mean() -> None:
    found = TWO_SCENES.search([1, 0], by="moment")
    assert [match.score for match in found] == pytest.approx([0.8, 0.5])


def test_a_modality_that_is_missing_counts_as_none_and_one_that_is_not_named_is_left_out() -> None:
    found = film(row([1, 0], "visual", 0), row([0, 1], "audio", 5)).search(
        [1, 1], weights={"visual": 1, "transcription": 1}
    )
    assert [match.score for match in found] == pytest.approx([math.sqrt(0.5) / 2])
    assert found[0].scores.keys() == {"visual"}


def test_a_modality_that_is_left_out_is_never_the_one_that_is_found() -> None:
    rows = film(row([0, 1], "audio", 0), row([-1, 0], "visual", 0))
    (found,) = rows.search([1, 0], weights={"visual": 1})
    assert found.segment.embedding_option == "visual"
    assert found.score == pytest.approx(-1)


def test_moments_of_different_films_are_different() -> None:
    both = Embeddings.concat({"a": TWO_SCENES, "b": TWO_SCENES})
    found = both.search([1, 0], k=9, by="moment")
    assert sorted((m.segment.source_id, m.segment.start_sec) for m in found) == [
        *[("a", 0.0), ("a", 5.0)],
        *[("b", 0.0), ("b", 5.0)],
    ]


def test_a_picture_among_films_keeps_its_own_score() -> None:
    library = Embeddings.concat({"film": TWO_SCENES, "picture": film(row([1, 0], None, None))})
    found = library.search([1, 0], weights={"visual": 1, "audio": 1})
    assert found[0].segment.source_id == "picture"
    assert found[0].score == pytest.approx(1)
    assert found[0].scores == {}
    two = film(row([1, 0], None, None), row([0, 1], None, None))
    assert [m.score for m in two.search([1, 0], by="moment")] == pytest.approx([1, 0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"weights": {"visul": 1}}, "'visul'"),
        ({"weights": {"visual": -1}}, "-1"),
        ({"weights": {"visual": float("nan")}}, "nan"),
        ({"weights": {"visual": 0}}, "above 0"),
        ({"weights": {}}, "above 0"),
        ({"weights": ["visual"]}, "a mapping"),
        ({"weights": {"visual": 1e308, "audio": 1e308}}, "must be finite"),
        ({"weights": {"visual": 10**400}}, "0 or more"),
        ({"by": "scene"}, "'scene'"),
        ({"by": "row", "weights": {"visual": 1}}, "'row'"),
        ({"k": 0}, "got 0"),
        ({"k": 2.5}, "2.5"),
    ],
)
def test_what_cannot_be_searched_by_is_refused(arguments: Any, words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        TWO_SCENES.search([1, 0], **arguments)


@pytest.mark.parametrize(
    "query",
    [
        *("red", None, [["a", "b"]], [1.0, 2.0, 3.0], [[[1.0, 2.0]]]),
        *([math.nan, 1.0], [math.inf, 1.0], [1e39, 1.0], [10**400, 1], np.array([1j, 1])),
    ],
)
def test_what_is_no_query_is_refused(query: Any) -> None:
    with pytest.raises(InvalidRequestError, match="one vector of 2 floats"):
        TWO_SCENES.search(query)


@pytest.mark.parametrize("part", ["clip", "page", "chunk", "some-new-word"])
def test_whole_assets_never_mix_with_parts(part: str) -> None:
    rows = film(
        row([1, 0], "visual") | {"embedding_scope": "asset"},
        row([1, 1], "visual") | {"embedding_scope": part},
    )
    for by in ("row", "moment"):
        found = rows.search([1, 0], by=by)  # type: ignore[arg-type]
        assert [match.segment.embedding_scope for match in found] == [part]
    assert rows.filter(scope="asset").search([1, 0])[0].score == pytest.approx(1)


@given(VECTORS)
def test_by_moment_with_one_modality_is_the_ranking_of_its_rows(vectors: Any) -> None:
    rows = film(*(row(v, "visual", float(n)) for n, v in enumerate(vectors.tolist())))
    plain = rows.search([1, 2, 3], k=20)
    fused = rows.search([1, 2, 3], k=20, weights={"visual": 0.4})
    assert starts(plain) == starts(fused)
    assert [m.score for m in plain] == pytest.approx([m.score for m in fused], abs=1e-6)


@given(VECTORS, VECTORS)
def test_similarity_is_the_cosine_of_every_pair(one: Any, other: Any) -> None:
    rows = film(*(row(v, None, None) for v in one.tolist()))
    found = rows.similarity(other)
    assert found.shape == (len(one), len(other))
    assert found.dtype == np.float32
    for i, j in np.ndindex(found.shape):
        a, b = one[i].astype(float), other[j].astype(float)
        norms = np.linalg.norm(a) * np.linalg.norm(b)
        assert found[i, j] == pytest.approx(a @ b / norms if norms else 0, abs=1e-5)


def test_similarity_in_blocks_and_with_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(1).normal(size=(10, 4)).astype(np.float32)
    rows = film(*(row(v, None, None) for v in vectors.tolist()))
    whole = rows.similarity()
    monkeypatch.setattr("dodeca.embeddings.cosine._BLOCK_ROWS", 3)
    assert np.allclose(rows.similarity(), whole)
    assert np.allclose(np.diag(whole), 1)
    with pytest.raises(InvalidRequestError, match="4 floats"):
        rows.similarity(np.ones((2, 3)))


def test_to_numpy_is_a_copy_and_may_be_normalized() -> None:
    rows = film(row([3, 4], None, None), row([0, 0], None, None))
    rows.to_numpy()[0, 0] = 9
    assert rows.vectors[0, 0] == 3
    assert rows.to_numpy(normalize=True).tolist() == [
        [pytest.approx(0.6), pytest.approx(0.8)],
        [0, 0],
    ]


def test_matches_that_touch_become_one_stretch() -> None:
    vectors = {0: [1.0, 0.0], 5: [0.9, 0.1], 20: [0.8, 0.2], 10: [0.0, 1.0]}
    rows = film(*(row(v, "visual", s) for s, v in vectors.items()), row([0.5, 0.5], "audio", 3))
    merged = rows.search([1, 0], k=4).merge_adjacent()
    assert [(m.segment.start_sec, m.segment.end_sec) for m in merged] == [(0, 10), (20, 25)]
    assert merged[0].score == pytest.approx(1)
    assert merged[0].scores == pytest.approx({"visual": 1.0, "audio": math.sqrt(0.5)})
    assert len(rows.search([1, 0], k=4).merge_adjacent(gap_sec=10)) == 1
    assert [
        len(film(row([1, 0], "visual", s)).search([1, 0]).merge_adjacent()) for s in (0, None)
    ] == [1, 1]


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.integers(1, 6)), max_size=25)
)
def test_merged_stretches_cover_the_same_seconds_and_do_not_touch(
    spans: list[tuple[str, int, int]],
) -> None:
    parts = [
        Embeddings.concat({name: film(row([1, 0], "visual", start) | {"end_sec": start + length})})
        for name, start, length in spans
    ]
    merged = Embeddings.concat(parts).search([1, 0], k=99).merge_adjacent()
    whole = {(m.segment.source_id, m.segment.start_sec, m.segment.end_sec) for m in merged}
    assert len(whole) == len(merged)

    def seconds(found: Any) -> set[tuple[str, int]]:
        return {(n, at) for n, start, end in found for at in range(int(start), int(end))}

    assert seconds(whole) == seconds((n, s, s + length) for n, s, length in spans)
    for name, _, end in whole:
        assert not any(n == name and abs(start - end) < 0.5 for n, start, _ in whole)


@pytest.mark.parametrize("gap", [math.nan, math.inf, None, -1, "1"])
def test_a_gap_is_a_number_of_seconds(gap: Any) -> None:
    with pytest.raises(InvalidRequestError, match="gap_sec"):
        TWO_SCENES.search([1, 0]).merge_adjacent(gap_sec=gap)


def test_only_matches_that_are_about_as_good_are_merged() -> None:
    scores = [0.0, 0.7, 0.87, 0.5, 0.1, 0.11, 0.6]
    rows = film(
        *(row([s, math.sqrt(1 - s * s)], "visual", 5 * at) for at, s in enumerate(scores)),
        row([0.0, 1.0], "audio", 10),
    )
    merged = rows.search([1, 0], k=99).merge_adjacent()
    found = {(m.segment.start_sec, m.segment.end_sec): m.score for m in merged}
    assert found == pytest.approx({(5, 20): 0.87, (30, 35): 0.6, (20, 30): 0.11, (0, 5): 0.0})
    assert merged[0].scores == pytest.approx({"visual": 0.87, "audio": 0.0})  # of one time range


@pytest.mark.parametrize("by", ["row", "moment"])
def test_matches_below_the_least_score_are_left_out(by: Any) -> None:
    every = TWO_SCENES.search([1, 0], k=9, by=by)
    least = every[1].score
    found = TWO_SCENES.search([1, 0], k=9, by=by, min_score=least)
    assert [m.score for m in found] == [m.score for m in every if m.score >= least]
    assert TWO_SCENES.search([1, 0], min_score=1.01) == []


@pytest.mark.parametrize("wrong", [math.nan, math.inf, "0.5", True])
def test_a_least_score_is_a_number(wrong: Any) -> None:
    with pytest.raises(InvalidRequestError, match="min_score"):
        TWO_SCENES.search([1, 0], min_score=wrong)


def test_nothing_is_found_in_nothing() -> None:
    assert Embeddings.from_items([]).search([1, 0]) == []
    assert TWO_SCENES.filter(option="transcription").search([1, 0], by="moment") == []
    assert Embeddings.from_items([]).similarity().shape == (0, 0)


def test_a_match_is_a_pair() -> None:
    (segment, score), *_ = TWO_SCENES.search([1, 0])
    assert (segment.start_sec, score) == (0.0, pytest.approx(1))
    fused = TWO_SCENES.search([1, 0], k=1, by="moment")[0]
    again = pickle.loads(pickle.dumps(fused))
    assert (again.score, again.scores) == (fused.score, fused.scores)
    assert again.segment.vector.tolist() == fused.segment.vector.tolist()


def test_vectors_of_different_models_never_compare() -> None:
    items = [{"embedding": [0.6, 0.8]}]
    old, new, unknown = (
        Embeddings.from_items(items, model_name=name) for name in ("marengo3.0", "marengo3.5", None)
    )
    for compare in (old.search, old.similarity):
        with pytest.raises(InvalidRequestError, match=r"'marengo3\.0' and 'marengo3\.5'"):
            compare(new)
        with pytest.warns(UserWarning, match="unknown model"):
            compare(unknown)
        compare(old)
        compare(new.vectors)


def test_a_row_pickled_before_rows_had_a_source_has_none() -> None:
    segment = Embeddings.from_items([{"embedding": [0.6, 0.8]}])[0]
    nothing, fields = segment.__getstate__()
    del fields["source"]
    older = Segment.__new__(Segment)
    older.__setstate__((nothing, fields))
    assert older.source is None


def test_a_repr_is_short_whatever_the_labels_are() -> None:
    item = {"embedding": [1.0], "embedding_option": "x" * 1_000_000, "embedding_scope": "y" * 9_999}
    assert len(repr(Embeddings.from_items([item]))) < 500


@pytest.fixture
def client() -> Iterator[Client]:
    with Client.emulated() as made:
        yield made


def test_a_text_is_a_query_if_there_is_a_client(client: Client) -> None:
    names = ("red", "blue", "a loud noise")
    library = Embeddings.concat({name: client.embed.text(name) for name in names})
    for options in ({}, {"by": "moment"}):
        found = library.search("blue", k=1, client=client, **options)  # type: ignore[arg-type]
        assert (found[0].segment.source_id, found[0].score) == ("blue", pytest.approx(1))
    nothing = library[:0].search("", client=client)  # there is nothing to compare it with
    assert nothing == []


def test_a_text_is_embedded_with_the_model_of_the_rows() -> None:
    item = {"embedding": [1.0] * 512}
    library = Embeddings.from_items([item], model_name="marengo9")
    script = Script(reply({"data": [item]}))
    with Client("key", transport=script) as client:
        assert len(library.search("blue", client=client)) == 1
    assert script.bodies[0]["model_name"] == "marengo9"


def test_a_text_without_a_client_is_refused_with_what_to_do() -> None:
    with pytest.raises(InvalidRequestError, match=r"the text 'blue'.*client=client"):
        TWO_SCENES.search("blue")
    for call in (TWO_SCENES.similarity, TWO_SCENES.plot):
        with pytest.raises(InvalidRequestError, match=r"client\.embed\.text"):
            call("blue")  # type: ignore[arg-type]


def test_what_cannot_embed_a_text_at_once_is_no_client() -> None:
    for other in (AsyncClient("key"), "key", Client):
        with pytest.raises(InvalidRequestError, match="client must be a Client, got"):
            TWO_SCENES.search("blue", client=other)


def test_parameters_are_checked_before_a_text_is_embedded() -> None:
    with Client("key", transport=Script()) as client:
        for options in ({"k": 0}, {"weights": {"visul": 1}}, {"min_score": "x"}):
            with pytest.raises(InvalidRequestError):
                TWO_SCENES.search("blue", client=client, **options)  # type: ignore[arg-type]


def test_a_source_that_no_row_has_is_refused() -> None:
    library = Embeddings.concat({"one.mp4": TWO_SCENES, "other.mp4": film(row([1, 0], "visual"))})
    with pytest.raises(InvalidRequestError, match=r"source_id must be one of one\.mp4, got 'one'"):
        library.filter(source_id="one")
    with pytest.raises(InvalidRequestError, match="none at all"):
        TWO_SCENES.filter(source_id=["one.mp4"])
    without_rows = library.filter(option="audio").filter(source_id="other.mp4")
    assert len(without_rows) == len(library[:0].filter(source_id="x")) == 0
    many = Embeddings.concat({f"{n}.mp4": film(row([1, 0], None)) for n in range(500)})
    with pytest.raises(InvalidRequestError, match="'zzz'") as error:
        many.filter(source_id="zzz")
    assert len(str(error.value)) < 300
