"""Images in containers that hold videos, too: HEIC and AVIF, and a GIF of one frame."""

from __future__ import annotations

import os
from typing import BinaryIO

_BRANDS = {
    "avif": "avif",
    "avis": "avif",
    "heic": "heic",
    "heim": "heic",
    "heis": "heic",
    "heix": "heic",
    "hevc": "heic",
    "hevx": "heic",
}
_ANY_IMAGE = ("mif1", "msf1")  # the codec is among the compatible brands


def heif_format(major_brand: str, compatible_brands: str) -> str | None:
    """The format of an image in a container of the MP4 family: avif, heic, or None for all else."""
    brand = major_brand.strip().lower()
    if brand in _ANY_IMAGE:
        return "avif" if "avif" in compatible_brands.lower() else "heic"
    return _BRANDS.get(brand)


def is_animated_gif(stream: BinaryIO) -> bool:
    """Whether a GIF has a second frame; only the headers of its blocks are read."""
    stream.seek(10)
    _skip_palette(stream, stream.read(1))
    stream.seek(2, os.SEEK_CUR)
    frames = 0
    while True:
        match stream.read(1):
            case b"!":  # an extension, of one kind
                stream.seek(1, os.SEEK_CUR)
            case b",":
                frames += 1
                if frames == 2:
                    return True
                stream.seek(8, os.SEEK_CUR)
                _skip_palette(stream, stream.read(1))
                stream.seek(1, os.SEEK_CUR)
            case _:  # the end, or damaged
                return False
        while (length := stream.read(1)) not in (b"", b"\0"):
            stream.seek(length[0], os.SEEK_CUR)


def _skip_palette(stream: BinaryIO, flags: bytes) -> None:
    if flags and flags[0] & 0x80:
        stream.seek(3 << (flags[0] & 7) + 1, os.SEEK_CUR)
