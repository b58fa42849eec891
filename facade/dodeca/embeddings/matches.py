"""Segments, the rows of embeddings, and matches, the results of a search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import numpy as np

from dodeca._base import html
from dodeca._base.numbers import is_finite
from dodeca._base.text import quote
from dodeca._serializable import NUMBERS, Serializable, to_plain
from dodeca.embeddings import export, ranking
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]
    from numpy.typing import NDArray

_TOLERANCE_SEC = 0.001  # the service rounds times to milliseconds


@attrs.frozen(eq=False, repr=False)
class Segment(Serializable):
    """One row of embeddings: a vector, its modality and its time range.

    `vector` is float32 of shape (d,); `start_sec` and `end_sec` are seconds from the start of the
    media. `embedding_option` is the modality: "visual", "audio", "transcription" or a newer one;
    `embedding_scope` is "clip" or "asset". These are None for text and images. `source_id` is the
    name of the media in `Embeddings.concat`, `source` its absolute path, URL or asset id; `extra`
    holds other fields of the response. `uncertainty` is float32 of shape (d,), a number for each of
    the vector, higher where the model is less sure; None if it was not asked for.

    >>> client.embed.video("colours.mp4")[0]
    <Segment 0.00-5.00 s, visual, clip, 512 floats>
    """

    vector: NDArray[np.float32] = attrs.field(metadata=NUMBERS)
    embedding_option: str | None = None
    embedding_scope: str | None = None
    start_sec: float | None = None
    end_sec: float | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict)
    source_id: str | None = None
    source: str | None = None
    model_name: str | None = None
    uncertainty: NDArray[np.float32] | None = attrs.field(default=None, metadata=NUMBERS)

    def __setstate__(self, state: tuple[None, dict[str, Any]]) -> None:
        # Through the constructor: earlier pickles have fewer fields.
        self.__init__(**state[1])  # type: ignore[misc]

    def __repr__(self) -> str:
        parts = (self.source_id, _span(self), self.embedding_option, self.embedding_scope)
        return f"<Segment {', '.join([*filter(None, parts), f'{self.vector.size} floats'])}>"

    def _repr_html_(self) -> str:
        values = [(name, getattr(self, name)) for name in _SHOWN]
        head = f"{self.vector.size} floats: {_first_values(self.vector)}"
        present = [(name, value) for name, value in values if value is not None]
        return html.pairs("Segment", [*present, *self.extra.items(), ("vector", head)])


_SHOWN = ("source_id", "start_sec", "end_sec", "embedding_option", "embedding_scope")


class _Scored(NamedTuple):
    segment: Segment
    score: float


class Match(_Scored, Serializable):
    """A segment and its score: the cosine similarity to the query, from -1 to 1.

    It unpacks as a pair: `for segment, score in matches`. If modalities were combined, `score` is
    their weighted mean, `scores` has the cosine of each, and `segment` is the row that adds most.

    >>> query = client.embed.text("red")
    >>> client.embed.video("colours.mp4").search(query, k=1)[0]
    <Match 0.57: 0.00-5.00 s, visual, clip>
    """

    scores: Mapping[str, float]

    def __new__(
        cls, segment: Segment, score: float, scores: Mapping[str, float] | None = None
    ) -> Match:
        """A match with its score, and the score of each modality if they were combined."""
        self = super().__new__(cls, segment, score)
        self.scores = scores or {}
        return self

    def to_dict(self, *, vectors: bool = False) -> dict[str, Any]:
        """The segment, the score and the scores as plain JSON values: see `Segment.to_dict`.

        >>> query = client.embed.text("red")
        >>> client.embed.video("colours.mp4").search(query, k=1)[0].to_dict()["segment"]["end_sec"]
        5.0
        """
        segment = self.segment.to_dict(vectors=vectors)
        return {"segment": segment, "score": float(self.score), "scores": to_plain(self.scores)}

    def __repr__(self) -> str:
        found = self.segment
        parts = (found.source_id, _span(found), _modality(self), found.embedding_scope)
        return f"<Match {self.score:.2f}: {', '.join(filter(None, parts))}>"

    def _repr_html_(self) -> str:
        return Matches([self])._repr_html_()


class Matches(list[Match], Serializable):
    """The results of a search, best first: a list of `Match`."""

    def to_dict(self, *, vectors: bool = False) -> dict[str, Any]:
        """The matches as plain JSON values, in a list under `matches`: see `Match.to_dict`.

        >>> query = client.embed.text("red")
        >>> len(client.embed.video("colours.mp4").search(query, k=2).to_dict()["matches"])
        2
        """
        return {"matches": [match.to_dict(vectors=vectors) for match in self]}

    def merge_adjacent(self, *, gap_sec: float = 0.0) -> Matches:
        """Merge matches that are adjacent in time and about as good; the result is best first.

        Matches of one source that overlap, or are at most `gap_sec` seconds apart, become one if
        their scores are at least half of the best one's; those of one time range become one
        whatever their modality and score. A merged match lasts from the first start to the last
        end, and has the score, vector and labels of its best part; `scores` has the best score of
        each modality. Matches without times are unchanged.

        >>> video, query = client.embed.video("colours.mp4"), client.embed.text("red")
        >>> len(video.search(query, k=4)), len(video.search(query, k=4).merge_adjacent())
        (4, 2)

        Raises:
            InvalidRequestError: `gap_sec` is not a finite number, 0 or more.
        """
        if not is_finite(gap_sec) or gap_sec < 0:
            raise InvalidRequestError(f"gap_sec must be a number, 0 or more, got {quote(gap_sec)}")
        found = Matches(match for match in self if not _span(match.segment))
        timed = [_merge(rows) for rows in _same_time_range(self)]
        spans = [_place(match.segment) for match in timed]
        scores = [match.score for match in timed]
        for group in ranking.group_adjacent(spans, scores, gap_sec + _TOLERANCE_SEC):
            found.append(_merge([timed[at] for at in group]))
        found.sort(key=lambda match: -match.score)
        return found

    def to_pandas(self) -> pd.DataFrame:
        """A data frame with a row for each match, best first (extra `data`).

        The columns are `score`, `source_id`, `source`, `start_sec`, `end_sec`, `embedding_option`,
        `embedding_scope`, `model_name` and `extra` (JSON text). If modalities were combined, there
        is a column such as `score_visual` for each of them, NaN where a time range has it not.

        >>> video, query = client.embed.video("colours.mp4"), client.embed.text("blue")
        >>> video.search(query, k=2).to_pandas()[["score", "start_sec"]].shape
        (2, 2)

        Raises:
            ConfigurationError: the extra `data` is not installed.
        """
        return export.matches_to_pandas(self)

    def __repr__(self) -> str:
        return f"[{', '.join(map(repr, self))}]"

    def _repr_html_(self) -> str:
        rows = [
            (f"{m.score:.3f}", m.segment.source_id, _span(m.segment), _modality(m))
            for m in self[: html.ROWS]
        ]
        title = f"{len(self)} match" + ("" if len(self) == 1 else "es")
        return html.table(title, ("score", "source_id", "time", "modality"), rows, len(self))


def _place(segment: Segment) -> tuple[Any, float, float]:
    """What media a segment is of, and its start and end."""
    key = (segment.source_id, segment.embedding_scope)
    return key, segment.start_sec or 0.0, segment.end_sec or 0.0


def _same_time_range(matches: Matches) -> Iterable[list[Match]]:
    """The matches that have times, in lists of those of one source and one time range."""
    groups: dict[Any, list[Match]] = {}
    for match in matches:
        if _span(match.segment):
            key, start, end = _place(match.segment)
            groups.setdefault((key, round(start, 3), round(end, 3)), []).append(match)
    return groups.values()


def _merge(parts: list[Match]) -> Match:
    best = max(parts, key=lambda match: match.score)
    scores: dict[str, float] = {}
    for part in parts:
        own = part.scores or {part.segment.embedding_option or "": part.score}
        for modality, score in own.items():
            if modality:
                scores[modality] = max(score, scores.get(modality, score))
    starts = [part.segment.start_sec for part in parts if part.segment.start_sec is not None]
    ends = [part.segment.end_sec for part in parts if part.segment.end_sec is not None]
    segment = attrs.evolve(best.segment, start_sec=min(starts), end_sec=max(ends))
    return Match(segment, best.score, scores)


def _span(segment: Segment) -> str:
    if segment.start_sec is None or segment.end_sec is None:
        return ""
    return f"{segment.start_sec:.2f}-{segment.end_sec:.2f} s"


def _modality(match: Match) -> str | None:
    parts = [f"{modality} {score:.2f}" for modality, score in match.scores.items()]
    return " + ".join(parts) or match.segment.embedding_option


def _first_values(vector: NDArray[np.float32]) -> str:
    shown = ", ".join(f"{value:.4f}" for value in vector[:4])
    return f"{shown}, …" if vector.size > 4 else shown
