"""Convert embeddings to and from Arrow, Parquet, pandas and plain dicts."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import orjson

from dodeca._base import extras
from dodeca._base.files import write_new
from dodeca._base.row_ids import row_id
from dodeca._base.text import quote
from dodeca.embeddings.labels import Labels
from dodeca.errors import ConfigurationError, InvalidRequestError

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]
    import pyarrow as pa  # type: ignore[import-untyped]
    from numpy.typing import NDArray

    from dodeca.embeddings import Embeddings

_METADATA_KEY = b"dodeca"  # in the metadata of a table; holds what belongs to no row
_LABEL_COLUMNS = ("source_id", "source", "embedding_option", "embedding_scope")
_TIME_COLUMNS = ("start_sec", "end_sec")
_KNOWN_COLUMNS = {*_LABEL_COLUMNS, *_TIME_COLUMNS, "id", "vector", "extra", "model_name"}
_PANDAS_INDEX = re.compile(r"__index_level_\d+__")  # what pandas writes beside its columns
_LOCATION_FIELDS = ("start_page_number", "end_page_number", "quadrant", "chunk_index")
_SEPARATOR = "\x1f"


def to_arrow(embeddings: Embeddings) -> pa.Table:
    """See `Embeddings.to_arrow`."""
    pa = require("pyarrow")
    length = embeddings.vectors.shape[1]
    flat = pa.array(np.ascontiguousarray(embeddings.vectors).reshape(-1))
    if length:
        vectors = pa.FixedSizeListArray.from_arrays(flat, length)
    else:
        vectors = pa.array([[]] * len(embeddings), pa.list_(pa.float32(), 0))
    columns = {"id": pa.array(row_ids(embeddings), pa.string())}
    for name in _LABEL_COLUMNS:
        columns[name] = _dictionary_array(pa, getattr(embeddings, name))
    for name in _TIME_COLUMNS:
        times = getattr(embeddings, name)
        columns[name] = pa.array(times, mask=np.isnan(times))
    extra = [orjson.dumps(dict(row)).decode() if row else None for row in embeddings.extra]
    model_name = Labels.same(embeddings.model_name, len(embeddings))
    columns |= {
        "model_name": _dictionary_array(pa, model_name),
        "extra": pa.array(extra, pa.string()),
        "vector": vectors,
    }
    about = {
        "model_name": embeddings.model_name,
        "metadata": embeddings.metadata and attrs.asdict(embeddings.metadata),
        "usage": embeddings.usage and attrs.asdict(embeddings.usage),
        "response_extra": dict(embeddings.response_extra),
    }
    return pa.table(columns).replace_schema_metadata(
        {_METADATA_KEY: orjson.dumps(about, default=str)}
    )


def to_pandas(embeddings: Embeddings) -> pd.DataFrame:
    """See `Embeddings.to_pandas`."""
    require("pandas")
    return to_arrow(embeddings).to_pandas()


def to_parquet(embeddings: Embeddings, path: str | os.PathLike[str]) -> Path:
    """See `Embeddings.to_parquet`."""
    parquet = require("pyarrow.parquet")
    target = Path(path)
    if not target.name:
        raise InvalidRequestError(f"a path must end with a file name, got {quote(os.fspath(path))}")
    draft = target.with_name(f".{target.name}.{os.getpid()}.new")
    table = to_arrow(embeddings)
    try:
        write_new(draft, lambda stream: parquet.write_table(table, stream, compression="zstd"))
        draft.replace(target)
    except OSError as exc:
        if exc.filename != str(draft):
            raise
        # name the file that was asked for, not the draft
        raise OSError(exc.errno, exc.strerror, os.fspath(path)) from exc
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return target


def read_parquet(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The fields of `Embeddings` from a Parquet file or a folder of them."""
    parquet = require("pyarrow.parquet")
    vectors = Path(path, "vectors")
    is_run = Path(path, "journal.sqlite").is_file() and vectors.is_dir()
    try:
        table = parquet.read_table(vectors if is_run else path, partitioning=None)
    except (OSError, ValueError) as exc:  # Arrow's own errors are ValueErrors
        raise InvalidRequestError(
            f"cannot read {quote(os.fspath(path))} as Parquet: {exc}"
        ) from exc
    return read_arrow(table)


def read_arrow(table: pa.Table) -> dict[str, Any]:
    """The fields of `Embeddings` from a table with a column `vector`."""
    from dodeca.results import EmbeddingMetadata, EmbeddingUsage

    if "vector" not in table.column_names:
        raise InvalidRequestError(f"a table must have a column vector, got {table.column_names}")
    count = table.num_rows
    source = "source_id" if "source_id" in table.column_names else "source"
    about = orjson.loads((table.schema.metadata or {}).get(_METADATA_KEY, b"{}"))
    return {
        "vectors": _vectors(table),
        "embedding_option": _labels(table, "embedding_option", count),
        "embedding_scope": _labels(table, "embedding_scope", count),
        "start_sec": _times(table, "start_sec", count),
        "end_sec": _times(table, "end_sec", count),
        "extra": _extras(table, count),
        "metadata": _result(EmbeddingMetadata, about.get("metadata")),
        "model_name": _model_name(table) or about.get("model_name"),
        "source_id": _labels(table, source, count),
        "source": _labels(table, "source", count),
        "ids": _ids(table),
        "usage": _result(EmbeddingUsage, about.get("usage")),
        "response_extra": about.get("response_extra") or {},
    }


