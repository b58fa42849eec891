"""Score timelines: how well each segment matches a query over time, for plots and reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np

from dodeca._base.text import quote
from dodeca.embeddings.cosine import cosines
from dodeca.embeddings.ranking import check_models, one_vector
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dodeca.embeddings import Embeddings

_MIN_RANGE = 0.05  # smaller differences of scores are noise


@attrs.frozen(eq=False)
class ScoreTimeline:
    """The segments of one modality in time order, and their scores for one query.

    `start_sec`, `end_sec` and `scores` (cosine similarities) have shape (n,).
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
    def has_peak(self) -> bool:
        """Whether the scores differ by more than noise."""
        return self.high - self.low >= _MIN_RANGE


@attrs.frozen
class ScoreScale:
    """The scale of a query's colours: from 0, or its lowest score if that is less, to its highest.

    It is the same for all timelines of the query, so that equal colours are equal scores. Scores
    that are all near 0 stay near its beginning.
    """

    low: float
    high: float

    @classmethod
    def of(cls, timelines: Sequence[ScoreTimeline]) -> ScoreScale:
        """The scale of these timelines of one query."""
        low = min(0.0, *(timeline.low for timeline in timelines))
        return cls(low, max(_MIN_RANGE, *(timeline.high for timeline in timelines)))

    def normalize(self, scores: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores as shares of the scale, from 0 to 1."""
        return (scores.astype(np.float64) - self.low) / (self.high - self.low)


def timed_segments(embeddings: Embeddings) -> Embeddings:
    """The rows that have a start and an end, in time order; only clips if there are any.

    Raises:
        InvalidRequestError: no row has a start and an end.
    """
    rows = embeddings.filter(scope="clip") if "clip" in embeddings.embedding_scope else embeddings
    rows = rows[np.flatnonzero(np.isfinite(rows.start_sec) & np.isfinite(rows.end_sec))]
    if not len(rows):
        raise InvalidRequestError(
            f"{quote(embeddings)} has no segments with times; only those of video and audio have"
        )
    return rows[np.lexsort((rows.end_sec, rows.start_sec))]


def by_modality(embeddings: Embeddings) -> Iterator[tuple[str, Embeddings]]:
    """The timed segments of each modality, in the order in which modalities first occur."""
    rows = timed_segments(embeddings)
    for option in rows.embedding_option.distinct():
        yield option or "all", rows[np.flatnonzero(rows.embedding_option.is_(option))]


def score_timelines(embeddings: Embeddings, query: Embeddings) -> list[ScoreTimeline]:
    """A timeline for each modality.

    Raises:
        InvalidRequestError: no timed segments, or `query` is not one vector of the same length.
    """
    return [
        ScoreTimeline(modality, rows.start_sec, rows.end_sec, _scores(rows, query))
        for modality, rows in by_modality(embeddings)
    ]


def _scores(rows: Embeddings, query: Embeddings) -> NDArray[np.float32]:
    """The cosine similarity of each row to the query, of shape (n,)."""
    check_models(rows, query)
    return cosines(rows.vectors, one_vector(query, rows.vectors.shape[1]))[:, 0]


def format_score(score: float) -> str:
    """A score with two digits; never "-0.00"."""
    return f"{round(score, 2) + 0.0:.2f}"


def format_time(seconds: float) -> str:
    """A position in media: 0:07, 12:40, 1:02:09."""
    whole = int(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    if hours:
        return f"{hours}:{minutes:02}:{whole % 60:02}"
    return f"{minutes}:{whole % 60:02}"
