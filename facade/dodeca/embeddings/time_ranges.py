"""Time ranges of embeddings: rows of one source and time, whose modalities are combined. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dodeca.embeddings.ranking import Ranked, near_best

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dodeca.embeddings import Embeddings
    from dodeca.embeddings.labels import Labels
    from dodeca.embeddings.sequence import SegmentSequence

_MAX_KEY = 2**63
_UNKNOWN_MS, _MAX_MS = -1e3, 1e15


class TimeRanges(NamedTuple):
    """Rows in the order of source and time, and where each time range starts among them."""

    rows: NDArray[np.intp]
    starts: NDArray[np.intp]

    @classmethod
    def of(cls, embeddings: SegmentSequence) -> TimeRanges:
        """The time ranges of embeddings; rows without a modality are ranges of their own."""
        start_ms, end_ms = _milliseconds(embeddings.start_sec), _milliseconds(embeddings.end_sec)
        number = np.arange(1, len(embeddings) + 1)
        keys = _packed(
            [
                embeddings.source_id.codes.astype(np.int64),
                embeddings.embedding_scope.codes.astype(np.int64),
                start_ms,
                end_ms - start_ms,
                np.where(embeddings.embedding_option.is_(None), number, 0),
            ]
        )
        order = np.lexsort(keys[::-1])
        is_first = np.zeros(len(order), np.bool_)
        is_first[:1] = True
        for key in keys:
            is_first[1:] |= np.diff(key[order]) != 0
        return cls(order, np.flatnonzero(is_first))

    def sizes(self) -> NDArray[np.intp]:
        """The number of rows of each."""
        return np.diff(self.starts, append=len(self.rows))

    def select(self, chosen: NDArray[np.bool_]) -> TimeRanges:
        """Those of a mask."""
        sizes = self.sizes()
        kept = sizes[chosen]
        return TimeRanges(self.rows[np.repeat(chosen, sizes)], np.cumsum(kept) - kept)

    def combine(
        self, options: Labels, scores: NDArray[np.float32], weights: Mapping[str, float]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The weighted mean of each range, and the score of each modality in it.

        `options` and `scores` are those of `rows`. What a range lacks is -inf, and counts as 0 in
        its mean; a range that has none of the modalities is -inf. A row without a modality keeps
        its own score.
        """
        table = np.empty((len(self.starts), len(weights)))
        for column, modality in enumerate(weights):
            own = np.where(options.is_(modality), scores, -np.inf)
            table[:, column] = np.maximum.reduceat(own, self.starts)
        has = np.isfinite(table)
        shares = np.array(list(weights.values())) / sum(weights.values())
        means = np.where(has, table, 0) @ shares if len(shares) else np.zeros(len(table))
        means[~has.any(axis=1)] = -np.inf
        alone = options.is_(None)[self.starts]
        means[alone] = scores[self.starts[alone]]
        return means, table


def rank_time_ranges(
    embeddings: Embeddings,
    scores: NDArray[np.float32],
    k: int,
    weights: Mapping[str, float],
    exact: Callable[[NDArray[np.intp]], NDArray[np.float32]],
    margin: float,
) -> list[Ranked]:
    """The `k` best time ranges; each combines the modalities of one source and time, weighted.

    `scores`, `exact` and `margin` are as in `ranking.rank`: a mean of scores errs no more than they
    do. A missing modality counts as 0. A row without a modality (an image, a text) is a range of
    its own, with its own score.
    """
    options = embeddings.embedding_option
    every = embeddings._time_ranges
    means, _ = every.combine(options[every.rows], scores[every.rows], weights)
    near = every.select(near_best(means, k, margin))
    if not len(near.rows):
        return []
    own = exact(near.rows)
    means, table = near.combine(options[near.rows], own, weights)
    sizes = near.sizes()
    found = []
    for at in np.argsort(-means, kind="stable")[:k]:
        members = slice(near.starts[at], near.starts[at] + sizes[at])
        modalities = options[near.rows[members]]
        shares = np.array([weights.get(modality or "", 0.0) for modality in modalities])
        added = np.where(shares > 0, own[members] * shares, -np.inf)
        row = near.rows[members][int(np.argmax(added))]
        has = {name: float(score) for name, score in zip(weights, table[at], strict=True)}
        present = {name: score for name, score in has.items() if np.isfinite(score)}
        found.append(Ranked(int(row), float(means[at]), present))
    return found


def _milliseconds(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole milliseconds, to which the service rounds."""
    known = np.nan_to_num(np.rint(seconds * 1000), nan=_UNKNOWN_MS)
    return np.asarray(np.clip(known, -_MAX_MS, _MAX_MS), np.int64)


def _packed(columns: Sequence[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
    """As few columns as possible that sort rows as these do, of which the first counts most.

    A sort of one column of numbers is several times as fast as one of five.
    """
    packed: list[NDArray[np.int64]] = []
    size = _MAX_KEY
    for column in columns:
        low, high = (int(column.min()), int(column.max())) if len(column) else (0, 0)
        span = high - low + 1
        if size * span >= _MAX_KEY:
            packed.append(column - low)
            size = span
        else:
            packed[-1] = packed[-1] * span + (column - low)
            size *= span
    return packed
