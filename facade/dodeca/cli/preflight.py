"""Check files against the documented limits of the API, before anything is sent.

`POST /embed-v2` takes images, and audio and video of up to 36 MB and 10 minutes.
`POST /embed-v2/tasks` takes audio and video of 4 seconds to 4 hours, as assets of up to 4 GB.
`POST /tasks` takes video of 4 seconds to 2 hours and up to 2 GB, of six aspect ratios.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import attrs

from dodeca.media import GIB, IMAGE_BYTES, IMAGE_MIN_SIDE, MIB, SYNC_BYTES, SYNC_SEC, Media
from dodeca.media import duration_sec as header_duration


class Endpoint(StrEnum):
    """An endpoint that takes media."""

    EMBED = "embed"
    EMBED_TASK = "embed-task"
    INDEX = "index"


_MEDIA_KINDS = {
    Endpoint.EMBED: ("video", "audio", "image"),
    Endpoint.EMBED_TASK: ("video", "audio"),
    Endpoint.INDEX: ("video",),
}
_MIN_FRAME = (360, 360)
_MAX_FRAME = {
    Endpoint.EMBED: (5184, 2160),
    Endpoint.EMBED_TASK: (5184, 2160),
    Endpoint.INDEX: (3840, 2160),
}
_MAX_ASPECT = 2.4
_ASPECTS = ((1, 1), (4, 3), (4, 5), (5, 4), (16, 9), (9, 16))
_ASPECT_TOLERANCE = 0.02
_SECONDS = {
    Endpoint.EMBED: (0.0, SYNC_SEC),
    Endpoint.EMBED_TASK: (4.0, 4 * 3600.0),
    Endpoint.INDEX: (4.0, 2 * 3600.0),
}
_MAX_BYTES = {Endpoint.EMBED: SYNC_BYTES, Endpoint.EMBED_TASK: 4 * GIB, Endpoint.INDEX: 2 * GIB}
_PEGASUS_SEC = 3600.0
_AUDIO_FORMATS = ("wav", "mp3", "flac")


@attrs.frozen
class FileInfo:
    """What is known of a file; None is unknown. `duration` in seconds, width and height in pixels.

    `is_measured` is False if only the name and the header were read.
    """

    kind: str
    format: str
    size: int
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    audio_codec: str | None = None
    defect: str | None = None
    is_measured: bool = True


@attrs.frozen
class EndpointCheck:
    """Whether an endpoint takes a file. `problems` say why not; `note` is worth knowing if it does.

    `applies` is False if the endpoint does not take this kind of media at all.
    """

    endpoint: Endpoint
    applies: bool
    problems: tuple[str, ...] = ()
    note: str | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the endpoint takes this kind of media, and the file has no problems."""
        return self.applies and not self.problems


def inspect(path: Path) -> FileInfo:
    """Measure a file with PyAV (extra `media`), or without it read its name and header.

    Raises:
        InvalidMediaError: the file is missing or empty.
    """
    media = Media.file(path)
    size = media.size or 0
    try:
        from dodeca.video.probe import BrokenMedia, probe
    except ImportError:
        return _from_header(media, size)
    try:
        info = probe(path)
    except BrokenMedia as error:
        return FileInfo("unreadable", "", size, defect=str(error))
    return FileInfo(
        info.kind, info.format, size, info.duration, info.width, info.height, info.audio_codec
    )


def check_file(info: FileInfo) -> list[EndpointCheck]:
    """Check a file against the limits of each endpoint."""
    return [_check(endpoint, info) for endpoint in Endpoint]


def _check(endpoint: Endpoint, info: FileInfo) -> EndpointCheck:
    if info.kind == "unreadable":
        return EndpointCheck(endpoint, True, (info.defect or "the file cannot be read",))
    if info.kind not in _MEDIA_KINDS[endpoint]:
        return EndpointCheck(endpoint, False)
    if info.kind == "image":
        return EndpointCheck(endpoint, True, tuple(_image_problems(info)))
    problems = tuple(_clip_problems(endpoint, info))
    note = None
    if endpoint is Endpoint.INDEX and not problems and (info.duration or 0) > _PEGASUS_SEC:
        note = "Pegasus takes at most 1 hour"
    return EndpointCheck(endpoint, True, problems, note)


