"""What the tools return. Their schemas, with the descriptions here, are what an agent reads.

Names, metadata and transcripts come from files and from the service. They are data: control
characters in them are replaced, and long texts are cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from dodeca._base.text import as_unicode, cut, printable
from dodeca._serializable import to_plain
from dodeca.embeddings import Clip
from dodeca.library import Hit, Library, Source

MAX_NAME = 200  # characters
MAX_TEXT = 2000  # characters of a location, a transcript or a text in metadata
MAX_VALUES = 50  # of a column of metadata


class SourceRecord(BaseModel):
    """A video, audio file, image, document or text of the library."""

    source_id: str = Field(description="Pass it to the other tools.")
    name: str = Field(description="The file name.")
    kind: str | None = Field(description="video, audio, image, document or text.")
    duration_sec: float | None
    segments: int | None = Field(description="Number of segments that a search finds.")


class SourceDetails(SourceRecord):
    """A source with its metadata."""

    location: str = Field(description="Path, URL, or id at the service.")
    metadata: dict[str, Any]


class SourceList(BaseModel):
    """The library and a page of its sources."""

    library: str
    model_name: str | None
    modalities: list[str] = Field(description="Values for `modalities` of the tool `search`.")
    metadata: dict[str, list[Any]] = Field(
        description="Columns for `metadata` of the tool `search`, with some of their values."
    )
    total: int = Field(description="Number of sources of the library.")
    sources: list[SourceRecord]


class HitRecord(BaseModel):
    """A segment that matches."""

    segment_id: str = Field(description="Pass it as `like_segment` to find similar segments.")
    source_id: str
    source_name: str
    start_sec: float | None
    end_sec: float | None
    modality: str | None
    score: float | None = Field(
        description="Higher is better, comparable within a search only; null without scores."
    )
    transcript: str | None


class Queries(BaseModel):
    """Queries of this session."""

    sent: int = Field(description="Queries that cost a request.")
    left: int = Field(description="How many more queries may be sent.")


class SearchResult(BaseModel):
    """The best matches, best first."""

    hits: list[HitRecord]
    total: int | None = Field(description="Number of matches; pass `offset` for further ones.")
    queries: Queries


class ClipRecord(BaseModel):
    """A clip that was written."""

    file: str = Field(description="The path of the clip on the machine of the server.")
    source_id: str
    start_sec: float
    end_sec: float


def clean(value: str, length: int = MAX_TEXT) -> str:
    """A text from elsewhere, without control characters and cut to a length."""
    return cut(printable(value[: length + 1]), length)


def _name(value: str | None) -> str | None:
    return None if value is None else clean(value, MAX_NAME)


def clean_value(value: Any) -> Any:
    """A value of metadata as JSON; its texts are cleaned."""
    return _clean_plain(to_plain(value))


def _clean_plain(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(name), MAX_NAME): _clean_plain(item) for name, item in value.items()}
    if isinstance(value, Sequence):
        return [_clean_plain(item) for item in value]
    return value


def source_record(source: Source) -> SourceRecord:
    """A source for a list."""
    return SourceRecord(**_fields(source))


def source_details(source: Source) -> SourceDetails:
    """A source with its metadata."""
    return SourceDetails(
        **_fields(source),
        location=clean(source.location),
        metadata=clean_value(source.metadata),
    )


def _fields(source: Source) -> dict[str, Any]:
    return {
        "source_id": source.id,
        "name": clean(source.name, MAX_NAME),
        "kind": source.kind,
        "duration_sec": source.duration_sec,
        "segments": source.segments,
    }


def source_list(library: Library, sources: Sequence[Source]) -> SourceList:
    """A page of sources, with what the library is."""
    return SourceList(
        library=clean(library.name, MAX_NAME),
        model_name=_name(library.model_name),
        modalities=[clean(each, MAX_NAME) for each in library.modalities],
        metadata={
            clean(name, MAX_NAME): clean_value(list(values)[:MAX_VALUES])
            for name, values in library.metadata_columns.items()
        },
        total=len(library.sources),
        sources=list(map(source_record, sources)),
    )


def hit_record(hit: Hit) -> HitRecord:
    """A hit of a search."""
    return HitRecord(
        segment_id=hit.segment_id,
        source_id=hit.source.id,
        source_name=clean(hit.source.name, MAX_NAME),
        start_sec=hit.start_sec,
        end_sec=hit.end_sec,
        modality=_name(hit.modality),
        score=hit.score,
        transcript=None if hit.transcript is None else clean(hit.transcript),
    )


def clip_record(source: Source, clip: Clip) -> ClipRecord:
    """A clip of a source."""
    return ClipRecord(
        file=clean(as_unicode(clip.path.absolute())),
        source_id=source.id,
        start_sec=clip.start_sec,
        end_sec=clip.end_sec,
    )
