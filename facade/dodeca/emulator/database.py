"""The emulator's data: JSON documents by collection, vectors and media files.

One SQLite database holds everything except the media, which are in a folder beside it. A file is
written under a temporary name, synced and renamed before the row that mentions it is committed,
so nothing incomplete is left when the database is opened again, however the process ended.
Without a path the database is in memory and the media are in a temporary folder. Only the user who
runs the emulator can read them.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import tempfile
import threading
import weakref
from array import array
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from dodeca._base.files import sync_folder

from . import schema
from .schema import COLUMNS

Document = dict[str, Any]
Vectors = npt.NDArray[np.float32]

Condition = tuple[str, tuple[Any, ...]]
"""A condition in SQL on COLUMNS, `id`, `seq` and `body`, and its parameters."""
_KEPT_LISTS = 16  # whose pages are likely to be asked for next


@dataclass(frozen=True, slots=True)
class Segments:
    """Vectors, and what they are of."""

    vectors: Vectors
    """(n, width), float32."""
    about: Any
    """Data for JSON."""


@dataclass(frozen=True, slots=True)
class StoredSegments:
    """The segments of a document as they are stored."""

    seq: int
    """Greater for those that were stored later."""
    document_id: str
    segments: Segments
    document_seq: int | None
    """Greater for documents that were added later."""
    document: Document | None
    """None when it was removed."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The documents of a list, and their order."""

    collection: str
    conditions: tuple[Condition, ...] = ()
    order: str = "seq DESC"
    source: str = "documents"
    """A table like `documents`."""
    others: tuple[str, ...] = ()
    """The collections that `source` reads beside `collection`."""


def new_id() -> str:
    """Return a new id, 24 hexadecimal digits like those of the service."""
    return secrets.token_hex(12)


