import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import attrs
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from dodeca import Embeddings
from dodeca.errors import ConfigurationError, InvalidRequestError
from dodeca.results import EmbeddingMetadata

WORDS = st.sampled_from([None, "visual", "audio", "größer\n"])
SECONDS = st.none() | st.floats(0, 1e6)
PLAIN = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5)
EXTRA = st.dictionaries(st.sampled_from(["quadrant", "note", "n"]), PLAIN | st.lists(PLAIN))
UNCERTAINTY = st.sampled_from([None, True])
MODELS = st.sampled_from([None, "marengo3.5"])
METADATA = st.none() | st.builds(
    EmbeddingMetadata,
    input_type=st.sampled_from(["video", None]),
    duration=st.none() | st.floats(0, 1e5),
    embedding_options=st.none() | st.lists(st.just("visual")),
    extra=st.dictionaries(st.sampled_from(["width", "note"]), st.integers(0, 9)),
)


@st.composite
def embeddings(draw: st.DrawFn) -> Embeddings:
    floats = st.floats(allow_nan=False, allow_infinity=False, width=32)
    shape = st.tuples(st.integers(1, 6), st.integers(1, 5))
    vectors = draw(npst.arrays(np.float32, shape, elements=floats))
    items = [
        {
            "embedding": vector,
            "embedding_option": draw(WORDS),
            "embedding_scope": draw(WORDS),
            "start_sec": draw(SECONDS),
            "end_sec": draw(SECONDS),
            "embedding_uncertainty": draw(UNCERTAINTY) and np.abs(vector).tolist(),
            **draw(EXTRA),
        }
        for vector in vectors
    ]
    model = draw(st.sampled_from([None, "marengo3.0"]))
    made = Embeddings.from_items(items, metadata=draw(METADATA), model_name=model)
    if draw(st.booleans()):
        made = Embeddings.concat([made, attrs.evolve(made, model_name=draw(MODELS))])
    name = draw(st.none() | st.text(st.characters(codec="utf-8"), min_size=1, max_size=4))
    return made if name is None else Embeddings.concat({name: made})


def film(name: str = "visual", start: float = 0, **more: Any) -> Embeddings:
    return Embeddings.from_items(
        [
            {"embedding": [1, 2], "embedding_option": name, "start_sec": start, "end_sec": 6}
            | more,
            {"embedding": [3, 4], "embedding_option": "audio", "start_sec": start, "end_sec": 6},
        ],
        model_name="marengo3.0",
    )


def assert_same(one: Embeddings, other: Embeddings) -> None:
    assert one.vectors.dtype == other.vectors.dtype == np.float32
    assert one.vectors.tobytes() == other.vectors.tobytes()
    assert one.vectors.shape == other.vectors.shape
    assert one.start_sec.tobytes() == other.start_sec.tobytes()
    assert one.end_sec.tobytes() == other.end_sec.tobytes()
    assert (one.uncertainty is None) == (other.uncertainty is None)
    if one.uncertainty is not None and other.uncertainty is not None:
        assert one.uncertainty.dtype == np.float32
        assert one.uncertainty.tobytes() == other.uncertainty.tobytes()
        assert not one.uncertainty.flags.writeable
    for field in ("embedding_option", "embedding_scope", "source_id", "extra", "models"):
        assert list(getattr(one, field)) == list(getattr(other, field))
    assert (one.metadata, one.model_name) == (other.metadata, other.model_name)


