"""The header of ASF files (WMV, WMA): objects of a GUID and a length."""

from __future__ import annotations

from struct import unpack_from
from typing import BinaryIO

from dodeca._calls.limits.header import Header

MAGIC = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")

_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_STREAM = bytes.fromhex("9107dcb7b7a9cf118ee600c00c205365")
_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
_MOST = 100
_LARGEST = 1 << 16
_BROADCAST = 1


def read(stream: BinaryIO, size: int) -> Header:
    """Read the properties of the file and of its streams."""
    stream.seek(0)
    (end,) = unpack_from("<Q", stream.read(24), 16)
    start, duration = 30, None
    frame: tuple[int, int] | None = None
    for _ in range(_MOST):
        if start + 24 > min(end, size):
            break
        stream.seek(start)
        part = stream.read(_LARGEST)
        (length,) = unpack_from("<Q", part, 16)
        if part.startswith(_FILE):
            duration = _duration_sec(part)
        elif part.startswith(_STREAM) and part[24:40] == _VIDEO and frame is None:
            frame = unpack_from("<II", part, 78)
        if length < 24:
            break
        start += length
    if frame is None:
        return Header("audio", "asf", duration_sec=duration, error_sec=1.0)
    width, height = frame
    return Header(
        "video",
        "asf",
        duration_sec=duration,
        error_sec=1.0,
        width=width or None,
        height=height or None,
    )


def _duration_sec(part: bytes) -> float | None:
    """The playing time without the buffering before it; None for a broadcast."""
    play, _, preroll_ms, flags = unpack_from("<QQQI", part, 64)
    seconds = play / 1e7 - preroll_ms / 1e3
    return seconds if seconds > 0 and not flags & _BROADCAST else None
