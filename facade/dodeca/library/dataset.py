"""A dataset as a library: vectors in memory, searched on this machine."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dodeca._base.lazy import cached_property
from dodeca._base.numbers import is_finite
from dodeca._base.text import quote
from dodeca.embeddings import Embeddings, Match, Matches, ranking
from dodeca.embeddings.search import embed_of, embed_query
from dodeca.embeddings.timeline import ScoreScale, ScoreTimeline, score_timelines
from dodeca.errors import InvalidRequestError
from dodeca.library.kept_queries import KeptQueries, QueryKey
from dodeca.library.metadata import TRANSCRIPTS, MetadataColumns
from dodeca.library.rows import Rows, name_of, queries_path, read_rows
from dodeca.library.scoring import Scoring
from dodeca.library.sources import find_sources, local_thumbnail, playable
from dodeca.library.values import (
    Hit,
    Hits,
    Playable,
    Query,
    QueryCounts,
    Selection,
    Source,
)
from dodeca.media import Media

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dodeca import Client

MAX_LIMIT = 1_000
"""Hits of one search."""
_SCORED_QUERIES = 8  # whose scores of all rows are held, for the next page and for timelines
_EVERYTHING = Selection()


def open_dataset(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], client: Client
) -> DatasetLibrary:
    """Open the dataset of a run, Parquet files, a `.lance` table, or several of them.

    The vectors are read into memory; queries are embedded by `client` with their model, and kept
    beside the first path (`queries.sqlite` in the folder of a run).

    >>> from dodeca.library import Query, open_dataset
    >>> path = client.embed.video("colours.mp4").to_parquet("colours.parquet")
    >>> library = open_dataset(path, client)
    >>> library.search(Query(text="blue"), limit=1).items[0].start_sec
    5.0

    Raises:
        InvalidRequestError: no such dataset, no vectors in it, or vectors of several models or
            lengths; or `client` is not a `Client`.
        DatasetError: the kept queries or the table cannot be read.
        ConfigurationError: an extra is not installed, or a newer version of this package wrote the
            dataset or the kept queries.
    """
    embed = embed_of(client)
    listed = [paths] if isinstance(paths, str | os.PathLike) else paths
    if not isinstance(listed, Sequence):
        raise InvalidRequestError(f"paths must be a path or several, got {quote(paths)}")
    rows = read_rows(listed)
    return DatasetLibrary(
        name_of(listed), rows, client, embed, KeptQueries(queries_path(listed[0]))
    )


class DatasetLibrary:
    """A dataset as a `Library`; made by `open_dataset`."""

    def __init__(
        self, name: str, rows: Rows, client: Client, embed: Any, kept: KeptQueries
    ) -> None:
        self.name = name
        self.embeddings: Embeddings = rows.embeddings
        self._embed, self._kept, self._sent = embed, kept, 0
        settings = client._transport.settings
        self.model_name: str = self.embeddings.model_name or settings.embedding_model
        self._service = "emulator" if client._is_emulated else settings.base_url
        self._embedding, self._lock = threading.Lock(), threading.Lock()
        self._scoring = Scoring(self.embeddings)
        self._scored: OrderedDict[Query, NDArray[np.float32]] = OrderedDict()
        self._metadata = MetadataColumns(self.embeddings.extra)
        is_segment = ranking.comparable_rows(self.embeddings.embedding_scope)
        self._sources, self._origins = find_sources(rows, self._metadata, is_segment)
        self._numbers = {source.id: number for number, source in enumerate(self._sources)}

    @property
    def sources(self) -> Sequence[Source]:
        """The media of the rows, in the order in which the dataset has them."""
        return self._sources

    def source(self, source_id: str) -> Source:
        """A source with all of its metadata.

        Raises:
            InvalidRequestError: there is no such source.
        """
        return self._sources[self._number(source_id)]

    @property
    def modalities(self) -> list[str]:
        """The modalities that some row has."""
        return [label for label in self.embeddings.embedding_option.distinct() if label]

    @property
    def scopes(self) -> list[str]:
        """The scopes that some row has."""
        return [label for label in self.embeddings.embedding_scope.distinct() if label]

    @property
    def metadata_columns(self) -> Mapping[str, Sequence[Any]]:
        """The columns to filter by, and the values of each; none of a column with more than 500."""
        return self._metadata.values

    @property
    def queries(self) -> QueryCounts:
        """How many queries were sent, and how many are kept."""
        return QueryCounts(self._sent, self._kept.count())

    def is_kept(self, query: Query, selection: Selection = _EVERYTHING) -> bool:
        """Whether a search for this query costs no request."""
        return query.segment is not None or self._kept.find(self._key(query)) is not None

    def search(
        self,
        query: Query,
        selection: Selection = _EVERYTHING,
        *,
        offset: int = 0,
        limit: int = 50,
    ) -> Hits:
        """The hits of a query from `offset` on, at most `limit` of 1,000, ranked as by
        `Embeddings.search`: whole media are left out where there are segments, unless `scopes`
        selects them.
        """
        _check_range("offset", offset, 0, len(self.embeddings))
        _check_range("limit", limit, 1, MAX_LIMIT)
        least = ranking.check_min_score(selection.min_score)
        is_ranked = self._selected(selection)
        weights = None
        if selection.weights is not None:
            options = self.embeddings.embedding_option[is_ranked]
            weights = ranking.check_weights(options, selection.weights)
        if query.segment is not None:
            is_ranked = is_ranked & ~self._same_segment(self._row_of(query.segment))
        vector, is_embedded = self._vector(query)
        scores = np.where(is_ranked, self._scores(query, vector), np.float32(-np.inf))
        found = self._scoring.rank(
            vector, scores, weights=weights, min_score=least, limit=offset + limit
        )
        hits = [self._hit(each) for each in found.best[offset:]]
        return Hits(hits, found.total, is_embedded)

    def timeline(self, source_id: str, query: Query) -> list[ScoreTimeline]:
        """The scores of a source over time, by modality; none without times."""
        rows = self.embeddings[np.flatnonzero(self._rows_of([source_id]))]
        if not (np.isfinite(rows.start_sec) & np.isfinite(rows.end_sec)).any():
            return []
        vector, _ = self._vector(query)
        return score_timelines(rows, self._as_embeddings(vector))

    def scale(self, query: Query) -> ScoreScale:
        """The scale of the scores of a query, the same for all sources."""
        vector, _ = self._vector(query)
        rows, is_ranked = self.embeddings, ranking.comparable_rows(self.embeddings.embedding_scope)
        scores = self._scores(query, vector)[is_ranked]
        timeline = ScoreTimeline("all", rows.start_sec[:0], rows.end_sec[:0], scores)
        return ScoreScale.of([timeline])

    def playable(self, source_id: str) -> Playable:
        """How a source can be played: a file that is there, a link, or why not."""
        number = self._number(source_id)
        return playable(self._sources[number], self._origins[number])

    def thumbnail(self, source_id: str, at_sec: float | None = None) -> bytes:
        """A JPEG of a local source, at a time of a video (extra `media`).

        Raises:
            InvalidMediaError: it is not a local file, or has no frame that can be decoded.
            ConfigurationError: the extra `media` is not installed.
        """
        if at_sec is not None and (not is_finite(at_sec) or at_sec < 0):
            raise InvalidRequestError(f"at_sec must be a number, 0 or more, got {quote(at_sec)}")
        source = self._sources[self._number(source_id)]
        return local_thumbnail(source, self.playable(source_id), at_sec)

    def matches(self, segment_ids: Sequence[str], query: Query) -> Matches:
        """Segments with their scores for a query, in this order, for clips and exports."""
        numbers = np.array([self._row_of(each) for each in segment_ids], np.intp)
        vector, _ = self._vector(query)
        scores = self._scoring.exact(vector)(numbers).tolist()
        segments = map(self.embeddings.__getitem__, numbers.tolist())
        return Matches(map(Match, segments, scores), query=query.text)

    def _hit(self, found: ranking.Ranked) -> Hit:
        segment = self.embeddings[found.row]
        texts = [text for name in TRANSCRIPTS if isinstance(text := segment.extra.get(name), str)]
        return Hit(
            segment_id=self.segment_ids[found.row],
            source=self._sources[int(self.embeddings.source_id.codes[found.row])],
            start_sec=segment.start_sec,
            end_sec=segment.end_sec,
            modality=segment.embedding_option,
            score=found.score,
            scores=found.scores,
            transcript=next(iter(texts), None),
        )

    # Which rows.

    def _selected(self, selection: Selection) -> NDArray[np.bool_]:
        """A mask of the rows to rank."""
        rows = self.embeddings
        chosen = np.ones(len(rows), np.bool_)
        for name, column, wanted, known in (
            ("options", rows.embedding_option, selection.options, ranking.OPTIONS),
            ("scopes", rows.embedding_scope, selection.scopes, ranking.SCOPES),
        ):
            if wanted is not None:
                chosen &= column.any_of(ranking.check_labels(name, wanted, column, known))
        if selection.sources is not None:
            chosen &= self._rows_of(selection.sources)
        for name, value in selection.metadata.items():
            chosen &= self._metadata.rows_with(name, value)
        chosen[chosen] = ranking.comparable_rows(rows.embedding_scope[chosen])
        return chosen

    def _rows_of(self, source_ids: Sequence[str]) -> NDArray[np.bool_]:
        is_chosen = np.zeros(len(self._sources), np.bool_)
        is_chosen[[self._number(each) for each in source_ids]] = True
        return np.asarray(is_chosen[self.embeddings.source_id.codes])

    def _number(self, source_id: str) -> int:
        found = self._numbers.get(source_id)
        if found is None:
            raise InvalidRequestError(f"the library has no source {quote(source_id)}")
        return found

    def _row_of(self, segment_id: str) -> int:
        found = self._row_numbers.get(segment_id)
        if found is None:
            raise InvalidRequestError(f"the library has no segment {quote(segment_id)}")
        return found

    def _same_segment(self, row: int) -> NDArray[np.bool_]:
        """A mask of the rows of the same source and time, whatever their modality."""
        rows, codes = self.embeddings, self.embeddings.source_id.codes
        is_same = np.asarray(codes == codes[row])
        for times in (rows.start_sec, rows.end_sec):
            is_same &= np.isnan(times) if np.isnan(times[row]) else times == times[row]
        is_same[row] = True
        return is_same

    @property
    def segment_ids(self) -> Sequence[str]:
        """The ids of the segments: those of the rows."""
        assert self.embeddings.ids is not None
        return self.embeddings.ids

    @cached_property
    def _row_numbers(self) -> dict[str, int]:
        return {each: row for row, each in enumerate(self.segment_ids)}

    # Queries.

    def _vector(self, query: Query) -> tuple[NDArray[np.float32], bool]:
        """The vector of a query, of shape (d,), and whether a request was sent for it."""
        if query.segment is not None:
            return self.embeddings.vectors[self._row_of(query.segment)], False
        key = self._key(query)
        if (kept := self._kept.find(key)) is not None:
            return kept, False
        with self._embedding:  # whoever waits here for the same query finds it kept
            if (kept := self._kept.find(key)) is not None:
                return kept, False
            media = query.text if query.image is None else Media.data(query.image, kind="image")
            self._sent += 1
            found = embed_query(self._embed, media, self.embeddings)
            vector = ranking.one_vector(found, self.embeddings.dimension)[0]
            self._kept.keep(key, vector)
            return vector, True

    def _key(self, query: Query) -> QueryKey:
        return QueryKey(
            self._service, self.model_name, self.embeddings.dimension, query.text, query.image
        )

    def _as_embeddings(self, vector: NDArray[np.float32]) -> Embeddings:
        return Embeddings.from_items([{"embedding": vector}], model_name=self.embeddings.model_name)

    def _scores(self, query: Query, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """The approximate score of each row, held for some queries."""
        with self._lock:
            if query in self._scored:
                self._scored.move_to_end(query)
                return self._scored[query]
        scores = self._scoring.approximate(vector)
        scores.setflags(write=False)
        with self._lock:
            self._scored[query] = scores
            if len(self._scored) > _SCORED_QUERIES:
                self._scored.popitem(last=False)
        return scores


def _check_range(name: str, value: Any, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidRequestError(f"{name} must be {low} to {high}, got {quote(value)}")
