"""What the header of a media file says, without decoding or reading all of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av

from dodeca.video.probe import open_container, seconds, streams_of


@dataclass(frozen=True)
class MediaHeader:
    """What players and editors read first; `duration_sec` may be an estimate of the container."""

    has_video: bool
    has_audio: bool
    frame_rate: float | None = None
    """Frames per second, on average; None without video."""
    duration_sec: float | None = None
    timecode: str | None = None
    """The timecode of the first frame, such as 01:00:00:00, where the camera wrote one."""


def read_header(path: Path) -> MediaHeader:
    """Read the header of a local file. Raises BrokenMedia for what is no media, and OSError."""
    with open_container(path) as (container, _):
        video, audio = streams_of(container)
        timecodes = [container.metadata.get("timecode")]
        timecodes += [stream.metadata.get("timecode") for stream in container.streams]
        rate = video and (video.average_rate or video.guessed_rate)
        lengths = [seconds(s.duration, s) for s in (video, audio) if s and s.duration]
        if container.duration:
            lengths.append(container.duration / av.time_base)
        return MediaHeader(
            has_video=video is not None,
            has_audio=audio is not None,
            frame_rate=float(rate) if rate else None,
            duration_sec=lengths[0] if lengths else None,
            timecode=next(filter(None, timecodes), None),
        )
