"""The recipe for Spark, with two workers on this machine; `make test-spark` has what it needs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from dodeca import Client
from dodeca.emulator import samples
from dodeca.emulator.samples import Scene
from dodeca.ray import Embedder
from tests.bulk.library import server

pytestmark = [
    pytest.mark.skipif("DODECA_SPARK" not in os.environ, reason="is run by make test-spark"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("films")
    (folder / "broken.mp4").write_bytes(b"not a film")
    for name, colours in {"one": ("red", "blue"), "other": ("green", "yellow")}.items():
        samples.video(folder / f"{name}.mp4", [Scene(colour, 4) for colour in colours], fps=10)
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]")
    for name, value in {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": str(tmp_path_factory.mktemp("spark")),
        "spark.ui.enabled": "false",
    }.items():
        builder = builder.config(name, value)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYSPARK_PYTHON", sys.executable)
        environment.setenv("TWELVELABS_API_KEY", "key")
        session = builder.getOrCreate()
        yield session
        session.stop()


def in_order(rows: pa.Table) -> pa.Table:
    return rows.sort_by([("source", "ascending"), ("id", "ascending")])


def test_two_workers_give_the_rows_of_one_process(
    spark: Any, films: list[Path], tmp_path: Path
) -> None:
    from tests.recipes import with_spark

    with server(tmp_path) as url, Client("key", base_url=url) as client:
        embedder = Embedder(base_url=url)
        columns = {"path": list(map(str, films)), "source_id": [film.name for film in films]}
        alone = in_order(embedder(pa.table(columns)))
        embedder._client.close()
        for _ in range(2):  # the second time replaces the first
            with_spark.insert(spark, embedder, films, tmp_path / "clips")
            found = in_order(pq.read_table(tmp_path / "clips"))
            assert found.drop_columns("vector").equals(alone.drop_columns("vector"))
            for one, other in zip(found["vector"], alone["vector"], strict=True):
                assert bits(one) == bits(other)
        errors = found.filter(pc.field("error_code").is_valid())
        assert errors["source_id"].to_pylist() == ["broken.mp4"]
        for text, best in [("red", ("one.mp4", 0.0)), ("yellow", ("other.mp4", 4.0))]:
            assert tuple(with_spark.find(client, text, spark, tmp_path / "clips")[0]) == best


def bits(vector: pa.Scalar) -> bytes | None:
    return np.array(vector.as_py(), np.float32).tobytes() if vector.is_valid else None
