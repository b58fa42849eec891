"""SQL on the file of a journal, with changes gathered in transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from dodeca.bulk.database import JournalFile, storage_error


class Transactions:
    """An open journal file: changes are gathered in one transaction, which `commit` ends.

    Errors of SQLite are raised as `DatasetError`, which names the file.
    """

    def __init__(self, path: Path, hook: Callable[[str], None]) -> None:
        self.path = path
        self._hook = hook
        self._file = JournalFile(path)
        self._pending: list[str] = []
        self._is_changed = False

    def execute(self, what: str, sql: str, values: Any) -> None:
        """Run a statement in the open transaction; `what` names it for the hooks of `commit`."""
        self._begin_transaction(what)
        self._query(sql, values)

    def update(self, what: str, seq: int, **values: Any) -> None:
        """Change columns of an input."""
        self.execute(what, _update_statement(tuple(values)), [*values.values(), seq])

    @property
    def has_changes(self) -> bool:
        """Whether there are changes to commit."""
        return bool(self._pending)

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

    def _execute_all(self, what: str, sql: str, values: Iterable[Any]) -> None:
        """Run a statement for each of many values in the open transaction."""
        self._begin_transaction(what)
        self._query_all(sql, values)

    def _query_all(self, sql: str, values: Iterable[Any]) -> None:
        try:
            self._file.db.executemany(sql, values)
        except sqlite3.Error as exc:
            raise storage_error(self.path, exc) from exc

    def _query(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
        try:
            return self._file.db.execute(sql, values)
        except sqlite3.Error as exc:
            raise storage_error(self.path, exc) from exc

    def close(self) -> None:
        """Close the file and release the lock; what was changed is sealed."""
        if self._is_changed:
            self._file.close()
        else:
            self._file.abandon()


@cache
def _update_statement(columns: tuple[str, ...]) -> str:
    changes = ", ".join(f"{name} = ?" for name in columns)
    return f"UPDATE inputs SET {changes} WHERE seq = ?"  # noqa: S608 - our own names
