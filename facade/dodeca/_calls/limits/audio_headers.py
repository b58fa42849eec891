"""The headers of audio files."""

from __future__ import annotations

import math
from collections.abc import Callable
from struct import unpack_from
from typing import BinaryIO

import attrs

from dodeca._calls.limits.avi import chunks
from dodeca._calls.limits.header import Header

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_WAV_CODECS = {2: "ADPCM", 6: "A-law", 7: "mu-law", 17: "IMA ADPCM", 85: "MP3"}
_UNKNOWN = 0xFFFFFFFF
_HEAD = 4096
_MPEG_LAYERS = ("aac", "mp3", "mp2", "mp1")  # by the two bits of a frame
_MPEG_ERROR_SEC = 0.25  # of the silence that encoders add at both ends
_MPEG_LENGTHS = (b"Xing", b"Info", b"VBRI")


def wav(stream: BinaryIO, size: int) -> Header:
    """A WAV file. Where its header has no length, as from a pipe, that of the file tells it."""
    rate, codec, large = 0, None, None
    for name, start, end in chunks(stream, 12, size):
        stream.seek(start)
        if name == b"ds64":
            (large,) = unpack_from("<Q", stream.read(16), 8)
        elif name == b"fmt ":
            form = stream.read(min(40, end - start))
            tag, _, _, rate = unpack_from("<HHII", form)
            if tag == _EXTENSIBLE and len(form) >= 26:
                (tag,) = unpack_from("<H", form, 24)
            codec = "pcm" if tag in (_PCM, _FLOAT) else _WAV_CODECS.get(tag, f"format {tag}")
        elif name == b"data":
            length = large if large is not None and end - start == _UNKNOWN else end - start
            length = min(length, size - start) or size - start
            duration = length / rate if rate and codec == "pcm" else None
            return Header("audio", "wav", duration_sec=_rounded(duration), codec=codec)
    return Header("audio", "wav", codec=codec)


def flac(stream: BinaryIO, size: int) -> Header:
    """A FLAC file; one from a pipe has no length in its header."""
    found = _tagged(stream, "flac")
    return attrs.evolve(found, duration_sec=_rounded(found.duration_sec))


def mpeg(stream: BinaryIO, size: int) -> Header:
    """MP3, or AAC and MP2 as broadcast. Without a length in it, the duration is estimated."""
    stream.seek(0)
    head = stream.read(10)
    start = 0
    if head.startswith(b"ID3") and len(head) == 10:
        high, *rest = head[6:10]
        start = 10 + (high << 21 | rest[0] << 14 | rest[1] << 7 | rest[2])
    stream.seek(start)
    frame = stream.read(_HEAD)
    if frame.startswith(b"fLaC"):
        return flac(stream, size)
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE0 != 0xE0:
        return Header()
    layer = _MPEG_LAYERS[frame[1] >> 1 & 3]
    if layer != "mp3":
        return Header("audio", layer)
    is_exact = any(name in frame for name in _MPEG_LENGTHS) and not _is_cut(frame, size - start)
    found = _tagged(stream, "mp3")
    return attrs.evolve(found, error_sec=_MPEG_ERROR_SEC if is_exact else math.inf)


def _is_cut(frame: bytes, size: int) -> bool:
    """Whether the first frame of an MP3 file says that there are more bytes."""
    place = max(frame.find(name) for name in _MPEG_LENGTHS[:2])
    if place < 0 or len(frame) < place + 16:
        return False
    flags, first, second = unpack_from(">III", frame, place + 4)
    length = second if flags & 1 else first
    return bool(flags & 2) and size < length


def other(name: str) -> Callable[[BinaryIO, int], Header]:
    """A reader of other audio formats, which no endpoint takes."""
    return lambda stream, size: _tagged(stream, name)


def _tagged(stream: BinaryIO, name: str) -> Header:
    from tinytag import TinyTag, TinyTagException

    stream.seek(0)
    try:
        tag = TinyTag.get(file_obj=stream, tags=False)
    except (TinyTagException, OSError, ValueError, IndexError):
        return Header("audio", name)
    return Header("audio", name, duration_sec=tag.duration or None)


def _rounded(seconds: float | None) -> float | None:
    return round(seconds, 3) if seconds else None
