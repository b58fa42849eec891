"""The tables of the emulator's database, and how those of earlier formats become them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import orjson

FORMAT = 5
"""Version of the stored data: 2 has other vectors than 1, which did not state a version, 3 has
tasks of Marengo 3.5, too, 4 has columns for lists and says beside vectors what they are of, and 5
has batches of analyses."""
_VECTORS_SINCE = 2
"""The first version whose vectors are those of today."""
_COLUMNS_SINCE = 4
"""The first version with columns for lists."""

COLUMNS = (
    "index_id",
    "index_name",
    "status",
    "created_at",
    "updated_at",
    "changed_at",
    "expires_at",
    "duration",
    "filename",
    "fps",
    "width",
    "height",
    "size",
    "asset_id",
    "upload_id",
    "idempotency_key",
    "batch_id",
)
"""The fields of documents, or of their `system_metadata`, that lists select and sort by."""
RUNNING = "status NOT IN ('ready', 'failed', 'canceled', 'completed', 'expired')"
"""The condition for documents whose work has not ended, which has an index."""
_UNIQUE_OR_FEW = (
    "index_name",
    "expires_at",
    "asset_id",
    "upload_id",
    "idempotency_key",
    "batch_id",
)


def _index_by(name: str) -> str:
    return (
        f"CREATE INDEX documents_by_{name} ON documents (collection, {name})"
        f" WHERE {name} IS NOT NULL"
    )


_INDEX_OF_RUNNING = (
    f"CREATE INDEX documents_running ON documents (collection, index_id) WHERE {RUNNING}"
)
_SCHEMA = [
    f"""CREATE TABLE documents (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      collection TEXT NOT NULL,
      id TEXT NOT NULL,
      {", ".join(COLUMNS)},
      body TEXT NOT NULL,
      UNIQUE (collection, id)
    )""",
    "CREATE INDEX documents_newest ON documents (collection)",
    "CREATE INDEX documents_of_index ON documents"
    " (collection, index_id, created_at, status, duration)",
    _INDEX_OF_RUNNING,
    *map(_index_by, _UNIQUE_OR_FEW),
    """CREATE TABLE vectors (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      collection TEXT NOT NULL,
      id TEXT NOT NULL,
      document_seq INTEGER NOT NULL,
      index_id TEXT,
      removed_at TEXT,
      width INTEGER NOT NULL,
      about TEXT NOT NULL,
      floats BLOB NOT NULL,
      UNIQUE (collection, id)
    )""",
    "CREATE INDEX vectors_of_index ON vectors (index_id) WHERE index_id IS NOT NULL",
    "CREATE INDEX vectors_removed ON vectors (removed_at) WHERE removed_at IS NOT NULL",
]

INSERT_DOCUMENT = (
    f"INSERT INTO documents (seq, collection, id, {', '.join(COLUMNS)}, body)"  # noqa: S608
    f" VALUES (?, ?, ?, {', '.join('?' * len(COLUMNS))}, ?)"
)
"""A new document has no number yet: None."""
UPDATE_DOCUMENT = (
    f"UPDATE documents SET {', '.join(f'{name} = ?' for name in COLUMNS)}, body = ?"  # noqa: S608
    " WHERE collection = ? AND id = ?"
)


def row_of(document: dict[str, Any]) -> tuple[Any, ...]:
    """Return the values of COLUMNS and the body of a document."""
    fields = {**document.get("system_metadata", {}), **document}
    return (*map(fields.get, COLUMNS), orjson.dumps(document).decode())


def prepare(db: sqlite3.Connection, path: object) -> None:
    """Create the tables in an empty database, or bring those of an earlier format up to date.

    Raises sqlite3.DatabaseError for a database of a newer format.
    """
    (stored,) = db.execute("PRAGMA user_version").fetchone()
    if stored > FORMAT:
        raise sqlite3.DatabaseError(
            f"{path} has format {stored} of a newer dodeca; this version reads up to {FORMAT}"
        )
    if stored == FORMAT:
        return
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    db.execute("BEGIN EXCLUSIVE")
    try:
        _migrate(db, stored or 1) if tables else _create(db)
        db.execute(f"PRAGMA user_version = {FORMAT}")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _create(db: sqlite3.Connection) -> None:
    for statement in _SCHEMA:
        db.execute(statement)


def _migrate(db: sqlite3.Connection, stored: int) -> None:
    if stored < _COLUMNS_SINCE:
        _move(db, stored)
        return
    db.execute("ALTER TABLE documents ADD COLUMN batch_id")
    db.execute("DROP INDEX documents_running")
    for statement in (_INDEX_OF_RUNNING, _index_by("batch_id")):
        db.execute(statement)


def _move(db: sqlite3.Connection, stored: int) -> None:
    """Move everything but searches, whose page tokens expire, to the tables of today.

    Videos of a format with other vectors are left without any: they are embedded again.
    """
    for table in ("documents", "vectors"):
        db.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    _create(db)
    old = "SELECT seq, collection, id, body FROM old_documents WHERE collection <> 'searches'"
    for seq, collection, document_id, body in db.execute(f"{old} ORDER BY seq"):
        document = orjson.loads(body)
        about = _taken_about(collection, document)
        db.execute(INSERT_DOCUMENT, (seq, collection, document_id, *row_of(document)))
        if about is None or (collection == "videos" and stored < _VECTORS_SINCE):
            continue
        db.execute(
            "INSERT INTO vectors (collection, id, document_seq, index_id, width, about, floats)"
            " SELECT collection, id, ?, ?, width, ?, floats FROM old_vectors"
            " WHERE collection = ? AND id = ?",
            (seq, document.get("index_id"), orjson.dumps(about).decode(), collection, document_id),
        )
    for table in ("documents", "vectors"):
        db.execute(f"DROP TABLE old_{table}")


def _taken_about(collection: str, document: dict[str, Any]) -> Any:
    """Take what the vectors of a document are of out of it; None if it has none that count."""
    if collection == "videos":
        names = ("clips", "embedded")
        about: Mapping[str, Any] = {name: document.pop(name, []) for name in names}
        return about if document["status"] == "ready" else None
    return document.pop("rows", None)
