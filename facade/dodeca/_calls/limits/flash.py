"""The header of FLV files: the first tag is a table of names and numbers."""

from __future__ import annotations

from struct import unpack_from
from typing import BinaryIO

from dodeca._calls.limits.header import Header

_HEAD = 4096


def read(stream: BinaryIO, size: int) -> Header:
    """Read `onMetaData`, as most encoders write it."""
    stream.seek(0)
    head = stream.read(_HEAD)
    has_video = head[4] & 1
    if not has_video:
        return Header("audio", "flv")
    width, height = _number(head, b"width"), _number(head, b"height")
    return Header(
        "video",
        "flv",
        duration_sec=_number(head, b"duration"),
        error_sec=1.0,  # the end of the longest track, or the time of its last frame
        width=round(width) if width else None,
        height=round(height) if height else None,
    )


def _number(head: bytes, name: bytes) -> float | None:
    """The number of this name, if it is positive."""
    at = head.find(len(name).to_bytes(2, "big") + name + b"\0")
    start = at + 3 + len(name)
    if at < 0 or start + 8 > len(head):
        return None
    (value,) = unpack_from(">d", head, start)
    return float(value) if 0 < value < 1e9 else None
