"""A table of LanceDB as the output of a bulk run (extra `lance`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dodeca._base import extras
from dodeca.bulk.paths import OutputPaths
from dodeca.errors import ConfigurationError, DatasetError


def merge(paths: OutputPaths, table: Any) -> None:
    """Replace the rows of these inputs, or add them, in one transaction."""
    inputs = _sql_list(set(table["input_id"].to_pylist()))
    with _table_errors(paths):
        (
            _open_table(paths, table)
            .merge_insert(["id", "input_id"])
            .when_matched_update_all()
            .when_not_matched_insert_all()
            .when_not_matched_by_source_delete(f"input_id IN ({inputs})")
            .execute(table)
        )


def delete(paths: OutputPaths, keys: Set[str]) -> None:
    """Delete the rows of some inputs."""
    with _table_errors(paths):
        _open_table(paths).delete(f"input_id IN ({_sql_list(keys)})")


def convert_columns(paths: OutputPaths, wanted_of: Callable[[Any], Any]) -> None:
    """Convert columns to the types that they should have: a new version of the whole table."""
    import pyarrow as pa  # type: ignore[import-untyped]

    if not _folder(paths).exists():
        return
    with _table_errors(paths):
        table = _open_table(paths)
        wanted = wanted_of(table.schema)
        if not table.schema.equals(wanted):
            batches = table.search().limit(None).to_batches()
            converted = (batch.cast(wanted) for batch in batches)
            reader = pa.RecordBatchReader.from_batches(wanted, converted)
            _database(paths).create_table(paths.table, reader, mode="overwrite")


def read(paths: OutputPaths) -> Any:
    """The table with all its rows, as an Arrow table."""
    with _table_errors(paths):
        return _open_table(paths).to_arrow()


def rows_by_input(paths: OutputPaths) -> Counter[str]:
    """The number of rows of each input in the table; none if there is no table."""
    if not _folder(paths).exists():
        return Counter()
    with _table_errors(paths):
        table = _open_table(paths).search().select(["input_id"]).limit(None).to_arrow()
    return Counter(table["input_id"].to_pylist())


def _sql_list(keys: Set[str]) -> str:
    return ", ".join(f"'{key}'" for key in sorted(keys))


def _folder(paths: OutputPaths) -> Path:
    return paths.vectors / f"{paths.table}.lance"


def _open_table(paths: OutputPaths, like: Any = None) -> Any:
    """The table; created empty if it does not exist and `like` gives its schema."""
    if like is None:
        return _database(paths).open_table(paths.table)
    return _database(paths).create_table(paths.table, schema=like.schema, exist_ok=True)


def _database(paths: OutputPaths) -> Any:
    try:
        import lancedb
    except ImportError as exc:
        raise ConfigurationError(extras.missing("a .lance output", "lance", exc)) from exc
    return lancedb.connect(paths.vectors)


@contextmanager
def _table_errors(paths: OutputPaths) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError, ValueError) as exc:  # what LanceDB raises
        raise DatasetError(
            f"{_folder(paths)} cannot be read or written: {str(exc)[:200]}; restore it from a "
            "copy, or delete it, and its inputs are embedded again"
        ) from exc
