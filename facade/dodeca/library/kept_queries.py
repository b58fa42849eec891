"""The embedded queries of a library, kept in a file beside it: a kept query costs no request.

The file is a SQLite database that several processes share: pages, MCP servers and scripts.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import numpy as np
import orjson

from dodeca._base.databases import format_of
from dodeca._base.text import quote
from dodeca._base.warn_once import warn_once
from dodeca.errors import ConfigurationError, DatasetError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_APPLICATION = 0x646F6471  # "dodq"
_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS queries (
    key TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    model_name TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    text TEXT,
    vector BLOB NOT NULL
) WITHOUT ROWID;
"""
_WAIT_SEC = 30.0  # for another process that writes


@attrs.frozen
class QueryKey:
    """What the vector of a query depends on: the service, the model, and the text or image."""

    service: str
    model_name: str
    dimension: int
    text: str | None
    image: bytes | None

    @property
    def digest(self) -> str:
        """The key of the row."""
        content = self.image if self.text is None else self.text.encode("utf-8", "surrogatepass")
        kind = "image" if self.text is None else "text"
        fields = [self.service, self.model_name, self.dimension, kind]
        return hashlib.sha256(orjson.dumps(fields) + b"\0" + (content or b"")).hexdigest()


class KeptQueries:
    """The vectors of queries, in a file; in memory alone where it cannot be written.

    Raises:
        DatasetError: the file is a link, is damaged or is something else.
        ConfigurationError: a newer version of this package wrote it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._in_memory: dict[str, NDArray[np.float32]] = {}
        self._lock = threading.Lock()
        if path.is_symlink():  # SQLite would write where it leads
            raise DatasetError(f"{path} is a link; a file of kept queries must be a regular file")
        if path.exists():
            with self._errors(), closing(self._connect()) as db:
                self._check(db)

    def find(self, key: QueryKey) -> NDArray[np.float32] | None:
        """The vector of a query, of shape (d,); None if it is not kept."""
        digest = key.digest
        if (held := self._in_memory.get(digest)) is not None or not self.path.exists():
            return held
        with self._errors(), closing(self._connect()) as db:
            self._check(db)
            found = db.execute("SELECT vector FROM queries WHERE key = ?", [digest]).fetchone()
        if found is None:
            return None
        return self._vector(found[0], key.dimension)

    def keep(self, key: QueryKey, vector: NDArray[np.float32]) -> None:
        """Keep the vector of a query."""
        text = None if key.text is None else key.text.encode("utf-8", "replace").decode()
        content = np.ascontiguousarray(vector, "<f4").tobytes()
        row = [key.digest, key.service, key.model_name, key.dimension, text, content]
        try:
            with self._lock, _created_for_owner(self.path), closing(self._connect()) as db:
                self._check(db)
                with db:
                    db.execute("INSERT OR REPLACE INTO queries VALUES (?, ?, ?, ?, ?, ?)", row)
        except (OSError, sqlite3.Error) as exc:
            self._in_memory[key.digest] = vector
            warn_once(UserWarning(f"queries are kept in memory alone: {self.path}: {exc}"))

    def count(self) -> int:
        """How many queries are kept."""
        kept = 0
        if self.path.exists():
            with self._errors(), closing(self._connect()) as db:
                self._check(db)
                kept = int(db.execute("SELECT count(*) FROM queries").fetchone()[0])
        return kept + len(self._in_memory)

    def _vector(self, content: object, dimension: int) -> NDArray[np.float32]:
        """The vector that a row holds, whatever that is."""
        if isinstance(content, bytes) and len(content) == dimension * 4:
            vector = np.frombuffer(content, "<f4")
            if np.isfinite(vector).all():
                return vector
        raise self._damaged(f"it holds {quote(content)} instead of a vector of {dimension} floats")

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=_WAIT_SEC)

    def _check(self, db: sqlite3.Connection) -> None:
        """Check that a database has our format; an empty one is given it."""
        found = format_of(db)
        if found.is_empty:
            db.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id = {_APPLICATION};"
                f"PRAGMA user_version = {_VERSION}; COMMIT;"
            )
        elif found.application != _APPLICATION or found.version < 1:
            raise DatasetError(f"{self.path} is no file of kept queries: move it away")
        elif found.version > _VERSION:
            raise ConfigurationError(
                f"{self.path} has version {found.version}, and this package reads up to "
                f"{_VERSION}: install a newer version of dodeca, or move the file away"
            )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.OperationalError) as exc:  # such as a lock of another process
            raise DatasetError(f"{self.path} cannot be read: {exc}") from exc
        except sqlite3.Error as exc:
            raise self._damaged(str(exc)) from exc

    def _damaged(self, reason: str) -> DatasetError:
        return DatasetError(
            f"{self.path} cannot be read: {reason}; delete it, and its queries are embedded again"
        )


@contextmanager
def _created_for_owner(path: Path) -> Iterator[None]:
    """Create the file, if it is not there, so that only its owner can read it."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    yield