@given(embeddings())
def test_a_parquet_file_gives_everything_back_to_the_bit(
    tmp_path_factory: pytest.TempPathFactory, found: Embeddings
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.parquet"
    assert found.to_parquet(path) == path
    assert_same(Embeddings.load(path), found)
    assert_same(Embeddings.load(str(path)), found)


@given(embeddings())
def test_an_arrow_table_in_pieces_gives_everything_back(found: Embeddings) -> None:
    table = found.to_arrow()
    pieces = pa.concat_tables([table[:1], table[1:]])
    assert_same(Embeddings.from_arrow(pieces), found)


@given(embeddings())
def test_pickles_and_rows_put_together_again_are_the_same(found: Embeddings) -> None:
    assert_same(pickle.loads(pickle.dumps(found)), found)
    rows = [found[n : n + 1] for n in range(len(found))]
    again = Embeddings.concat(rows)
    if found.uncertainty is not None and np.isnan(found.uncertainty).all():
        again = attrs.evolve(again, uncertainty=found.uncertainty)
    assert_same(again, found)


def test_nothing_is_written_and_read_too(tmp_path: Path) -> None:
    for empty in (Embeddings.from_items([]), film()[:0]):
        assert_same(Embeddings.load(empty.to_parquet(tmp_path / "empty.parquet")), empty)


def test_columns_have_narrow_types() -> None:
    schema = film().to_arrow().schema
    assert schema.field("vector").type == pa.list_(pa.float32(), 2)
    assert pa.types.is_dictionary(schema.field("embedding_option").type)
    assert schema.field("start_sec").type == pa.float64()
    frame = film().to_pandas()
    assert isinstance(frame["embedding_option"].dtype, pd.CategoricalDtype)
    assert frame["vector"][1].dtype == np.float32
    assert frame["end_sec"].tolist() == [6, 6]
    without_time = Embeddings.from_items([{"embedding": [1.0]}])
    assert without_time.to_arrow()["start_sec"].null_count == 1
    assert np.isnan(without_time.to_pandas()["start_sec"][0])


def test_a_file_is_replaced_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = film().to_parquet(tmp_path / "film.parquet")
    before = path.read_bytes()

    def cut_off(table: Any, target: IO[bytes], **_: Any) -> None:
        target.write(b"PAR1")
        raise OSError("no space left")

    monkeypatch.setattr(pq, "write_table", cut_off)
    with pytest.raises(OSError, match="no space"):
        film().to_parquet(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_names_the_path_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for wrong in (tmp_path / "nodir" / "x.parquet", tmp_path / "file" / "x.parquet", tmp_path):
        with pytest.raises(OSError, match="Errno") as caught:
            film().to_parquet(wrong)
        assert caught.value.filename == str(wrong)
    for nameless in ("", "."):
        with pytest.raises(InvalidRequestError, match="a file name"):
            film().to_parquet(nameless)


def test_a_link_at_the_place_of_a_draft_is_not_written_through(tmp_path: Path) -> None:
    kept, path = tmp_path / "kept", tmp_path / "film.parquet"
    kept.write_bytes(b"as it was")
    (tmp_path / f".film.parquet.{os.getpid()}.{threading.get_ident()}.new").symlink_to(kept)
    assert_same(Embeddings.load(film().to_parquet(path)), film())
    assert kept.read_bytes() == b"as it was"
    assert not path.is_symlink()


def test_tables_of_others_are_read(tmp_path: Path) -> None:
    table = pa.table(
        {
            "vector": pa.array([[1.0, 2.0], [3.0, 4.0]], pa.list_(pa.float64())),
            "source": ["a.mp4", "b.mp4"],
            "start_sec": [0, 6],
            "model_name": ["marengo3.0", "marengo3.0"],
            "title": ["A", None],
        }
    )
    (tmp_path / "set").mkdir()
    pq.write_table(table[:1], tmp_path / "set" / "part-0.parquet")
    pq.write_table(table[1:], tmp_path / "set" / "part-1.parquet")
    found = Embeddings.load(tmp_path / "set")
    assert found.vectors.tolist() == [[1, 2], [3, 4]]
    assert list(found.source_id) == ["a.mp4", "b.mp4"]
    assert found.model_name == "marengo3.0"
    assert found.start_sec.tolist() == [0, 6]
    assert np.isnan(found.end_sec).all()
    assert found.extra == ({"title": "A"}, {})


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"embedding": [[1.0]]}, "vector"),
        ({"vector": [[1.0], [1.0, 2.0]]}, "lengths"),
        ({"vector": [[1.0], None]}, "some have none"),
        ({"vector": [[float("nan")]]}, "finite"),
        ({"vector": [[1.0]], "uncertainty": [[1.0, 2.0]]}, "as many numbers"),
        ({"vector": [[1.0]], "uncertainty": [[float("inf")]]}, "finite"),
    ],
)
def test_tables_without_good_vectors_are_refused(table: Any, words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        Embeddings.from_arrow(pa.table(table))


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"no parquet")
    for path in (tmp_path / "x.parquet", tmp_path / "missing.parquet"):
        with pytest.raises(InvalidRequestError, match=path.name):
            Embeddings.load(path)


def test_records_are_plain_and_their_ids_stand(tmp_path: Path) -> None:
    rows = film(quadrant="top_left", usage={"tokens": 3}).records("clip")
    assert [UUID(row["id"]).version for row in rows] == [5, 5]
    assert len({row["id"] for row in rows}) == 2
    assert {type(value) for row in rows for value in row.values()} <= {str, float, list, type(None)}
    assert rows[0]["vector"] == [1.0, 2.0]
    assert [row["quadrant"] for row in rows] == ["top_left", None]
    assert "usage" not in rows[0]
    path = str(tmp_path / "f.parquet")
    load = f"from dodeca import Embeddings; rows = Embeddings.load({path!r}).records('clip')"
    code = f"{load}; print([row['id'] for row in rows])"
    film(quadrant="top_left").to_parquet(path)
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == str([row["id"] for row in rows])


