"""The columns of `Embeddings`, from segments of a response or from other embeddings. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dodeca._base.text import QUOTED, cut
from dodeca.embeddings import export
from dodeca.embeddings.labels import Labels
from dodeca.embeddings.values import Values
from dodeca.errors import InvalidRequestError, InvalidResponseError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dodeca._base.response_info import ResponseInfo
    from dodeca.embeddings import Embeddings
    from dodeca.embeddings.sequence import SegmentSequence

_COLUMN_NAMES = frozenset(
    {
        *("embedding", "embedding_option", "embedding_scope", "start_sec", "end_sec"),
        "embedding_uncertainty",
    }
)
_LABELS = ("embedding_option", "embedding_scope", "source_id", "source")
_V1_NAMES = {
    "float": "embedding",
    "start_offset_sec": "start_sec",
    "end_offset_sec": "end_sec",
}


def from_items(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The columns of segments from a response.

    Raises:
        InvalidResponseError: vectors of different lengths, or values that are not finite numbers.
    """
    try:
        with np.errstate(
            over="ignore"
        ):  # too large numbers become infinite, and are rejected below
            vectors = np.array([item["embedding"] for item in items], dtype=np.float32)
        start_sec, end_sec = _times(items, "start_sec"), _times(items, "end_sec")
        options = Labels.of(item.get("embedding_option") for item in items)
        scopes = Labels.of(item.get("embedding_scope") for item in items)
    except (KeyError, TypeError, ValueError) as exc:
        raise InvalidResponseError(f"the vectors of the response are malformed: {exc}") from exc
    if not len(items):
        vectors = vectors.reshape(0, 0)
    if vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise InvalidResponseError("the vectors of the response are not lists of finite numbers")
    uncertainty = _uncertainty(items, vectors.shape)
    extra = tuple(
        {k: v for k, v in item.items() if k not in _COLUMN_NAMES and v is not None}
        for item in items
    )
    return {
        "vectors": _read_only(vectors),
        "embedding_option": options,
        "embedding_scope": scopes,
        "start_sec": _read_only(start_sec),
        "end_sec": _read_only(end_sec),
        "extra": extra,
        "uncertainty": uncertainty,
    }


def from_v1_segment(segment: Mapping[str, Any]) -> dict[str, Any]:
    """A segment of the first embedding API, with the field names of the second."""
    return {_V1_NAMES.get(name, name): value for name, value in segment.items()}


def row(embeddings: SegmentSequence, number: int) -> dict[str, Any]:
    """The fields of a `Segment`."""
    return {
        "vector": embeddings.vectors[number],
        "start_sec": _or_none(embeddings.start_sec[number]),
        "end_sec": _or_none(embeddings.end_sec[number]),
        "extra": embeddings.extra[number],
        "model_name": embeddings._model_of(number),
        "uncertainty": _row_or_none(embeddings.uncertainty, number),
        **{name: getattr(embeddings, name)[number] for name in _LABELS},
    }


def select(embeddings: SegmentSequence, rows: slice | NDArray[np.intp]) -> dict[str, Any]:
    """The columns of `Embeddings` with these rows; those of a slice are views."""
    ids, uncertainty, model = embeddings.ids, embeddings.uncertainty, embeddings._model
    return {
        "vectors": _read_only(embeddings.vectors[rows]),
        "uncertainty": None if uncertainty is None else _read_only(uncertainty[rows]),
        "start_sec": _read_only(embeddings.start_sec[rows]),
        "end_sec": _read_only(embeddings.end_sec[rows]),
        "model_name": model[rows] if isinstance(model, Labels) else model,
        "extra": embeddings.extra[rows],
        "ids": None if ids is None else ids[rows],
        **{name: getattr(embeddings, name)[rows] for name in _LABELS},
    }


