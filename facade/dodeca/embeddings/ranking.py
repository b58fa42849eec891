"""Search in embeddings: the checks of its parameters, and which rows are best. Pure."""

from __future__ import annotations

import difflib
import math
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dodeca._base.numbers import is_finite
from dodeca._base.text import QUOTED, cut, quote
from dodeca.errors import InvalidRequestError
from dodeca.media import is_media

if TYPE_CHECKING:
    from numpy.typing import NDArray

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


class Ranked(NamedTuple):
    """A ranked row: its score, and the score of each modality if they were combined."""

    row: int
    score: float
    scores: Mapping[str, float]


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
    if value is None or hasattr(value, "vector"):
        hint = "" if value is None else "; its vector is one"
        raise InvalidRequestError(f"{what}, got {type(value).__name__}{hint}")
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


def comparable_rows(scopes: Labels) -> NDArray[np.bool_]:
    """A mask of the rows that are ranked together: without whole assets, if there are segments."""
    others = ~scopes.is_(ASSET_SCOPE)
    segments = others & ~scopes.is_(None)
    return others if segments.any() else np.ones(len(scopes), np.bool_)


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


def rank(
    scores: NDArray[np.float32],
    k: int,
    exact: Callable[[NDArray[np.intp]], NDArray[np.float32]],
    margin: float,
) -> list[Ranked]:
    """The `k` best rows; of equal ones, the first.

    `scores` are those of all rows, -inf for rows that are not ranked. `exact` gives the exact
    scores of rows: only those are asked for that are at most `margin` below the k-th best.
    """
    rows = np.flatnonzero(near_best(scores, k, margin))
    found = exact(rows)
    best = np.argsort(-found, kind="stable")[:k]
    return [Ranked(int(rows[at]), float(found[at]), {}) for at in best]


def near_best(scores: NDArray[Any], k: int, margin: float) -> NDArray[np.bool_]:
    """A mask of the scores that are at most `margin` below the k-th best, without those of -inf."""
    at = max(len(scores) - k, 0)
    least = np.partition(scores, at)[at]
    return np.asarray((scores >= least - margin) & (scores > -np.inf))


def check_weights(options: Labels, weights: Mapping[str, float] | None) -> Mapping[str, float]:
    """The weights above 0; by default equal ones for the modalities of the rows, `options`.

    Raises:
        InvalidRequestError: not a mapping, a negative or infinite weight, none above 0, or an
            unknown modality.
    """
    present = [label for label in options.distinct() if label is not None]
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
