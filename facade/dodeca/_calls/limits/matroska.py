"""The header of Matroska and WebM files: elements (EBML) of an id, a length and a content."""

from __future__ import annotations

import math
from collections.abc import Iterator
from struct import unpack
from typing import BinaryIO

import attrs

from dodeca._base.media_types import Kind
from dodeca._calls.limits.header import Header, Track, of_tracks, shown_width

MAGIC = b"\x1a\x45\xdf\xa3"

_MOST = 1_000  # elements of a level that are read
_LARGEST = 1 << 20
_EBML, _DOC_TYPE, _SEGMENT = 0x1A45DFA3, 0x4282, 0x18538067
_INFO, _SCALE, _DURATION = 0x1549A966, 0x2AD7B1, 0x4489
_TRACKS, _TRACK, _TYPE, _VIDEO = 0x1654AE6B, 0xAE, 0x83, 0xE0
_WIDTH, _HEIGHT, _SHOWN_WIDTH, _SHOWN_HEIGHT, _UNIT = 0xB0, 0xBA, 0x54B0, 0x54BA, 0x54B2
_PROJECTION, _ROLL = 0x7670, 0x7675
_CLUSTER = 0x1F43B675
_KINDS: dict[int, Kind] = {1: "video", 2: "audio"}


def read(stream: BinaryIO, size: int) -> Header:
    """Read `Info` and `Tracks`, which stand before the first cluster."""
    name, duration, is_complete, has_others = "matroska", None, True, False
    tracks: list[Track] = []
    for key, start, end in _elements(stream, 0, size):
        is_complete = is_complete and end <= size
        if key == _EBML:
            doc_type = _text(_children(stream, start, end).get(_DOC_TYPE, b""))
            name = "webm" if doc_type == "webm" else name
        elif key == _SEGMENT:
            for inner, begin, stop in _elements(stream, start, min(end, size)):
                if inner == _INFO:
                    duration = _duration_sec(_children(stream, begin, stop))
                elif inner == _TRACKS:
                    tracks = list(_tracks(stream, begin, stop))
                    elements = _elements(stream, begin, stop)
                    # Subtitles may last longer than what counts.
                    has_others = sum(each == _TRACK for each, *_ in elements) > len(tracks)
                elif inner == _CLUSTER:
                    break
    found = of_tracks(
        name,
        [attrs.evolve(track, duration_sec=duration) for track in tracks],
        is_complete=is_complete and not has_others,
    )
    # It is the duration of the longest track. Audio that is longer by less than a second does not
    # count, and the beginning may be a little after zero.
    return attrs.evolve(found, error_sec=1.0 if len(tracks) > 1 else 0.01)


def _elements(stream: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The id of each element, and where its content begins and ends."""
    for _ in range(_MOST):
        if start >= end:
            return
        stream.seek(start)
        head = stream.read(12)
        if len(head) < 2:
            return
        id_length = 9 - head[0].bit_length()
        if id_length > 4 or len(head) <= id_length:
            return
        key = int.from_bytes(head[:id_length], "big")
        first = head[id_length]
        length_length = 9 - first.bit_length()
        if length_length > 8 or len(head) < id_length + length_length:
            return
        bits = 7 * length_length
        length = (
            int.from_bytes(head[id_length : id_length + length_length], "big") & (1 << bits) - 1
        )
        content = start + id_length + length_length
        is_unknown = length == (1 << bits) - 1
        start = end if is_unknown else content + length
        yield key, content, start


def _children(stream: BinaryIO, start: int, end: int) -> dict[int, bytes]:
    """The contents of the elements in an element; of equal ones the first."""
    found: dict[int, bytes] = {}
    for key, begin, stop in _elements(stream, start, end):
        if stop - begin <= _LARGEST and key not in found:
            stream.seek(begin)
            found[key] = stream.read(stop - begin)
    return found


def _duration_sec(info: dict[int, bytes]) -> float | None:
    ticks = _float(info.get(_DURATION, b""))
    scale = _number(info.get(_SCALE, b"")) or 1_000_000
    return ticks * scale / 1e9 if 0 < ticks < math.inf else None


def _tracks(stream: BinaryIO, start: int, end: int) -> Iterator[Track]:
    for key, begin, stop in _elements(stream, start, end):
        if key != _TRACK:
            continue
        fields = _children(stream, begin, stop)
        kind = _KINDS.get(_number(fields.get(_TYPE, b"")))
        if kind == "audio":
            yield Track("audio", None)
        elif kind == "video":
            places = [place for key, *place in _elements(stream, begin, stop) if key == _VIDEO]
            width, height = _frame(stream, *places[0]) if places else (None, None)
            yield Track("video", None, width, height)


def _frame(stream: BinaryIO, start: int, end: int) -> tuple[int | None, int | None]:
    fields = _children(stream, start, end)
    names = (_WIDTH, _HEIGHT, _SHOWN_WIDTH, _SHOWN_HEIGHT, _UNIT)
    width, height, shown_across, shown_down, unit = (
        _number(fields.get(name, b"")) for name in names
    )
    aspect = 1.0
    if shown_across and shown_down and unit in (0, 3) and width:
        aspect = shown_across * height / (shown_down * width)
    shown = shown_width(width, height, aspect)
    if shown is None:
        return None, None
    roll = 0.0
    for key, begin, stop in _elements(stream, start, end):
        if key == _PROJECTION:
            roll = _float(_children(stream, begin, stop).get(_ROLL, b""))
    return (height, shown) if round(roll / 90) % 2 else (shown, height)


def _number(content: bytes) -> int:
    return int.from_bytes(content[:8], "big")


def _float(content: bytes) -> float:
    form = {4: ">f", 8: ">d"}.get(len(content))
    return float(unpack(form, content)[0]) if form else 0.0


def _text(content: bytes) -> str:
    return content.rstrip(b"\0").decode("ascii", "replace")