class Database:
    """Documents, vectors and media files; safe to use from many threads, by one process.

    A document is a JSON object with an `_id`; when it owns a media file, `media` is its name.
    Raises sqlite3.DatabaseError for a file of a newer format.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._unreferenced: list[str] = []
        if path:
            _keep_private(path)
        folder = Path(f"{path}.media") if path else Path(tempfile.mkdtemp(prefix="dodeca-"))
        self._media = folder
        self._incoming = folder / "incoming"
        self._db = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False, timeout=1
        )
        self._close = weakref.finalize(self, _close, self._db, None if path else folder)
        # Exclusive: a second emulator on the same file fails instead of corrupting it.
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.create_function("casefold", 1, str.casefold, deterministic=True)
        try:
            schema.prepare(self._db, path)
        except BaseException:
            self._close()
            raise
        self.on_change: Callable[[str, str], None] = lambda collection, document_id: None
        """Called with the collection and the id of each document that changes, by the thread that
        changes it, before others can read it."""
        self._versions: Counter[str] = Counter()
        self._lists: OrderedDict[tuple[Any, ...], tuple[list[int], array[int]]] = OrderedDict()
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._media.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._media.chmod(0o700)
        self._incoming.mkdir(mode=0o700)
        self._remove_orphans()

    def close(self) -> None:
        """Close the database; a temporary media folder is removed."""
        with self._lock:
            self._close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all changes inside together, or none; an inner transaction joins the outer."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._unreferenced.clear()
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                self._lists.clear()
                raise
            self._db.execute("COMMIT")
            # After the commit: a file without a row is removed at the next start, but a row
            # without its file could not be repaired.
            for name in self._unreferenced:
                self.media_path(name).unlink(missing_ok=True)

    # -- documents ---------------------------------------------------------------------------

    def insert(self, collection: str, document: Document) -> None:
        """Add a document under its `_id`."""
        key = (collection, document["_id"])
        with self.transaction():
            self._db.execute(schema.INSERT_DOCUMENT, (None, *key, *schema.row_of(document)))
            self._changed(*key)

    def get(self, collection: str, document_id: str) -> Document | None:
        """Return a document, or None."""
        with self._lock:
            row = self._db.execute(
                "SELECT body FROM documents WHERE collection = ? AND id = ?",
                (collection, document_id),
            ).fetchone()
        return orjson.loads(row[0]) if row else None

    def find(
        self, collection: str, *conditions: Condition, **equal: str | int | float
    ) -> list[Document]:
        """Return the documents that meet conditions and have these values, newest first."""
        where, values = _where(conditions, equal)
        with self._lock:
            rows = self._db.execute(
                # `+`: sorted after the conditions have found them by their indexes, and not before.
                f"SELECT body FROM documents WHERE collection = ?{where} ORDER BY +seq DESC",  # noqa: S608
                (collection, *values),
            ).fetchall()
        return [orjson.loads(body) for (body,) in rows]

    def running(self, collection: str, *conditions: Condition, **equal: str) -> list[Document]:
        """Return the documents among those of `find` whose work has not ended."""
        return self.find(collection, (schema.RUNNING, ()), *conditions, **equal)

    def select(self, selection: Selection, start: int, count: int) -> tuple[list[Document], int]:
        """Return `count` documents of a list from `start` on, and how many it has in all."""
        with self._lock:
            found = self._list(selection)
            rows = [
                self._db.execute("SELECT body FROM documents WHERE seq = ?", (seq,)).fetchone()
                for seq in found[start : start + count]
            ]
        return [orjson.loads(body) for (body,) in rows], len(found)

    def _list(self, selection: Selection) -> array[int]:
        """Return the numbers of the documents of a list; they are kept until one changes.

        So all the pages of a list together take as long as the list is, and not its square.
        """
        where, values = _where(selection.conditions, {})
        key = (selection.collection, selection.source, where, values, selection.order)
        versions = [self._versions[name] for name in (selection.collection, *selection.others)]
        known, found = self._lists.pop(key, ([], array("q")))
        if known != versions:
            (text,) = self._db.execute(
                "SELECT group_concat(seq) FROM"  # noqa: S608
                f" (SELECT seq FROM {selection.source} WHERE collection = ?{where}"
                f" ORDER BY {selection.order})",
                (selection.collection, *values),
            ).fetchone()
            found = array("q", map(int, text.split(",") if text else ()))
        self._lists[key] = versions, found
        if len(self._lists) > _KEPT_LISTS:
            self._lists.popitem(last=False)
        return found

    def durations(self, collection: str, *conditions: Condition) -> tuple[int, float]:
        """Return how many documents meet conditions, and the sum of their `duration`."""
        where, values = _where(conditions, {})
        with self._lock:
            count, total = self._db.execute(
                "SELECT count(*), ifnull(sum(duration), 0)"  # noqa: S608
                f" FROM documents WHERE collection = ?{where}",
                (collection, *values),
            ).fetchone()
        return count, total

    def update(
        self,
        collection: str,
        document_id: str,
        *,
        segments: Segments | None = None,
        **changes: Any,
    ) -> Document | None:
        """Set some fields of a document and return it; None when it does not exist.

        A new value for `media` removes the old file; `segments` replace those it had.
        """
        with self.transaction():
            document = self.get(collection, document_id)
            if document is None:
                return None
            if "media" in changes and document.get("media"):
                self._unreferenced.append(document["media"])
            document.update(changes)
            self._db.execute(
                schema.UPDATE_DOCUMENT, (*schema.row_of(document), collection, document_id)
            )
            if segments is not None:
                self._put_segments(collection, document, segments)
            self._changed(collection, document_id)
        return document

    def delete(self, collection: str, document_id: str, *, removed_at: str | None = None) -> bool:
        """Remove a document with its vectors and media; False when it does not exist.

        With `removed_at`, its vectors stay until `purge_segments` is called with that time.
        """
        with self.transaction():
            document = self.get(collection, document_id)
            if document is None:
                return False
            key = (collection, document_id)
            self._db.execute("DELETE FROM documents WHERE collection = ? AND id = ?", key)
            if removed_at is None:
                self._db.execute("DELETE FROM vectors WHERE collection = ? AND id = ?", key)
            else:
                self._db.execute(
                    "UPDATE vectors SET removed_at = ? WHERE collection = ? AND id = ?",
                    (removed_at, *key),
                )
            if media := document.get("media"):
                self._unreferenced.append(media)
            self._changed(*key)
        return True

    def _changed(self, collection: str, document_id: str) -> None:
        self._versions[collection] += 1
        self.on_change(collection, document_id)

    # -- vectors -----------------------------------------------------------------------------

    def _put_segments(self, collection: str, document: Document, segments: Segments) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO vectors (collection, id, index_id, width, about, floats)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                collection,
                document["_id"],
                document.get("index_id"),
                segments.vectors.shape[1],
                orjson.dumps(segments.about).decode(),
                segments.vectors.astype("<f4").tobytes(),
            ),
        )

    def segments(self, collection: str, document_id: str) -> Segments | None:
        """Return the vectors of a document, read-only, and what they are of; or None."""
        with self._lock:
            row = self._db.execute(
                "SELECT width, floats, about FROM vectors WHERE collection = ? AND id = ?",
                (collection, document_id),
            ).fetchone()
        return Segments(_matrix(*row[:2]), orjson.loads(row[2])) if row else None

    def without_segments(self, collection: str) -> list[Document]:
        """Return the documents that are ready and have no vectors."""
        missing = (
            "NOT EXISTS (SELECT 1 FROM vectors WHERE vectors.collection = documents.collection"
            " AND vectors.id = documents.id)"
        )
        return self.find(collection, (missing, ()), status="ready")

    def stored_segments(self, condition: Condition) -> Iterator[StoredSegments]:
        """Yield segments, in the order in which they were stored; `v` has the columns of vectors.

        The caller is in a transaction.
        """
        where, values = condition
        rows = self._db.execute(
            "SELECT v.seq, v.id, v.width, v.floats, v.about, d.seq, d.body"  # noqa: S608
            " FROM vectors v LEFT JOIN documents d ON d.collection = v.collection AND d.id = v.id"
            f" WHERE {where} ORDER BY v.seq",
            values,
        )
        for seq, document_id, width, floats, about, document_seq, body in rows:
            segments = Segments(_matrix(width, floats), orjson.loads(about))
            document = orjson.loads(body) if body else None
            yield StoredSegments(seq, document_id, segments, document_seq, document)

    def purge_segments(self, condition: Condition) -> list[str]:
        """Remove the segments of removed documents that meet a condition; return their ids."""
        where, values = condition
        where = f"removed_at IS NOT NULL AND {where}"
        with self.transaction():
            found = self._db.execute(f"SELECT id FROM vectors WHERE {where}", values).fetchall()  # noqa: S608
            if found:
                self._db.execute(f"DELETE FROM vectors WHERE {where}", values)  # noqa: S608
        return [document_id for (document_id,) in found]

    # -- media -------------------------------------------------------------------------------

    def incoming_path(self) -> Path:
        """Return a path for a file to receive; the caller removes it or adds it to the media."""
        return self._incoming / secrets.token_hex(12)

    def add_media(self, received: Path) -> str:
        """Move a received file to the media; return its name, for the `media` of a document."""
        with received.open("rb+") as file:
            os.fsync(file.fileno())
        name = new_id()
        received.rename(self._media / name)
        sync_folder(self._media)
        return name

    def link_media(self, file: Path) -> str:
        """Add a file that is not ours to the media, as a hard link where possible."""
        name = new_id()
        try:
            os.link(file, self._media / name)
        except OSError:  # another file system, or one without hard links
            copy = self.incoming_path()
            shutil.copyfile(file, copy)
            return self.add_media(copy)
        return name

    def media_path(self, name: str) -> Path:
        """Return the path of a media file."""
        return self._media / name

    def _remove_orphans(self) -> None:
        owned = {
            name
            for (name,) in self._db.execute(
                "SELECT json_extract(body, '$.media') FROM documents"
                " WHERE json_extract(body, '$.media') IS NOT NULL"
            )
        }
        for file in self._media.iterdir():
            if file.is_file() and file.name not in owned:
                file.unlink()


def equals(name: str, value: Any) -> Condition:
    """Return the condition that a field of documents has a value."""
    column = name if name in COLUMNS else f"json_extract(body, '$.{name}')"
    return f"{column} = ?", (value,)


def _where(conditions: tuple[Condition, ...], equal: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    """Return conditions as SQL to follow another condition, and all their parameters."""
    every = [*conditions, *(equals(name, value) for name, value in equal.items())]
    sql = "".join(f" AND ({part})" for part, _ in every)
    return sql, tuple(value for _, values in every for value in values)


def _matrix(width: int, floats: bytes) -> Vectors:
    return np.frombuffer(floats, dtype="<f4").reshape(-1, width)


def _keep_private(path: Path) -> None:
    """Make a database file, and the files that SQLite adds to it, readable by its owner only."""
    with suppress(OSError):  # SQLite says what is wrong with the path
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            if name.exists():
                name.chmod(0o600)


def _close(db: sqlite3.Connection, temporary: Path | None) -> None:
    db.close()
    if temporary:
        shutil.rmtree(temporary, ignore_errors=True)