def test_an_id_says_what_the_vector_was_made_from() -> None:
    ids = {row["id"] for row in film().records("a")}
    ids |= {row["id"] for row in film().records("b")}
    ids |= {row["id"] for row in film(start=6).records("a")}
    ids |= {row["id"] for row in attrs.evolve(film(), model_name=None).records("a")}
    assert len(ids) == 8
    assert film().records("a") == Embeddings.concat({"a": film()}).records()


def test_ids_without_a_source_follow_from_the_vectors() -> None:
    same = film().records()
    assert same == film().records()
    assert same[0]["source_id"] is None
    assert same[0]["id"] != film().records("clip")[0]["id"]


def test_quarters_of_a_page_have_ids_of_their_own() -> None:
    page = {"embedding": [1.0], "embedding_scope": "page", "start_page_number": 1}
    quarters = [page, page | {"quadrant": "top_left"}, page | {"quadrant": "top_right"}]
    rows = Embeddings.from_items(quarters).records("report.pdf")
    assert len({row["id"] for row in rows}) == 3


def test_rows_that_would_replace_each_other_are_refused() -> None:
    both = Embeddings.concat([film(), film()])
    with pytest.raises(InvalidRequestError, match="rows 0 and 2"):
        both.records("clip")
    named = Embeddings.concat({"a": film(), "b": film()}).records()
    assert len({row["id"] for row in named}) == 4
    for wrong in ("", 7):
        with pytest.raises(InvalidRequestError, match="source_id"):
            film().records(wrong)  # type: ignore[arg-type]


def test_concat_keeps_what_is_common() -> None:
    metadata = EmbeddingMetadata(duration=3)
    one = attrs.evolve(film(), metadata=metadata)
    assert Embeddings.concat([one, one]).metadata == metadata
    both = Embeddings.concat({"a": one, "b": film()[:0], "c": film(quadrant="q")})
    assert (len(both), both.metadata, both.model_name) == (4, None, "marengo3.0")
    assert list(both.source_id) == ["a", "a", "c", "c"]
    assert both[2].extra == {"quadrant": "q"}
    assert both.filter(source_id="c").vectors.tolist() == [[1, 2], [3, 4]]
    assert len(Embeddings.concat([])) == 0
    assert len(Embeddings.concat(iter([one]))) == 2
    with pytest.raises(ValueError, match="read-only"):
        both.vectors[0, 0] = 1


def test_vectors_of_different_lengths_are_not_put_together() -> None:
    other = Embeddings.from_items([{"embedding": [1, 2, 3]}], model_name="marengo3.5")
    with pytest.raises(InvalidRequestError, match=r"2 floats \(marengo3\.0\), 3 floats \(marengo"):
        Embeddings.concat([film(), other])


def test_a_library_has_more_sources_than_small_integers() -> None:
    one = Embeddings.from_items([{"embedding": [1.0]}])
    many = Embeddings.concat({f"{number}.jpg": one for number in range(33_000)})
    assert many[32_999].source_id == "32999.jpg"
    assert len({row["id"] for row in many.records()}) == 33_000
    assert many.to_arrow()["source_id"][32_999].as_py() == "32999.jpg"


def test_parts_bring_only_the_words_of_their_rows() -> None:
    whole = Embeddings.concat({str(n): film() for n in range(100)})
    again = Embeddings.concat([whole[n : n + 1] for n in (7, 3, 7)])
    assert list(again.source_id) == ["3", "1", "3"]
    assert sorted(filter(None, again.source_id.categories)) == ["1", "3"]


def test_a_dictionary_compares_no_word_with_all_others() -> None:
    class Word(str):
        compared = 0
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            Word.compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    one = Embeddings.from_items([{"embedding": [1.0]}])
    Embeddings.concat({Word(n): one for n in range(500)}).to_arrow()
    assert Word.compared < 5_000


@pytest.mark.parametrize("module", ["pandas", "pyarrow"])
def test_a_missing_extra_is_named(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError, match=r"pip install 'dodeca\[data\]'"):
        film().to_pandas()


def test_a_slice_writes_the_labels_of_its_own_rows_only() -> None:
    library = Embeddings.concat({f"{n}.mp4": film() for n in range(50)})
    written = library[6:10].to_arrow()["source_id"].chunk(0).dictionary.to_pylist()
    assert written == ["3.mp4", "4.mp4"]
