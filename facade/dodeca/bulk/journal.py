"""The journal of a bulk run: what was begun, what came of it. One SQLite file, one writer.

Everything that must outlive a crash is here, and is here before the world is changed by it: the
intent to create is committed before the create is sent, and a row set is committed before it
counts as done. The state of an input moves

    new ─────────────────────────────────────────────────► done     one call
    new ─► uploading ─► stored ─► submitting ─► running ─► done     an asset and a task

or ends as `failed`, or as `unknown` where a task may have been created and nothing can tell.
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
from dodeca.bulk.inputs import Item, Options
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

# What a run has still to do: `:again` for what failed for good, `:resubmit` for what is unknown.
_OPEN = """run = :run AND seq > :after AND (
    state IN ('new', 'uploading', 'stored', 'submitting', 'running') OR changed
    OR (state = 'failed' AND (retryable OR :again)) OR (state = 'unknown' AND :resubmit))"""


@attrs.define
class Row:
    """An input as the journal knows it. `content` is the hash of its bytes, once they were read."""

    seq: int
    key: str
    kind: str
    origin: str
    source: str
    options: Options
    state: str
    size: int | None
    mtime_ns: int | None
    content: str | None
    changed: bool
    intent_at: float | None
    asset_id: str | None
    task_id: str | None
    media_sec: float | None


_COLUMNS = ", ".join(field.name for field in attrs.fields(Row))


@attrs.frozen
class Failure:
    """An input without vectors: why, in the service's words or in ours.

    `code` is the API's error code, or one of ours (`media_invalid`, `no_answer`, ...); `status` the
    HTTP status, if there was an answer. A `retryable` one is tried again by the next run.
    """

    input_id: str
    source: str
    input_type: str
    code: str
    status: int | None
    reason: str
    retryable: bool


def nothing(name: str) -> None:
    """What happens at the named points of a run; tests put their own in its place."""


class Journal:
    """The open journal of one run; used from one thread, and by one process at a time.

    Raises:
        RunLockedError: another process has it open.
        ConfigurationError: the file is a link, no journal, or of another version; or filelock is
            missing.
    """

    def __init__(self, path: Path, at: Callable[[str], None] = nothing) -> None:
        self._at = at
        lock = path.with_suffix(".lock")
        for file in (path, lock):
            if file.is_symlink():  # SQLite would write where it leads
                raise ConfigurationError(f"{file} is a link; a journal is a file of its own")
        self._lock = _locked(lock)
        try:
            self._db = _opened(path)
            self.id = self._constant("id", secrets.token_hex(8))
        except BaseException:
            self._lock.release()
            raise
        self._pending: list[str] = []
        self.run = int(self.read("run") or 0)

    # Changes: gathered, and committed together.

    def write(self, what: str, sql: str, values: Any) -> None:
        """Change something in the open transaction; `what` names it for `commit`."""
        self._begin(what)
        self._db.execute(sql, values)

    def set(self, what: str, seq: int, **values: Any) -> None:
        """Change columns of an input."""
        columns = ", ".join(f"{name} = :{name}" for name in values)
        sql = f"UPDATE inputs SET {columns} WHERE seq = :seq"  # noqa: S608 - our own names
        self.write(what, sql, {**values, "seq": seq})

    def commit(self) -> None:
        """Make the changes last: they are on the disk when this returns."""
        if self._pending:
            for what in self._pending:
                self._at(f"before the commit of {what}")
            self._db.execute("COMMIT")
            done, self._pending = self._pending, []
            for what in done:
                self._at(f"after the commit of {what}")

    def _begin(self, what: str) -> None:
        if not self._pending:
            self._db.execute("BEGIN IMMEDIATE")
        if what not in self._pending:
            self._pending.append(what)

    # Inputs.

    def register(
        self, items: Iterable[Item], check: Callable[[Item], tuple[int, int] | None]
    ) -> None:
        """Begin a run: note its inputs, and which files are not what they were.

        `check` gives size and time of change of a file, None where there is none to check.
        """
        self.run += 1
        self.write("a new run", "INSERT OR REPLACE INTO meta VALUES ('run', ?)", [str(self.run)])
        for item in items:
            size, mtime_ns = check(item) or (None, None)
            self.write(
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

    def open_rows(self, after: int, limit: int, *, again: bool, resubmit: bool) -> list[Row]:
        """The next inputs of this run that are not done, in order."""
        # By the index, all that are left would be sorted at each call.
        select = f"SELECT {_COLUMNS} FROM inputs NOT INDEXED WHERE {_OPEN}"  # noqa: S608
        found = self._db.execute(
            f"{select} ORDER BY seq LIMIT :limit",
            {
                "run": self.run,
                "after": after,
                "limit": limit,
                "again": again,
                "resubmit": resubmit,
            },
        )
        return [_row(list(values)) for values in found]

    def tally(self, *, again: bool) -> list[tuple[str, bool, int]]:
        """How many inputs of this run are in each state, those apart that are to be looked at."""
        found = self._db.execute(
            """SELECT
                state, changed OR (state = 'failed' AND (retryable OR :again)) AS open, count(*)
            FROM inputs WHERE run = :run GROUP BY state, open""",
            {"run": self.run, "again": again},
        )
        return [(state, bool(is_open), number) for state, is_open, number in found]

    def failures(self, *, of_all_runs: bool = False) -> Iterator[Failure]:
        """The inputs of this run, or of all, that have a reason for not being done, in order."""
        rows = self._db.execute(
            """SELECT key, source, kind, code, status, reason, retryable FROM inputs
            WHERE (run = ? OR ?) AND state <> 'done' AND code IS NOT NULL ORDER BY seq""",
            [self.run, of_all_runs],
        )
        for values in rows:
            yield attrs.evolve(Failure(*values), retryable=bool(values[-1]))

    def leftover_assets(self) -> list[tuple[int, str]]:
        """Assets that were made here and whose inputs are done."""
        return self._db.execute(
            "SELECT seq, asset_id FROM inputs WHERE state IN ('done', 'failed')"
            " AND asset_id IS NOT NULL AND NOT retryable"
        ).fetchall()

    # Row sets on their way to the dataset.

    def spool(self, seq: int, content: bytes) -> None:
        """Keep a row set until it is in the dataset."""
        self.write(
            "row sets",
            "INSERT OR REPLACE INTO spool VALUES (?, ?, ?)",
            [seq, len(content), content],
        )

    def has_row_sets(self) -> bool:
        """Whether there are any, kept here or in the dataset."""
        return bool(self.read("next_part") or self.spooled_bytes())

    def spooled_bytes(self) -> int:
        """The size of the row sets that are kept."""
        return int(self._db.execute("SELECT ifnull(sum(size), 0) FROM spool").fetchone()[0])

    def spooled(self, most_bytes: int) -> list[dict[str, Any]]:
        """The row sets that were kept first, at least one if there is any, with their inputs."""
        cursor = self._db.execute(
            """SELECT seq, spool.size, spool.content AS packed, key, source, origin, options,
                metadata, inputs.content AS content, part
            FROM spool JOIN inputs USING (seq) ORDER BY seq"""
        )
        names = [column[0] for column in cursor.description]
        found: list[dict[str, Any]] = []
        for row in cursor:
            found.append(dict(zip(names, row, strict=True)))
            most_bytes -= row[1]
            if most_bytes <= 0:
                break
        cursor.close()
        return found

    def written(self, seqs: Iterable[int], part: str) -> None:
        """These row sets are in a part of the dataset."""
        for seq in seqs:
            self.set("a part", seq, part=part)
            self.unspool("a part", seq)

    def unspool(self, what: str, seq: int) -> None:
        """The row set of an input is not kept any more."""
        self.write(what, "DELETE FROM spool WHERE seq = ?", [seq])

    def outdated(self) -> list[tuple[str, int, str]]:
        """Inputs that failed after they had changed, and the parts that hold their old rows."""
        return self._db.execute(
            "SELECT part, seq, key FROM inputs"
            " WHERE state <> 'done' AND code IS NOT NULL AND part IS NOT NULL"
        ).fetchall()

    # Facts about the whole.

    def read(self, name: str) -> str | None:
        """A fact that was kept."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
        return row and str(row[0])

    def keep(self, name: str, value: str) -> None:
        """Keep a fact."""
        self.write(name, "INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, value])

    def metadata(self) -> Iterator[Mapping[str, Any]]:
        """The metadata of the inputs of this run, each distinct one once."""
        sql = "SELECT DISTINCT metadata FROM inputs WHERE run = ?"
        for (text,) in self._db.execute(sql, [self.run]):
            yield orjson.loads(text)

    def _constant(self, name: str, value: str) -> str:
        self._db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", [name, value])
        return self.read(name) or value

    def close(self) -> None:
        """Close the file, smaller where it can be, and let others open it."""
        try:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._db.executescript("PRAGMA incremental_vacuum")  # `execute` frees one page
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._db.close()
            self._lock.release()


def done_before(path: Path) -> frozenset[str]:
    """The keys of what earlier runs have done; the journal is only read."""
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return frozenset()  # a run was killed before it had begun
        keys = db.execute("SELECT key FROM inputs WHERE state = 'done'").fetchall()
    except sqlite3.Error as exc:
        raise ConfigurationError(f"{path} cannot be read as a journal: {exc}") from exc
    finally:
        db.close()
    return frozenset(key for (key,) in keys)


def _row(values: list[Any]) -> Row:
    row = Row(*values)
    row.options, row.changed = Options.from_json(values[5]), bool(row.changed)
    return row


def _locked(path: Path) -> Any:
    try:
        from filelock import FileLock, Timeout
    except ImportError as exc:
        raise ConfigurationError(extras.missing("a bulk run", "bulk", exc)) from exc
    lock = FileLock(path, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout as exc:
        raise RunLockedError(
            f"another process works on {path.parent}; it can be started again when that has ended"
        ) from exc
    return lock


def _opened(path: Path) -> sqlite3.Connection:
    with _private():
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
            raise ConfigurationError(f"{path} is no journal of this version: {found}")
    except sqlite3.Error as exc:
        db.close()
        raise ConfigurationError(f"{path} cannot be read as a journal: {exc}") from exc
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def _private() -> Iterator[None]:
    """Files made here are for their owner only."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
