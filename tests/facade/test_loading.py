"""`Embeddings.load`: one matrix of many files, without pandas, and the cache beside them."""

from __future__ import annotations

import hashlib
import mmap
import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca import Embeddings
from dodeca.embeddings import arrow
from dodeca.errors import ConfigurationError, InvalidRequestError
from tests.facade.test_embeddings_tables import assert_same, embeddings, film

MAGIC = b"dodeca cache of vectors\n"


def write_parts(folder: Path, parts: list[Embeddings]) -> Path:
    folder.mkdir(parents=True)
    for number, part in enumerate(parts):
        part.to_parquet(folder / f"part-{number}.parquet")
    return folder


def naive(folder: Path) -> Embeddings:
    """What `load` gave before it had one matrix: each file by itself, put together."""
    tables = [pq.ParquetFile(file).read() for file in sorted(folder.glob("*.parquet"))]
    return Embeddings.concat(map(Embeddings.from_arrow, tables))


def is_mapped(found: Embeddings) -> bool:
    base: Any = found.vectors
    while isinstance(base, np.ndarray):
        base = base.base
    return isinstance(base, memoryview) and isinstance(base.obj, mmap.mmap)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Two files, as a bulk run leaves them."""
    folder = write_parts(tmp_path / "library" / "vectors", [film(), film(start=6, note="n")])
    (tmp_path / "library" / "journal.sqlite").touch()
    Embeddings.load(tmp_path / "library", cache=True)
    assert cache_of(tmp_path / "library").exists()
    assert sorted(path.name for path in folder.iterdir()) == ["part-0.parquet", "part-1.parquet"]
    return tmp_path / "library"


def cache_of(dataset: Path) -> Path:
    return dataset / "vectors.cache"


def loaded(dataset: Path) -> Embeddings:
    """Loaded with the cache: the same as without it."""
    found = Embeddings.load(dataset, cache=True)
    assert_same(found, Embeddings.load(dataset))
    assert found.ids == Embeddings.load(dataset).ids
    return found


@given(parts=st.lists(embeddings(), min_size=1, max_size=4), data=st.data())
def test_many_files_are_the_same_as_each_by_itself(
    tmp_path_factory: pytest.TempPathFactory, parts: list[Embeddings], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("set") / "set"
    length = parts[0].dimension
    found = [
        Embeddings.from_arrow(part.to_arrow()[data.draw(st.sampled_from([0, 1])) :])
        for part in parts
        if part.dimension == length
    ]
    write_parts(folder, found)
    expected = naive(folder)
    for cache in (False, True, True):
        again = Embeddings.load(folder, cache=cache)
        assert_same(again, expected)
        assert again.ids == expected.ids
        assert list(again.source) == list(expected.source)
        assert not again.vectors.flags.writeable
    assert is_mapped(again) or not len(again)


def test_files_of_others_are_read_in_batches(tmp_path: Path) -> None:
    """Lists of any length and type, null rows of uncertainty, more rows than a batch has."""
    count = 20_000
    rows = np.arange(count * 3).reshape(count, 3)
    table = pa.table(
        {
            "vector": pa.array(rows.tolist(), pa.list_(pa.float64())),
            "uncertainty": [None if n % 3 else [0.5, n, 1] for n in range(count)],
            "title": [f"t{n // 7}" if n % 5 else None for n in range(count)],
            "year": list(range(count)),
        }
    )
    write_parts(tmp_path / "set", [])
    pq.write_table(table, tmp_path / "set" / "a.parquet", row_group_size=9_000)
    (tmp_path / "set" / "_SUCCESS").touch()
    (tmp_path / "set" / "more").mkdir()
    pq.write_table(table.drop_columns(["uncertainty"])[:2], tmp_path / "set" / "more" / "b.parquet")
    for cache in (False, True, True):
        found = Embeddings.load(tmp_path / "set", cache=cache)
        assert found.vectors[:count].tolist() == rows.tolist()
        assert found.uncertainty is not None
        assert found.uncertainty[[3, 0]].tolist() == [[0.5, 3, 1], [0.5, 0, 1]]
        assert np.isnan(found.uncertainty[[1, 2, -1, -2]]).all()
        assert found.extra[5:7] == ({"year": 5}, {"title": "t0", "year": 6})
        assert found.extra[-1] == {"title": "t0", "year": 1}


def test_neither_writing_nor_reading_imports_pandas(tmp_path: Path) -> None:
    program = f"""
