"""Kept queries: one file that processes share, with a version, whatever is in its place."""

from __future__ import annotations

import math
import multiprocessing
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from dodeca import Client
from dodeca.errors import ConfigurationError, DatasetError
from dodeca.library import Query, open_dataset
from dodeca.library.kept_queries import KeptQueries, QueryKey
from tests.depth import depth

PROCESSES, EACH = depth(2, deep=4), 20


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client.emulated() as client:
        yield client


def key(text: str | None = "blue", *, image: bytes | None = None, service: str = "a") -> QueryKey:
    return QueryKey(service, "marengo3.0", 4, text, image)


def vector(value: float) -> np.ndarray:
    return np.full(4, value, np.float32)


def test_a_vector_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "queries.sqlite"
    kept = KeptQueries(path)
    assert kept.find(key()) is None
    assert kept.count() == 0
    assert not path.exists()
    every = [
        *(key(), key("red"), key(None, image=b"blue"), key(service="b")),
        *(QueryKey("a", "marengo3.5", 4, "blue", None), key("\ud800")),
    ]
    for number, each in enumerate(every):
        kept.keep(each, vector(number))
    for number, each in enumerate(every):
        found = KeptQueries(path).find(each)
        assert found is not None
        np.testing.assert_array_equal(found, vector(number))
    assert kept.count() == len(every)
    assert oct(path.stat().st_mode & 0o777) == "0o600" or os.name == "nt"


def test_another_service_is_asked_again(client: Client, tmp_path: Path) -> None:
    path = client.embed.text("red").to_parquet(tmp_path / "red.parquet")
    open_dataset(path, client).search(Query(text="blue"))
    with Client("any", base_url="http://127.0.0.1:9/v1.3") as other:
        assert not open_dataset(path, other).is_kept(Query(text="blue"))
    assert open_dataset(path, client).is_kept(Query(text="blue"))


def test_threads_with_one_query_send_it_once(client: Client, tmp_path: Path) -> None:
    path = client.embed.text("red").to_parquet(tmp_path / "red.parquet")
    library = open_dataset(path, client)
    barrier, found = threading.Barrier(8), []

    def search() -> None:
        barrier.wait()
        found.append(library.search(Query(text="blue")).is_embedded)

    threads = [threading.Thread(target=search) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False] * 7 + [True]
    assert (library.queries.sent, library.queries.kept) == (1, 1)


@pytest.mark.parametrize("number", range(depth(20, deep=300)))
def test_threads_find_a_new_file_whole(tmp_path: Path, number: int) -> None:
    kept, barrier = KeptQueries(tmp_path / "queries.sqlite"), threading.Barrier(8)

    def use(is_first: bool) -> None:
        barrier.wait()
        if is_first:
            kept.keep(key("blue"), vector(number))
        else:
            kept.find(key("blue"))

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(use, each == 0) for each in range(8)]:
            done.result()
    assert kept.count() == 1


def keep_some(path: Path, number: int) -> None:
    kept = KeptQueries(path)
    for each in range(EACH):
        kept.keep(key(f"{number} {each}"), vector(each))
        kept.keep(key("the same"), vector(7))


def test_processes_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "queries.sqlite"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=keep_some, args=(path, n)) for n in range(PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    assert KeptQueries(path).count() == PROCESSES * EACH + 1


def test_a_newer_version_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "queries.sqlite"
    KeptQueries(path).keep(key(), vector(1))
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 2")
    with pytest.raises(ConfigurationError, match=r"queries.sqlite has version 2, .* up to 1"):
        KeptQueries(path)


def test_another_file_in_its_place_is_not_touched(client: Client, tmp_path: Path) -> None:
    dataset = client.embed.text("red").to_parquet(tmp_path / "red.parquet")
    path = tmp_path / "red.parquet.queries.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE notes (text TEXT)")
    before = path.read_bytes()
    with pytest.raises(DatasetError, match="is no file of kept queries"):
        open_dataset(dataset, client)
    assert path.read_bytes() == before
    path.write_bytes(b"no database at all, but something of the user" * 20)
    with pytest.raises(DatasetError, match=r"cannot be read: .* delete it"):
        open_dataset(dataset, client)
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DatasetError, match="is a link"):
        open_dataset(dataset, client)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "damaged",
    [b"", bytes(4), bytes(15), bytes(20), "text", 5, 0.5, vector(math.nan).tobytes()],
)
def test_a_damaged_vector_is_named(tmp_path: Path, damaged: object) -> None:
    path = tmp_path / "queries.sqlite"
    KeptQueries(path).keep(key(), vector(1))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE queries SET vector = ?", [damaged])
    with pytest.raises(DatasetError, match=r"instead of a vector of 4 floats; delete it"):
        KeptQueries(path).find(key())


def test_where_nothing_can_be_written_queries_are_kept_in_memory(
    client: Client, tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    dataset = client.embed.text("red").to_parquet(tmp_path / "files" / "red.parquet")
    library = open_dataset(dataset, client)
    shutil.rmtree(tmp_path / "files")  # also root cannot write there any more
    with pytest.warns(UserWarning, match="queries are kept in memory alone"):
        assert library.search(Query(text="blue")).is_embedded
    assert not library.search(Query(text="blue")).is_embedded
    assert library.queries.kept == 1
