"""Convert embeddings to Arrow, Parquet, pandas and plain dicts."""

from __future__ import annotations

import csv
import hashlib
import importlib
import io
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import orjson

from dodeca._base import extras
from dodeca._base.files import replace_file
from dodeca._base.row_ids import row_id
from dodeca._base.text import quote, valid_unicode
from dodeca.embeddings.labels import Labels
from dodeca.errors import ConfigurationError, InvalidRequestError

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]
    import pyarrow as pa  # type: ignore[import-untyped]
    from numpy.typing import NDArray

    from dodeca.embeddings import Embeddings, Match

METADATA_KEY = b"dodeca"  # in the metadata of a table; holds what belongs to no row
# 1 is that of tables without a number: one model, no uncertainty. They are read as they are.
TABLE_FORMAT = 2
LABEL_COLUMNS = ("source_id", "source", "embedding_option", "embedding_scope")
TIME_COLUMNS = ("start_sec", "end_sec")
KNOWN_COLUMNS = {
    *(*LABEL_COLUMNS, *TIME_COLUMNS, "id", "vector", "extra", "model_name", "uncertainty")
}
LOCATION_FIELDS = ("start_page_number", "end_page_number", "quadrant", "chunk_index")
_SEPARATOR = "\x1f"


def to_arrow(embeddings: Embeddings) -> pa.Table:
    """See `Embeddings.to_arrow`."""
    require("pyarrow")
    from dodeca.embeddings import arrow

    columns = {"id": arrow.array("string", row_ids(embeddings), errors="strict")}
    for name in LABEL_COLUMNS:
        columns[name] = _dictionary_array(getattr(embeddings, name))
    for name in TIME_COLUMNS:
        times = getattr(embeddings, name)
        columns[name] = arrow.numbers(times, ~np.isnan(times))
    columns |= {
        "model_name": _dictionary_array(embeddings.models),
        "extra": arrow.strings(_extra_as_json(embeddings.extra)),
        "vector": arrow.vectors(embeddings.vectors),
    }
    if embeddings.uncertainty is not None:
        columns["uncertainty"] = arrow.vectors(
            embeddings.uncertainty, ~_rows_without(embeddings.uncertainty)
        )
    about = {
        "format": TABLE_FORMAT,
        "model_name": embeddings.model_name,
        "metadata": embeddings.metadata and attrs.asdict(embeddings.metadata),
        "usage": embeddings.usage and attrs.asdict(embeddings.usage),
        "response_extra": dict(embeddings.response_extra),
    }
    return arrow.table(columns).replace_schema_metadata(
        {METADATA_KEY: orjson.dumps(about, default=str)}
    )


def to_pandas(embeddings: Embeddings) -> pd.DataFrame:
    """See `Embeddings.to_pandas`."""
    require("pandas")
    return to_arrow(embeddings).to_pandas()


def matches_to_pandas(matches: Sequence[Match]) -> pd.DataFrame:
    """See `Matches.to_pandas`."""
    return require("pandas").DataFrame(_match_columns(matches))


def matches_to_csv(matches: Sequence[Match], path: str | os.PathLike[str]) -> Path:
    """See `Matches.to_csv`."""
    columns = _match_columns(matches)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow(None if value != value else value for value in row)  # NaN is empty
    target = file_path(path)
    replace_file(target, lambda stream: stream.write(text.getvalue().encode("utf-8", "replace")))
    return target


def _match_columns(matches: Sequence[Match]) -> dict[str, Any]:
    """The columns of a table of matches, best first."""
    segments = [match.segment for match in matches]
    columns: dict[str, Any] = {"score": np.array([match.score for match in matches], np.float64)}
    for name in dict.fromkeys(name for match in matches for name in match.scores):
        scores = [match.scores.get(name, np.nan) for match in matches]
        columns[f"score_{name}"] = np.array(scores, np.float64)
    for name in ("source_id", "source", *TIME_COLUMNS, "embedding_option", "embedding_scope"):
        values = [getattr(segment, name) for segment in segments]
        columns[name] = np.array(values, np.float64) if name in TIME_COLUMNS else values
    columns["model_name"] = [segment.model_name for segment in segments]
    texts = _extra_as_json(segment.extra for segment in segments)
    columns["extra"] = [text and text.decode() for text in texts]
    return columns


def to_parquet(embeddings: Embeddings, path: str | os.PathLike[str]) -> Path:
    """See `Embeddings.to_parquet`."""
    parquet = require("pyarrow.parquet")
    target = file_path(path)
    table = to_arrow(embeddings)
    replace_file(target, lambda stream: parquet.write_table(table, stream, compression="zstd"))
    return target


def file_path(path: str | os.PathLike[str]) -> Path:
    """The local path of a file to write.

    Raises:
        InvalidRequestError: it is none, or has no name, such as "." and "/".
    """
    target = local_path(path)
    if target.name in ("", ".."):
        raise InvalidRequestError(f"a path must end with a file name, got {quote(os.fspath(path))}")
    return target


def local_path(path: Any) -> Path:
    """A path on this machine.

    Raises:
        InvalidRequestError: it is none.
    """
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(text, str) or "\0" in text:
        raise InvalidRequestError(f"path must be that of a file or a folder, got {quote(path)}")
    return Path(text)


