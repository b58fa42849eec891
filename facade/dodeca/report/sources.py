"""The media of a report: which files the rows are of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import numpy as np

from dodeca._base.text import as_unicode, quote
from dodeca.embeddings import match_media
from dodeca.embeddings.timeline import timed_segments
from dodeca.errors import InvalidMediaError, InvalidRequestError
from dodeca.media import Media, MediaLike

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings, Segment

MAX_SOURCES = 50


@attrs.frozen
class Source:
    """A video or audio file and its segments, in time order."""

    path: Path
    mime_type: str
    size: int
    rows: Embeddings

    @property
    def name(self) -> str:
        """The name of the file, as a title."""
        return as_unicode(self.path.name)

    @property
    def is_audio(self) -> bool:
        """Whether there is nothing to see."""
        return self.mime_type.startswith("audio/")

    @property
    def duration_sec(self) -> float:
        """Seconds up to the end of the last segment, or what the service said."""
        stated = self.rows.metadata.duration if self.rows.metadata else None
        return max(float(self.rows.end_sec.max()), stated or 0.0)


def find_sources(
    embeddings: Embeddings, media: MediaLike | Mapping[str, MediaLike] | None
) -> list[Source]:
    """The files of the rows with times, in the order of their rows.

    Raises:
        InvalidMediaError: a source is not a local file.
        InvalidRequestError: no rows with times, more than 50 sources, or one file for several.
    """
    numbers: dict[match_media.SourceKey, list[int]] = {}
    timed = np.isfinite(embeddings.start_sec) & np.isfinite(embeddings.end_sec)
    for row in np.flatnonzero(timed).tolist():
        key = embeddings.source[row], embeddings.source_id[row]
        numbers.setdefault(key, []).append(row)
    if not numbers:
        timed_segments(embeddings)  # says what is missing
    if len(numbers) > MAX_SOURCES:
        raise InvalidRequestError(
            f"a report shows up to {MAX_SOURCES} files, and the rows are of {len(numbers)}: select "
            "some with filter(source_id=...)"
        )
    if media is not None and not isinstance(media, Mapping) and len(numbers) > 1:
        raise InvalidRequestError(
            f"media is one file, and the rows are of {len(numbers)}: name the file of each "
            "source_id in a mapping"
        )
    return [_source(embeddings[np.array(rows)], media) for rows in numbers.values()]


def _source(rows: Embeddings, media: MediaLike | Mapping[str, MediaLike] | None) -> Source:
    segment = rows[0]
    if isinstance(media, Mapping):
        media = media.get(segment.source_id or "")
    found = _file_of(segment) if media is None else Media.of(media)
    if found.path is None:
        raise InvalidMediaError(f"a report needs local files, got {quote(found)}")
    return Source(found.path, found.mime_type, found.size or 0, timed_segments(rows))


def _file_of(segment: Segment) -> Media:
    """The file that a row says it is of."""
    path = match_media.path_of(segment)
    if path is None:
        named = segment.source or segment.source_id
        raise InvalidMediaError(
            f"a report needs local files, and the rows of {quote(named)} do not say theirs: name "
            "it with media=..."
        )
    return Media.file(path)
