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
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from dodeca._base.files import sync_folder

Document = dict[str, Any]
Vectors = npt.NDArray[np.float32]

FORMAT = 3
"""Version of the stored data: 2 has other vectors than 1, which did not state a version, and 3 has
tasks of Marengo 3.5, too."""
VECTORS_SINCE = 2
"""The first version whose vectors are those of today."""

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
        self.stored_format: int = self._read_format(path)
        """Version of the data that were found; FORMAT for a new file."""
        self._db.executescript(_SCHEMA)
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._media.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._media.chmod(0o700)
        self._incoming.mkdir(mode=0o700)
        self._remove_orphans()

    def _read_format(self, path: Path | None) -> int:
        """Return the version of the data in the file. Raises sqlite3.DatabaseError."""
        (stored,) = self._db.execute("PRAGMA user_version").fetchone()
        if stored > FORMAT:
            self._close()
            raise sqlite3.DatabaseError(
                f"{path} has format {stored} of a newer dodeca; this version reads up to {FORMAT}"
            )
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if stored == 0 and tables:
            return 1
        if stored == 0:
            self.set_format()
        return int(stored) or FORMAT

    def set_format(self) -> None:
        """State that all stored data have the current format."""
        self._db.execute(f"PRAGMA user_version = {FORMAT}")

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
                raise
            self._db.execute("COMMIT")
            # After the commit: a file without a row is removed at the next start, but a row
            # without its file could not be repaired.
            for name in self._unreferenced:
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

    def expired_ids(self, collection: str, now: str) -> list[str]:
        """Return the ids of the documents whose `expires_at` has passed."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id FROM documents"
                " WHERE collection = ? AND json_extract(body, '$.expires_at') <= ?",
                (collection, now),
            ).fetchall()
        return [found for (found,) in rows]

    def update(self, collection: str, document_id: str, **changes: Any) -> Document | None:
        """Set some fields of a document and return it; None when it does not exist.

        A new value for `media` removes the old file.
        """
        with self.transaction():
            document = self.get(collection, document_id)
            if document is None:
                return None
            if "media" in changes and document.get("media"):
                self._unreferenced.append(document["media"])
            document.update(changes)
            self._db.execute(
                "UPDATE documents SET body = ? WHERE collection = ? AND id = ?",
                (_dump(document), collection, document_id),
            )
        return document

    def delete(self, collection: str, document_id: str) -> bool:
        """Remove a document with its vectors and media; False when it does not exist."""
        with self.transaction():
            document = self.get(collection, document_id)
            if document is None:
                return False
            key = (collection, document_id)
            self._db.execute("DELETE FROM documents WHERE collection = ? AND id = ?", key)
            self._db.execute("DELETE FROM vectors WHERE collection = ? AND id = ?", key)
            if media := document.get("media"):
                self._unreferenced.append(media)
        return True

    # -- vectors -----------------------------------------------------------------------------

    def put_vectors(self, collection: str, document_id: str, vectors: Vectors) -> None:
        """Store the (n, width) float32 vectors of a document, replacing earlier ones."""
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


def _dump(document: Document) -> str:
    return orjson.dumps(document).decode()


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
