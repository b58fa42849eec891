"""What a report and a picture show: for each query and modality, how well each moment matches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs
import numpy as np

from dodeca.embeddings.ranking import cosines, one_vector
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dodeca.embeddings import Embeddings

_LEAST_SPAN = 0.05  # of scores, below which differences are chance


@attrs.frozen(eq=False)
class Strip:
    """The moments of one modality in the order of time, and how well each matches one query.

    `start_sec`, `end_sec` and `scores` (cosines) are of shape (n,).
    """

    modality: str
    start_sec: NDArray[np.float64]
    end_sec: NDArray[np.float64]
    scores: NDArray[np.float32]

    @property
    def low(self) -> float:
        """The lowest score."""
        return float(self.scores.min())

    @property
    def high(self) -> float:
        """The highest score."""
        return float(self.scores.max())

    @property
    def stands_out(self) -> bool:
        """Whether some moments match better than others by more than chance."""
        return self.high - self.low >= _LEAST_SPAN

    @property
    def heat(self) -> NDArray[np.float64]:
        """The scores between 0, the lowest of this strip, and 1, its highest.

        Scores of different modalities lie in different ranges, so each strip has its own; where
        all scores are nearly equal, none is hot.
        """
        span = max(self.high - self.low, _LEAST_SPAN)
        return (self.scores.astype(np.float64) - self.low) / span


def moments(embeddings: Embeddings) -> Embeddings:
    """The rows that have times, clips only where there are any, in the order of time.

    Raises:
        InvalidRequestError: there are none.
    """
    rows = embeddings.filter(scope="clip") if "clip" in embeddings.embedding_scope else embeddings
    rows = rows[np.flatnonzero(np.isfinite(rows.start_sec) & np.isfinite(rows.end_sec))]
    if not len(rows):
        raise InvalidRequestError(f"{embeddings!r} has no segments with times, only media have")
    return rows[np.lexsort((rows.end_sec, rows.start_sec))]


def by_modality(embeddings: Embeddings) -> Iterator[tuple[str, Embeddings]]:
    """The moments of each modality, in the order in which modalities first occur."""
    rows = moments(embeddings)
    for option in rows.embedding_option.distinct():
        yield option or "all", rows[np.flatnonzero(rows.embedding_option.is_(option))]


def strips(embeddings: Embeddings, query: Embeddings) -> list[Strip]:
    """A strip for each modality.

    Raises:
        InvalidRequestError: no moments, or a query that is not one vector of the same length.
    """
    return [
        Strip(modality, rows.start_sec, rows.end_sec, scores(rows, query))
        for modality, rows in by_modality(embeddings)
    ]


def scores(rows: Embeddings, query: Embeddings) -> NDArray[np.float32]:
    """The cosine of each row with the query, of shape (n,)."""
    return cosines(rows.vectors, one_vector(query, rows.vectors.shape[1]))[:, 0]


def two_digits(score: float) -> str:
    """A score, without a minus before a zero."""
    return f"{round(score, 2) + 0.0:.2f}"


def clock(seconds: float) -> str:
    """A time as people write it: 0:07, 12:40, 1:02:09."""
    whole = int(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    if hours:
        return f"{hours}:{minutes:02}:{whole % 60:02}"
    return f"{minutes}:{whole % 60:02}"
