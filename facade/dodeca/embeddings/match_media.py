"""What media segments are of: names, addresses and time ranges, as exports show them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from dodeca._base.text import base_name, one_line, quote, split_url
from dodeca.errors import InvalidRequestError

if TYPE_CHECKING:
    from dodeca.embeddings import Match, Segment

SourceKey = tuple[str | None, str | None]

_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.I)


def check_timed(matches: Iterable[Match], max_sec: float) -> None:
    """Check that there are matches, and that each has a time range within a number of seconds.

    Raises:
        InvalidRequestError: there is none, or one has no time range or a later one.
    """
    number = -1
    for number, match in enumerate(matches):
        start, end = match.segment.start_sec, match.segment.end_sec
        named = f"match {number} ({quote(name_of(match.segment))})"
        if start is None or end is None:
            raise InvalidRequestError(
                f"{named} has no time range; only those in video and audio have: leave out the "
                "others, or use to_csv"
            )
        if not 0 <= start <= end < max_sec:
            raise InvalidRequestError(
                f"{named} must lie between 0 and {max_sec} s, got {quote(start)} to {quote(end)}"
            )
    if number < 0:
        raise InvalidRequestError("there are no matches to write")


def time_range(match: Match) -> tuple[float, float]:
    """The start and the end of a match that has them, in seconds."""
    segment = match.segment
    assert segment.start_sec is not None
    assert segment.end_sec is not None
    return segment.start_sec, segment.end_sec


def by_source(matches: Iterable[Match]) -> list[list[Match]]:
    """The matches of each source, in the order in which the sources first occur."""
    groups: dict[SourceKey, list[Match]] = {}
    for match in matches:
        groups.setdefault(source_of(match.segment), []).append(match)
    return list(groups.values())


def source_of(segment: Segment) -> SourceKey:
    """What tells the media of a segment from other media."""
    return segment.source, segment.source_id


def name_of(segment: Segment) -> str:
    """The file name of the media of a segment, or what else they are called."""
    source = segment.source or segment.source_id or ""
    if url_of(segment) is not None and (parts := split_url(source)):
        source = unquote(parts.path)
    return one_line(base_name(source.rstrip("/\\"))) or "media"


def url_of(segment: Segment) -> str | None:
    """The URL of the media of a segment, if that is what it has."""
    source = segment.source or ""
    return source if _URL.match(source) else None


def path_of(segment: Segment) -> Path | None:
    """The local path of the media of a segment, whether there is such a file or not.

    None for URLs, assets, and media that were not read from a file.
    """
    source = segment.source
    if source is None or url_of(segment) is not None or not _is_file_name(source):
        return None
    path = Path(source)
    return path if path.is_absolute() else None


def _is_file_name(text: str) -> bool:
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def file_of(segment: Segment) -> Path | None:
    """The local file of the media of a segment, if it is there; never a pipe or a device."""
    path = path_of(segment)
    try:
        return path if path is not None and path.is_file() else None
    except (OSError, ValueError):
        return None


def thumbnail_of(segment: Segment) -> bytes | None:
    """A JPEG of the middle of a segment of a local file; None without one, or without PyAV."""
    path = file_of(segment)
    if path is None:
        return None
    try:
        from dodeca.video.probe import BrokenMedia
        from dodeca.video.thumbnails import thumbnail
    except ImportError:
        return None
    start, end = segment.start_sec, segment.end_sec
    try:
        return thumbnail(path, None if start is None or end is None else (start + end) / 2)
    except (BrokenMedia, OSError):
        return None
