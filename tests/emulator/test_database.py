import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dodeca.emulator.database import Database, Segments, new_id


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    store = Database(tmp_path / "emulator.db" if request.param == "file" else None)
    yield store
    store.close()


def test_ids_look_like_those_of_the_service() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(i) == 24 and set(i) <= set("0123456789abcdef") for i in ids)


def test_documents_are_kept_found_changed_and_removed(store: Database) -> None:
    for number in range(3):
        store.insert("things", {"_id": f"t{number}", "n": number, "even": number % 2 == 0})
    store.insert("others", {"_id": "t0", "n": 9})
    assert store.get("things", "t1") == {"_id": "t1", "n": 1, "even": False}
    assert store.get("things", "nothing") is None
    assert [thing["_id"] for thing in store.find("things")] == ["t2", "t1", "t0"]
    assert [thing["_id"] for thing in store.find("things", even=True)] == ["t2", "t0"]
    assert store.update("things", "t1", n=10, new="x") == {
        "_id": "t1",
        "n": 10,
        "even": False,
        "new": "x",
    }
    assert store.update("things", "nothing", n=1) is None
    assert store.delete("things", "t1")
    assert not store.delete("things", "t1")
    assert store.get("others", "t0") == {"_id": "t0", "n": 9}


def test_an_id_is_taken_once(store: Database) -> None:
    store.insert("things", {"_id": "a"})
    with pytest.raises(sqlite3.IntegrityError):
        store.insert("things", {"_id": "a"})


def test_vectors_come_back_bit_by_bit(store: Database) -> None:
    vectors = np.random.default_rng(1).standard_normal((7, 512)).astype(np.float32)
    store.insert("tasks", {"_id": "a"})
    store.update("tasks", "a", segments=Segments(vectors, [{"n": 1}]))
    found = store.segments("tasks", "a")
    assert found is not None
    assert found.about == [{"n": 1}]
    assert found.vectors.dtype == np.float32
    assert (found.vectors == vectors).all()
    store.update("tasks", "a", segments=Segments(np.zeros((0, 512), np.float32), []))
    empty = store.segments("tasks", "a")
    assert empty is not None
    assert empty.vectors.shape == (0, 512)
    store.delete("tasks", "a")
    assert store.segments("tasks", "a") is None


def test_a_transaction_happens_as_a_whole_or_not_at_all(store: Database) -> None:
    media = _kept(store, b"x")
    store.insert("things", {"_id": "a", "media": media})

    def fail() -> None:
        with store.transaction():
            store.insert("things", {"_id": "b"})
            store.delete("things", "a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.get("things", "b") is None
    assert store.get("things", "a") is not None
    assert store.media_path(media).read_bytes() == b"x"
    with store.transaction():
        store.delete("things", "a")
        assert store.media_path(media).exists()
    assert not store.media_path(media).exists()


def test_media_belong_to_their_document(store: Database, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_bytes(b"abc")
    media = store.link_media(mine)
    store.insert("things", {"_id": "a", "media": media})
    assert store.media_path(media).read_bytes() == b"abc"
    store.update("things", "a", media=None)
    assert not store.media_path(media).exists()
    assert mine.read_bytes() == b"abc"


def test_many_threads_share_a_store(store: Database) -> None:
    store.insert("things", {"_id": "sum", "n": 0})

    def work(number: int) -> None:
        for i in range(20):
            store.insert("things", {"_id": f"{number}-{i}"})
            with store.transaction():
                document = store.get("things", "sum")
                assert document
                store.update("things", "sum", n=document["n"] + 1)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get("things", "sum") == {"_id": "sum", "n": 160}
    assert len(store.find("things")) == 161


def test_a_file_outlives_the_process_and_drops_what_was_never_finished(tmp_path: Path) -> None:
    path = tmp_path / "emulator.db"
    store = Database(path)
    media = _kept(store, b"x")
    store.insert("things", {"_id": "a", "media": media})
    orphan = store.media_path(_kept(store, b"never mentioned"))
    store.incoming_path().write_bytes(b"half")
    store.close()
    store = Database(path)
    assert store.get("things", "a") == {"_id": "a", "media": media}
    assert store.media_path(media).read_bytes() == b"x"
    assert not orphan.exists()
    assert list(store.incoming_path().parent.iterdir()) == []
    store.close()


def test_a_second_emulator_on_the_same_file_is_refused(tmp_path: Path) -> None:
    store = Database(tmp_path / "emulator.db")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        Database(tmp_path / "emulator.db")
    store.insert("things", {"_id": "a"})
    store.close()


def test_temporary_media_go_when_the_store_does() -> None:
    store = Database()
    folder = store.media_path("x").parent
    _kept(store, b"x")
    del store
    assert not folder.exists()


_WRITER = """
import sys
from pathlib import Path
from dodeca.emulator.database import Database, new_id
store = Database(Path(sys.argv[1]))
while True:
    received = store.incoming_path()
    received.write_bytes(b"x" * 100_000)
    thing = {"_id": new_id(), "media": store.add_media(received)}
    store.insert("things", thing)
    print(thing["_id"], flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "emulator.db"
    for _ in range(2):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout
        acknowledged = [writer.stdout.readline().strip() for _ in range(20)]
        writer.kill()
        acknowledged += writer.stdout.read().split("\n")[:-1]
        writer.stdout.close()
        writer.wait()
        store = Database(path)
        things = {thing["_id"]: thing for thing in store.find("things")}
        assert things.keys() >= set(acknowledged)
        for thing in things.values():
            assert store.media_path(thing["media"]).stat().st_size == 100_000
        files = [file for file in store.media_path("x").parent.iterdir() if file.is_file()]
        assert len(files) == len(things)
        store.close()


def _kept(store: Database, content: bytes) -> str:
    path = store.incoming_path()
    path.write_bytes(content)
    return store.add_media(path)