def _image_problems(info: FileInfo) -> Iterator[str]:
    if info.format not in ("jpeg", "png"):
        yield f"images must be JPEG or PNG, got {info.format or 'neither'}"
    if info.size > IMAGE_BYTES:
        yield f"images must be at most 32 MB, got {info.size / MIB:.1f} MB"
    if info.width and info.height and min(info.width, info.height) < IMAGE_MIN_SIDE:
        yield f"images must be at least 128x128, got {info.width}x{info.height}"


def _clip_problems(endpoint: Endpoint, info: FileInfo) -> Iterator[str]:
    if info.kind == "audio":
        yield from _audio_problems(info)
    elif info.width and info.height:
        yield from _frame_problems(endpoint, info.width, info.height)
    shortest, longest = _SECONDS[endpoint]
    if info.duration is not None and info.duration < shortest:
        yield f"at least {shortest:.0f} s, got {info.duration:.1f} s"
    if info.duration is not None and info.duration > longest:
        yield f"at most {_format_duration(longest)}, got {_format_duration(info.duration)}"
    if info.size > _MAX_BYTES[endpoint]:
        yield f"at most {_format_size(_MAX_BYTES[endpoint])}, got {_format_size(info.size)}"


def _audio_problems(info: FileInfo) -> Iterator[str]:
    if info.format not in _AUDIO_FORMATS:
        yield f"audio must be WAV, MP3 or FLAC, got {info.format or 'another format'}"
    elif info.format == "wav" and not (info.audio_codec or "pcm_").startswith("pcm_"):
        yield f"WAV must be uncompressed, got {info.audio_codec}"


def _frame_problems(endpoint: Endpoint, width: int, height: int) -> Iterator[str]:
    """Problems of a video's frame size; portrait and landscape have the same limits."""
    low, high = sorted((width, height))
    largest = _MAX_FRAME[endpoint]
    if low < min(_MIN_FRAME) or high < max(_MIN_FRAME):
        yield f"at least {_MIN_FRAME[0]}x{_MIN_FRAME[1]}, got {width}x{height}"
    elif low > min(largest) or high > max(largest):
        yield f"at most {largest[0]}x{largest[1]}, got {width}x{height}"
    elif endpoint is Endpoint.INDEX:
        if not any(_is_near(width * tall, height * wide) for wide, tall in _ASPECTS):
            aspects = ", ".join(f"{wide}:{tall}" for wide, tall in _ASPECTS)
            yield f"aspect ratio must be one of {aspects}, got {width}x{height}"
    elif high > _MAX_ASPECT * low:
        yield f"aspect ratio must be at most {_MAX_ASPECT}:1, got {width}x{height}"


def _is_near(one: int, other: int) -> bool:
    return abs(one / other - 1) < _ASPECT_TOLERANCE


def _from_header(media: Media, size: int) -> FileInfo:
    """What the name and the header tell; the frame size of a video stays unknown."""
    kind, _, format_ = media.mime_type.partition("/")
    format_ = {"x-wav": "wav", "mpeg": "mp3", "x-flac": "flac"}.get(format_, format_)
    if kind == "image":
        import imagesize

        with media.open() as stream:
            width, height = imagesize.get(stream)
        if width <= 0:
            return FileInfo("unreadable", "", size, defect="the image cannot be read")
        return FileInfo("image", format_, size, width=width, height=height)
    if kind not in ("video", "audio"):
        defect = "the file name is not that of a video, audio or image file"
        return FileInfo("unreadable", "", size, defect=defect, is_measured=False)
    return FileInfo(kind, format_, size, header_duration(media), is_measured=False)


def _format_duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    minutes, rest = whole // 60, whole % 60
    if whole >= 3600 and whole % 3600 == 0:
        return f"{whole // 3600} hour{'s' if whole > 3600 else ''}"
    return f"{minutes} min {rest} s" if rest else f"{minutes} minutes"


def _format_size(size: int) -> str:
    if size >= GIB:
        return f"{size / GIB:.1f} GB".replace(".0 ", " ")
    return f"{size / MIB:.1f} MB".replace(".0 ", " ")
