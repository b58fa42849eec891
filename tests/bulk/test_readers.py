"""pandas, polars, DuckDB and LanceDB open the dataset and search it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dodeca import Client
from dodeca.emulator import samples

COLOURS = ("red", "green", "blue", "yellow")


@pytest.fixture(scope="module")
def client() -> Client:
    return Client.emulated()


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("images")
    for colour in COLOURS:
        samples.image(folder / f"{colour}.png", colour, (160, 160))
    return folder


@pytest.fixture(scope="module")
def library(client: Client, images: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("library")
    inputs = [{"path": images / f"{colour}.png", "colour": colour} for colour in COLOURS]
    assert client.embed.run(inputs, out=out).exit_code == 0
    return out


@pytest.fixture(scope="module")
def query(client: Client) -> list[float]:
    found: list[float] = client.embed.text("something blue").vectors[0].tolist()
    return found


def test_pandas(library: Path, query: list[float]) -> None:
    import pandas as pd

    frame = pd.read_parquet(library / "vectors")
    scores = np.stack(list(frame["vector"])) @ np.array(query, np.float32)
    assert frame["colour"][scores.argmax()] == "blue"


def test_polars(library: Path, query: list[float]) -> None:
    import polars as pl

    frame = pl.read_parquet(library / "vectors" / "*.parquet")
    assert frame.schema["vector"] == pl.Array(pl.Float32, 512)
    scores = frame["vector"].to_numpy() @ np.array(query, np.float32)
    assert frame["colour"][int(scores.argmax())] == "blue"


def test_duckdb(library: Path, query: list[float]) -> None:
    import duckdb

    found = duckdb.execute(
        "SELECT colour FROM read_parquet(?) "
        "ORDER BY array_cosine_similarity(vector::FLOAT[512], ?::FLOAT[512]) DESC LIMIT 1",
        [str(library / "vectors" / "*.parquet"), query],
    ).fetchall()
    assert found == [("blue",)]


def test_lancedb_reads_the_parquet(library: Path, query: list[float], tmp_path: Path) -> None:
    import lancedb
    import pyarrow.parquet as pq

    table = lancedb.connect(tmp_path).create_table("v", pq.read_table(library / "vectors"))
    assert table.search(query).limit(1).to_list()[0]["colour"] == "blue"


def test_a_run_writes_lancedb(
    client: Client, images: Path, query: list[float], tmp_path: Path
) -> None:
    import lancedb

    out = tmp_path / "db" / "images.lance"
    first = [images / "red.png", images / "green.png"]
    assert client.embed.run(first, out=out).done == 2
    run = client.embed.run(images, out=out)
    assert (run.done, run.skipped, run.exit_code) == (2, 2, 0)
    table = lancedb.connect(tmp_path / "db").open_table("images")
    assert table.count_rows() == 4
    assert Path(table.search(query).limit(1).to_list()[0]["source"]).name == "blue.png"
    assert client.embed.run(images, out=out).skipped == 4
    assert table.count_rows() == 4


def test_lancedb_follows_changes(client: Client, tmp_path: Path) -> None:
    import lancedb

    out, image = tmp_path / "one.lance", tmp_path / "a.png"
    samples.image(image, "red", (160, 160))
    client.embed.run(image, out=out)
    table = lancedb.connect(tmp_path).open_table("one")
    (before,) = table.search().to_list()
    samples.image(image, "blue", (170, 160))
    assert client.embed.run(image, out=out).done == 1
    table.checkout_latest()
    (after,) = table.search().to_list()
    assert after["vector"] != before["vector"]
    image.write_bytes(b"nothing")
    assert client.embed.run(image, out=out).failed == 1
    table.checkout_latest()
    assert table.count_rows() == 0
