"""The journal of a bulk run: its inputs and the state of each. One SQLite file, one writer.

It is a write-ahead log: the intent to create is committed before the create is sent, and a row set
(the vectors of one input) is committed before the input counts as done. The states of an input:

    new ─────────────────────────────────────────────────► done     one call
    new ─► uploading ─► stored ─► submitting ─► running ─► done     an asset and a task

or ends as `failed`, or as `unknown` where a task may have been created and no_hook can tell.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import orjson

from dodeca._base import extras
from dodeca.bulk.inputs import EmbedOptions, Item
from dodeca.errors import ConfigurationError, RunLockedError

_APPLICATION = 0x646F6465  # "dode"
_VERSION = 1
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

# What a run still has to do; `:retry_failed` adds permanent failures, `:resubmit` unknown tasks.
_REMAINING = """run = :run AND seq > :after AND (
    state IN ('new', 'uploading', 'stored', 'submitting', 'running') OR changed
    OR (state = 'failed' AND (retryable OR :retry_failed)) OR (state = 'unknown' AND :resubmit))"""


@attrs.define
class JournalRow:
    """An input in the journal. `content` is the hash of its bytes, None until they are read."""

    seq: int
    key: str
    kind: str
    origin: str
    source: str
    options: EmbedOptions
    state: str
    size: int | None
    mtime_ns: int | None
    content: str | None
    changed: bool
    intent_at: float | None
    asset_id: str | None
    task_id: str | None
    media_sec: float | None


_COLUMNS = ", ".join(field.name for field in attrs.fields(JournalRow))


@attrs.frozen
class Failure:
    """An input without vectors, and the reason.

    `code` is the API's error code, or one of ours (`media_invalid`, `no_answer`, ...); `status` is
    the HTTP status, if there was a response. The next run tries a `retryable` one again.
    """

    input_id: str
    source: str
    input_type: str
    code: str
    status: int | None
    reason: str
    retryable: bool


def no_hook(name: str) -> None:
    """Called at named points of a run; tests pass their own function."""


class Journal:
    """An open journal; one process at a time can open it.

    Raises:
        RunLockedError: another process has it open.
        ConfigurationError: the file is a link, not a journal, or of another version; or filelock
            is not installed.
    """

    def __init__(self, path: Path, hook: Callable[[str], None] = no_hook) -> None:
        self._hook = hook
        lock = path.with_suffix(".lock")
        for file in (path, lock):
            if file.is_symlink():  # SQLite would write where it leads
                raise ConfigurationError(f"{file} is a link; a journal must be a regular file")
        self._lock = _acquire_lock(lock)
        try:
            self._db = _open_database(path)
            self.id = self._write_meta_once("id", secrets.token_hex(8))
        except BaseException:
            self._lock.release()
            raise
        self._pending: list[str] = []
        self.run = int(self.read_meta("run") or 0)

    # Changes, gathered in one transaction.

    def execute(self, what: str, sql: str, values: Any) -> None:
        """Run a statement in the open transaction; `what` names it for the hooks of `commit`."""
        self._begin_transaction(what)
        self._db.execute(sql, values)

    def update(self, what: str, seq: int, **values: Any) -> None:
        """Change columns of an input."""
        columns = ", ".join(f"{name} = :{name}" for name in values)
        sql = f"UPDATE inputs SET {columns} WHERE seq = :seq"  # noqa: S608 - our own names
        self.execute(what, sql, {**values, "seq": seq})

    def commit(self) -> None:
        """Commit the transaction: the changes are on disk when this returns."""
        if self._pending:
            for what in self._pending:
                self._hook(f"before the commit of {what}")
            self._db.execute("COMMIT")
            done, self._pending = self._pending, []
            for what in done:
                self._hook(f"after the commit of {what}")

    def _begin_transaction(self, what: str) -> None:
        if not self._pending:
            self._db.execute("BEGIN IMMEDIATE")
        if what not in self._pending:
            self._pending.append(what)

    # Inputs.

    def register(
        self, items: Iterable[Item], stat: Callable[[Item], tuple[int, int] | None]
    ) -> None:
        """Start a run: record its inputs, and which files may have changed.

        `stat` gives the size and mtime of a file; None for an input that is not a file.
        """
        self.run += 1
        self.execute("a new run", "INSERT OR REPLACE INTO meta VALUES ('run', ?)", [str(self.run)])
        for item in items:
            size, mtime_ns = stat(item) or (None, None)
            self.execute(
                "inputs",
                """INSERT INTO inputs
                    (key, kind, origin, source, options, metadata, run, size, mtime_ns)
                VALUES (:key, :kind, :origin, :source, :options, :metadata, :run, :size, :mtime_ns)
                ON CONFLICT (key) DO UPDATE SET
                    run = excluded.run,
                    metadata = iif(state = 'done', metadata, excluded.metadata),
                    changed = changed OR (state <> 'new' AND excluded.size IS NOT NULL
                        AND (size, mtime_ns) IS NOT (excluded.size, excluded.mtime_ns))""",
                {
                    "key": item.key,
                    "kind": item.kind,
                    "origin": item.origin,
                    "source": item.source,
                    "options": item.options.to_json(),
                    "metadata": orjson.dumps(dict(item.metadata)).decode(),
                    "run": self.run,
                    "size": size,
                    "mtime_ns": mtime_ns,
                },
            )
        self.commit()

    def next_rows(
        self, after: int, limit: int, *, retry_failed: bool, resubmit: bool
    ) -> list[JournalRow]:
        """The next unfinished inputs of this run, in order of `seq`."""
        # The index would sort all remaining rows at each call.
        select = f"SELECT {_COLUMNS} FROM inputs NOT INDEXED WHERE {_REMAINING}"  # noqa: S608
        found = self._db.execute(
            f"{select} ORDER BY seq LIMIT :limit",
            {
                "run": self.run,
                "after": after,
                "limit": limit,
                "retry_failed": retry_failed,
                "resubmit": resubmit,
            },
        )
        return [_row_of(list(values)) for values in found]

    def count_states(self, *, retry_failed: bool) -> list[tuple[str, bool, int]]:
        """The number of inputs of this run by state, and by whether they are to be tried again."""
        found = self._db.execute(
            """SELECT
                state,
                changed OR (state = 'failed' AND (retryable OR :retry_failed)) AS open,
                count(*)
            FROM inputs WHERE run = :run GROUP BY state, open""",
            {"run": self.run, "retry_failed": retry_failed},
        )
        return [(state, bool(is_open), number) for state, is_open, number in found]

    def failures(self, *, of_all_runs: bool = False) -> Iterator[Failure]:
        """The inputs of this run, or of all runs, that have no vectors, in order of `seq`."""
        rows = self._db.execute(
            """SELECT key, source, kind, code, status, reason, retryable FROM inputs
            WHERE (run = ? OR ?) AND state <> 'done' AND code IS NOT NULL ORDER BY seq""",
            [self.run, of_all_runs],
        )
        for values in rows:
            yield attrs.evolve(Failure(*values), retryable=bool(values[-1]))

    def leftover_assets(self) -> list[tuple[int, str]]:
        """The uploaded assets whose inputs are finished: `seq` and asset id."""
        return self._db.execute(
            "SELECT seq, asset_id FROM inputs WHERE state IN ('done', 'failed')"
            " AND asset_id IS NOT NULL AND NOT retryable"
        ).fetchall()

    # The spool: row sets on their way to the dataset.

    def spool(self, seq: int, content: bytes) -> None:
        """Store a row set until it is in the dataset."""
        self.execute(
            "row sets",
            "INSERT OR REPLACE INTO spool VALUES (?, ?, ?)",
            [seq, len(content), content],
        )

    def has_row_sets(self) -> bool:
        """Whether there are row sets, in the spool or in the dataset."""
        return bool(self.read_meta("next_part") or self.spooled_bytes())

    def spooled_bytes(self) -> int:
        """The size of the spool."""
        return int(self._db.execute("SELECT ifnull(sum(size), 0) FROM spool").fetchone()[0])

    def spooled_row_sets(self, max_bytes: int) -> list[dict[str, Any]]:
        """The first row sets of the spool, about `max_bytes`, with their inputs."""
        cursor = self._db.execute(
            """SELECT seq, spool.size, spool.content AS packed, key, source, origin, options,
                metadata, inputs.content AS content, part
            FROM spool JOIN inputs USING (seq) ORDER BY seq"""
        )
        names = [column[0] for column in cursor.description]
        found: list[dict[str, Any]] = []
        for row in cursor:
            found.append(dict(zip(names, row, strict=True)))
            max_bytes -= row[1]
            if max_bytes <= 0:
                break
        cursor.close()
        return found

    def mark_written(self, seqs: Iterable[int], part: str) -> None:
        """Record that row sets are in a part of the dataset."""
        for seq in seqs:
            self.update("a part", seq, part=part)
            self.unspool("a part", seq)

    def unspool(self, what: str, seq: int) -> None:
        """Remove the row set of an input from the spool."""
        self.execute(what, "DELETE FROM spool WHERE seq = ?", [seq])

    def outdated_rows(self) -> list[tuple[str, int, str]]:
        """Inputs that failed after a change and whose old rows are in a part: part, `seq`, key."""
        return self._db.execute(
            "SELECT part, seq, key FROM inputs"
            " WHERE state <> 'done' AND code IS NOT NULL AND part IS NOT NULL"
        ).fetchall()

    # The table `meta`.

    def read_meta(self, name: str) -> str | None:
        """The value of a name, None if it was never written."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
        return row and str(row[0])

    def write_meta(self, name: str, value: str) -> None:
        """Write the value of a name."""
        self.execute(name, "INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, value])

    def distinct_metadata(self) -> Iterator[Mapping[str, Any]]:
        """The distinct metadata of the inputs of this run."""
        sql = "SELECT DISTINCT metadata FROM inputs WHERE run = ?"
        for (text,) in self._db.execute(sql, [self.run]):
            yield orjson.loads(text)

    def _write_meta_once(self, name: str, value: str) -> str:
        self._db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", [name, value])
        return self.read_meta(name) or value

    def close(self) -> None:
        """Free unused pages, close the file and release the lock."""
        try:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._db.executescript("PRAGMA incremental_vacuum")  # `execute` frees one page
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._db.close()
            self._lock.release()


def done_keys(path: Path) -> frozenset[str]:
    """The keys of the inputs that are done; opens the journal read-only."""
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return frozenset()  # a run was killed before it made the tables
        keys = db.execute("SELECT key FROM inputs WHERE state = 'done'").fetchall()
    except sqlite3.Error as exc:
        raise ConfigurationError(f"{path} cannot be read as a journal: {exc}") from exc
    finally:
        db.close()
    return frozenset(key for (key,) in keys)


def _row_of(values: list[Any]) -> JournalRow:
    row = JournalRow(*values)
    row.options, row.changed = EmbedOptions.from_json(values[5]), bool(row.changed)
    return row


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
    return lock


def _open_database(path: Path) -> sqlite3.Connection:
    with _owner_only():
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        found = [
            db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version")
        ]
        db.execute("PRAGMA synchronous = FULL")
        if found == [0, 0] and not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA application_id = {_APPLICATION};"
                f"PRAGMA user_version = {_VERSION}; COMMIT;"
            )
        elif found != [_APPLICATION, _VERSION]:
            raise ConfigurationError(f"{path} is not a journal of this version: {found}")
    except sqlite3.Error as exc:
        db.close()
        raise ConfigurationError(f"{path} cannot be read as a journal: {exc}") from exc
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def _owner_only() -> Iterator[None]:
    """Create files that only their owner can read."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
