"""Embeddings as rows for other tools: Arrow, Parquet, pandas and plain dicts."""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import orjson

from dodeca._base import extras
from dodeca._base.row_ids import row_id
from dodeca.embeddings.labels import Labels
from dodeca.errors import ConfigurationError, InvalidRequestError

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]
    import pyarrow as pa  # type: ignore[import-untyped]
    from numpy.typing import NDArray

    from dodeca.embeddings import Embeddings

_ABOUT = b"dodeca"  # the entry of a table's metadata that holds what belongs to no row
_WORDS = ("source_id", "embedding_option", "embedding_scope")
_TIMES = ("start_sec", "end_sec")
_OWN = {*_WORDS, *_TIMES, "vector", "extra", "model_name"}
_PLACES = ("start_page_number", "end_page_number", "quadrant", "chunk_index")
_SEPARATOR = "\x1f"


def to_arrow(embeddings: Embeddings) -> pa.Table:
    """See `Embeddings.to_arrow`."""
    pa = needed("pyarrow")
    length = embeddings.vectors.shape[1]
    flat = pa.array(np.ascontiguousarray(embeddings.vectors).reshape(-1))
    if length:
        vectors = pa.FixedSizeListArray.from_arrays(flat, length)
    else:
        vectors = pa.array([[]] * len(embeddings), pa.list_(pa.float32(), 0))
    columns = {name: _dictionary(pa, getattr(embeddings, name)) for name in _WORDS}
    for name in _TIMES:
        times = getattr(embeddings, name)
        columns[name] = pa.array(times, mask=np.isnan(times))
    extra = [orjson.dumps(dict(row)).decode() if row else None for row in embeddings.extra]
    columns |= {"extra": pa.array(extra, pa.string()), "vector": vectors}
    about = {
        "model_name": embeddings.model_name,
        "metadata": embeddings.metadata and attrs.asdict(embeddings.metadata),
    }
    return pa.table(columns).replace_schema_metadata({_ABOUT: orjson.dumps(about)})


def to_pandas(embeddings: Embeddings) -> pd.DataFrame:
    """See `Embeddings.to_pandas`."""
    needed("pandas")
    return to_arrow(embeddings).to_pandas()


def to_parquet(embeddings: Embeddings, path: str | os.PathLike[str]) -> Path:
    """See `Embeddings.to_parquet`."""
    needed("pyarrow.parquet")
    target = Path(path)
    if not target.name:
        raise InvalidRequestError(f"a path ends with the name of a file, got {os.fspath(path)!r}")
    draft = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        draft.unlink(missing_ok=True)  # of a crash, or a link that would be written through
        _replace(target, draft, to_arrow(embeddings))
    except OSError as exc:
        if exc.filename != str(draft):
            raise
        raise OSError(exc.errno, exc.strerror, os.fspath(path)) from exc  # a name that people know
    return target


