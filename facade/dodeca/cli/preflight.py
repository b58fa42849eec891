"""Which files the API takes, by the documented limits, before anything is sent. Pure, but `facts`.

`POST /embed-v2` takes pictures, and sound and video of up to 36 MB and 10 minutes;
`POST /embed-v2/tasks` sound and video of 4 seconds to 4 hours, through an asset of up to 4 GB;
`POST /tasks` video of 4 seconds to 2 hours and up to 2 GB, of six shapes.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import attrs

from dodeca.media import GIB, IMAGE_BYTES, IMAGE_MIN_SIDE, MIB, SYNC_BYTES, SYNC_SEC, Media
from dodeca.media import duration_sec as header_duration


class Way(StrEnum):
    """A way that media take into the service."""

    EMBED = "embed"
    EMBED_TASK = "embed-task"
    INDEX = "index"


_KINDS = {
    Way.EMBED: ("video", "audio", "image"),
    Way.EMBED_TASK: ("video", "audio"),
    Way.INDEX: ("video",),
}
_SMALLEST = (360, 360)
_LARGEST = {Way.EMBED: (5184, 2160), Way.EMBED_TASK: (5184, 2160), Way.INDEX: (3840, 2160)}
_WIDEST = 2.4
_SHAPES = ((1, 1), (4, 3), (4, 5), (5, 4), (16, 9), (9, 16))
_SHAPE_TOLERANCE = 0.02
_SECONDS = {
    Way.EMBED: (0.0, SYNC_SEC),
    Way.EMBED_TASK: (4.0, 4 * 3600.0),
    Way.INDEX: (4.0, 2 * 3600.0),
}
_BYTES = {Way.EMBED: SYNC_BYTES, Way.EMBED_TASK: 4 * GIB, Way.INDEX: 2 * GIB}
_PEGASUS_SEC = 3600.0
_SOUNDS = ("wav", "mp3", "flac")


@attrs.frozen
class Facts:
    """What is known of a file; None is not known. `duration` in seconds, sides in pixels."""

    kind: str
    format: str
    size: int
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    audio_codec: str | None = None
    flaw: str | None = None
    is_measured: bool = True


@attrs.frozen
class Verdict:
    """Whether one way takes a file. `refusals` say why not; `remark` is worth knowing if it does.

    `applies` is False where a way is not meant for that kind of media.
    """

    way: Way
    applies: bool
    refusals: tuple[str, ...] = ()
    remark: str | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the way is meant for it, and nothing speaks against it."""
        return self.applies and not self.refusals


def facts(path: Path) -> Facts:
    """What a file is: measured by PyAV where the extra `emulator` is there, else by its header.

    Raises:
        InvalidMediaError: there is no such file, or it is empty.
    """
    media = Media.file(path)
    size = media.size or 0
    try:
        from dodeca.video.probe import BrokenMedia, probe
    except ImportError:
        return _by_header(media, size)
    try:
        info = probe(path)
    except BrokenMedia as flaw:
        return Facts("unreadable", "", size, flaw=str(flaw))
    return Facts(
        info.kind, info.format, size, info.duration, info.width, info.height, info.audio_codec
    )


def verdicts(found: Facts) -> list[Verdict]:
    """What each way says to a file."""
    return [_verdict(way, found) for way in Way]


def _verdict(way: Way, found: Facts) -> Verdict:
    if found.kind == "unreadable":
        return Verdict(way, True, (found.flaw or "it cannot be read",))
    if found.kind not in _KINDS[way]:
        return Verdict(way, False)
    if found.kind == "image":
        return Verdict(way, True, tuple(_image_refusals(found)))
    refusals = tuple(_clip_refusals(way, found))
    remark = None
    if way is Way.INDEX and not refusals and (found.duration or 0) > _PEGASUS_SEC:
        remark = "Pegasus takes at most 1 hour"
    return Verdict(way, True, refusals, remark)


