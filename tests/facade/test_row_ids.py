"""A row has one id, wherever it is written and read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca import Client, Embeddings, Media
from dodeca.emulator import samples
from tests.depth import depth
from tests.lazy import Lazy
from tests.scripted import Server

duckdb, pl = Lazy("duckdb"), Lazy("polars")

STORED = Path(__file__).parents[1] / "bulk" / "stored"
NAMES = st.none() | st.text(st.characters(codec="utf-8"), min_size=1, max_size=4)
SECONDS = st.none() | st.floats(0, 1e6)
OPTIONS = st.sampled_from([None, "visual", "audio"])
SCOPES = st.sampled_from([None, "clip", "asset"])
ROW = st.tuples(NAMES, SECONDS, SECONDS, OPTIONS, SCOPES)
ROWS = st.lists(ROW, min_size=1, max_size=6, unique=True)
MODELS = st.sampled_from([None, "marengo3.0", "marengo3.5"])


def embeddings(rows: list[Any], model_name: str | None) -> Embeddings:
    """One row for each; the vectors differ, since ids without a source are those of the vectors."""
    made = [
        Embeddings.from_items(
            [
                {
                    "embedding": [float(number), 1.0],
                    "embedding_option": option,
                    "embedding_scope": scope,
                    "start_sec": start,
                    "end_sec": end,
                }
            ],
            model_name=model_name,
        )
        for number, (_, start, end, option, scope) in enumerate(rows)
    ]
    named = [
        part if name is None else Embeddings.concat({name: part})
        for part, (name, *_) in zip(made, rows, strict=True)
    ]
    return Embeddings.concat(named)


def ids(found: Embeddings) -> list[str]:
    return [row["id"] for row in found.records()]


def through_pandas(table: pa.Table, _: Path) -> pa.Table:
    return pa.Table.from_pandas(table.to_pandas().iloc[::-1].iloc[::-1])


def through_polars(table: pa.Table, _: Path) -> pa.Table:
    return pl.from_arrow(table).to_arrow()  # type: ignore[union-attr]


def through_duckdb(table: pa.Table, _: Path) -> pa.Table:
    return duckdb.connect().register("rows", table).sql("FROM rows").to_arrow_table()


def through_parquet(table: pa.Table, folder: Path) -> pa.Table:
    frame = table.to_pandas()
    frame.to_parquet(folder / "ids.parquet")
    return pq.read_table(folder / "ids.parquet")


def through_a_file(table: pa.Table, folder: Path) -> pa.Table:
    path = Embeddings.from_arrow(table).to_parquet(folder / "ids.parquet")
    return Embeddings.load(path).to_arrow()


def through_records(table: pa.Table, _: Path) -> pa.Table:
    return pa.Table.from_pylist(Embeddings.from_arrow(table).records())


WAYS: list[Callable[[pa.Table, Path], pa.Table]] = [
    through_pandas,
    through_polars,
    through_duckdb,
    through_parquet,
    through_a_file,
    through_records,
]


@given(ROWS, MODELS, st.sampled_from(WAYS))
def test_a_row_has_one_id_in_every_table_and_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], model: str | None, way: Any
) -> None:
    found = embeddings(rows, model)
    expected = ids(found)
    assert len(set(expected)) == len(rows)
    assert found.to_pandas()["id"].to_list() == expected
    table = way(found.to_arrow(), tmp_path_factory.getbasetemp())
    assert table["id"].to_pylist() == expected
    again = Embeddings.from_arrow(table)
    assert ids(again) == expected
    assert again.model_name == model
    assert again.extra == found.extra
    assert ids(again[:1]) + ids(again[1:]) == expected
    assert ids(Embeddings.concat([again[:1], again[1:]])) == expected


@given(ROWS, MODELS)
def test_ids_differ_by_model_and_stay(rows: list[Any], model: str | None) -> None:
    found = embeddings(rows, model)
    assert ids(found) == ids(embeddings(rows, model))
    assert not set(ids(found)) & set(ids(embeddings(rows, "another")))


@given(
    st.dictionaries(
        st.sampled_from(["https://host/1.mp4", "https://host/2.mp4", "https://other/1.mp4"]),
        st.lists(st.tuples(SECONDS, SECONDS, OPTIONS, SCOPES), min_size=1, max_size=3, unique=True),
        min_size=1,
    ),
    st.sampled_from(["marengo3.0", "marengo3.5"]),
)
@settings(max_examples=depth(8, deep=80), deadline=None)
def test_a_dataset_has_the_ids_of_its_rows(
    tmp_path_factory: pytest.TempPathFactory, rows_by_url: dict[str, list[Any]], model: str
) -> None:
    """A bulk run writes the ids that `records` has, with the kind and the source as its name."""
    found = {
        # Marengo 3.5 gives one vector in one call.
        url: embeddings([(None, *row) for row in (rows if "3.0" in model else rows[:1])], model)
        for url, rows in rows_by_url.items()
    }

    class Service(Server):
        def answer(self, request: httpx.Request) -> httpx.Response:
            body = orjson.loads(request.content)
            blocks = body.get("multi_input", {}).get("media_sources", [{}])
            rows = found[blocks[0].get("url") or body["video"]["media_source"]["url"]]
            names = ("embedding_option", "embedding_scope", "start_sec", "end_sec")
            data = [
                {"embedding": row.vector.tolist()} | {name: getattr(row, name) for name in names}
                for row in rows
            ]
            return httpx.Response(200, json={"data": data})

    out = tmp_path_factory.mktemp("ids") / "library"
    with Client("key", transport=Service()) as client:
        inputs = [{"url": url} for url in found]
        run = client.embed.run(inputs, out=out, model_name=model, via="sync")
    assert run.done == len(found)
    expected = {row["id"] for url, part in found.items() for row in part.records(f"url:{url}")}
    written = pq.read_table(out / "vectors")["id"].to_pylist()
    assert len(written) == len(expected) == sum(map(len, found.values()))
    assert set(written) == expected == set(ids(Embeddings.load(out)))


def test_a_new_name_gives_new_ids() -> None:
    found = embeddings([("a", 0.0, 6.0, "visual", "clip")], "marengo3.0")
    read = Embeddings.from_arrow(found.to_arrow())
    assert ids(Embeddings.concat({"b": read})) == ids(Embeddings.concat({"b": found}))
    assert read.records("b") == found.records("b") != found.records()


def test_columns_have_the_same_types_whatever_the_rows_hold() -> None:
    image = embeddings([(None, None, None, None, None)], None).to_arrow()
    video = embeddings([("a", 0.0, 6.0, "visual", "clip")], "marengo3.0").to_arrow()
    assert image.schema.equals(video.schema)
    assert len(pa.concat_tables([image, video])) == 2


def test_the_index_of_a_data_frame_is_no_field_of_the_rows() -> None:
    rows = [(name, 0.0, 6.0, "visual", "clip") for name in "ab"]
    kept = embeddings(rows, None).to_pandas().query("source_id == 'b'")
    assert Embeddings.from_arrow(pa.Table.from_pandas(kept)).extra == ({},)


def test_equal_files_keep_their_own_rows(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    samples.image(folder / "one.png", "red")
    shutil.copy(folder / "one.png", folder / "two.png")
    with Client.emulated() as client:
        client.embed.run(folder, out=tmp_path / "library")
    table = pq.read_table(tmp_path / "library" / "vectors")
    assert len(set(table["id"].to_pylist())) == len(table) == 2
    assert ids(Embeddings.load(tmp_path / "library" / "vectors")) == table["id"].to_pylist()


def test_an_older_dataset_keeps_the_ids_that_it_was_written_with() -> None:
    table = pd.read_parquet(STORED / "vectors")
    assert ids(Embeddings.load(STORED / "vectors")) == table["id"].to_list()


def test_the_folder_of_a_run_is_loaded(tmp_path: Path) -> None:
    with Client.emulated() as client:
        client.embed.run([{"text": "red"}, {"text": "blue"}], out=tmp_path / "library")
    found = Embeddings.load(tmp_path / "library")
    assert ids(found) == ids(Embeddings.load(tmp_path / "library" / "vectors"))
    assert (len(found), found.model_name) == (2, "marengo3.0")


def test_a_row_tells_where_its_media_is(tmp_path: Path) -> None:
    image = samples.image(tmp_path / "red.png", "red")
    with Client.emulated() as client:
        one = client.embed.image(image)
        batch = client.embed.images([image])[0]
        text = client.embed.text("red")
        asset = client.assets.upload(samples.video(tmp_path / "red.mp4", [samples.Scene("red", 4)]))
        video = client.embed.video(Media.asset(asset.wait().id), via="sync")
        task = client.embed.tasks.video(tmp_path / "red.mp4").wait()
    assert (one[0].source, text[0].source, video[0].source) == (str(image), None, asset.id)
    assert isinstance(batch, Embeddings)
    assert (batch[0].source, one[0].source_id) == (str(image), None)
    assert task.source.distinct() == [str(tmp_path / "red.mp4")]
    found = Embeddings.concat({"a": one, "b": text, "c": video}).filter(source_id=["a", "c"])
    again = Embeddings.load(found.to_parquet(tmp_path / "found.parquet"))
    assert list(again.source) == [str(image), *[asset.id] * len(video)]
