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
    """A track of video or audio; `duration_sec` is None where the header does not tell it.

    `start_sec` is how long after the beginning of the file it starts.
    """

    kind: Kind
    duration_sec: float | None
    width: int | None = None
    height: int | None = None
    start_sec: float = 0.0

    def end_sec(self, start_sec: float) -> float:
        """Where it ends, after the start of the first track; 0 if unknown."""
        return self.start_sec + self.duration_sec - start_sec if self.duration_sec else 0.0


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
    start = min(track.start_sec for track in (video, audio) if track is not None)
    duration = first.end_sec(start)
    if duration and audio is not None:
        longer = audio.end_sec(start)
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
