"""How the page plays a source: by itself, transcoded, from a link, as a stream, or not at all."""

from __future__ import annotations

import os
from pathlib import Path, PurePath
from typing import Literal
from urllib.parse import quote, urlencode

import attrs

from dodeca._base.media_types import kind_of, mime_type_of
from dodeca._base.text import as_unicode
from dodeca.errors import InvalidMediaError
from dodeca.library import HlsStream, Link, LocalFile, Missing, Source
from dodeca.video.browser_formats import BrowserFormat, browser_format
from dodeca.video.probe import BrokenMedia

MAX_TRANSCODED_SEC = 300.0
"""The longest range that is transcoded at once."""

_DEFAULT_RANGE_SEC = 30.0
_MEDIA = ("video", "audio", "image")

State = Literal["local", "link", "missing"]


@attrs.frozen
class Playback:
    """What the page plays: `offset_sec` is the time in the source at which `url` begins."""

    kind: Literal["file", "transcoded", "link", "hls", "image", "audio", "missing"]
    url: str | None = None
    offset_sec: float = 0.0
    message: str | None = None


def playback(
    source: Source,
    playable: LocalFile | Link | HlsStream | Missing,
    start_sec: float | None,
    end_sec: float | None,
) -> Playback:
    """Decide how a range of a source is played; addresses are relative to the page."""
    match playable:
        case Link(url):
            return Playback("link", url)
        case HlsStream(url):
            return Playback("hls", url)
        case Missing(reason):
            return Playback("missing", message=reason)
    try:
        found = local_format(source, playable.path)
    except InvalidMediaError as exc:
        return Playback("missing", message=str(exc))
    name = quote(source.id, safe="")
    if found.kind == "image":
        folder = "media" if found.mime_type else "thumbnails"
        return Playback("image", f"{folder}/{name}")
    if found.mime_type:
        return Playback("file" if found.kind == "video" else "audio", f"media/{name}")
    start, end = transcoded_range(start_sec, end_sec)
    query = urlencode({"start": f"{start:.3f}", "end": f"{end:.3f}"})
    message = "Browsers cannot play this file; it is converted."
    return Playback("transcoded", f"transcoded/{name}?{query}", start, message)


def transcoded_range(start_sec: float | None, end_sec: float | None) -> tuple[float, float]:
    """The range to transcode: as asked for, or half a minute, or five minutes at most."""
    start = start_sec or 0.0
    end = start + _DEFAULT_RANGE_SEC if end_sec is None else end_sec
    return start, min(max(end, start + 0.1), start + MAX_TRANSCODED_SEC)


def local_format(source: Source, path: Path) -> BrowserFormat:
    """The format of a local file that may be sent to the page: media, and nothing else.

    Raises:
        InvalidMediaError: it is not there, no media, or a link to what is no media.
    """
    name = as_unicode(source.name)
    try:
        target = path.resolve(strict=True)
        if not target.is_file():
            raise InvalidMediaError(f"{name} is not a file")
        if target != path.absolute() and kind_of(mime_type_of(target.name)) not in _MEDIA:
            raise InvalidMediaError(f"{name} is a link to a file that is no media")
        return browser_format(target)
    except (OSError, RuntimeError) as exc:  # of circular links
        reason = exc.strerror if isinstance(exc, OSError) else None
        raise InvalidMediaError(f"{name} cannot be read: {reason or exc}") from exc
    except BrokenMedia as exc:
        raise InvalidMediaError(f"{name} cannot be played: {exc}") from exc


def state_of(source: Source) -> State:
    """Where the media of a source is, without a request: an id of the service is a link."""
    if PurePath(source.location).is_absolute():
        # A name that no file can have is missing; Path.exists would raise.
        return "local" if os.path.exists(source.location) else "missing"  # noqa: PTH110
    return "local" if source.kind == "text" else "link"
