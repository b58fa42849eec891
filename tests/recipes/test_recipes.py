"""Each recipe against its real engine: twice the same rows, errors as rows, the right scene."""

import ast
import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import faiss
import lancedb
import numpy as np
import pandas as pd
import polars as pl
import psycopg
import pytest
from qdrant_client import QdrantClient

from dodeca import Client
from dodeca.emulator import samples
from dodeca.emulator.samples import Scene

HERE = Path(__file__).parent
POSTGRES = Path("/usr/lib/postgresql")


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client.emulated() as made:
        yield made


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("films")
    one = [Scene("red", 4, tone=220), Scene("blue", 4, tone=2000)]
    other = [Scene("green", 4, noise=True), Scene("yellow", 4)]
    (folder / "broken.mp4").write_bytes(b"not a film")
    samples.video(folder / "one.mp4", one, fps=10)
    samples.video(folder / "other.mp4", other, fps=10)
    return sorted(folder.glob("*.mp4"))


def recipe(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Rows = tuple[Any, list[str], Any]  # ids, sources of errors, vectors as a matrix


def lance(place: Path) -> Rows:
    database = lancedb.connect(place)
    clips = database.open_table("clips").to_arrow().to_pandas()
    return (
        clips["id"],
        list(database.open_table("errors").to_arrow()["id"].to_pylist()),
        clips["vector"],
    )


def qdrant(store: QdrantClient) -> Rows:
    points, _ = store.scroll("clips", limit=1_000, with_vectors=True)
    errors, _ = store.scroll("errors")
    return (
        [p.id for p in points],
        [e.payload["source_id"] for e in errors],
        [p.vector for p in points],
    )


def chroma(place: Path) -> Rows:
    found = recipe("with_chroma").collection(place).get(include=["embeddings"])
    errors = json.loads((place / "errors.json").read_text())
    return found["ids"], list(errors), found["embeddings"]


def duck(database: duckdb.DuckDBPyConnection) -> Rows:
    clips = database.execute("SELECT id, vector FROM clips").fetchall()
    errors = database.execute("SELECT source_id FROM errors WHERE error <> ''").fetchall()
    return [row[0] for row in clips], [row[0] for row in errors], [row[1] for row in clips]


def postgres(database: Any) -> Rows:
    clips = database.execute("SELECT id, vector::real[] FROM clips").fetchall()
    errors = database.execute("SELECT source_id FROM errors WHERE error <> ''").fetchall()
    return [row[0] for row in clips], [row[0] for row in errors], [row[1] for row in clips]


def of_faiss(place: Path) -> Rows:
    index = faiss.read_index(str(place / "clips.faiss"))
    clips = pd.read_parquet(place / "clips.parquet")
    assert index.ntotal == len(clips)
    keys = zip(clips["source_id"], clips["embedding_option"], clips["start_sec"], strict=True)
    errors = pd.read_parquet(place / "errors.parquet")
    return list(keys), list(errors.index), index.reconstruct_n(0, index.ntotal)


def pandas(place: Path) -> Rows:
    clips = pd.read_parquet(place / "clips.parquet")
    words = ["source_id", "embedding_option", "embedding_scope", "start_sec"]
    errors = pd.read_parquet(place / "errors.parquet")
    return list(map(tuple, clips[words].to_numpy())), list(errors.index), clips["vector"]


def polars(place: Path) -> Rows:
    clips = pl.read_parquet(place / "*.clips.parquet")
    errors = pl.read_parquet(place / "errors.parquet")["source_id"].to_list()
    return clips["id"].to_list(), errors, clips["vector"].to_numpy()


@contextlib.contextmanager
def in_qdrant(folder: Path) -> Iterator[QdrantClient]:
    store = QdrantClient(path=str(folder))
    yield store
    store.close()


@contextlib.contextmanager
def in_postgres(folder: Path) -> Iterator[Any]:
    """A server of its own, without a network, where there is one with pgvector."""
    versions = [p for p in POSTGRES.glob("*/bin") if (p / "initdb").exists()]
    if not versions or not list(Path("/usr/share/postgresql").glob("*/extension/vector.control")):
        pytest.skip("there is no PostgreSQL with pgvector on this machine")
    tools, data = versions[-1], folder / "data"
    owner = {"user": "postgres"} if os.geteuid() == 0 else {}
    with contextlib.ExitStack() as stack:
        if owner:  # the server does not run as root
            data = Path(stack.enter_context(_folder_of("postgres"))) / "data"

        def run(*words: str | Path) -> None:
            subprocess.run(list(words), check=True, capture_output=True, cwd="/", **owner)  # type: ignore[call-overload]

        run(tools / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync")
        options = f"-k {data} -c listen_addresses='' -c fsync=off"
        run(tools / "pg_ctl", "-D", data, "-o", options, "-l", data / "log", "-w", "start")
        stack.callback(run, tools / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        yield stack.enter_context(
            psycopg.connect(f"host={data} user=postgres dbname=postgres", autocommit=True)
        )


@contextlib.contextmanager
def _folder_of(user: str) -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="dodeca-pg-")
    shutil.chown(folder, user)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


Store = Callable[[Path], contextlib.AbstractContextManager[Any]]
RECIPES: dict[str, tuple[Store, Callable[[Any], Rows]]] = {
    "with_lancedb": (contextlib.nullcontext, lance),
    "with_qdrant": (in_qdrant, qdrant),
    "with_chroma": (contextlib.nullcontext, chroma),
    "with_duckdb": (lambda folder: duckdb.connect(folder / "films.duckdb"), duck),
    "with_faiss": (contextlib.nullcontext, of_faiss),
    "with_pandas": (contextlib.nullcontext, pandas),
    "with_polars": (contextlib.nullcontext, polars),
    "with_pgvector": (in_postgres, postgres),
}


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.filterwarnings("ignore::DeprecationWarning:lancedb", "ignore::ResourceWarning")
def test_a_recipe(name: str, client: Client, films: list[Path], tmp_path: Path) -> None:
    module = recipe(name)
    store, read = RECIPES[name]
    with store(tmp_path) as place:
        module.insert(client, films, place)
        ids, errors, vectors = read(place)
        assert errors == ["broken.mp4"]
        assert len(ids) == len(set(ids)) >= 8
        assert np.linalg.norm(np.stack(list(vectors)), axis=1) == pytest.approx(1, abs=1e-3)

        module.insert(client, films, place)
        again, errors, _ = read(place)
        assert errors == ["broken.mp4"]
        assert sorted(map(str, again)) == sorted(map(str, ids))

        for text, source, start in [("red", "one.mp4", 0), ("green and noisy", "other.mp4", 0)]:
            assert best(module.find(client, text, place)) == (source, start)


def best(found: Any) -> tuple[str, float]:
    """The first of what a query gave, in whatever form the engine gives it."""
    if isinstance(found, pd.DataFrame):
        found = found.to_dict("records")
    elif isinstance(found, pl.DataFrame):
        found = found.to_dicts()
    first = getattr(found[0], "payload", found[0])
    return (first["source_id"], first["start_sec"]) if isinstance(first, dict) else tuple(first)


def test_every_recipe_is_here_and_short() -> None:
    paths = list(HERE.glob("with_*.py"))
    assert {path.stem for path in paths} == {*RECIPES, "with_spark"}
    for path in paths:
        text = path.read_text()
        assert sum(bool(line.strip()) for line in text.splitlines()) <= 25
        assert ast.get_docstring(ast.parse(text))
