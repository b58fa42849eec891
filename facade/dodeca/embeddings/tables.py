"""Read embeddings from Arrow tables and Parquet files."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import orjson

from dodeca._base.text import quote
from dodeca.embeddings.export import KNOWN_COLUMNS, METADATA_KEY, TABLE_FORMAT, require
from dodeca.embeddings.labels import Labels
from dodeca.errors import ConfigurationError, InvalidRequestError

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]
    from numpy.typing import NDArray

_PANDAS_INDEX = re.compile(r"__index_level_\d+__")  # what pandas writes beside its columns


def read_parquet(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """The fields of `Embeddings` from a Parquet file, or from each file of a folder.

    Each file is read by itself, since files need not have the same columns.
    """
    dataset = require("pyarrow.dataset")
    vectors = Path(path, "vectors")
    is_run = Path(path, "journal.sqlite").is_file() and vectors.is_dir()
    try:
        files = dataset.dataset(vectors if is_run else path, format="parquet", partitioning=None)
        tables = [file.to_table(schema=file.physical_schema) for file in files.get_fragments()]
    except (OSError, ValueError) as exc:  # Arrow's own errors are ValueErrors
        raise InvalidRequestError(
            f"cannot read {quote(os.fspath(path))} as Parquet: {exc}"
        ) from exc
    if not tables:
        raise InvalidRequestError(f"there are no Parquet files in {quote(os.fspath(path))}")
    return [read_arrow(table) for table in tables]


def read_arrow(table: pa.Table) -> dict[str, Any]:
    """The fields of `Embeddings` from a table with a column `vector`."""
    from dodeca.results import EmbeddingMetadata, EmbeddingUsage

    if "vector" not in table.column_names:
        raise InvalidRequestError(f"a table must have a column vector, got {table.column_names}")
    count = table.num_rows
    source = "source_id" if "source_id" in table.column_names else "source"
    about = _about(table)
    vectors = _vectors(table)
    return {
        "vectors": vectors,
        "uncertainty": _uncertainty(table, vectors.shape),
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


def _labels(table: Any, name: str, count: int) -> Labels:
    if name not in table.column_names:
        return Labels.same(None, count)
    return Labels.of(table[name].to_pylist())


def _model(table: Any, count: int) -> Labels | str | None:
    """The model of all rows, or a column if they are of several."""
    models = _labels(table, "model_name", count)
    names = [name for name in models.distinct() if name is not None]
    if len(names) > 1:
        return models
    return names[0] if names else None


def _ids(table: Any) -> tuple[str, ...] | None:
    """The ids of the rows, or None if the table has none."""
    if "id" not in table.column_names:
        return None
    ids = table["id"].to_pylist()
    return None if None in ids else tuple(map(str, ids))


def _times(table: Any, name: str, count: int) -> NDArray[np.float64]:
    if name not in table.column_names:
        times = np.full(count, np.nan)
    else:
        column = table[name].cast("float64")
        times = np.array(column.to_numpy(), dtype=np.float64)
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


def _vectors(table: Any) -> NDArray[np.float32]:
    vectors, has_row = _matrix(table, "vector")
    if not has_row.all():
        raise InvalidRequestError("every row must have a vector, and some have none")
    return vectors


def _uncertainty(table: Any, shape: tuple[int, ...]) -> NDArray[np.float32] | None:
    """The uncertainty of each row, NaN where it is null; None if the table has no such column."""
    if not _has_uncertainty(table):
        return None
    found, has_row = _matrix(table, "uncertainty")
    if has_row.any() and found.shape != shape:
        raise InvalidRequestError(
            f"uncertainty must have as many numbers as the vectors, {shape[1]}, got "
            f"{found.shape[1]}"
        )
    if not has_row.any():
        found = np.full(shape, np.nan, np.float32)
        found.setflags(write=False)
    return found


def _has_uncertainty(table: Any) -> bool:
    """Whether a table has uncertainty, and not another column of that name."""
    types = require("pyarrow.types")
    if "uncertainty" not in table.column_names:
        return False
    found = table.schema.field("uncertainty").type
    return bool(types.is_fixed_size_list(found) or types.is_list(found))


def _matrix(table: Any, name: str) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """A column of lists as rows, NaN where it is null, and a mask of the rows that are not."""
    compute = require("pyarrow.compute")
    column = table[name].combine_chunks()
    length = getattr(column.type, "list_size", 0)
    has_row = column.is_valid().to_numpy(zero_copy_only=False)
    values = column.drop_null()
    lengths = np.unique(compute.list_value_length(values).to_numpy(zero_copy_only=False))
    if len(lengths) > 1:
        raise InvalidRequestError(
            f"every row must have a {name} of one length, got lengths {lengths.tolist()}; select "
            "rows of one length, such as those of one model"
        )
    length = int(lengths[0]) if len(lengths) else length
    flat = values.flatten().to_numpy(zero_copy_only=False)
    found = np.ascontiguousarray(flat, dtype=np.float32).reshape(len(values), length)
    if not np.isfinite(found).all():
        raise InvalidRequestError(f"{name} must hold finite numbers, and some of these are not")
    if not has_row.all():
        matrix = np.full((len(column), length), np.nan, np.float32)
        matrix[has_row] = found
        found = matrix
    found.setflags(write=False)
    return found, has_row


def _extras(table: Any, count: int) -> tuple[Mapping[str, Any], ...]:
    """The extras of each row: the JSON of our own column, and columns that others have added."""
    others = [
        name
        for name in table.column_names
        if name not in KNOWN_COLUMNS and not _PANDAS_INDEX.fullmatch(name)
    ]
    if "uncertainty" in table.column_names and not _has_uncertainty(table):
        others.append("uncertainty")
    values = {name: table[name].to_pylist() for name in others}
    own = table["extra"].to_pylist() if "extra" in table.column_names else [None] * count
    return tuple(_extra(own[row], {n: v[row] for n, v in values.items()}) for row in range(count))


def _extra(own: Any, others: Mapping[str, Any]) -> Mapping[str, Any]:
    found = orjson.loads(own) if isinstance(own, str) else {}
    return found | {name: value for name, value in others.items() if value is not None}


def _result(cls: type[Any], fields: Mapping[str, Any] | None) -> Any:
    """A result that was written as JSON."""
    from dodeca.results import build_result

    if not fields:
        return None
    plain = dict(fields)
    extra = plain.pop("extra", None) or {}
    made = build_result(cls, plain)
    return attrs.evolve(made, extra={**made.extra, **extra})