import sys
from dodeca import Embeddings
items = [
    {{"embedding": [0.5, n], "embedding_uncertainty": [1, 2] if n else None, "note": n or None}}
    for n in range(3)
]
made = Embeddings.concat({{"a": Embeddings.from_items(items), "b": Embeddings.from_items(items)}})
made.to_parquet({str(tmp_path / "set" / "a.parquet")!r})
made[:0].to_parquet({str(tmp_path / "set" / "b.parquet")!r})
for cache in (False, True, True):
    assert len(Embeddings.load({str(tmp_path / "set")!r}, cache=cache)) == 6
Embeddings.from_arrow(made.to_arrow())
print("pyarrow" in sys.modules, "pandas" in sys.modules)
"""
    (tmp_path / "set").mkdir()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("True False\n", "")


def test_texts_of_more_bytes_than_an_array_can_hold_are_chunks() -> None:
    texts = [b"one", None, b"", "größer".encode(), b"5", b"more than the limit"]
    found = arrow.strings(texts, max_bytes=8)
    assert found.num_chunks > 2
    assert found.to_pylist() == [text if text is None else text.decode() for text in texts]


@pytest.mark.parametrize("column", [["text"], [1], [{"a": 1}]])
def test_a_vector_that_is_no_list_is_refused(column: list[Any], tmp_path: Path) -> None:
    pq.write_table(pa.table({"vector": column}), tmp_path / "x.parquet")
    with pytest.raises(InvalidRequestError, match="lists of numbers"):
        Embeddings.load(tmp_path / "x.parquet")


def test_a_cache_is_mapped_and_searched(dataset: Path) -> None:
    found = loaded(dataset)
    assert is_mapped(found)
    assert not is_mapped(Embeddings.load(dataset))
    assert found.search([1.0, 2.0], k=1)[0].segment.start_sec == 0
    assert_same(found[1:3], Embeddings.load(dataset)[1:3])


def test_a_cache_lies_beside_a_file_or_a_folder(tmp_path: Path) -> None:
    path = film().to_parquet(tmp_path / "film.parquet")
    folder = write_parts(tmp_path / "set", [film()])
    for one in (path, folder):
        Embeddings.load(f"{one}{os.sep}" if one.is_dir() else one, cache=True)
        assert is_mapped(Embeddings.load(one, cache=True))
    names = ["film.parquet", "film.parquet.cache", "set", "set.cache"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_a_cache_goes_with_its_dataset(dataset: Path, tmp_path: Path) -> None:
    dataset.rename(tmp_path / "moved")
    assert is_mapped(Embeddings.load(tmp_path / "moved", cache=True))


def test_a_file_that_was_changed_added_or_removed_is_noticed(dataset: Path) -> None:
    parts = dataset / "vectors"
    assert len(loaded(dataset)) == 4
    film(start=12).to_parquet(parts / "part-2.parquet")
    assert len(loaded(dataset)) == 6
    assert is_mapped(loaded(dataset))
    film(start=18, note="other").to_parquet(parts / "part-1.parquet")
    assert loaded(dataset).start_sec.tolist() == [0, 0, 18, 18, 12, 12]
    (parts / "part-0.parquet").unlink()
    assert loaded(dataset).start_sec.tolist() == [18, 18, 12, 12]
    (parts / "part-1.parquet").rename(parts / "part-3.parquet")
    assert loaded(dataset).start_sec.tolist() == [12, 12, 18, 18]
    assert is_mapped(loaded(dataset))


def test_the_time_of_modification_is_enough(dataset: Path) -> None:
    """A file of the same size, such as one with other numbers."""
    path = dataset / "vectors" / "part-0.parquet"
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
    assert not is_mapped(Embeddings.load(dataset, cache=True))
    assert is_mapped(Embeddings.load(dataset, cache=True))


def test_a_damaged_file_is_read_and_refused(dataset: Path) -> None:
    path = dataset / "vectors" / "part-1.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    before = cache_of(dataset).read_bytes()
    with pytest.raises(InvalidRequestError, match="cannot read"):
        Embeddings.load(dataset, cache=True)
    assert cache_of(dataset).read_bytes() == before


@given(data=st.data())
def test_a_damaged_cache_is_written_anew(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("set") / "set"
    write_parts(folder, [film(), film(start=6, embedding_uncertainty=[1.0, 2.0])])
    expected = Embeddings.load(folder, cache=True)
    path = folder.with_name("set.cache")
    content = path.read_bytes()
    at = data.draw(st.integers(len(MAGIC), len(content) - 1))
    kind = data.draw(st.sampled_from(["a bit", "cut off", "more"]))
    if kind == "a bit":
        bit = 1 << data.draw(st.integers(0, 7))
        path.write_bytes(content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :])
    else:
        path.write_bytes(content[:at] if kind == "cut off" else content + b"\0")
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        assert_same(Embeddings.load(folder, cache=True), expected)
    again = path.read_bytes()
    assert again == content or (kind == "a bit" and content[at] == 0)  # padding says nothing
    assert is_mapped(Embeddings.load(folder, cache=True))


def test_damage_is_told_and_numbers_of_the_matrix_are_checked(dataset: Path) -> None:
    path = cache_of(dataset)
    content = bytearray(path.read_bytes())
    at = content.index(np.array([1, 2], "<f4").tobytes())
    content[at + 1] ^= 1
    path.write_bytes(content)
    with pytest.warns(UserWarning, match=r"vectors\.cache is damaged"):
        assert loaded(dataset).vectors[0].tolist() == [1, 2]


@pytest.mark.parametrize("content", [b"", b"PAR1 of somebody", MAGIC[:-1]])
def test_a_file_of_others_is_not_replaced(dataset: Path, content: bytes) -> None:
    cache_of(dataset).write_bytes(content)
    with pytest.raises(InvalidRequestError, match="not a cache of dodeca: move it away"):
        Embeddings.load(dataset, cache=True)
    assert cache_of(dataset).read_bytes() == content
    assert len(Embeddings.load(dataset)) == 4


def test_a_folder_in_the_place_of_a_cache_is_named(dataset: Path) -> None:
    cache_of(dataset).unlink()
    cache_of(dataset).mkdir()
    with pytest.raises(InvalidRequestError, match=r"the cache .*vectors\.cache"):
        Embeddings.load(dataset, cache=True)


def test_a_cache_of_a_newer_version_is_refused_by_name(dataset: Path) -> None:
    magic, _, head, rest = cache_of(dataset).read_bytes().split(b"\n", 3)
    head = orjson.dumps(orjson.loads(head) | {"format": 2})
    digest = hashlib.sha256(head).hexdigest().encode()
    newer = b"\n".join([magic, digest, head, rest])
    cache_of(dataset).write_bytes(newer)
    with pytest.raises(ConfigurationError, match="format 2 of a newer dodeca"):
        Embeddings.load(dataset, cache=True)
    assert cache_of(dataset).read_bytes() == newer


def test_a_cache_that_cannot_be_written_is_a_warning(dataset: Path) -> None:
    path = cache_of(dataset)
    path.unlink()
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    draft.mkdir()
    with pytest.warns(UserWarning, match=r"cache cannot be written.*vectors\.cache"):
        assert len(Embeddings.load(dataset, cache=True)) == 4
    assert not path.exists()
