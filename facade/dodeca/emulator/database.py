"""What the emulator remembers: JSON documents by collection, vectors and media files.

One SQLite database holds everything but the media, which lie in a folder beside it. A file is
written under a temporary name, synced and renamed before the row that mentions it is committed,
so whatever stops the process, nothing half-made shows up when the database is opened again.
Without a path the database lives in memory and the media in a temporary folder.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

Document = dict[str, Any]
Vectors = npt.NDArray[np.float32]

_SCHEMA = """
BEGIN EXCLUSIVE;
CREATE TABLE IF NOT EXISTS documents (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  collection TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (collection, id)
);
CREATE TABLE IF NOT EXISTS vectors (
  collection TEXT NOT NULL,
  id TEXT NOT NULL,
  width INTEGER NOT NULL,
  floats BLOB NOT NULL,
  PRIMARY KEY (collection, id)
) WITHOUT ROWID;
COMMIT;
"""


def new_id() -> str:
    """Return a fresh id, 24 hexadecimal digits like the service's."""
    return secrets.token_hex(12)


class Database:
    """Documents, vectors and media files; safe to use from many threads, by one process.

    A document is a JSON object with an `_id`; when it owns a media file, `media` is its name.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._disowned: list[str] = []
        folder = Path(f"{path}.media") if path else Path(tempfile.mkdtemp(prefix="dodeca-"))
        self._media = folder
        self._incoming = folder / "incoming"
        self._db = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False, timeout=1
        )
        self._close = weakref.finalize(self, _close, self._db, None if path else folder)
        # Exclusive: a second emulator on the same file is refused instead of corrupting the first.
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(_SCHEMA)
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir(parents=True)
        self._remove_orphans()

    def close(self) -> None:
        """Close the database; media kept in a temporary folder go with it."""
        with self._lock:
            self._close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside happen at once or not at all; an inner one joins the outer."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._disowned.clear()
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            # Only now: a file without a row is removed at the next start, a row without its file
            # would be a lie.
            for name in self._disowned:
                self.media_path(name).unlink(missing_ok=True)

    # -- documents ---------------------------------------------------------------------------

    def insert(self, collection: str, document: Document) -> None:
        """Add a document under its `_id`."""
        with self.transaction():
            self._db.execute(
                "INSERT INTO documents (collection, id, body) VALUES (?, ?, ?)",
                (collection, document["_id"], _dump(document)),
            )

    def get(self, collection: str, document_id: str) -> Document | None:
        """Return a document, or None."""
        with self._lock:
            row = self._db.execute(
                "SELECT body FROM documents WHERE collection = ? AND id = ?",
                (collection, document_id),
            ).fetchone()
        return orjson.loads(row[0]) if row else None

    def find(self, collection: str, **equal: str | int | float) -> list[Document]:
        """Return the documents whose top-level fields have these values, newest first."""
        where = "".join(f" AND json_extract(body, '$.{name}') = ?" for name in equal)
        with self._lock:
            rows = self._db.execute(
                f"SELECT body FROM documents WHERE collection = ?{where} ORDER BY seq DESC",  # noqa: S608
                (collection, *equal.values()),
            ).fetchall()
        return [orjson.loads(body) for (body,) in rows]

    def expired(self, collection: str, now: str) -> list[str]:
        """Return the ids of the documents whose `expires_at` has come."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id FROM documents"
                " WHERE collection = ? AND json_extract(body, '$.expires_at') <= ?",
                (collection, now),
            ).fetchall()
        return [found for (found,) in rows]

    def update(self, collection: str, document_id: str, **changes: Any) -> Document | None:
        """Set some fields of a document and return it; None when it is not there.

        A new value for `media` gives up the old file.
        """
        with self.transaction():
            document = self.get(collection, document_id)
            if document is None:
                return None
            if "media" in changes and document.get("media"):
                self._disowned.append(document["media"])
            document.update(changes)
            self._db.execute(
                "UPDATE documents SET body = ? WHERE collection = ? AND id = ?",
                (_dump(document), collection, document_id),
            )
        return document

    def delete(self, collection: str, document_id: str) -> bool:
        """Remove a document with its vectors and its media; False when it is not there."""
        with self.transaction():
            document = self.get(collection, document_id)
            if document is None:
                return False
            key = (collection, document_id)
            self._db.execute("DELETE FROM documents WHERE collection = ? AND id = ?", key)
            self._db.execute("DELETE FROM vectors WHERE collection = ? AND id = ?", key)
            if media := document.get("media"):
                self._disowned.append(media)
        return True

    # -- vectors -----------------------------------------------------------------------------

    def put_vectors(self, collection: str, document_id: str, vectors: Vectors) -> None:
        """Keep the (n, width) float32 vectors of a document, in place of earlier ones."""
        with self.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)",
                (collection, document_id, vectors.shape[1], vectors.astype("<f4").tobytes()),
            )

    def vectors(self, collection: str, document_id: str) -> Vectors | None:
        """Return the vectors of a document, read-only, or None."""
        with self._lock:
            row = self._db.execute(
                "SELECT width, floats FROM vectors WHERE collection = ? AND id = ?",
                (collection, document_id),
            ).fetchone()
        return np.frombuffer(row[1], dtype="<f4").reshape(-1, row[0]) if row else None

    # -- media -------------------------------------------------------------------------------

    def incoming_path(self) -> Path:
        """Return a name for a file that is being received; the caller removes or keeps it."""
        return self._incoming / secrets.token_hex(12)

    def keep(self, received: Path) -> str:
        """Move a received file among the media and return its name, to be put in a document."""
        with received.open("rb+") as file:
            os.fsync(file.fileno())
        name = new_id()
        received.rename(self._media / name)
        _sync_folder(self._media)
        return name

    def share(self, file: Path) -> str:
        """Give a file of somebody else a place among the media, as a link where possible."""
        name = new_id()
        try:
            os.link(file, self._media / name)
        except OSError:  # another file system, or one without hard links
            copy = self.incoming_path()
            shutil.copyfile(file, copy)
            return self.keep(copy)
        return name

    def media_path(self, name: str) -> Path:
        """Return where a media file lies."""
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


def _dump(document: Document) -> str:
    return orjson.dumps(document).decode()


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder, and syncs renames by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _close(db: sqlite3.Connection, temporary: Path | None) -> None:
    db.close()
    if temporary:
        shutil.rmtree(temporary, ignore_errors=True)