def concat(
    parts: Sequence[Embeddings],
    source_ids: Sequence[str] | None = None,
    matrices: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The fields of `Embeddings` with the rows of one or more parts, whose sources may be given.

    `matrices` are the vectors and the uncertainty of all rows, if those of the parts are views.

    Raises:
        InvalidRequestError: vectors of different lengths.
    """
    filled = [part for part in parts if len(part)] or parts[:1]
    _check_lengths_of(filled)
    metadata = filled[0].metadata
    if matrices is None:
        matrices = {
            "vectors": _read_only(np.concatenate([part.vectors for part in filled])),
            "uncertainty": _joined_uncertainty(filled),
        }
    fields = {
        **matrices,
        **{name: Labels.joined([getattr(part, name) for part in filled]) for name in _LABELS},
        "start_sec": _read_only(np.concatenate([part.start_sec for part in filled])),
        "end_sec": _read_only(np.concatenate([part.end_sec for part in filled])),
        "extra": Values.joined([part.extra for part in filled]),
        "metadata": metadata if all(part.metadata == metadata for part in parts) else None,
        "model_name": _joined_models(filled),
        **_of_one_response(parts),
    }
    if source_ids is None:
        return fields | {"ids": _joined_ids(filled)}
    counts = [len(part) for part in parts]
    return fields | {"source_id": Labels.repeated(source_ids, counts).remove_unused()}


def response_of(parts: Sequence[Embeddings]) -> ResponseInfo | None:
    """The response that all parts are from, if it is one."""
    first = parts[0].response
    return first if all(part.response is first for part in parts) else None


def _of_one_response(parts: Sequence[Embeddings]) -> dict[str, Any]:
    """What the service said about a response, if all parts are of one.

    Two responses may say the same, but then it holds for each of them alone.
    """
    names = ("usage", "response_extra")
    values = {name: {id(getattr(part, name)) for part in parts} for name in names}
    return {name: getattr(parts[0], name) for name in names if len(values[name]) == 1}


def _joined_ids(parts: Sequence[Embeddings]) -> Values[str] | None:
    """The ids of all rows; if only some parts have given ids, those of the others are derived."""
    if all(part.ids is None for part in parts):
        return None
    return Values.of(row_id for part in parts for row_id in export.row_ids(part))


def _check_lengths_of(parts: Sequence[Embeddings]) -> None:
    if len({part.vectors.shape[1] for part in parts}) > 1:
        check_lengths((part.dimension, part.model_name) for part in parts)


def check_lengths(parts: Iterable[tuple[int, str | None]]) -> None:
    """Check that the vectors of parts, given by their length and model, have one length.

    Raises:
        InvalidRequestError: they have not.
    """
    found = dict.fromkeys(parts)
    if len({length for length, _ in found}) > 1:
        shown = [f"{length} floats ({model or 'unknown model'})" for length, model in found]
        raise InvalidRequestError(
            "vectors must have one length to be put together, got "
            f"{cut(', '.join(shown), QUOTED)}; keep each length on its own"
        )


def _joined_uncertainty(parts: Sequence[Embeddings]) -> NDArray[np.float32] | None:
    """The uncertainty of all rows, NaN for parts without; None if no part has any."""
    if all(part.uncertainty is None for part in parts):
        return None
    found = [
        np.full(part.vectors.shape, np.nan, np.float32)
        if part.uncertainty is None
        else part.uncertainty
        for part in parts
    ]
    return _read_only(np.concatenate(found))


def _joined_models(parts: Sequence[Embeddings]) -> Labels | str | None:
    """The model of all rows, or the column of the models of each.

    Rows of an unknown model are taken to be of the only one that is known.
    """
    names = list(dict.fromkeys(name for part in parts for name in part._model_names()))
    if len(names) > 1:
        return Labels.joined([part.models for part in parts])
    return names[0] if names else None


def _uncertainty(
    items: Sequence[Mapping[str, Any]], shape: tuple[int, ...]
) -> NDArray[np.float32] | None:
    """The uncertainty of segments, NaN for those without; None if none has one."""
    found = ((n, item.get("embedding_uncertainty")) for n, item in enumerate(items))
    rows = {n: row for n, row in found if row is not None}
    if not rows:
        return None
    try:
        with np.errstate(over="ignore"):
            values = np.array(list(rows.values()), dtype=np.float32)
    except (TypeError, ValueError) as exc:
        raise InvalidResponseError(f"the uncertainty of the response is malformed: {exc}") from exc
    if values.shape[1:] != shape[1:] or not np.isfinite(values).all():
        raise InvalidResponseError(
            f"the uncertainty of a vector must be {shape[1]} finite numbers, got shape "
            f"{values.shape[1:]}"
        )
    matrix = np.full(shape, np.nan, np.float32)
    matrix[list(rows)] = values
    return _read_only(matrix)


def _row_or_none(matrix: NDArray[np.float32] | None, number: int) -> NDArray[np.float32] | None:
    """A row of the uncertainty; None for one of NaN, as all rows without one are."""
    if matrix is None or np.isnan(matrix[number]).all():
        return None
    found: NDArray[np.float32] = matrix[number]
    return found


def _times(items: Sequence[Mapping[str, Any]], name: str) -> NDArray[np.float64]:
    return np.array(
        [np.nan if item.get(name) is None else item[name] for item in items], dtype=np.float64
    )


def _or_none(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


def _read_only(column: NDArray[Any]) -> NDArray[Any]:
    column.setflags(write=False)
    return column
