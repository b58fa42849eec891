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
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import orjson

from dodeca.bulk.inputs import input_key
from dodeca.bulk.options import EmbedOptions
from dodeca.bulk.records import Failure, JournalRow, RegisteredInput, no_hook
from dodeca.bulk.transactions import Transactions

# The inputs that are not finished. SQLite does not choose the index by itself, and without the + it
# would read the inputs of the run first.
_UNFINISHED = "inputs INDEXED BY unfinished_inputs WHERE (state <> 'done' OR changed)"
_UNFINISHED_OF_RUN = f"{_UNFINISHED} AND +seq IN inputs_of_run"

# What a run still has to do; `:retry_failed` adds permanent failures, `:resubmit` unknown tasks.
_REMAINING = f"""{_UNFINISHED_OF_RUN} AND seq > :after AND (
    state IN ('new', 'uploading', 'stored', 'submitting', 'running') OR changed
    OR (state = 'failed' AND (retryable OR :retry_failed)) OR (state = 'unknown' AND :resubmit))"""

# The table of the inputs of a run ends with the connection: the journal itself is not changed.
_INPUTS_OF_RUN = "CREATE TEMP TABLE inputs_of_run (seq INTEGER PRIMARY KEY)"

_LOOKUP_CACHE_KB = 64 * 1024  # the keys of a million inputs

_COLUMNS = ", ".join(field.name for field in attrs.fields(JournalRow))


class Journal(Transactions):
    """An open journal; one process at a time can open it.

    Raises:
        RunLockedError: another process has it open.
        DatasetError: the file is a link, damaged, not a journal, or cannot be written.
        ConfigurationError: it is of a newer version, or filelock is not installed.
    """

    def __init__(self, path: Path, hook: Callable[[str], None] = no_hook) -> None:
        super().__init__(path, hook)
        try:
            self.id: str = self.read_meta("id") or secrets.token_hex(8)
            self._query(_INPUTS_OF_RUN)
        except BaseException:
            self._file.abandon()
            raise

    # Inputs.

    @contextmanager
    def large_cache(self) -> Iterator[None]:
        """Keep the index of the keys in memory, as far as it fits: they come in any order."""
        before = self._query("PRAGMA cache_size").fetchone()[0]
        self._query(f"PRAGMA cache_size = {-_LOOKUP_CACHE_KB}")
        try:
            yield
        finally:
            self._query(f"PRAGMA cache_size = {before}")
            self._query("PRAGMA shrink_memory")

    def registered(self, keys: Collection[str]) -> dict[str, RegisteredInput]:
        """The inputs with these keys that the journal has, by key."""
        columns = "key, seq, state, changed, metadata, size, mtime_ns, ctime_ns, inode"
        marks = ", ".join("?" * len(keys))
        sql = f"SELECT {columns} FROM inputs WHERE key IN ({marks})"  # noqa: S608 - our own names
        return {values[0]: RegisteredInput(*values) for values in self._query(sql, [*keys])}

    def last_seq(self) -> int:
        """The number of the last input, 0 if there is none."""
        return int(self._query("SELECT ifnull(max(seq), 0) FROM inputs").fetchone()[0])

    def add_inputs(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add inputs: `seq`, key, kind, origin, source, options, metadata, and the stamp."""
        if rows:
            self._execute_all(
                "inputs",
                """INSERT INTO inputs (seq, key, kind, origin, source, options, metadata,
                    size, mtime_ns, ctime_ns, inode, run)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)""",
                rows,
            )

    def add_to_run(self, seqs: Iterable[int]) -> None:
        """These inputs are of this run; which ones are is not stored."""
        self._query_all("INSERT OR IGNORE INTO inputs_of_run VALUES (?)", ((seq,) for seq in seqs))

    def next_rows(
        self, after: int, limit: int, *, retry_failed: bool, resubmit: bool
    ) -> list[JournalRow]:
        """The next unfinished inputs of this run, in order of `seq`."""
        found = self._query(
            f"SELECT {_COLUMNS} FROM {_REMAINING} ORDER BY seq LIMIT :limit",  # noqa: S608
            {"after": after, "limit": limit, "retry_failed": retry_failed, "resubmit": resubmit},
        )
        return [JournalRow.of(values) for values in found]

    def count_states(self, *, retry_failed: bool) -> list[tuple[str, bool, str | None, int]]:
        """The number of inputs of this run by state, whether they are to be tried again, and code.

        The code is that of their last error, None if they have none.
        """
        unfinished = self._query(
            f"""SELECT
                state,
                changed OR (state = 'failed' AND (retryable OR ?)) AS open,
                code,
                count(*)
            FROM {_UNFINISHED_OF_RUN} GROUP BY state, open, code""",  # noqa: S608
            [retry_failed],
        )
        found = [(state, bool(is_open), *others) for state, is_open, *others in unfinished]
        total = int(self._query("SELECT count(*) FROM inputs_of_run").fetchone()[0])
        return [*found, ("done", False, None, total - sum(number for *_, number in found))]

    def failures(self, *, of_all_runs: bool = False) -> Iterator[Failure]:
        """The inputs of this run, or of all runs, that have no vectors, in order of `seq`."""
        inputs = _UNFINISHED if of_all_runs else _UNFINISHED_OF_RUN
        rows = self._query(
            "SELECT key, source, kind, code, status, reason, retryable FROM "  # noqa: S608
            f"{inputs} AND state <> 'done' AND code IS NOT NULL ORDER BY seq"
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
        self._execute_all(
            "the digest of a part",
            "UPDATE inputs SET part = ? WHERE seq = ?",
            ((part, seq) for seq in seqs),
        )
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

    def mark_written(self, seqs: Iterable[int]) -> None:
        """Record that row sets are in the part that `begin_part` named."""
        sql = "DELETE FROM spool WHERE seq = ?"
        self._execute_all("a part", sql, ((seq,) for seq in seqs))

    def unspool(self, what: str, seq: int) -> None:
        """Remove the row set of an input from the spool."""
        self.execute(what, "DELETE FROM spool WHERE seq = ?", [seq])

    def outdated_rows(self) -> list[tuple[str, int, str]]:
        """Inputs that failed after a change and whose old rows are in a part: part, `seq`, key."""
        return self._query(
            f"SELECT part, seq, key FROM {_UNFINISHED}"  # noqa: S608
            " AND state <> 'done' AND code IS NOT NULL AND part IS NOT NULL"
        ).fetchall()

    def space(self) -> tuple[str, int] | None:
        """The model and the dimension of the vectors; None if there are none."""
        row = self._query("SELECT options FROM inputs WHERE state = 'done' LIMIT 1").fetchone()
        return row and EmbedOptions.from_json(row[0]).space

    # The table `meta`.

    def read_meta(self, name: str) -> str | None:
        """The value of a name, None if it was never written."""
        row = self._query("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
        return row and str(row[0])

    def write_meta(self, name: str, value: str) -> None:
        """Write the value of a name, if it has another one."""
        if self.read_meta(name) != value:
            self.execute(name, "INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, value])

    def distinct_metadata(self) -> Iterator[Mapping[str, Any]]:
        """The distinct metadata of the inputs of this run that are not finished."""
        sql = f"SELECT DISTINCT metadata FROM {_UNFINISHED_OF_RUN}"  # noqa: S608
        for (text,) in self._query(sql):
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

    def is_checked(self) -> None:
        """The library was found to be as it should: closing seals a journal that had no seal."""
        self._is_changed = self._is_changed or not self.is_sealed
