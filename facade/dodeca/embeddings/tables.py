"""Read embeddings from Arrow tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import orjson

from dodeca._base.text import quote
from dodeca.embeddings.export import KNOWN_COLUMNS, METADATA_KEY, TABLE_FORMAT, require
from dodeca.embeddings.labels import Labels, code_type
from dodeca.embeddings.matrix import MatrixBuilder
from dodeca.errors import ConfigurationError, InvalidRequestError

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]
    from numpy.typing import NDArray

_PANDAS_INDEX = re.compile(r"__index_level_\d+__")  # what pandas writes beside its columns


def read_arrow(table: pa.Table) -> dict[str, Any]:
    """The fields of `Embeddings` from a table with a column `vector`."""
    check_columns(table.column_names)
    matrix = finish_vectors(_filled("vector", table))
    if not has_uncertainty(table.schema):
        return read_columns(table.drop_columns(["vector"]), matrix, None)
    uncertainty = _filled("uncertainty", table).finish(matrix.shape[1])
    return read_columns(table.drop_columns(["vector", "uncertainty"]), matrix, uncertainty)


def _filled(name: str, table: pa.Table) -> MatrixBuilder:
    """The rows of a column of a table."""
    builder = MatrixBuilder(name, table.num_rows)
    builder.set_type(table.schema.field(name).type)
    for chunk in table[name].chunks:
        builder.add(chunk)
    return builder


def read_columns(
    table: pa.Table, vectors: NDArray[np.float32], uncertainty: NDArray[np.float32] | None
) -> dict[str, Any]:
    """The fields of `Embeddings` from the matrices and a table of the other columns."""
    from dodeca.results import EmbeddingMetadata, EmbeddingUsage

    count = len(vectors)
    source = "source_id" if "source_id" in table.column_names else "source"
    about = _about(table)
    return {
        "vectors": vectors,
        "uncertainty": uncertainty,
        "embedding_option": _labels(table, "embedding_option", count),
        "embedding_scope": _labels(table, "embedding_scope", count),
        "start_sec": _times(table, "start_sec", count),
        "end_sec": _times(table, "end_sec", count),
        "extra": _extras(table, count),
        "metadata": _result(EmbeddingMetadata, about.get("metadata")),
        "model_name": _model(table, count) or about.get("model_name"),
        "source_id": _labels(table, source, count),
        "source": _labels(table, "source", count),
        "ids": _ids(table),
        "usage": _result(EmbeddingUsage, about.get("usage")),
        "response_extra": about.get("response_extra") or {},
    }


def model_name(table: pa.Table) -> str | None:
    """The model of all rows of a table, if it is one and known."""
    found = _model(table, table.num_rows) or _about(table).get("model_name")
    return found if isinstance(found, str) else None


def check_columns(names: Sequence[str]) -> None:
    """Check that a table has vectors.

    Raises:
        InvalidRequestError: it has no column `vector`.
    """
    if "vector" not in names:
        raise InvalidRequestError(f"a table must have a column vector, got {names}")


def finish_vectors(vectors: MatrixBuilder) -> NDArray[np.float32]:
    """The matrix of the vectors.

    Raises:
        InvalidRequestError: some rows have none.
    """
    if vectors.missing:
        raise InvalidRequestError("every row must have a vector, and some have none")
    return vectors.finish()


def has_uncertainty(schema: pa.Schema) -> bool:
    """Whether a table has uncertainty, and not another column of that name."""
    types = require("pyarrow.types")
    if "uncertainty" not in schema.names:
        return False
    found = schema.field("uncertainty").type
    return bool(types.is_fixed_size_list(found) or types.is_list(found))


def _labels(table: Any, name: str, count: int) -> Labels:
    if name not in table.column_names:
        return Labels.same(None, count)
    codes, values = _encoded(table[name])
    return Labels(codes.astype(code_type(len(values))), values)


def _encoded(column: Any) -> tuple[NDArray[np.integer[Any]], list[Any]]:
    """The distinct values of a column in the order of their first rows, and a code for each row.

    A null is None, and a value like the others.
    """
    rows, values = _positions(column)
    found: dict[Any, int] = {}
    recoded = np.zeros(len(values), np.int32)
    first = np.unique(rows, return_index=True)[1]
    for at in rows[np.sort(first)].tolist():
        recoded[at] = found.setdefault(values[at], len(found))
    return recoded[rows], list(found)


def _positions(column: Any) -> tuple[NDArray[np.integer[Any]], list[Any]]:
    """Where the value of each row is in a list of values; the last one is None, for null."""
    from dodeca.embeddings import arrow

    types = require("pyarrow.types")
    if types.is_nested(column.type):
        return np.arange(len(column)), [*column.to_pylist(), None]
    if not types.is_dictionary(column.type):
        column = column.dictionary_encode()
    column = arrow.joined(column.unify_dictionaries())
    values = column.dictionary.to_pylist()
    return arrow.to_numpy(column.indices.cast("int64"), len(values)), [*values, None]


def _model(table: Any, count: int) -> Labels | str | None:
    """The model of all rows, or a column if they are of several."""
    models = _labels(table, "model_name", count)
    names = [name for name in models.distinct() if name is not None]
    if len(names) > 1:
        return models
    return names[0] if names else None


def _ids(table: Any) -> tuple[str, ...] | None:
    """The ids of the rows, or None if the table has none."""
    if "id" not in table.column_names or table["id"].null_count:
        return None
    return tuple(map(str, table["id"].to_pylist()))


def _times(table: Any, name: str, count: int) -> NDArray[np.float64]:
    from dodeca.embeddings import arrow

    if name not in table.column_names:
        times = np.full(count, np.nan)
    else:
        column = table[name].cast("float64")
        times = np.array(arrow.to_numpy(arrow.joined(column), np.nan))
        if np.isinf(times).any():
            raise InvalidRequestError(f"the column {name} must hold finite numbers, got infinity")
    times.setflags(write=False)
    return times


def _about(table: Any) -> Mapping[str, Any]:
    """What `to_arrow` wrote into the metadata of the schema.

    Raises:
        ConfigurationError: a newer version of this package wrote it.
    """
    try:
        about = orjson.loads((table.schema.metadata or {}).get(METADATA_KEY, b"{}"))
        found = about.get("format", 1)
    except (orjson.JSONDecodeError, AttributeError) as exc:
        raise InvalidRequestError(f"the table has metadata that cannot be read: {exc}") from exc
    if found not in range(1, TABLE_FORMAT + 1):
        raise ConfigurationError(
            f"the table has format {quote(found)} of a newer dodeca; this version reads up to "
            f"{TABLE_FORMAT}"
        )
    return about  # type: ignore[no-any-return]


def _extras(table: Any, count: int) -> tuple[Mapping[str, Any], ...]:
    """The extras of each row: the JSON of our own column, and columns that others have added."""
    others = [
        name
        for name in table.column_names
        if name not in KNOWN_COLUMNS - {"uncertainty"} and not _PANDAS_INDEX.fullmatch(name)
    ]
    has_own = "extra" in table.column_names and table["extra"].null_count < count
    if not others and not has_own:
        return ({},) * count
    columns = {name: _positions(table[name]) for name in [*["extra"] * has_own, *others]}
    positions = zip(*(rows.tolist() for rows, _ in columns.values()), strict=True)
    values = {name: listed for name, (_, listed) in columns.items()}
    made: dict[tuple[int, ...], Mapping[str, Any]] = {}  # rows that are equal share one object
    found = []
    for each in positions:
        if each not in made:
            made[each] = _extra({n: values[n][at] for n, at in zip(values, each, strict=True)})
        found.append(made[each])
    return tuple(found)


def _extra(row: dict[str, Any]) -> Mapping[str, Any]:
    """The extras of a row; those of other columns replace those of our own."""
    own = row.pop("extra", None)
    others = {name: value for name, value in row.items() if value is not None}
    return {**_object(own), **others} if isinstance(own, str) else others


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise InvalidRequestError(f"the column extra must hold objects of JSON, got {quote(text)}")
    return found


def _result(cls: type[Any], fields: Mapping[str, Any] | None) -> Any:
    """A result that was written as JSON."""
    from dodeca.results import build_result

    if not fields:
        return None
    plain = dict(fields)
    extra = plain.pop("extra", None) or {}
    made = build_result(cls, plain)
    return attrs.evolve(made, extra={**made.extra, **extra})
