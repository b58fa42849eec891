"""The values of a library, and what every library does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import attrs

from dodeca._base.text import quote
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from dodeca.embeddings import Matches
    from dodeca.embeddings.timeline import ScoreScale, ScoreTimeline

SourceKind = Literal["video", "audio", "image", "document", "text"]


@attrs.frozen
class Source:
    """One video, audio file, image, document or text of a library.

    `id` is an opaque name for URLs; it depends on the location alone, so it stays the same.
    `name` is the file name, after its folders where files of a library share it; `location` an
    absolute path, a URL, or the id of an asset or a video.
    `duration_sec` is where the last segment ends; None without times. `segments` is the number of
    rows that are searched by default; None in an index, which does not say it.
    """

    id: str
    name: str
    location: str
    kind: SourceKind | None
    duration_sec: float | None
    segments: int | None
    metadata: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Query:
    """What to search for: exactly one of a text, the bytes of an image, or the id of a segment.

    The segments most similar to a `segment` are "more like this"; that segment is left out.

    >>> from dodeca.library import Query
    >>> Query(text="a red car")
    Query(text='a red car', image=None, segment=None)

    Raises:
        InvalidRequestError: none or several of them, or one of another type.
    """

    text: str | None = None
    image: bytes | None = attrs.field(
        default=None, repr=lambda image: "None" if image is None else f"<{len(image)} bytes>"
    )
    segment: str | None = None

    def __attrs_post_init__(self) -> None:
        types = {"text": str, "image": bytes, "segment": str}
        given = {name: value for name in types if (value := getattr(self, name)) is not None}
        if len(given) != 1:
            raise InvalidRequestError(
                "a query is exactly one of text, image and segment, got "
                f"{' and '.join(given) or 'none of them'}"
            )
        for name, value in given.items():
            if not isinstance(value, types[name]) or not value:
                raise InvalidRequestError(
                    f"the {name} of a query must be {types[name].__name__} and not empty, "
                    f"got {quote(value)}"
                )


@attrs.frozen
class Selection:
    """Which segments a search ranks, and how.

    `weights` of modalities rank time ranges instead of rows, as in `Embeddings.search`; segments
    that score less than `min_score` are left out. `sources` are ids of sources; `options` and
    `scopes` are labels of the rows; `metadata` has the value that each of these columns must have.
    """

    weights: Mapping[str, float] | None = None
    min_score: float | None = None
    sources: Sequence[str] | None = None
    options: Sequence[str] | None = None
    scopes: Sequence[str] | None = None
    metadata: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Hit:
    """A segment that was found.

    `score` is the cosine similarity; if modalities were combined, `scores` has that of each. In an
    index they are what the service says, None where it ranks without scores. `start_sec` and
    `end_sec` are None for images and texts.
    """

    segment_id: str
    source: Source
    start_sec: float | None
    end_sec: float | None
    modality: str | None
    score: float | None
    scores: Mapping[str, float] = attrs.field(factory=dict)
    transcript: str | None = None
    thumbnail_url: str | None = None


@attrs.frozen
class Hits:
    """Hits, best first.

    `total` is the number of all hits of the search, None if it is not known; `is_embedded` is
    whether this search cost a request.
    """

    items: Sequence[Hit]
    total: int | None
    is_embedded: bool


@attrs.frozen
class QueryCounts:
    """`sent`: requests for queries since the library was opened; `kept`: queries on disk."""

    sent: int
    kept: int


@attrs.frozen
class LocalFile:
    """A source that is a file on this machine."""

    path: Path


@attrs.frozen
class Link:
    """A source that a browser loads by its URL."""

    url: str


@attrs.frozen
class HlsStream:
    """A source that is streamed by HLS: the URL of its playlist."""

    url: str


@attrs.frozen
class Missing:
    """A source that cannot be played, and the reason."""

    reason: str


Playable = LocalFile | Link | HlsStream | Missing


class Library(Protocol):
    """What people search and play: a dataset, or an index of the service.

    All methods can be called from several threads.
    """

    @property
    def name(self) -> str:
        """What the library is called."""
        ...

    @property
    def model_name(self) -> str | None:
        """The model of its vectors."""
        ...

    @property
    def sources(self) -> Sequence[Source]:
        """Its sources, in the order in which it has them."""
        ...

    def source(self, source_id: str) -> Source:
        """A source with all of its metadata, which those of an index lack in the list.

        Raises:
            InvalidRequestError: there is no such source.
        """
        ...

    @property
    def modalities(self) -> Sequence[str]:
        """The modalities that some segment has."""
        ...

    @property
    def scopes(self) -> Sequence[str]:
        """The scopes that some segment has."""
        ...

    @property
    def metadata_columns(self) -> Mapping[str, Sequence[Any]]:
        """The columns to filter by, and the values of each; none of a column with very many."""
        ...

    @property
    def queries(self) -> QueryCounts:
        """How many queries were sent, and how many are kept."""
        ...

    def is_kept(self, query: Query, selection: Selection = ...) -> bool:
        """Whether a search costs no request; a dataset keeps queries, an index whole searches."""
        ...

    def search(
        self, query: Query, selection: Selection = ..., *, offset: int = 0, limit: int = 50
    ) -> Hits:
        """The hits of a query from `offset` on, at most `limit`.

        Raises:
            InvalidRequestError: an unknown id, label or column, or a number out of range.
            APIError: the service returned an error status for the query.
        """
        ...

    def timeline(self, source_id: str, query: Query) -> list[ScoreTimeline]:
        """The scores of a source over time, by modality; none without times."""
        ...

    def scale(self, query: Query) -> ScoreScale:
        """The scale of the scores of a query, the same for all sources."""
        ...

    def playable(self, source_id: str) -> Playable:
        """How a source can be played."""
        ...

    def thumbnail(self, source_id: str, at_sec: float | None = None) -> bytes:
        """A JPEG of a source, at a time of a video.

        Raises:
            InvalidMediaError: the source has no thumbnail.
        """
        ...

    def matches(self, segment_ids: Sequence[str], query: Query) -> Matches:
        """Segments with their scores for a query, in this order, for clips and exports."""
        ...
