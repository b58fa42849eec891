"""The columns of `Embeddings`, from segments of a response or from other embeddings. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dodeca.embeddings import export
from dodeca.embeddings.labels import Labels
from dodeca.errors import InvalidRequestError, InvalidResponseError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dodeca._base.response_info import ResponseInfo
    from dodeca.embeddings import Embeddings

_COLUMN_NAMES = frozenset(
    {"embedding", "embedding_option", "embedding_scope", "start_sec", "end_sec"}
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
    }


def from_v1_segment(segment: Mapping[str, Any]) -> dict[str, Any]:
    """A segment of the first embedding API, with the field names of the second."""
    return {_V1_NAMES.get(name, name): value for name, value in segment.items()}


def row(embeddings: Embeddings, number: int) -> dict[str, Any]:
    """The fields of a `Segment`."""
    return {
        "vector": embeddings.vectors[number],
        "start_sec": _or_none(embeddings.start_sec[number]),
        "end_sec": _or_none(embeddings.end_sec[number]),
        "extra": embeddings.extra[number],
        **{name: getattr(embeddings, name)[number] for name in _LABELS},
    }


def select(embeddings: Embeddings, rows: NDArray[np.intp]) -> dict[str, Any]:
    """The columns of `Embeddings` with these rows."""
    ids = embeddings.ids
    return {
        "vectors": embeddings.vectors[rows],
        "start_sec": embeddings.start_sec[rows],
        "end_sec": embeddings.end_sec[rows],
        "extra": tuple(embeddings.extra[number] for number in rows),
        "ids": None if ids is None else tuple(ids[number] for number in rows),
        **{name: getattr(embeddings, name)[rows] for name in _LABELS},
    }


def concat(parts: Sequence[Embeddings]) -> dict[str, Any]:
    """The fields of `Embeddings` with the rows of one or more parts.

    Raises:
        InvalidRequestError: vectors of different models or lengths.
    """
    _check_comparable(parts)
    filled = [part for part in parts if len(part)] or parts[:1]
    metadata = filled[0].metadata
    return {
        "vectors": _read_only(np.concatenate([part.vectors for part in filled])),
        **{name: Labels.joined([getattr(part, name) for part in filled]) for name in _LABELS},
        "start_sec": _read_only(np.concatenate([part.start_sec for part in filled])),
        "end_sec": _read_only(np.concatenate([part.end_sec for part in filled])),
        "extra": tuple(row for part in filled for row in part.extra),
        "metadata": metadata if all(part.metadata == metadata for part in parts) else None,
        "model_name": next((part.model_name for part in parts if part.model_name), None),
        "ids": _joined_ids(filled),
        **_of_one_response(parts),
    }


def response_of(parts: Sequence[Embeddings]) -> ResponseInfo | None:
    """The response that all parts are from, if it is one."""
    found = {id(part.response): part.response for part in parts}
    return next(iter(found.values())) if len(found) == 1 else None


def _of_one_response(parts: Sequence[Embeddings]) -> dict[str, Any]:
    """What the service said about a response, if all parts are of one.

    Two responses may say the same, but then it holds for each of them alone.
    """
    names = ("usage", "response_extra")
    values = {name: {id(getattr(part, name)) for part in parts} for name in names}
    return {name: getattr(parts[0], name) for name in names if len(values[name]) == 1}


def _joined_ids(parts: Sequence[Embeddings]) -> tuple[str, ...] | None:
    """The ids of all rows; if only some parts have given ids, those of the others are derived."""
    if all(part.ids is None for part in parts):
        return None
    return tuple(row_id for part in parts for row_id in export.row_ids(part))


def _check_comparable(parts: Sequence[Embeddings]) -> None:
    lengths = {part.vectors.shape[1] for part in parts if len(part)}
    models = {part.model_name for part in parts if part.model_name}
    if len(lengths) > 1 or len(models) > 1:
        raise InvalidRequestError(
            "vectors can be compared only if they have the same model and length, got "
            f"{sorted(models)} and {sorted(lengths)}"
        )


def _times(items: Sequence[Mapping[str, Any]], name: str) -> NDArray[np.float64]:
    return np.array(
        [np.nan if item.get(name) is None else item[name] for item in items], dtype=np.float64
    )


def _or_none(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


def _read_only(column: NDArray[Any]) -> NDArray[Any]:
    column.setflags(write=False)
    return column