def _image_refusals(found: Facts) -> Iterator[str]:
    if found.format not in ("jpeg", "png"):
        yield f"a picture is JPEG or PNG, this is {found.format or 'neither'}"
    if found.size > IMAGE_BYTES:
        yield f"a picture is at most 5 MB, this is {found.size / MIB:.1f} MB"
    if found.width and found.height and min(found.width, found.height) < IMAGE_MIN_SIDE:
        yield f"a picture is at least 128x128, this is {found.width}x{found.height}"


def _clip_refusals(way: Way, found: Facts) -> Iterator[str]:
    if found.kind == "audio":
        yield from _sound_refusals(found)
    elif found.width and found.height:
        yield from _picture_refusals(way, found.width, found.height)
    shortest, longest = _SECONDS[way]
    if found.duration is not None and found.duration < shortest:
        yield f"at least {shortest:.0f} s, this is {found.duration:.1f} s"
    if found.duration is not None and found.duration > longest:
        yield f"at most {_spoken(longest)}, this is {_spoken(found.duration)}"
    if found.size > _BYTES[way]:
        yield f"at most {_amount(_BYTES[way])}, this is {_amount(found.size)}"


def _sound_refusals(found: Facts) -> Iterator[str]:
    if found.format not in _SOUNDS:
        yield f"sound is WAV, MP3 or FLAC, this is {found.format or 'another format'}"
    elif found.format == "wav" and not (found.audio_codec or "pcm_").startswith("pcm_"):
        yield f"WAV is uncompressed, this holds {found.audio_codec}"


def _picture_refusals(way: Way, width: int, height: int) -> Iterator[str]:
    """The limits of a video's picture, which may lie on its side."""
    low, high = sorted((width, height))
    largest = _LARGEST[way]
    if low < min(_SMALLEST) or high < max(_SMALLEST):
        yield f"at least {_SMALLEST[0]}x{_SMALLEST[1]}, this is {width}x{height}"
    elif low > min(largest) or high > max(largest):
        yield f"at most {largest[0]}x{largest[1]}, this is {width}x{height}"
    elif way is Way.INDEX:
        if not any(_is_near(width * tall, height * wide) for wide, tall in _SHAPES):
            shapes = ", ".join(f"{wide}:{tall}" for wide, tall in _SHAPES)
            yield f"of the shapes {shapes}, this is {width}x{height}"
    elif high > _WIDEST * low:
        yield f"at most {_WIDEST}:1 wide, this is {width}x{height}"


def _is_near(one: int, other: int) -> bool:
    return abs(one / other - 1) < _SHAPE_TOLERANCE


def _by_header(media: Media, size: int) -> Facts:
    """What the name and the header tell; the picture of a video stays unknown."""
    kind, _, format_ = media.mime_type.partition("/")
    format_ = {"x-wav": "wav", "mpeg": "mp3", "x-flac": "flac"}.get(format_, format_)
    if kind == "image":
        import imagesize

        with media.open() as stream:
            width, height = imagesize.get(stream)
        if width <= 0:
            return Facts("unreadable", "", size, flaw="the picture cannot be read")
        return Facts("image", format_, size, width=width, height=height)
    if kind not in ("video", "audio"):
        return Facts("unreadable", "", size, flaw="its name is not one of media", is_measured=False)
    return Facts(kind, format_, size, header_duration(media), is_measured=False)


def _spoken(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    minutes, rest = whole // 60, whole % 60
    if whole >= 3600 and whole % 3600 == 0:
        return f"{whole // 3600} hour{'s' if whole > 3600 else ''}"
    return f"{minutes} min {rest} s" if rest else f"{minutes} minutes"


def _amount(size: int) -> str:
    if size >= GIB:
        return f"{size / GIB:.1f} GB".replace(".0 ", " ")
    return f"{size / MIB:.1f} MB".replace(".0 ", " ")