def _replace(target: Path, draft: Path, table: pa.Table) -> None:
    try:
        with draft.open("xb") as stream:
            needed("pyarrow.parquet").write_table(table, stream, compression="zstd")
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def read_parquet(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The fields of `Embeddings` from a Parquet file, or a folder of them."""
    parquet = needed("pyarrow.parquet")
    try:
        table = parquet.read_table(path, partitioning=None)
    except (OSError, ValueError) as exc:  # Arrow's own errors are ValueErrors
        raise InvalidRequestError(f"cannot read {os.fspath(path)!r} as Parquet: {exc}") from exc
    return read_arrow(table)


def read_arrow(table: pa.Table) -> dict[str, Any]:
    """The fields of `Embeddings` from a table with a column `vector`."""
    if "vector" not in table.column_names:
        raise InvalidRequestError(f"a column is called vector; these are {table.column_names}")
    count = table.num_rows
    source = "source_id" if "source_id" in table.column_names else "source"
    about = orjson.loads((table.schema.metadata or {}).get(_ABOUT, b"{}"))
    return {
        "vectors": _vectors(table),
        "embedding_option": _labels(table, "embedding_option", count),
        "embedding_scope": _labels(table, "embedding_scope", count),
        "start_sec": _times(table, "start_sec", count),
        "end_sec": _times(table, "end_sec", count),
        "extra": _extras(table, count),
        "metadata": _metadata(about.get("metadata")),
        "model_name": about.get("model_name") or _model_name(table),
        "source_id": _labels(table, source, count),
    }


def records(embeddings: Embeddings, source_id: str | None) -> list[dict[str, Any]]:
    """See `Embeddings.records`."""
    if source_id is not None and (not isinstance(source_id, str) or not source_id):
        raise InvalidRequestError(f"source_id is a name of the media, got {source_id!r}")
    plain = [{k: v for k, v in row.items() if _is_plain(k, v)} for row in embeddings.extra]
    names = dict.fromkeys(name for row in plain for name in row)
    found: dict[str, int] = {}
    rows = []
    for number, (segment, extra) in enumerate(zip(embeddings, plain, strict=True)):
        source = source_id if source_id is not None else segment.source_id
        row = {
            "id": row_id(
                _origin(source, segment.vector, extra),
                segment.start_sec,
                segment.end_sec,
                segment.embedding_option,
                segment.embedding_scope,
                embeddings.model_name,
            ),
            "source_id": source,
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
                f"rows {other} and {number} are of the same source and time, so that one would "
                "replace the other; name the media: Embeddings.concat({'a.mp4': …, 'b.mp4': …})"
            )
        rows.append(row)
    return rows


def needed(module: str) -> Any:
    """A module of the extra `data`.

    Raises:
        ConfigurationError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as exc:
        raise ConfigurationError(extras.missing("this", "data", exc)) from exc


def _origin(source: str | None, vector: NDArray[np.float32], extra: Mapping[str, Any]) -> str:
    """What a row's id is made from beside its time and words: a name, or else the vector."""
    if source is None:
        source = f"sha256:{hashlib.sha256(vector.astype('<f4').tobytes()).hexdigest()}"
    places = {name: extra[name] for name in _PLACES if name in extra}
    return f"{source}{_SEPARATOR}{orjson.dumps(places).decode()}" if places else source


def _is_plain(name: str, value: Any) -> bool:
    return isinstance(value, str | int | float) and name not in _OWN and name != "id"


def _dictionary(pa: Any, labels: Labels) -> Any:
    words = [word for word in labels.categories if word is not None]
    at = {word: place for place, word in enumerate(words)}
    places = np.array([-1 if word is None else at[word] for word in labels.categories])
    codes = places[labels.codes] if len(labels) else np.zeros(0, np.int64)
    indices = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def _labels(table: Any, name: str, count: int) -> Labels:
    if name not in table.column_names:
        return Labels.same(None, count)
    return Labels.of(table[name].to_pylist())


def _times(table: Any, name: str, count: int) -> NDArray[np.float64]:
    if name not in table.column_names:
        times = np.full(count, np.nan)
    else:
        column = table[name].cast("float64")
        times = np.array(column.to_numpy(), dtype=np.float64)
    times.setflags(write=False)
    return times


def _vectors(table: Any) -> NDArray[np.float32]:
    compute = needed("pyarrow.compute")
    column = table["vector"].combine_chunks()
    if not len(column):
        return np.zeros((0, getattr(table.schema.field("vector").type, "list_size", 0)), np.float32)
    lengths = set(np.unique(compute.list_value_length(column).to_numpy(zero_copy_only=False)))
    if column.null_count or len(lengths) != 1:
        raise InvalidRequestError(
            f"every row has a vector, all of one length; got lengths {sorted(map(str, lengths))}"
        )
    flat = column.flatten().to_numpy(zero_copy_only=False)
    vectors = np.ascontiguousarray(flat, dtype=np.float32).reshape(len(column), -1)
    if not np.isfinite(vectors).all():
        raise InvalidRequestError("vectors are finite numbers, and some of these are not")
    vectors.setflags(write=False)
    return vectors


def _extras(table: Any, count: int) -> tuple[Mapping[str, Any], ...]:
    """The extras of each row: our own column of JSON, and columns that others have added."""
    others = [name for name in table.column_names if name not in _OWN and name != "source"]
    values = {name: table[name].to_pylist() for name in others}
    own = table["extra"].to_pylist() if "extra" in table.column_names else [None] * count
    return tuple(_extra(own[row], {n: v[row] for n, v in values.items()}) for row in range(count))


def _extra(own: Any, others: Mapping[str, Any]) -> Mapping[str, Any]:
    found = orjson.loads(own) if isinstance(own, str) else {}
    return found | {name: value for name, value in others.items() if value is not None}


def _metadata(fields: Mapping[str, Any] | None) -> Any:
    from dodeca.results import EmbeddingMetadata, of

    if not fields:
        return None
    plain = dict(fields)
    extra = plain.pop("extra", None) or {}
    made = of(EmbeddingMetadata, plain)
    return attrs.evolve(made, extra={**made.extra, **extra})


def _model_name(table: Any) -> str | None:
    if "model_name" not in table.column_names:
        return None
    names = [name for name in table["model_name"].unique().to_pylist() if name]
    if len(names) > 1:
        raise InvalidRequestError(
            f"vectors of one model compare with each other, and these are of {', '.join(names)}"
        )
    return names[0] if names else None
