"""The journal of a bulk run: its inputs and the state of each. One SQLite file, one writer.

It is a write-ahead log: the intent to create is committed before the create is sent, and a row set
(the vectors of one input) is committed before the input counts as done. The states of an input:

    new ─────────────────────────────────────────────────► done     one call
    new ─► uploading ─► stored ─► submitting ─► running ─► done     an asset and a task

or ends as `failed`, or as `unknown` where a task may have been created and nobody can tell.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any

import attrs
import orjson

from dodeca.bulk.database import JournalFile, connect_read_only, storage_error
from dodeca.bulk.inputs import Item, input_key
from dodeca.bulk.options import EmbedOptions
from dodeca.bulk.records import Failure, FileStamp, JournalRow, no_hook
from dodeca.errors import DatasetError

# What a run still has to do; `:retry_failed` adds permanent failures, `:resubmit` unknown tasks.
_REMAINING = """run = :run AND seq > :after AND (
    state IN ('new', 'uploading', 'stored', 'submitting', 'running') OR changed
    OR (state = 'failed' AND (retryable OR :retry_failed)) OR (state = 'unknown' AND :resubmit))"""

# `:changed` is whether the file may have changed since it was read. Metadata are those of the time
# when a row set is made.
_REGISTER = """INSERT INTO inputs
    (key, kind, origin, source, options, metadata, run, size, mtime_ns, ctime_ns, inode)
VALUES (:key, :kind, :origin, :source, :options, :metadata, :run,
    :size, :mtime_ns, :ctime_ns, :inode)