def records(embeddings: Embeddings, source_id: str | None) -> list[dict[str, Any]]:
    """See `Embeddings.records`."""
    if source_id is not None and (not isinstance(source_id, str) or not source_id):
        raise InvalidRequestError(f"source_id must be a non-empty string, got {quote(source_id)}")
    plain = [{k: v for k, v in row.items() if _is_plain(k, v)} for row in embeddings.extra]
    names = dict.fromkeys(name for row in plain for name in row)
    found: dict[str, int] = {}
    rows = []
    ids = row_ids(embeddings, source_id)
    for number, (segment, extra) in enumerate(zip(embeddings, plain, strict=True)):
        row = {
            "id": ids[number],
            "source_id": segment.source_id if source_id is None else source_id,
            "start_sec": segment.start_sec,
            "end_sec": segment.end_sec,
            "embedding_option": segment.embedding_option,
            "embedding_scope": segment.embedding_scope,
            "model_name": embeddings.model_name,
            **{name: extra.get(name) for name in names},
            "vector": segment.vector.tolist(),
        }
        if (other := found.setdefault(row["id"], number)) != number:
            raise InvalidRequestError(
                f"rows {other} and {number} have the same source and time: one would replace the "
                "other; name the media: Embeddings.concat({'a.mp4': …, 'b.mp4': …})"
            )
        rows.append(row)
    return rows


def row_ids(embeddings: Embeddings, source_id: str | None = None) -> tuple[str, ...]:
    """The id of each row: those of the table that it was read from, else derived from its fields.

    With a `source_id`, all are derived from it.
    """
    if source_id is None and embeddings.ids is not None:
        return embeddings.ids
    return tuple(
        row_id(
            _id_source(source_id or segment.source_id, segment.vector, segment.extra),
            segment.start_sec,
            segment.end_sec,
            segment.embedding_option,
            segment.embedding_scope,
            embeddings.model_name,
        )
        for segment in embeddings
    )


def require(module: str) -> Any:
    """Import a module of the extra `data`.

    Raises:
        ConfigurationError: the module is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as exc:
        raise ConfigurationError(extras.missing("this", "data", exc)) from exc


def _id_source(source: str | None, vector: NDArray[np.float32], extra: Mapping[str, Any]) -> str:
    """What a row's id depends on beside time and labels: the source, or else the vector."""
    if source is None:
        source = f"sha256:{hashlib.sha256(vector.astype('<f4').tobytes()).hexdigest()}"
    location = {
        name: extra[name]
        for name in _LOCATION_FIELDS
        if name in extra and _is_plain(name, extra[name])
    }
    return f"{source}{_SEPARATOR}{orjson.dumps(location).decode()}" if location else source


def _is_plain(name: str, value: Any) -> bool:
    return isinstance(value, str | int | float) and name not in _KNOWN_COLUMNS


def _dictionary_array(pa: Any, labels: Labels) -> Any:
    categories = [label for label in labels.categories if label is not None]
    positions = {label: position for position, label in enumerate(categories)}
    recoded = np.array([-1 if label is None else positions[label] for label in labels.categories])
    codes = recoded[labels.codes] if len(labels) else np.zeros(0, np.int64)
    indices = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(categories, pa.string()))


def _labels(table: Any, name: str, count: int) -> Labels:
    if name not in table.column_names:
        return Labels.same(None, count)
    return Labels.of(table[name].to_pylist())


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


def _vectors(table: Any) -> NDArray[np.float32]:
    compute = require("pyarrow.compute")
    column = table["vector"].combine_chunks()
    if not len(column):
        return np.zeros((0, getattr(table.schema.field("vector").type, "list_size", 0)), np.float32)
    lengths = set(np.unique(compute.list_value_length(column).to_numpy(zero_copy_only=False)))
    if column.null_count or len(lengths) != 1:
        raise InvalidRequestError(
            f"every row must have a vector of one length, got lengths {sorted(map(str, lengths))}"
        )
    flat = column.flatten().to_numpy(zero_copy_only=False)
    vectors = np.ascontiguousarray(flat, dtype=np.float32).reshape(len(column), -1)
    if not np.isfinite(vectors).all():
        raise InvalidRequestError("vectors must be finite numbers, and some of these are not")
    vectors.setflags(write=False)
    return vectors


def _extras(table: Any, count: int) -> tuple[Mapping[str, Any], ...]:
    """The extras of each row: the JSON of our own column, and columns that others have added."""
    others = [
        name
        for name in table.column_names
        if name not in _KNOWN_COLUMNS and not _PANDAS_INDEX.fullmatch(name)
    ]
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


def _model_name(table: Any) -> str | None:
    if "model_name" not in table.column_names:
        return None
    names = [name for name in table["model_name"].unique().to_pylist() if name]
    if len(names) > 1:
        raise InvalidRequestError(
            f"vectors of different models cannot be compared, got {', '.join(names)}"
        )
    return names[0] if names else None
