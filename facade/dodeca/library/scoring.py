"""The ranking of a library's rows: the best ones, and how many there are in all."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from dodeca.embeddings import Embeddings, cosine, ranking
from dodeca.embeddings.time_ranges import rank_time_ranges

if TYPE_CHECKING:
    from numpy.typing import NDArray

Exact = Callable[["NDArray[np.intp]"], "NDArray[np.float32]"]


@attrs.frozen
class Found:
    """The best rows or time ranges, and the number of all that score enough."""

    best: Sequence[ranking.Ranked]
    total: int


class Scoring:
    """Scores and ranks rows by the cosine with a vector, as `Embeddings.search` does."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings
        self._margin = cosine.margin(embeddings.dimension)

    def approximate(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """The score of each row, which errs by at most half of the margin."""
        rows = self._embeddings
        return cosine.approximate(rows.vectors, rows._row_scales, cosine.unit_vector(vector))

    def exact(self, vector: NDArray[np.float32]) -> Exact:
        """A function that gives the exact scores of rows."""
        unit = cosine.unit_vector(vector)
        return functools.partial(cosine.exact, self._embeddings.vectors, query=unit)

    def rank(
        self,
        vector: NDArray[np.float32],
        scores: NDArray[np.float32],
        *,
        weights: Mapping[str, float] | None,
        min_score: float,
        limit: int,
    ) -> Found:
        """The best rows, or with weights time ranges; `scores` is -inf for those to leave out."""
        everything = self.exact(vector)

        def exact(rows: NDArray[np.intp]) -> NDArray[np.float32]:
            return np.where(np.isfinite(scores[rows]), everything(rows), np.float32(-np.inf))

        if weights is None:
            best = ranking.rank(scores, limit, exact, self._margin)
            total = self._count(scores, min_score, exact)
        else:
            with np.errstate(invalid="ignore"):  # what is left out has no share of a score
                best = rank_time_ranges(
                    self._embeddings, scores, limit, weights, exact, self._margin
                )
            total = self._count_time_ranges(scores, weights, min_score, exact)
        return Found([each for each in best if each.score >= min_score], total)

    def _count(self, scores: NDArray[Any], least: float, exact: Exact) -> int:
        if least == -np.inf:
            return int(np.count_nonzero(scores > least))
        near = np.flatnonzero(np.abs(scores - least) <= self._margin)
        sure = np.count_nonzero(scores > least + self._margin)
        # As Python's floats: in float32 the least score would be rounded, too.
        return int(sure + np.count_nonzero(exact(near).astype(np.float64) >= least))

    def _count_time_ranges(
        self,
        scores: NDArray[np.float32],
        weights: Mapping[str, float],
        least: float,
        exact: Exact,
    ) -> int:
        options, every = self._embeddings.embedding_option, self._embeddings._time_ranges
        means, _ = every.combine(options[every.rows], scores[every.rows], weights)
        if least == -np.inf:
            return int(np.count_nonzero(means > least))
        sure = np.count_nonzero(means > least + self._margin)
        near = every.select(np.abs(means - least) <= self._margin)
        if not len(near.rows):
            return int(sure)
        own, _ = near.combine(options[near.rows], exact(near.rows), weights)
        return int(sure + np.count_nonzero(own.astype(np.float64) >= least))
