"""The rows of libraries: of several files, of tables of others, and what lies beside them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dodeca import Client, Embeddings
from dodeca.errors import ConfigurationError, DatasetError, InvalidRequestError
from dodeca.library import Query, Selection, open_dataset
from tests.depth import DEEP

BLUE = Query(text="blue")


@pytest.fixture(scope="module")
def client(sample_files: Path) -> Iterator[Client]:
    with Client.emulated() as client:
        yield client


def video_file(client: Client, video: Path, folder: Path, name: str) -> Path:
    copied = shutil.copy(video, folder / f"{name}.mp4")
    return client.embed.video(copied).to_parquet(folder / f"{name}.parquet")


def test_time_ranges_of_different_files_are_kept_apart(
    client: Client, sample_files: Path, tmp_path: Path
) -> None:
    files = [video_file(client, sample_files / "colours.mp4", tmp_path, name) for name in "ab"]
    library = open_dataset(files, client)
    found = library.search(BLUE, Selection(weights={"visual": 1, "audio": 1}))
    alone = open_dataset(files[0], client).search(
        BLUE, Selection(weights={"visual": 1, "audio": 1})
    )
    assert found.total == 2 * (alone.total or 0)
    assert {hit.source.name for hit in found.items} == {"a.mp4", "b.mp4"}


def test_a_folder_of_files_is_read_beside_their_kept_queries(
    client: Client, sample_files: Path, tmp_path: Path
) -> None:
    (tmp_path / "parts").mkdir()
    for name in "ab":
        made = video_file(client, sample_files / "colours.mp4", tmp_path, name)
        shutil.move(made, tmp_path / "parts")
    open_dataset(tmp_path / "parts" / "a.parquet", client).search(BLUE)
    Embeddings.load(tmp_path / "parts" / "b.parquet", cache=True)
    assert len(list((tmp_path / "parts").iterdir())) == 4
    assert len(open_dataset(tmp_path / "parts", client).sources) == 2


def test_rows_of_other_tables_have_ids_of_their_own(client: Client, tmp_path: Path) -> None:
    vectors = np.eye(3, 512, dtype=np.float32)
    table = pa.table(
        {
            "source": ["notes"] * 3,
            "vector": pa.FixedSizeListArray.from_arrays(vectors.ravel(), 512),
            "model_name": ["marengo3.0"] * 3,
            "transcription": ["one", "two", "three"],
        }
    )
    pq.write_table(table, tmp_path / "notes.parquet")
    library = open_dataset(tmp_path / "notes.parquet", client)
    hits = library.search(BLUE).items
    assert len({hit.segment_id for hit in hits}) == 3
    assert {hit.transcript for hit in hits} == {"one", "two", "three"}
    by_text = {hit.transcript: hit.segment_id for hit in hits}
    found = library.matches([by_text["two"]], Query(segment=by_text["two"]))
    assert found[0].score == 1.0
    assert library.metadata_columns == {}


@pytest.mark.skipif(not DEEP, reason="importing LanceDB takes seconds: part of make test-deep")
def test_a_lance_table_is_a_library(client: Client, sample_files: Path, tmp_path: Path) -> None:
    pytest.importorskip("lancedb")
    out = tmp_path / "db" / "videos.lance"
    client.embed.run(
        [{"path": sample_files / "colours.mp4", "rating": 5}, {"text": "a red circle"}], out=out
    )
    library = open_dataset(out, client)
    assert library.name == "videos.lance"
    assert [source.kind for source in sorted(library.sources, key=lambda each: each.name)] == [
        *("text", "video")
    ]
    assert library.search(BLUE, Selection(options=["visual"])).items[0].start_sec == 5.0
    assert library.metadata_columns == {"rating": [5]}
    assert (tmp_path / "db" / "videos.journal" / "queries.sqlite").is_file()


def test_vectors_of_several_models_are_no_library(
    client: Client, sample_files: Path, tmp_path: Path
) -> None:
    files = [
        client.embed.text("red", model_name=f"marengo{version}").to_parquet(tmp_path / version)
        for version in ("3.0", "3.5")
    ]
    with pytest.raises(InvalidRequestError, match=r"one model, and these are of .*open them one"):
        open_dataset(files, client)


def test_what_cannot_be_read_is_named(client: Client, tmp_path: Path) -> None:
    (tmp_path / "notes.parquet").write_text("no Parquet")
    with pytest.raises(InvalidRequestError, match=r"cannot read .*notes.parquet' as Parquet"):
        open_dataset(tmp_path / "notes.parquet", client)
    with pytest.raises(InvalidRequestError, match="path must be that of a file or a folder, got 5"):
        open_dataset([5], client)  # type: ignore[list-item]
    with pytest.raises(InvalidRequestError, match="paths must be a path or several, got 5"):
        open_dataset(5, client)  # type: ignore[arg-type]
    (tmp_path / "broken.lance").mkdir()
    with pytest.raises((DatasetError, ConfigurationError), match=r"broken.lance|lancedb"):
        open_dataset(tmp_path / "broken.lance", client)


def test_a_damaged_journal_hides_no_vectors(
    client: Client, sample_files: Path, tmp_path: Path
) -> None:
    client.embed.run([sample_files / "purple.jpg"], out=tmp_path / "library")
    (tmp_path / "library" / "journal.sqlite").write_bytes(b"damaged")
    library = open_dataset(tmp_path / "library", client)
    assert [(source.name, source.kind) for source in library.sources] == [("purple.jpg", "image")]


def test_equal_rows_of_a_run_share_their_metadata(client: Client, tmp_path: Path) -> None:
    client.embed.run(
        [{"text": "red", "rating": 5, "tags": None}, {"text": "blue", "rating": 5}],
        out=tmp_path / "library",
    )
    table = pq.read_table(tmp_path / "library" / "vectors")
    doubled = pa.concat_tables([table, table])
    rows = Embeddings.from_arrow(doubled)
    assert [row["rating"] for row in rows.extra] == [5] * 4
    assert len({id(row) for row in rows.extra}) == 2


def changed(dataset: Path, column: str, values: list[Any]) -> Path:
    """The dataset with other values in a column; the last one stands for all further rows."""
    table = pq.read_table(dataset)
    at = table.schema.get_field_index(column)
    field = table.schema.field(at)
    filled = [values[min(row, len(values) - 1)] for row in range(len(table))]
    pq.write_table(table.set_column(at, field, pa.array(filled, field.type)), dataset)
    return dataset


@pytest.fixture
def colours(client: Client, sample_files: Path, tmp_path: Path) -> Path:
    return video_file(client, sample_files / "colours.mp4", tmp_path, "colours")


@pytest.mark.parametrize("address", ["http://[::1", "https://\u2100.example/a", "HTTP://[x]/a.mp4"])
def test_an_address_that_is_none_is_a_source_like_others(
    client: Client, colours: Path, tmp_path: Path, address: str
) -> None:
    library = open_dataset(changed(colours, "source", [address]), client)
    (source,) = library.sources
    assert (source.name, source.location) == (address, address)
    best = library.search(BLUE, limit=1).items[0].segment_id
    matches = library.matches([best], BLUE)
    (written,) = matches.to_srt(tmp_path / "captions")
    assert written.read_text().startswith("1\n")
    assert matches.to_otio(tmp_path / "matches.otio").exists()


def test_each_row_has_an_id_that_can_be_used(client: Client, colours: Path) -> None:
    ids = ["a", "a-2", "a", "", "two\nlines", "x" * 1000, "ready \u202e", "Straße 1"]
    library = open_dataset(changed(colours, "id", ids), client)
    given = library.segment_ids
    assert len(set(given)) == len(given)
    assert given[:2] == ("a", "a-2")
    assert all(each.isprintable() and 0 < len(each) <= 200 for each in given)
    for each in given:
        assert library.matches([each], Query(segment=each))[0].score == pytest.approx(1.0)


@pytest.mark.parametrize("text", ["[", '{"a": 1e400}', "[1]", "5", "[" * 5000 + "]" * 5000])
def test_extra_fields_that_are_no_object_of_json_are_named(
    client: Client, colours: Path, text: str
) -> None:
    with pytest.raises(InvalidRequestError, match="column extra must hold objects of JSON"):
        open_dataset(changed(colours, "extra", [text]), client)


@pytest.mark.parametrize("column", ["start_sec", "end_sec"])
def test_a_time_without_end_is_named(client: Client, colours: Path, column: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"column {column} must hold finite numbers"):
        open_dataset(changed(colours, column, [0.0, float("inf")]), client)
    assert open_dataset(changed(colours, column, [float("nan")]), client).search(BLUE).items


def test_a_folder_of_media_is_no_library_yet(sample_files: Path, tmp_path: Path) -> None:
    shutil.copy(sample_files / "purple.jpg", tmp_path / "purple.jpg")
    for path in (tmp_path, tmp_path / "purple.jpg"):
        with pytest.raises(InvalidRequestError, match=r"purple.jpg' is media.*`dodeca run`"):
            Embeddings.load(path)
