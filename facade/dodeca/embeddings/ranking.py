"""Search in embeddings: cosine similarity, combined modalities, time ranges. Pure."""

from __future__ import annotations

import difflib
import math
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dodeca._base.numbers import is_finite
from dodeca._base.text import QUOTED, cut, quote
from dodeca.errors import InvalidRequestError
from dodeca.media import is_media

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dodeca.embeddings import Embeddings
    from dodeca.embeddings.labels import Labels

ASSET_SCOPE = "asset"
OPTIONS = (
    "visual",
    "audio",
    "transcription",
    "text",
    "fused",
    "visual-text",
)  # documented by the API
SCOPES = ("clip", ASSET_SCOPE, "video", "page", "chunk")
_ABOUT_AS_GOOD = 0.5  # of the best score, by which adjacent matches may be worse
_SHOWN_LABELS = 8  # in an error, those that are most similar
_BLOCK_ROWS = 32_768  # converted to float64 at a time


class Ranked(NamedTuple):
    """A ranked row: its score, and the score of each modality if they were combined."""

    row: int
    score: float
    scores: Mapping[str, float]


def cosines(vectors: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """The cosine of each row of `vectors` with each row of `others`, of shape (n, m)."""
    right = unit_rows(others).T
    blocks = [
        unit_rows(vectors[at : at + _BLOCK_ROWS]) @ right
        for at in range(0, len(vectors), _BLOCK_ROWS)
    ]
    return np.concatenate(blocks) if blocks else np.zeros((0, len(others)), np.float32)


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1; rows of zeros are unchanged."""
    wide = vectors.astype(np.float64)  # in which the squares of very small numbers are not 0
    norms = np.linalg.norm(wide, axis=1, keepdims=True)
    return (wide / np.where(norms == 0, 1, norms)).astype(np.float32)


def check_models(rows: Any, other: Any, *, stacklevel: int = 3) -> None:
    """Check that embeddings are of one model; a warning where only one of them names its model.

    `stacklevel` is that of the warning.

    Raises:
        InvalidRequestError: they are of different models, or one of them has rows of several.
    """
    names = [check_one_model(rows), check_one_model(other)]
    if None not in names and names[0] != names[1]:
        raise InvalidRequestError(
            f"vectors can be compared only if they have the same model, got {quote(names[0])} and "
            f"{quote(names[1])}"
        )
    if hasattr(other, "model_name") and names.count(None) == 1:
        known = next(filter(None, names))
        warnings.warn(
            f"vectors of {quote(known)} are compared with vectors of an unknown model; set "
            "model_name",
            stacklevel=stacklevel,
        )


def check_one_model(value: Any) -> str | None:
    """The model of embeddings; None if they do not name it, or for plain vectors.

    Raises:
        InvalidRequestError: they have rows of several models.
    """
    names = value._model_names() if hasattr(value, "models") else []
    if len(names) > 1:
        shown = cut(" and ".join(map(repr, names)), QUOTED)
        raise InvalidRequestError(
            f"vectors can be compared only if they have the same model, and these rows are of "
            f"{shown}; choose one with filter(model_name={names[0]!r:.100})"
        )
    return names[0] if names else None


def as_vectors(value: Any, length: int, what: str) -> NDArray[np.float32]:
    """Rows of float32, from embeddings, an array or lists; `what` begins the error message.

    Raises:
        InvalidRequestError: another type, rows of another length, or values that are not finite.
    """
    if isinstance(value, str):
        raise InvalidRequestError(
            f"{what}, got the text {value!r:.100}; embed it with client.embed.text, or search with "
            "client=client"
        )
    if is_media(value):
        raise InvalidRequestError(
            f"{what}, got media, {quote(value)}; embed it with client.embed, or search with "
            "client=client"
        )
    try:
        held = np.asarray(getattr(value, "vectors", value))
        if np.iscomplexobj(held):
            raise TypeError("complex numbers")
        with np.errstate(
            over="ignore"
        ):  # too large numbers become infinite, and are rejected below
            rows = np.atleast_2d(held.astype(np.float32, copy=False))
    except (TypeError, ValueError, OverflowError) as exc:
        raise InvalidRequestError(f"{what}, got {type(value).__name__}: {exc}") from exc
    if not np.isfinite(rows).all():
        raise InvalidRequestError(f"{what}, and some of these are not finite")
    if rows.ndim != 2 or rows.shape[1] != length:
        hint = f"; embed it with embedding_dimension={length}" if hasattr(value, "models") else ""
        raise InvalidRequestError(f"{what}, got shape {rows.shape}{hint}")
    return rows


def one_vector(value: Any, length: int) -> NDArray[np.float32]:
    """A query, of shape (1, length).

    Raises:
        InvalidRequestError: it is not one vector of that length.
    """
    what = f"the query must be one vector of {length} floats"
    rows = as_vectors(value, length, what)
    if len(rows) != 1:
        raise InvalidRequestError(f"{what}, got shape {rows.shape}")
    return rows


def comparable_rows(embeddings: Embeddings) -> NDArray[np.intp]:
    """The rows that are ranked together: without whole assets, if there are segments."""
    assets = embeddings.embedding_scope.is_(ASSET_SCOPE)
    segments = ~assets & ~embeddings.embedding_scope.is_(None)
    return np.flatnonzero(~assets) if segments.any() else np.arange(len(embeddings))


def check_labels(name: str, wanted: Any, column: Labels, known: Collection[str]) -> list[str]:
    """The labels to filter by; labels of the rows are valid, since the service may add some.

    Raises:
        InvalidRequestError: not strings, or a label that is neither known nor in the column. The
            labels of a column stay known if a slice has lost their rows.
    """
    labels = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(labels, Collection) or not all(isinstance(label, str) for label in labels):
        raise InvalidRequestError(
            f"{name} must be a string or a list of strings, got {quote(wanted)}"
        )
    valid = dict.fromkeys([*filter(None, column.categories), *known])
    for label in labels:
        if label not in valid and len(column):
            similar = difflib.get_close_matches(label, valid, _SHOWN_LABELS) or list(valid)
            shown = ", ".join(similar[:_SHOWN_LABELS]) or "none at all"
            raise InvalidRequestError(
                f"{name} must be one of {cut(shown, 200)}, got {quote(label)}"
            )
    return list(labels)


def check_min_score(value: float | None) -> float:
    """The lowest score of a match; -inf for None.

    Raises:
        InvalidRequestError: it is not a finite number.
    """
    if value is not None and not is_finite(value):
        raise InvalidRequestError(f"min_score must be a number, got {quote(value)}")
    return -math.inf if value is None else float(value)


def rank(scores: NDArray[np.float32], k: int) -> list[Ranked]:
    """The `k` best rows."""
    best = np.argsort(-scores, kind="stable")[:k]
    return [Ranked(int(row), float(scores[row]), {}) for row in best]


def rank_time_ranges(
    rows: Embeddings, scores: NDArray[np.float32], k: int, weights: Mapping[str, float]
) -> list[Ranked]:
    """The `k` best time ranges; each combines the modalities of one source and time, weighted.

    A missing modality counts as 0. A row without a modality (an image, a text) is a range of its
    own, with its own score.
    """
    order, starts = _time_ranges(rows)
    stops = np.append(starts[1:], len(rows))
    time_range = np.empty(len(rows), np.intp)  # of each row
    time_range[order] = np.repeat(np.arange(len(starts)), stops - starts)
    table = np.full((len(starts), len(weights)), -np.inf)  # range x modality
    for column, modality in enumerate(weights):
        has = rows.embedding_option.is_(modality)
        np.maximum.at(table[:, column], time_range[has], scores[has])
    means = _weighted_means(table, weights)
    alone = rows.embedding_option.is_(None)
    means[time_range[alone]] = scores[alone]
    best = np.argsort(-means, kind="stable")[:k]
    found = []
    for at in best[np.isfinite(means[best])]:
        members = order[starts[at] : stops[at]]
        modalities = [rows.embedding_option[int(row)] or "" for row in members]
        shares = np.array([weights.get(modality, 0.0) for modality in modalities])
        added = np.where(shares > 0, scores[members] * shares, -np.inf)
        row = members[int(np.argmax(added))]
        parts = {modality: float(table[at, c]) for c, modality in enumerate(weights)}
        present = {modality: score for modality, score in parts.items() if math.isfinite(score)}
        found.append(Ranked(int(row), float(means[at]), present))
    return found


def _weighted_means(
    table: NDArray[np.float64], weights: Mapping[str, float]
) -> NDArray[np.float64]:
    """The weighted mean of each time range; -inf if it has none of the modalities."""
    has = np.isfinite(table)
    shares = np.array(list(weights.values())) / sum(weights.values())
    means = np.where(has, table, 0) @ shares if len(shares) else np.zeros(len(table))
    means[~has.any(axis=1)] = -np.inf
    return np.asarray(means)


def _time_ranges(rows: Embeddings) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows in the order of source and time, and the start of each time range in it."""
    alone = np.where(rows.embedding_option.is_(None), np.arange(1, len(rows) + 1), 0)
    keys = (
        alone,
        np.nan_to_num(np.round(rows.end_sec, 3), nan=-1),
        np.nan_to_num(np.round(rows.start_sec, 3), nan=-1),
        rows.embedding_scope.codes,
        rows.source_id.codes,
    )
    order = np.lexsort(keys)
    changes = np.zeros(max(len(rows) - 1, 0), np.bool_)
    for key in keys:
        changes |= np.diff(key[order]) != 0
    return order, np.flatnonzero(np.concatenate([[len(rows) > 0], changes]))


def check_weights(rows: Embeddings, weights: Mapping[str, float] | None) -> Mapping[str, float]:
    """The weights above 0; by default equal ones for the modalities of the rows.

    Raises:
        InvalidRequestError: not a mapping, a negative or infinite weight, none above 0, or an
            unknown modality.
    """
    present = [label for label in rows.embedding_option.distinct() if label is not None]
    if weights is None:
        return dict.fromkeys(present, 1.0)
    if not isinstance(weights, Mapping):
        raise InvalidRequestError(f"weights must be a mapping of modalities, got {quote(weights)}")
    for modality, weight in weights.items():
        if modality not in present and modality not in OPTIONS:
            raise InvalidRequestError(
                f"weights has {quote(modality)}, the rows have "
                f"{', '.join(present) or 'no modalities'}"
            )
        if not is_finite(weight) or weight < 0:
            raise InvalidRequestError(
                f"a weight must be 0 or more, got {quote(weight)} for {quote(modality)}"
            )
    kept = {modality: float(weight) for modality, weight in weights.items() if weight > 0}
    if not kept:
        raise InvalidRequestError(f"at least one weight must be above 0, got {dict(weights)}")
    if not math.isfinite(sum(kept.values())):
        raise InvalidRequestError(f"the sum of the weights must be finite, got {dict(weights)}")
    return kept


def group_adjacent(
    spans: Sequence[tuple[Any, float, float]], scores: Sequence[float], gap_sec: float
) -> Iterator[list[int]]:
    """Group spans `(key, start, end)` of one key that are adjacent and about as good.

    Adjacent spans overlap or are at most `gap_sec` apart. Yields the positions of the spans of each
    group.
    """
    order = sorted(range(len(spans)), key=lambda at: (str(spans[at][0]), *spans[at][1:]))
    pending = [order]
    while pending:
        for group in _adjacent(spans, pending.pop(), gap_sec):
            best = max(group, key=lambda at: scores[at])
            floor = scores[best] - _ABOUT_AS_GOOD * abs(scores[best])
            good = [at for at in group if scores[at] >= floor]
            chosen = next(part for part in _adjacent(spans, good, gap_sec) if best in part)
            yield chosen
            taken = set(chosen)
            pending.append([at for at in group if at not in taken])


def _adjacent(
    spans: Sequence[tuple[Any, float, float]], order: Sequence[int], gap_sec: float
) -> Iterator[list[int]]:
    """Group spans, in the order of key and start, that are at most `gap_sec` apart."""
    group: list[int] = []
    reach = -math.inf
    for at in order:
        key, start, end = spans[at]
        if group and (spans[group[0]][0] != key or start > reach + gap_sec):
            yield group
            group, reach = [], -math.inf
        group.append(at)
        reach = max(reach, end)
    if group:
        yield group
