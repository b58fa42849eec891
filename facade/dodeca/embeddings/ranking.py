"""How near rows are to a query: cosines, modalities taken together, stretches of time. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dodeca._base.numbers import is_finite
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dodeca.embeddings import Embeddings
    from dodeca.embeddings.labels import Labels

WHOLE = "asset"
OPTIONS = ("visual", "audio", "transcription", "text", "fused", "visual-text")  # of the service
SCOPES = ("clip", WHOLE, "video", "page", "chunk")
_BLOCK = 32_768  # rows that are widened to float64 at a time


class Ranked(NamedTuple):
    """A place in a ranking: a row, its score, and the score of each modality where fused."""

    row: int
    score: float
    scores: Mapping[str, float]


def cosines(vectors: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """The cosine of each row of the one with each row of the other, of shape (n, m)."""
    right = unit(others).T
    blocks = [unit(vectors[at : at + _BLOCK]) @ right for at in range(0, len(vectors), _BLOCK)]
    return np.concatenate(blocks) if blocks else np.zeros((0, len(others)), np.float32)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1; rows of zeros stay what they are."""
    wide = vectors.astype(np.float64)  # where the squares of very small floats are not zero
    norms = np.linalg.norm(wide, axis=1, keepdims=True)
    return (wide / np.where(norms == 0, 1, norms)).astype(np.float32)


def vectors_of(value: Any, length: int, what: str) -> NDArray[np.float32]:
    """Rows of floats, from embeddings, an array or lists.

    Raises:
        InvalidRequestError: something else, rows of another length, or values that are not finite.
    """
    try:
        held = np.asarray(getattr(value, "vectors", value))
        if np.iscomplexobj(held):
            raise TypeError("complex numbers")
        with np.errstate(over="ignore"):  # what is too large is infinite, and refused below
            rows = np.atleast_2d(held.astype(np.float32, copy=False))
    except (TypeError, ValueError, OverflowError) as exc:
        raise InvalidRequestError(f"{what}, got {type(value).__name__}: {exc}") from exc
    if not np.isfinite(rows).all():
        raise InvalidRequestError(f"{what}, and some of these are not finite")
    if rows.ndim != 2 or rows.shape[1] != length:
        raise InvalidRequestError(f"{what}, got shape {rows.shape}")
    return rows


def one_vector(value: Any, length: int) -> NDArray[np.float32]:
    """A query, of shape (1, length).

    Raises:
        InvalidRequestError: not one vector of that length.
    """
    what = f"the query is one vector of {length} floats"
    rows = vectors_of(value, length, what)
    if len(rows) != 1:
        raise InvalidRequestError(f"{what}, got shape {rows.shape}")
    return rows


def comparable(embeddings: Embeddings) -> NDArray[np.intp]:
    """The rows that one ranking takes: no whole assets where there are parts of them."""
    whole = embeddings.embedding_scope.is_(WHOLE)
    parts = ~whole & ~embeddings.embedding_scope.is_(None)
    return np.flatnonzero(~whole) if parts.any() else np.arange(len(embeddings))


def checked_words(
    name: str, wanted: Any, column: Labels, known: Collection[str] | None
) -> list[str]:
    """The words to filter by; any that a row has is right, since the service may have new ones.

    Raises:
        InvalidRequestError: no word or list of words, or a word that is neither known nor here.
    """
    words = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(words, Collection) or not all(isinstance(word, str) for word in words):
        raise InvalidRequestError(f"{name} is a word or a list of words, got {wanted!r}")
    here = [word for word in column.distinct() if word is not None]
    for word in words:
        if known is not None and word not in known and word not in here:
            raise InvalidRequestError(
                f"{name} is any of {', '.join(dict.fromkeys([*here, *known]))}, got {word!r}"
            )
    return list(words)


def rank(scores: NDArray[np.float32], k: int) -> list[Ranked]:
    """The `k` best rows, each for itself."""
    best = np.argsort(-scores, kind="stable")[:k]
    return [Ranked(int(row), float(scores[row]), {}) for row in best]


def rank_moments(
    rows: Embeddings, scores: NDArray[np.float32], k: int, weights: Mapping[str, float]
) -> list[Ranked]:
    """The `k` best moments: rows of one source and time, their modalities weighed.

    A modality that a moment lacks counts as 0, what no word can match. A row without a modality (a
    picture, a text) is a moment of its own, with its own score.
    """
    order, starts = _moments(rows)
    stops = np.append(starts[1:], len(rows))
    moment = np.empty(len(rows), np.intp)  # of each row
    moment[order] = np.repeat(np.arange(len(starts)), stops - starts)
    table = np.full((len(starts), len(weights)), -np.inf)
    for column, word in enumerate(weights):
        has = rows.embedding_option.is_(word)
        np.maximum.at(table[:, column], moment[has], scores[has])
    fused = _fused(table, weights)
    alone = rows.embedding_option.is_(None)
    fused[moment[alone]] = scores[alone]
    best = np.argsort(-fused, kind="stable")[:k]
    found = []
    for at in best[np.isfinite(fused[best])]:
        members = order[starts[at] : stops[at]]
        words = [rows.embedding_option[int(row)] or "" for row in members]
        shares = np.array([weights.get(word, 0.0) for word in words])
        added = np.where(shares > 0, scores[members] * shares, -np.inf)
        row = members[int(np.argmax(added))]
        parts = {word: float(table[at, c]) for c, word in enumerate(weights)}
        present = {word: score for word, score in parts.items() if math.isfinite(score)}
        found.append(Ranked(int(row), float(fused[at]), present))
    return found


def _fused(table: NDArray[np.float64], weights: Mapping[str, float]) -> NDArray[np.float64]:
    """The weighted mean of each moment; -inf where it has none of the modalities."""
    has = np.isfinite(table)
    shares = np.array(list(weights.values())) / sum(weights.values())
    means = np.where(has, table, 0) @ shares if len(shares) else np.zeros(len(table))
    means[~has.any(axis=1)] = -np.inf
    return np.asarray(means)


def _moments(rows: Embeddings) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows in the order of source and time, and where each moment begins in it."""
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


def checked_weights(rows: Embeddings, weights: Mapping[str, float] | None) -> Mapping[str, float]:
    """Weights as they were given, or equal ones for the modalities that occur.

    Raises:
        InvalidRequestError: no mapping, a negative or endless weight, none above 0, or a word that
            is no modality.
    """
    here = [word for word in rows.embedding_option.distinct() if word is not None]
    if weights is None:
        return dict.fromkeys(here, 1.0)
    if not isinstance(weights, Mapping):
        raise InvalidRequestError(f"weights is a mapping of modalities, got {weights!r}")
    for word, weight in weights.items():
        if word not in here and word not in OPTIONS:
            raise InvalidRequestError(
                f"weights has {word!r}, and the rows have {', '.join(here) or 'no modalities'}"
            )
        if not is_finite(weight) or weight < 0:
            raise InvalidRequestError(f"a weight is 0 or more, got {weight!r} for {word!r}")
    kept = {word: float(weight) for word, weight in weights.items() if weight > 0}
    if not kept:
        raise InvalidRequestError(f"weights has at least one above 0, got {dict(weights)}")
    if not math.isfinite(sum(kept.values())):
        raise InvalidRequestError(f"weights are too large to be added, got {dict(weights)}")
    return kept


def touching(spans: Sequence[tuple[Any, float, float]], gap_sec: float) -> Iterator[list[int]]:
    """Groups of spans `(key, start, end)` of one key that overlap, or are at most a gap apart."""
    order = sorted(range(len(spans)), key=lambda at: (str(spans[at][0]), *spans[at][1:]))
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
