"""The file of a journal: opened by one process at a time, checked, migrated and sealed.

A run that ends writes the SHA-256 of its journal beside it (`journal.sha256`), and the next one
removes it before it writes. So a journal that was changed between two runs is noticed, whatever
the change. A run that was killed leaves no seal: then SQLite checks the structure of the file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dodeca._base import extras
from dodeca._base.databases import format_of
from dodeca._base.files import sha256_of, sync_folder, write_new
from dodeca.errors import ConfigurationError, DatasetError, RunLockedError

_APPLICATION = 0x646F6465  # "dode"
_VERSION = 3
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE inputs (
    seq INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    origin TEXT NOT NULL,
    source TEXT NOT NULL,
    options TEXT NOT NULL,
    metadata TEXT NOT NULL,
    run INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'new',
    size INTEGER,
    mtime_ns INTEGER,
    content TEXT,
    changed INTEGER NOT NULL DEFAULT 0,
    intent_at REAL,
    asset_id TEXT,
    task_id TEXT,
    rows INTEGER,
    media_sec REAL,
    part TEXT,
    code TEXT,
    status INTEGER,
    reason TEXT,
    retryable INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX inputs_by_run ON inputs (run, state, seq);
CREATE TABLE spool (seq INTEGER PRIMARY KEY, size INTEGER NOT NULL, content BLOB NOT NULL);
"""
# Version 2: `parts` has the SHA-256 of each part, and while a part is being replaced, that of the
# file that replaces it; `spool.digest` is that of a row set. `abandoned` has the assets, and the
# intents to create one, that no input uses any more.
_FROM_1_TO_2 = """
CREATE TABLE parts (name TEXT PRIMARY KEY, digest TEXT, next_digest TEXT) WITHOUT ROWID;
CREATE TABLE abandoned (
    key TEXT NOT NULL, content TEXT, intent_at REAL, asset_id TEXT,
    UNIQUE (key, content, asset_id)
);
ALTER TABLE spool ADD COLUMN digest TEXT;
ALTER TABLE inputs ADD COLUMN ctime_ns INTEGER;
ALTER TABLE inputs ADD COLUMN inode INTEGER;
CREATE INDEX inputs_by_part ON inputs (part, seq) WHERE part IS NOT NULL;
INSERT INTO parts (name) SELECT DISTINCT part FROM inputs WHERE part IS NOT NULL;
DELETE FROM meta WHERE name = 'next_part';
"""
# Version 3: an index has what is not finished, so that a run finds it without reading the rest, and
# none has the parts, which only repairs look up. The column `run` is not used any more (SQLite
# before 3.35 cannot drop it): a temporary table has the inputs of a run, so that a run that changes
# nothing writes nothing.
_FROM_2_TO_3 = """
DROP INDEX inputs_by_run;
DROP INDEX inputs_by_part;
CREATE INDEX unfinished_inputs ON inputs (seq) WHERE state <> 'done' OR changed;
DELETE FROM meta WHERE name = 'run';
"""
_UPGRADES = (_SCHEMA, _FROM_1_TO_2, _FROM_2_TO_3)
_WAY_OUT = "restore it from a copy, or write to another output"


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Raise errors of the file system and of SQLite as `DatasetError`s that name the file."""
    try:
        yield
    except (OSError, sqlite3.Error) as exc:
        raise storage_error(path, exc) from exc


def storage_error(path: Path, error: OSError | sqlite3.Error) -> DatasetError:
    """The error for a file that cannot be read or written."""
    return DatasetError(
        f"{path} cannot be read or written: {error}; once that is mended, the same run resumes"
    )


class JournalFile:
    """The database of a journal, which is locked, and checked before anything is written.

    Raises:
        RunLockedError: another process has it open.
        DatasetError: the file is a link, is damaged, is no journal, or cannot be written.
        ConfigurationError: a newer version of this package wrote it; or filelock is not installed.
    """

    def __init__(self, path: Path) -> None:
        lock = path.with_suffix(".lock")
        for file in (path, lock):
            if file.is_symlink():  # SQLite would write where it leads
                raise DatasetError(f"{file} is a link; a journal must be a regular file")
        self._path = path
        self._seal = path.with_suffix(".sha256")
        self._lock = _acquire_lock(lock)
        try:
            self.is_sealed: bool = self._check_seal()
            self.db: sqlite3.Connection = _open(path, is_sealed=self.is_sealed)
            with storage_errors(path):
                self._inode = path.stat().st_ino
        except BaseException:
            self._lock.release()
            raise

    def break_seal(self) -> None:
        """Remove the seal, since the journal is about to change."""
        with storage_errors(self._seal):
            self._seal.unlink(missing_ok=True)
            sync_folder(self._path.parent)

    def check_in_place(self) -> None:
        """Check that the open journal is still the one at its path.

        Raises:
            DatasetError: the folder of the run was moved or deleted.
        """
        with storage_errors(self._path):
            found = self._path.stat().st_ino
        if found != self._inode:
            raise DatasetError(f"{self._path} was replaced while a run was working on it")

    def close(self) -> None:
        """Free unused pages, close the file, seal it and release the lock."""
        try:
            with storage_errors(self._path):
                try:
                    if self.db.in_transaction:
                        self.db.execute("ROLLBACK")
                    self.db.executescript("PRAGMA incremental_vacuum")  # `execute` frees one page
                    self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                finally:
                    self.db.close()
                self.check_in_place()
                digest = sha256_of(self._path).encode()
                with _owner_only():
                    write_new(self._seal, lambda stream: stream.write(digest))
        finally:
            self._lock.release()

    def abandon(self) -> None:
        """Close the file as it is: nothing was written, and an old seal stays."""
        self.db.close()
        self._lock.release()

    def _check_seal(self) -> bool:
        """Whether the journal is as its seal says; False if there is no seal.

        Raises:
            DatasetError: it is not.
        """
        with storage_errors(self._path):
            if not self._seal.exists():
                return False
            if not self._path.exists():
                raise DatasetError(f"{self._path} is missing; {_WAY_OUT}")
            log = self._path.with_name(self._path.name + "-wal")
            is_whole = not (log.exists() and log.stat().st_size)
            if is_whole and self._seal.read_bytes() == sha256_of(self._path).encode():
                return True
        raise DatasetError(
            f"{self._path} is not as the last run left it (see {self._seal.name}): {_WAY_OUT}"
        )


def connect_read_only(path: Path) -> sqlite3.Connection | None:
    """A connection that writes nothing; None if the journal has no tables yet.

    Raises:
        DatasetError: the file is no journal, or damaged.
        ConfigurationError: a newer version of this package wrote it.
    """
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as exc:
        raise storage_error(path, exc) from exc
    try:
        version = _version(db, path)
    except BaseException:
        db.close()
        raise
    if version == 0:
        db.close()
        return None
    return db


def done_keys(path: Path, parts: Path | None = None) -> frozenset[str]:
    """The keys of the inputs that are done; opens the journal read-only.

    `parts` is the folder of the parts: inputs whose part is missing are not done.
    """
    db = connect_read_only(path)
    if db is None:
        return frozenset()  # a run was killed before it made the tables
    try:
        found = db.execute("SELECT key, part FROM inputs WHERE state = 'done'").fetchall()
    except sqlite3.Error as exc:
        raise storage_error(path, exc) from exc
    finally:
        db.close()
    exists = {part: parts is None or (parts / f"{part}.parquet").exists() for _, part in found}
    return frozenset(key for key, part in found if part is None or exists[part])


def _acquire_lock(path: Path) -> Any:
    try:
        from filelock import FileLock, Timeout
    except ImportError as exc:
        raise ConfigurationError(extras.missing("a bulk run", "bulk", exc)) from exc
    lock = FileLock(path, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout as exc:
        raise RunLockedError(
            f"another process is working on {path.parent}; start this run again when it has ended"
        ) from exc
    except OSError as exc:
        raise storage_error(path, exc) from exc
    return lock


def _version(db: sqlite3.Connection, path: Path) -> int:
    """The version of a journal; 0 for an empty file."""
    try:
        found = format_of(db)
    except sqlite3.Error as exc:
        raise DatasetError(f"{path} cannot be read as a journal: {exc}; {_WAY_OUT}") from exc
    if found.is_empty:
        return 0
    if found.application != _APPLICATION or found.version < 1:
        raise DatasetError(f"{path} is not a journal of a bulk run; {_WAY_OUT}")
    if found.version > _VERSION:
        raise ConfigurationError(
            f"{path} has version {found.version}, and this package reads up to {_VERSION}: "
            "install a newer version of dodeca"
        )
    return found.version


def _open(path: Path, *, is_sealed: bool) -> sqlite3.Connection:
    """Open a journal, check it, and bring it to the current version."""
    with _owner_only(), storage_errors(path):
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        version = _version(db, path)
        if version and not is_sealed:
            _check_structure(db, path)
        with storage_errors(path):
            db.execute("PRAGMA synchronous = FULL")
            if version == 0:
                db.execute("PRAGMA page_size = 16384")  # a row set of 512 floats takes 2 KB
                db.execute("PRAGMA auto_vacuum = INCREMENTAL")
                db.execute("PRAGMA journal_mode = WAL")
            if version < _VERSION:
                db.executescript(
                    f"BEGIN; {''.join(_UPGRADES[version:])}"
                    f"PRAGMA application_id = {_APPLICATION};"
                    f"PRAGMA user_version = {_VERSION}; COMMIT;"
                )
    except BaseException:
        db.close()
        raise
    return db


def _check_structure(db: sqlite3.Connection, path: Path) -> None:
    try:
        # Not `quick_check`, which does not compare the indexes with the rows.
        found = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as exc:
        found = str(exc)
    if found != "ok":
        raise DatasetError(f"{path} is damaged: {found[:200]}; {_WAY_OUT}")


@contextmanager
def _owner_only() -> Iterator[None]:
    """Create files that only their owner can read."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