ON CONFLICT (key) DO UPDATE SET
    run = excluded.run, changed = :changed, metadata = iif(state = 'done' AND NOT :changed,
    metadata, excluded.metadata)""".replace(
    ":changed",
    """(changed OR (state <> 'new' AND excluded.size IS NOT NULL AND (
        (size, mtime_ns) IS NOT (excluded.size, excluded.mtime_ns) OR (inode IS NOT NULL
        AND (ctime_ns, inode) IS NOT (excluded.ctime_ns, excluded.inode)))))""",
)


_COLUMNS = ", ".join(field.name for field in attrs.fields(JournalRow))


class Journal:
    """An open journal; one process at a time can open it.

    Raises:
        RunLockedError: another process has it open.
        DatasetError: the file is a link, damaged, not a journal, or cannot be written.
        ConfigurationError: it is of a newer version, or filelock is not installed.
    """

    def __init__(self, path: Path, hook: Callable[[str], None] = no_hook) -> None:
        self.path = path
        self._hook = hook
        self._file = JournalFile(path)
        self._pending: list[str] = []
        self._is_changed = False
        try:
            self.id: str = self.read_meta("id") or secrets.token_hex(8)
            self.run: int = int(self.read_meta("run") or 0)
        except ValueError as exc:
            self._file.abandon()
            raise DatasetError(f"{path} is damaged: {exc}") from exc
        except BaseException:
            self._file.abandon()
            raise

    # Changes, gathered in one transaction.

    def execute(self, what: str, sql: str, values: Any) -> None:
        """Run a statement in the open transaction; `what` names it for the hooks of `commit`."""
        self._begin_transaction(what)
        self._query(sql, values)

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
            self._query("COMMIT")
            done, self._pending = self._pending, []
            for what in done:
                self._hook(f"after the commit of {what}")

    def _begin_transaction(self, what: str) -> None:
        if not self._pending:
            if not self._is_changed:
                self._file.break_seal()
                self._is_changed = True
            self._query("BEGIN IMMEDIATE")
        if what not in self._pending:
            self._pending.append(what)

    def _query(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
        try:
            return self._file.db.execute(sql, values)
        except sqlite3.Error as exc:
            raise storage_error(self.path, exc) from exc

    # Inputs.

    def register(self, items: Iterable[Item], stamp_of: Callable[[Item], FileStamp | None]) -> None:
        """Start a run: record its inputs, and which files may have changed.

        `stamp_of` gives the stamp of a file; None for an input that is not a file.
        """
        self.run += 1
        self.write_meta("id", self.id)
        self.execute("a new run", "INSERT OR REPLACE INTO meta VALUES ('run', ?)", [str(self.run)])
        for item in items:
            self.execute(
                "inputs",
                _REGISTER,
                {
                    "key": item.key,
                    "kind": item.kind,
                    "origin": item.origin,
                    "source": item.source,
                    "options": item.options.to_json(),
                    "metadata": orjson.dumps(dict(item.metadata)).decode(),
                    "run": self.run,
                    **attrs.asdict(stamp_of(item) or FileStamp()),
                },
            )
        self.commit()

    def next_rows(
        self, after: int, limit: int, *, retry_failed: bool, resubmit: bool
    ) -> list[JournalRow]:
        """The next unfinished inputs of this run, in order of `seq`."""
        # The index would sort all remaining rows at each call.
        select = f"SELECT {_COLUMNS} FROM inputs NOT INDEXED WHERE {_REMAINING}"  # noqa: S608
        found = self._query(
            f"{select} ORDER BY seq LIMIT :limit",
            {
                "run": self.run,
                "after": after,
                "limit": limit,
                "retry_failed": retry_failed,
                "resubmit": resubmit,
            },
        )
        return [JournalRow.of(values) for values in found]

    def count_states(self, *, retry_failed: bool) -> list[tuple[str, bool, int]]:
        """The number of inputs of this run by state, and by whether they are to be tried again."""
        found = self._query(
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
        rows = self._query(
            """SELECT key, source, kind, code, status, reason, retryable FROM inputs
            WHERE (run = ? OR ?) AND state <> 'done' AND code IS NOT NULL ORDER BY seq""",
            [self.run, of_all_runs],
        )
        for values in rows:
            yield attrs.evolve(Failure(*values), retryable=bool(values[-1]))

    def leftover_assets(self) -> list[tuple[int, str]]:
        """The uploaded assets whose inputs are finished: `seq` and asset id."""
        return self._query(
            "SELECT seq, asset_id FROM inputs WHERE state IN ('done', 'failed')"
            " AND asset_id IS NOT NULL AND NOT retryable"
        ).fetchall()

    def abandon_asset(self, row: JournalRow) -> None:
        """Remember the asset of an input that no longer uses it, or the intent to create one."""
        if row.asset_id is not None or row.state == "uploading":
            self.execute(
                "an abandoned asset",
                "INSERT OR IGNORE INTO abandoned VALUES (?, ?, ?, ?)",
                [row.key, row.content, row.intent_at, row.asset_id],
            )

    def abandoned_assets(self) -> list[tuple[int, str, str | None, float | None, str | None]]:
        """The assets that no input uses: row id, key, content, time of the intent, asset id."""
        return self._query(
            "SELECT rowid, key, content, intent_at, asset_id FROM abandoned"
        ).fetchall()

    def forget_abandoned(self, number: int) -> None:
        """An abandoned asset does not exist any more."""
        self.execute("a deleted asset", "DELETE FROM abandoned WHERE rowid = ?", [number])

    # The spool: row sets on their way to the dataset.

    def spool(self, seq: int, content: bytes) -> None:
        """Store a row set until it is in the dataset."""
        self.execute(
            "row sets",
            "INSERT OR REPLACE INTO spool VALUES (?, ?, ?, ?)",
            [seq, len(content), content, hashlib.sha256(content).hexdigest()],
        )

    def damaged_row_sets(self) -> list[int]:
        """The inputs whose row sets in the spool are not what was stored."""
        rows = self._query("SELECT seq, content, digest FROM spool WHERE digest IS NOT NULL")
        return [
            seq for seq, content, digest in rows if hashlib.sha256(content).hexdigest() != digest
        ]

    def has_row_sets(self) -> bool:
        """Whether there are row sets, in the spool or in the dataset."""
        return bool(self.parts() or self.spooled_bytes())

    def spooled_bytes(self) -> int:
        """The size of the spool."""
        return int(self._query("SELECT ifnull(sum(size), 0) FROM spool").fetchone()[0])

    def spooled_row_sets(self, max_bytes: int) -> list[dict[str, Any]]:
        """The first row sets of the spool, about `max_bytes`, with their inputs."""
        cursor = self._query(
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

    def parts(self) -> dict[str, tuple[str | None, str | None]]:
        """The SHA-256 of each part, and of the file that is to replace it, by name."""
        found = self._query("SELECT name, digest, next_digest FROM parts ORDER BY name")
        return {name: (digest, next_digest) for name, digest, next_digest in found}

    def begin_part(self, part: str, digest: str, seqs: Iterable[int]) -> None:
        """Record that a part is about to be written or replaced, with row sets of these inputs."""
        sql = """INSERT INTO parts VALUES (?, NULL, ?)
            ON CONFLICT (name) DO UPDATE SET next_digest = excluded.next_digest"""
        self.execute("the digest of a part", sql, [part, digest])
        for seq in seqs:
            self.update("the digest of a part", seq, part=part)
        self.commit()

    def settle_part(self, part: str, digest: str | None) -> None:
        """Record the SHA-256 of a part that is in the dataset."""
        sql = "UPDATE parts SET digest = ?, next_digest = NULL WHERE name = ?"
        self.execute("a part", sql, [digest, part])

    def adopt_part(self, part: str, digest: str) -> None:
        """Record the SHA-256 of a part that an interrupted run wrote.

        Version 1 did not name it before: then it has row sets that are still in the spool.
        """
        if part not in self.parts():
            self.execute(
                "a part",
                "UPDATE inputs SET part = ? WHERE part IS NULL"
                " AND seq IN (SELECT seq FROM spool WHERE digest IS NULL)",
                [part],
            )
        sql = """INSERT INTO parts VALUES (?, ?, NULL)
            ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, next_digest = NULL"""
        self.execute("a part", sql, [part, digest])

    def written_inputs(self) -> list[tuple[int, str, str, int]]:
        """The inputs whose rows are in a part: `seq`, key, part, number of rows."""
        return self._query(
            "SELECT seq, key, part, rows FROM inputs WHERE state = 'done' AND part IS NOT NULL"
            " AND seq NOT IN (SELECT seq FROM spool)"
        ).fetchall()

    def keys_of_part(self, part: str) -> Set[str]:
        """The keys of the inputs whose rows are in a part, if only for now."""
        return {key for (key,) in self._query("SELECT key FROM inputs WHERE part = ?", [part])}

    def parts_of_inputs(self) -> list[str]:
        """The names of the parts that inputs have rows in."""
        found = self._query("SELECT DISTINCT part FROM inputs WHERE part IS NOT NULL")
        return [name for (name,) in found]

    def undigested_keys(self) -> Set[str]:
        """The keys of the inputs whose row sets version 1 put into the spool."""
        sql = "SELECT key FROM inputs JOIN spool USING (seq) WHERE digest IS NULL"
        return {key for (key,) in self._query(sql)}

    def forget_part(self, part: str) -> None:
        """A part does not exist: its inputs have to be embedded, but for those in the spool."""
        lost = self._query(
            "SELECT seq FROM inputs WHERE part = ? AND state = 'done'"
            " AND seq NOT IN (SELECT seq FROM spool)",
            [part],
        )
        self.repeat("a missing part", [seq for (seq,) in lost])
        self.execute("a missing part", "UPDATE inputs SET part = NULL WHERE part = ?", [part])
        self.execute("a missing part", "DELETE FROM parts WHERE name = ?", [part])

    def repeat(self, what: str, seqs: Iterable[int]) -> None:
        """Embed inputs again whose vectors are lost; from their task or asset if they have one."""
        for seq in seqs:
            self.unspool(what, seq)
            self.execute(
                what,
                """UPDATE inputs SET rows = NULL, state = iif(task_id IS NOT NULL, 'running',
                    iif(asset_id IS NOT NULL, 'stored', 'new')) WHERE seq = ?""",
                [seq],
            )

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
        return self._query(
            "SELECT part, seq, key FROM inputs"
            " WHERE state <> 'done' AND code IS NOT NULL AND part IS NOT NULL"
        ).fetchall()

    def spaces(self) -> Iterator[tuple[str, int]]:
        """The model and the dimension of the vectors of each input that has them."""
        rows = self._query("SELECT DISTINCT options FROM inputs WHERE state = 'done'")
        return (EmbedOptions.from_json(text).space for (text,) in rows)

    # The table `meta`.

    def read_meta(self, name: str) -> str | None:
        """The value of a name, None if it was never written."""
        row = self._query("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
        return row and str(row[0])

    def write_meta(self, name: str, value: str) -> None:
        """Write the value of a name."""
        self.execute(name, "INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, value])

    def distinct_metadata(self) -> Iterator[Mapping[str, Any]]:
        """The distinct metadata of the inputs of this run."""
        sql = "SELECT DISTINCT metadata FROM inputs WHERE run = ?"
        for (text,) in self._query(sql, [self.run]):
            yield orjson.loads(text)

    def is_as_written(self) -> bool:
        """Whether the key of each input is that of its source and options."""
        rows = self._query("SELECT key, origin, source, kind, options FROM inputs")
        return all(key == input_key(*parts) for key, *parts in rows)

    @property
    def is_sealed(self) -> bool:
        """Whether the last run ended, and left the journal as it is."""
        return self._file.is_sealed

    def check_in_place(self) -> None:
        """Check that the journal is still at its path; see `JournalFile.check_in_place`."""
        self._file.check_in_place()

    def close(self) -> None:
        """Close the file and release the lock."""
        if self._is_changed:
            self._file.close()
        else:
            self._file.abandon()


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