def records(embeddings: Embeddings, source_id: str | None) -> list[dict[str, Any]]:
    """See `Embeddings.records`."""
    if source_id is not None and (not isinstance(source_id, str) or not source_id):
        raise InvalidRequestError(f"source_id must be a non-empty string, got {quote(source_id)}")
    ids = row_ids(embeddings, source_id)
    _check_unique(ids)
    count = len(embeddings)
    extra = [{k: v for k, v in row.items() if _is_plain(k, v)} for row in embeddings.extra]
    names = dict.fromkeys(name for row in extra for name in row)
    columns: dict[str, Iterable[Any]] = {
        "id": ids,
        "source_id": embeddings.source_id if source_id is None else [source_id] * count,
        "start_sec": _or_none(embeddings.start_sec),
        "end_sec": _or_none(embeddings.end_sec),
        "embedding_option": embeddings.embedding_option,
        "embedding_scope": embeddings.embedding_scope,
        "model_name": embeddings.models,
        **{name: [row.get(name) for row in extra] for name in names},
    }
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    for row, vector in zip(rows, embeddings.vectors.tolist(), strict=True):
        row["vector"] = vector
    if embeddings.uncertainty is not None:
        is_missing = np.asarray(np.isnan(embeddings.uncertainty).all(axis=1))
        for row, numbers, missing in zip(
            rows, embeddings.uncertainty, is_missing.tolist(), strict=True
        ):
            row["uncertainty"] = None if missing else numbers.tolist()
    return rows


def row_ids(embeddings: Embeddings, source_id: str | None = None) -> Sequence[str]:
    """The id of each row: those of the table that it was read from, else derived from its fields.

    With a `source_id`, all are derived from it.
    """
    if source_id is None and embeddings.ids is not None:
        return embeddings.ids
    sources = [source_id] * len(embeddings) if source_id else embeddings.source_id
    names = []
    for number, (source, extra) in enumerate(zip(sources, embeddings.extra, strict=True)):
        is_name = source is not None and not extra
        names.append(source if is_name else _id_source(source, embeddings.vectors[number], extra))
    return [
        row_id(*fields)
        for fields in zip(
            names,
            embeddings.start_sec.tolist(),
            embeddings.end_sec.tolist(),
            embeddings.embedding_option,
            embeddings.embedding_scope,
            embeddings.models,
            strict=True,
        )
    ]


def require(module: str, *, extra: str = "data", feature: str = "this") -> Any:
    """Import a module of an extra, without which there is no such feature.

    Raises:
        ConfigurationError: the module is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as exc:
        raise ConfigurationError(extras.missing(feature, extra, exc)) from exc


def _id_source(source: str | None, vector: NDArray[np.float32], extra: Mapping[str, Any]) -> str:
    """What a row's id depends on beside time and labels: the source, or else the vector."""
    if source is None:
        source = f"sha256:{hashlib.sha256(vector.astype('<f4').tobytes()).hexdigest()}"
    location = {
        name: extra[name]
        for name in LOCATION_FIELDS
        if name in extra and _is_plain(name, extra[name])
    }
    return f"{source}{_SEPARATOR}{orjson.dumps(location).decode()}" if location else source


def _check_unique(ids: Sequence[str]) -> None:
    if len(set(ids)) == len(ids):
        return
    first: dict[str, int] = {}
    for number, found in enumerate(ids):
        if (other := first.setdefault(found, number)) != number:
            raise InvalidRequestError(
                f"rows {other} and {number} have the same source and time: one would replace the "
                "other; name the media: Embeddings.concat({'a.mp4': …, 'b.mp4': …})"
            )


def _or_none(seconds: NDArray[np.float64]) -> list[float | None]:
    return [None if math.isnan(value) else value for value in seconds.tolist()]


def _is_plain(name: str, value: Any) -> bool:
    return isinstance(value, str | int | float) and name not in KNOWN_COLUMNS


def _extra_as_json(rows: Iterable[Mapping[str, Any]]) -> list[bytes | None]:
    return [_as_json(dict(row)) if row else None for row in rows]


def _as_json(row: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(row)
    except TypeError:  # such as a text that is no valid Unicode
        return orjson.dumps(valid_unicode(row))


def _rows_without(uncertainty: NDArray[np.float32]) -> NDArray[np.bool_]:
    """A mask of the rows without uncertainty: those of NaN alone."""
    found = np.array(np.isnan(uncertainty[:, :1]).all(axis=1))
    found[found] = np.isnan(uncertainty[found]).all(axis=1)  # all numbers of few rows
    return found


def _dictionary_array(labels: Labels) -> Any:
    import pyarrow as pa

    from dodeca.embeddings import arrow

    labels = labels.remove_unused()
    categories = [label for label in labels.categories if label is not None]
    positions = {label: position for position, label in enumerate(categories)}
    recoded = np.array(
        [-1 if label is None else positions[label] for label in labels.categories], np.int32
    )
    codes = recoded[labels.codes] if len(labels) else np.zeros(0, np.int32)
    return pa.DictionaryArray.from_arrays(
        arrow.numbers(codes, codes >= 0), arrow.array("string", categories, errors="strict")
    )
