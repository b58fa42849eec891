"""The header of MP4, MOV, 3GP and M4A files: boxes within boxes, which say their length first."""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack, unpack_from
from typing import BinaryIO

from dodeca._base.image_headers import heif_format
from dodeca._base.media_types import Kind
from dodeca._calls.limits.header import Header, Track, of_tracks, shown_width

_TOP = 10_000  # boxes that are read of a file, and below of a box
_WITHIN = 100
_BRANDS = 256  # bytes
_FORMATS = {b"qt  ": "mov", b"M4A ": "m4a", b"M4B ": "m4a"}
_KINDS: dict[bytes, Kind] = {b"vide": "video", b"soun": "audio"}

_PARENTS = (b"mdia", b"minf", b"stbl", b"edts")

Box = tuple[bytes, int, int]
"""The name of a box, and where its content begins and ends."""


def read(stream: BinaryIO, size: int) -> Header:
    """Read the boxes at the top, and the tracks in `moov`."""
    brand, image, tracks, is_complete = b"", None, [], True
    for name, start, end in _boxes(stream, 0, size, _TOP):
        is_complete = is_complete and end <= size
        if name == b"ftyp":
            brands = _bytes(stream, start, min(end - start, _BRANDS))
            brand = brands[:4]
            image = heif_format(brand.decode("latin-1"), brands[8:].decode("latin-1"))
        elif name == b"moov":
            tracks = list(_tracks(stream, start, min(end, size)))
    if image is not None:
        return Header("image", image)
    return of_tracks(_FORMATS.get(brand, "mp4"), tracks, is_complete=is_complete)


def _boxes(stream: BinaryIO, start: int, end: int, most: int = _WITHIN) -> Iterator[Box]:
    for _ in range(most):
        if start + 8 > end:
            return
        head = _bytes(stream, start, 16)
        if len(head) < 8:
            return
        length, name = unpack_from(">I4s", head)
        content = 8
        if length == 1 and len(head) == 16:
            (length,), content = unpack(">Q", head[8:]), 16
        elif length == 0:
            length = end - start
        if length < content:
            return
        yield name, start + content, start + length
        start += length


def _tracks(stream: BinaryIO, start: int, end: int) -> Iterator[Track]:
    scale = 0
    for name, begin, stop in _boxes(stream, start, end):
        if name == b"mvhd":
            scale, _ = _times(_bytes(stream, begin, 36))
        elif name == b"trak":
            track = _track(stream, begin, stop, scale)
            if track is not None:
                yield track


def _track(stream: BinaryIO, start: int, end: int, movie_scale: int) -> Track | None:
    """A track; None for subtitles and the like."""
    places = _places(stream, start, end)
    kind = _KINDS.get(_content(stream, places, b"hdlr")[8:12])
    scale, ticks = _times(_content(stream, places, b"mdhd"))
    if kind is None or not scale:
        return None
    duration = ticks / scale
    delay, edited = _edits_sec(_content(stream, places, b"elst"), movie_scale)
    duration = min(duration, edited) if edited else duration
    if kind == "audio":
        return Track("audio", duration or None, start_sec=delay)
    width, height = _frame(_content(stream, places, b"stsd"))
    if _is_turned(_content(stream, places, b"tkhd")):
        width, height = height, width
    return Track("video", duration or None, width, height, delay)


def _places(
    stream: BinaryIO, start: int, end: int, parents: tuple[bytes, ...] = _PARENTS
) -> dict[bytes, tuple[int, int]]:
    """Where the boxes of a track are, also those in its boxes of boxes; of equal ones the first."""
    found: dict[bytes, tuple[int, int]] = {}
    for name, begin, stop in _boxes(stream, start, end):
        if name in parents:
            within = tuple(parent for parent in parents if parent != name)
            found = _places(stream, begin, min(stop, end), within) | found
        found.setdefault(name, (begin, stop))
    return found


def _content(stream: BinaryIO, places: dict[bytes, tuple[int, int]], name: bytes) -> bytes:
    begin, end = places.get(name, (0, 0))
    return _bytes(stream, begin, min(end - begin, 4096))


def _bytes(stream: BinaryIO, start: int, length: int) -> bytes:
    stream.seek(start)
    return stream.read(max(0, length))


def _times(box: bytes) -> tuple[int, int]:
    """The time scale and the duration of `mvhd` or `mdhd`; zero where there is none."""
    if len(box) < 20:
        return 0, 0
    scale, ticks = unpack_from(">IQ", box, 20) if box[0] == 1 else unpack_from(">II", box, 12)
    unknown = (1 << 64) - 1 if box[0] == 1 else (1 << 32) - 1
    return scale, 0 if ticks == unknown else ticks


def _edits_sec(box: bytes, scale: int) -> tuple[float, float]:
    """The empty time and the time with content of an edit list; zeros without one."""
    if len(box) < 8 or not scale:
        return 0.0, 0.0
    entry = ">QqI" if box[0] == 1 else ">IiI"
    step = 20 if box[0] == 1 else 12
    (count,) = unpack_from(">I", box, 4)
    count = min(count, (len(box) - 8) // step)
    entries = [unpack_from(entry, box, 8 + step * number) for number in range(count)]
    shown = sum(length for length, begin, _ in entries if begin >= 0)
    return (sum(length for length, *_ in entries) - shown) / scale, shown / scale


def _frame(box: bytes) -> tuple[int | None, int | None]:
    """Width and height of the first sample entry, with square pixels."""
    if len(box) < 44:
        return None, None
    width, height = unpack_from(">HH", box, 40)
    at = box.find(b"pasp")
    across, down = unpack_from(">II", box, at + 4) if 0 < at <= len(box) - 12 else (1, 1)
    shown = shown_width(width, height, across / down if down else 0)
    return (shown, height) if shown else (None, None)


def _is_turned(box: bytes) -> bool:
    """Whether the matrix of `tkhd` turns the frame by 90 or 270 degrees."""
    start = 52 if box[:1] == b"\x01" else 40
    if len(box) < start + 20:
        return False
    across, turned, _, _, down = unpack_from(">5i", box, start)
    return bool(turned) and not across and not down
