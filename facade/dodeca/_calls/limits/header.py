"""What a header tells, and the rule for the duration of a file of several tracks."""

from __future__ import annotations

import attrs

from dodeca._base.media_types import Kind


@attrs.frozen
class Header:
    """What the header of a file tells; None is unknown.

    `kind` and `format` follow from the content. `duration_sec` may be wrong by `error_sec` either
    way. Width and height are as shown: after rotation, and with square pixels. `codec` is that of a
    WAV file.
    """

    kind: Kind | None = None
    format: str | None = None
    duration_sec: float | None = None
    error_sec: float = 0.0
    width: int | None = None
    height: int | None = None
    codec: str | None = None


@attrs.frozen
class Track:
    """A track of video or audio; `duration_sec` is None where the header does not tell it."""

    kind: Kind
    duration_sec: float | None
    width: int | None = None
    height: int | None = None


def of_tracks(name: str, tracks: list[Track], *, is_complete: bool) -> Header:
    """The header of a file with these tracks; of each kind the first one counts.

    The video decides the duration, unless the audio is longer by a second or more. A file that was
    cut off has an unknown duration.
    """
    video = next((track for track in tracks if track.kind == "video"), None)
    audio = next((track for track in tracks if track.kind == "audio"), None)
    first = video or audio
    if first is None:
        return Header(None, name)
    duration = first.duration_sec
    if duration is not None and audio is not None:
        longer = audio.duration_sec or 0.0
        duration = longer if longer - duration >= 1 else duration
    return Header(
        first.kind,
        name,
        duration_sec=round(duration, 3) if duration and is_complete else None,
        width=first.width,
        height=first.height,
    )


def shown_width(width: int, height: int, pixel_aspect: float) -> int | None:
    """The width of a frame with square pixels; None if the header has no size."""
    return round(width * pixel_aspect) if width > 0 and height > 0 and pixel_aspect > 0 else None
