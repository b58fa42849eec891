"""What a SQLite database says of itself."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

_FORMAT = """
SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)
FROM pragma_application_id, pragma_user_version
"""


class DatabaseFormat(NamedTuple):
    """Whose format a database has, in which version, and the number of its tables and indexes."""

    application: int
    version: int
    tables: int

    @property
    def is_empty(self) -> bool:
        """Whether nobody has written to it yet."""
        return self == (0, 0, 0)


def format_of(db: sqlite3.Connection) -> DatabaseFormat:
    """The format of a database, in one read: another process may be creating it."""
    return DatabaseFormat(*db.execute(_FORMAT).fetchone())
