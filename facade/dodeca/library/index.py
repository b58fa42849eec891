"""An index of the service as a library: the service searches it, shows it and streams it."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from dodeca._base.lazy import cached_property
from dodeca._base.text import quote
from dodeca._calls import library_requests, params
from dodeca.embeddings import Match, Matches, Segment
from dodeca.embeddings.timeline import ScoreScale, ScoreTimeline, score_timelines
from dodeca.errors import APIError, BadRequestError, InvalidMediaError, InvalidRequestError
from dodeca.library.index_search import IndexSearch, search_key
from dodeca.library.sources import source_id
from dodeca.library.values import (
    Hit,
    Hits,
    HlsStream,
    Missing,
    Playable,
    Query,
    QueryCounts,
    Selection,
    Source,
)
from dodeca.media import Media

if TYPE_CHECKING:
    from dodeca import Client, Embeddings
    from dodeca.results import SearchHit, Video

_MAX_SEARCHES = 200  # that are kept in memory
_PAGE = 50  # videos of a page of the list, the most of the service
_SCALE_SOURCES = 3  # the best sources of a search; a scale of all would fetch every video
_SEGMENT = re.compile(r"([\w-]+)~(\d{1,12})~(\d{1,12})")
_ALL = Selection()


def open_index(index_id: str, client: Client) -> IndexLibrary:
    """Open an index of the service as a library (`GET /indexes/{index_id}`).

    >>> from dodeca.library import Query, open_index
    >>> library = open_index(index.id, client)
    >>> library.search(Query(text="something green"), limit=1).items[0].end_sec
    15.0

    Raises:
        InvalidRequestError: the index has no Marengo model, which searches need.
        NotFoundError: there is no such index.
        APIError: the service returned another error status.
    """
    return IndexLibrary(client, index_id)


class IndexLibrary:
    """A library over an index of the service; `open_index` makes it.

    Each search costs a request. Its hits are kept in memory: the same search costs nothing more
    while the library is open. Hits have scores with Marengo 2.7 only; newer models rank without.
    "More like this" searches for the thumbnail of a segment. A selection takes any field of user
    metadata, since the service does not list them.
    """

    def __init__(self, client: Client, index_id: str) -> None:
        index = client.indexes.retrieve(index_id)
        self._client = client
        self._index_id = index.id
        self.name = index.index_name or index.id
        self.modalities: Sequence[str] = library_requests.search_options(index)
        self.model_name = library_requests.search_model(index).model_name
        self.scopes: Sequence[str] = ["clip"]
        self.metadata_columns: Mapping[str, Sequence[Any]] = {}  # the service does not list them
        self._lock = threading.RLock()
        self._searches: OrderedDict[str, IndexSearch] = OrderedDict()
        self._queries: dict[str, Embeddings] = {}  # embedded, for timelines
        self._vectors: dict[str, Embeddings | None] = {}  # of videos
        self._sent = 0

    def __repr__(self) -> str:
        return f"<IndexLibrary {self._index_id}: {quote(self.name)}>"

    @property
    def sources(self) -> Sequence[Source]:
        """The videos of the index, newest first, as they were when this was first asked for."""
        return self._sources

    @cached_property
    def _sources(self) -> Sequence[Source]:
        videos = self._client.indexes.videos.list(self._index_id, page_limit=_PAGE)
        return list(map(_source, videos))

    @cached_property
    def _by_id(self) -> dict[str, Source]:
        return {source.id: source for source in self.sources}

    @cached_property
    def _by_video(self) -> dict[str, Source]:
        return {source.location: source for source in self.sources}

    def source(self, source_id: str) -> Source:
        """A video with its user metadata, which the list of `sources` does not have.

        >>> from dodeca.library import open_index
        >>> library = open_index(index.id, client)
        >>> library.source(library.sources[0].id).name
        'colours.mp4'

        Raises:
            InvalidRequestError: there is no such source.
            APIError: the service returned an error status.
        """
        return _source(self._video(source_id))

    @property
    def queries(self) -> QueryCounts:
        """How many requests were sent for queries, and how many searches are kept."""
        return QueryCounts(sent=self._sent, kept=len(self._searches))

    def is_kept(self, query: Query, selection: Selection = _ALL) -> bool:
        """Whether a search costs no request, since it was made before."""
        return search_key(query, selection) in self._searches

    def search(
        self, query: Query, selection: Selection = _ALL, *, offset: int = 0, limit: int = 50
    ) -> Hits:
        """The hits of a query from `offset` on, at most `limit` (`POST /search`).

        >>> from dodeca.library import Query, Selection, open_index
        >>> visual = Selection(options=["visual"])
        >>> open_index(index.id, client).search(Query(text="something green"), visual).total
        4

        Raises:
            InvalidRequestError: an unknown id, modality or field of metadata, a number out of
                range, or weights, which the service does not have.
            APIError: the service returned an error status.
        """
        params.integer("offset", offset, 0)
        params.integer("limit", limit, 1)
        with self._lock:
            before = self._sent
            found = self._first(query, selection, offset + limit)
            total = self._find(query, selection).total
            hits = [self._hit(hit) for hit in found[offset:]]
            return Hits(hits, total, is_embedded=self._sent > before)

    def _first(self, query: Query, selection: Selection, count: int) -> list[SearchHit]:
        """The first hits; the search is sent again if the token of its next page has expired."""
        try:
            return self._find(query, selection).first(count)
        except BadRequestError as exc:
            if exc.code != "search_page_token_expired":
                raise
        del self._searches[search_key(query, selection)]
        return self._find(query, selection).first(count)

    def _find(self, query: Query, selection: Selection) -> IndexSearch:
        """The search with these parameters, sent now if it is not kept."""
        key = search_key(query, selection)
        if key not in self._searches:
            arguments = self._arguments(query, selection)
            self._sent += 1
            results = self._client.search(
                self._index_id, page_limit=_PAGE, include_user_metadata=True, **arguments
            )
            self._searches[key] = IndexSearch(results, selection.min_score)
        self._searches.move_to_end(key)
        if len(self._searches) > _MAX_SEARCHES:
            self._searches.popitem(last=False)
        return self._searches[key]

    def _arguments(self, query: Query, selection: Selection) -> dict[str, Any]:
        """The arguments of `client.search`.

        Raises:
            InvalidRequestError: the selection has what the index does not.
        """
        if selection.weights:
            raise InvalidRequestError(
                f"an index ranks by itself, without weights; got {quote(selection.weights)}"
            )
        options = _known("options", selection.options, self.modalities)
        _known("scopes", selection.scopes, self.scopes)
        filter_: dict[str, Any] = dict(selection.metadata)
        if selection.sources is not None:
            _known("sources", selection.sources, self._by_id)
            filter_["id"] = [self._by_id[name].location for name in selection.sources]
        image = self._image(query)
        return {
            "query_text": query.text,
            "query_media": None if image is None else Media.data(image, kind="image"),
            "search_options": options or self.modalities,
            "filter": filter_ or None,
        }

    def _image(self, query: Query) -> bytes | None:
        """The image of a query: that of a segment is its thumbnail."""
        if query.segment is None:
            return query.image
        source, start, end = self._parse_segment(query.segment)
        return self.thumbnail(source.id, (start + end) / 2)

    def timeline(self, source_id: str, query: Query) -> list[ScoreTimeline]:
        """The scores of a video over time, by modality.

        They are cosine similarities of the vectors that the service has of the video to the query,
        which is embedded once. There are none if the client cannot embed with the index's model.

        >>> from dodeca.library import Query, open_index
        >>> library = open_index(index.id, client)
        >>> timelines = library.timeline(library.sources[0].id, Query(text="something green"))
        >>> [timeline.modality for timeline in timelines]
        ['visual', 'audio']

        Raises:
            InvalidRequestError: there is no such source.
            APIError: the service returned an error status.
        """
        source = self._source_of(source_id)
        with self._lock:
            vectors = self._vectors_of(source)
            return [] if vectors is None else score_timelines(vectors, self._embed(query))

    def scale(self, query: Query) -> ScoreScale:
        """The scale of the scores of a query: that of the sources of its best hits."""
        with self._lock:
            best = [hit.source.id for hit in self.search(query).items]
            sources = list(dict.fromkeys(best))[:_SCALE_SOURCES]
            timelines = [each for name in sources for each in self.timeline(name, query)]
            return ScoreScale.of(timelines) if timelines else ScoreScale(0.0, 1.0)

    def _vectors_of(self, source: Source) -> Embeddings | None:
        """The vectors of a video; None if queries cannot be embedded with their model."""
        if (self.model_name or "").startswith("marengo2"):  # a model that embeds no more
            return None
        if source.location not in self._vectors:
            video = self._client.indexes.videos.retrieve(
                self._index_id, source.location, embedding_option=self.modalities
            )
            self._vectors[source.location] = video.embedding
        return self._vectors[source.location]

    def _embed(self, query: Query) -> Embeddings:
        key = search_key(query, _ALL)
        if key not in self._queries:
            image, embed = self._image(query), self._client.embed
            self._sent += 1
            if image is None:
                found = embed.text(str(query.text), model_name=self.model_name)
            else:
                media = Media.data(image, kind="image")
                found = embed.image(media, model_name=self.model_name)
            self._queries[key] = found
        return self._queries[key]

    def playable(self, source_id: str) -> Playable:
        """The HLS stream of a video; missing if the video was indexed without one.

        Raises:
            InvalidRequestError: there is no such source.
            APIError: the service returned an error status.
        """
        video = self._video(source_id)
        url = video.hls.video_url if video.hls else None
        if url:
            return HlsStream(url)
        status = f" (its status is {quote(video.hls.status)})" if video.hls else ""
        return Missing(f"the service has no stream of this video{status}")

    def thumbnail(self, source_id: str, at_sec: float | None = None) -> bytes:
        """A JPEG of a video: that of a hit at this time if a search found one, else of the video.

        >>> from dodeca.library import Query, open_index
        >>> shown = client.indexes.create("shown", {"marengo3.0": ["visual"]}, addons=["thumbnail"])
        >>> task = client.tasks.create(shown.id, "colours.mp4").wait()
        >>> library = open_index(shown.id, client)
        >>> hit = library.search(Query(text="something green")).items[0]
        >>> library.thumbnail(hit.source.id, hit.start_sec)[:2]
        b'\\xff\\xd8'

        Raises:
            InvalidRequestError: there is no such source.
            InvalidMediaError: the service has no thumbnail of it.
            TransportError: no complete response arrived.
        """
        source = self._source_of(source_id)
        for link in self._thumbnail_links(source, at_sec):
            try:
                return self._client.fetch(link)
            except APIError:  # links expire
                continue
        raise InvalidMediaError(
            f"the service has no thumbnail of {quote(source.name)}: those of hits need an index "
            "with the add-on thumbnail"
        )

    def _thumbnail_links(self, source: Source, at_sec: float | None) -> Iterator[str]:
        """Links to thumbnails of a video, the best first; each is looked up when it is needed."""
        with self._lock:
            hits = [hit for search in self._searches.values() for hit in search.hits]
        for hit in reversed(hits):  # the latest, whose links live longest
            is_there = at_sec is None or (hit.start or 0.0) <= at_sec < (hit.end or 0.0)
            if hit.video_id == source.location and hit.thumbnail_url and is_there:
                yield hit.thumbnail_url
        video = self._video(source.id)
        yield from (video.hls.thumbnail_urls or () if video.hls else ())
        if video.asset_id:
            thumbnail = self._client.assets.retrieve(video.asset_id).thumbnail
            if thumbnail and thumbnail.representative_url:
                yield thumbnail.representative_url

    def matches(self, segment_ids: Sequence[str], query: Query) -> Matches:
        """Segments with their scores for a query, in this order.

        Their `source` is the stream of the video, or without one its id. Their vectors are empty,
        since the service searches. The score is the best of the modalities, as in `timeline`.

        Raises:
            InvalidRequestError: an id that is not one of a segment.
            APIError: the service returned an error status.
        """
        found = (self._match(segment_id, query) for segment_id in segment_ids)
        return Matches(found, query=query.text)

    def _match(self, segment_id: str, query: Query) -> Match:
        source, start, end = self._parse_segment(segment_id)
        playable = self.playable(source.id)
        segment = Segment(
            vector=np.zeros(0, np.float32),
            embedding_scope="clip",
            start_sec=start,
            end_sec=end,
            source_id=source.name,
            source=playable.url if isinstance(playable, HlsStream) else source.location,
            model_name=self.model_name,
        )
        scores = {
            timeline.modality: float(timeline.scores[inside].max())
            for timeline in self.timeline(source.id, query)
            if (inside := (timeline.start_sec < end) & (timeline.end_sec > start)).any()
        }
        return Match(segment, max(scores.values(), default=0.0), scores)

    def _hit(self, hit: SearchHit) -> Hit:
        source = self._source_of_video(hit.video_id or "")
        start, end = hit.start or 0.0, hit.end or 0.0
        return Hit(
            segment_id=f"{source.id}~{round(start * 1000)}~{round(end * 1000)}",
            source=attrs.evolve(source, metadata=hit.user_metadata or {}),
            start_sec=hit.start,
            end_sec=hit.end,
            modality=None,
            score=hit.score,
            transcript=hit.transcription,
            thumbnail_url=hit.thumbnail_url,
        )

    def _source_of_video(self, video_id: str) -> Source:
        """The source of a video, which may be newer than the list of them."""
        if video_id not in self._by_video:
            source = _source(self._client.indexes.videos.retrieve(self._index_id, video_id))
            self._by_video[video_id] = self._by_id[source.id] = source
        return self._by_video[video_id]

    def _source_of(self, source_id: str) -> Source:
        _known("source_id", [source_id], self._by_id)
        return self._by_id[source_id]

    def _parse_segment(self, segment_id: str) -> tuple[Source, float, float]:
        found = _SEGMENT.fullmatch(segment_id)
        if found is None:
            raise InvalidRequestError(f"there is no segment {quote(segment_id)}")
        name, start, end = found.groups()
        return self._source_of(name), int(start) / 1000, int(end) / 1000

    def _video(self, source_id: str) -> Video:
        video_id = self._source_of(source_id).location
        return self._client.indexes.videos.retrieve(self._index_id, video_id)


def _source(video: Video) -> Source:
    about = video.system_metadata
    return Source(
        id=source_id(video.id),
        name=(about.filename if about else None) or video.id,
        location=video.id,
        kind="video",
        duration_sec=about.duration if about else None,
        segments=None,
        metadata=video.user_metadata or {},
    )


def _known(name: str, given: Iterable[str] | None, known: Iterable[str]) -> list[str]:
    """The given words, each of which must be known.

    Raises:
        InvalidRequestError: one of them is not.
    """
    words = list(given or ())
    for word in words:
        if word not in known:
            choices = quote(list(known)) if len(list(known)) <= 20 else f"{len(list(known))} others"
            raise InvalidRequestError(f"{name}: the index has no {quote(word)}; it has {choices}")
    return words
