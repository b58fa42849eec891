"""The header of AVI files: RIFF chunks."""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from
from typing import BinaryIO

import attrs

from dodeca._base.media_types import Kind
from dodeca._calls.limits.header import Header, Track, of_tracks

_MOST = 1_000
_LARGEST = 1 << 16
_ERROR_SEC = 0.25  # codecs that reorder frames end some frames later
_KINDS: dict[bytes, Kind] = {b"vids": "video", b"auds": "audio"}

Chunk = tuple[bytes, int, int]
"""The name of a chunk, and where its content begins and ends."""


def chunks(stream: BinaryIO, start: int, end: int) -> Iterator[Chunk]:
    """The chunks between two places of a file."""
    for _ in range(_MOST):
        if start >= end:
            return
        stream.seek(start)
        head = stream.read(8)
        if len(head) < 8:
            return
        name, length = unpack_from("<4sI", head)
        yield name, start + 8, start + 8 + length
        start += 8 + length + length % 2


def read(stream: BinaryIO, size: int) -> Header:
    """Read the list of streams; the frames follow it."""
    stream.seek(4)
    (length,) = unpack_from("<I", stream.read(4))
    tracks: list[Track] = []
    for name, start, end in chunks(stream, 12, size):
        if name == b"LIST" and _content(stream, start, start + 4) == b"hdrl":
            for inner, begin, stop in chunks(stream, start + 4, min(end, size)):
                if inner == b"LIST":
                    tracks += _track(stream, begin + 4, min(stop, size))
            break
    found = of_tracks("avi", tracks, is_complete=length + 8 <= size)
    return attrs.evolve(found, error_sec=_ERROR_SEC)


def _track(stream: BinaryIO, start: int, end: int) -> list[Track]:
    found = {
        name: _content(stream, begin, stop) for name, begin, stop in chunks(stream, start, end)
    }
    header, form = found.get(b"strh", b""), found.get(b"strf", b"")
    kind = _KINDS.get(header[:4])
    if kind is None or len(header) < 36:
        return []
    scale, rate, _, length = unpack_from("<4I", header, 20)
    duration = length * scale / rate if rate else None
    if kind == "audio" or len(form) < 12:
        return [Track(kind, duration or None)]
    width, height = unpack_from("<ii", form, 4)
    return [Track(kind, duration or None, width, abs(height))]


def _content(stream: BinaryIO, start: int, end: int) -> bytes:
    stream.seek(start)
    return stream.read(min(end - start, _LARGEST))
