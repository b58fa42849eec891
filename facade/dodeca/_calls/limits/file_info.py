"""What is known of a file before it is sent; what its header does not tell is unknown."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import BinaryIO, Literal

import attrs

from dodeca._base.image_headers import is_animated_gif
from dodeca._base.media_types import PDF, Kind
from dodeca._calls.limits import audio_headers, avi, flash, matroska, mp4, windows_media
from dodeca._calls.limits.header import Header
from dodeca.errors import InvalidMediaError
from dodeca.media import Media

_HEAD = 4096
_IMAGES = {
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"BM": "bmp",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"\xff\x0a": "jxl",
    b"\0\0\0\x0cJXL ": "jxl",
}
_AUDIO = {
    b"#!AMR": "amr",
    b"caff": "caf",
    b"riff\x2e\x91\xcf\x11": "w64",
    b"\x0b\x77": "ac3",
}
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")


@attrs.frozen
class FileInfo(Header):
    """What is known of a file before it is sent: its size in bytes, and what its header tells."""

    size: int = attrs.field(kw_only=True)


def measure(media: Media) -> FileInfo:
    """Read the header of local media; of other media nothing is known.

    Raises:
        InvalidMediaError: the file cannot be read.
        SourceChangedError: the file has changed since the `Media` was created.
    """
    if not media.is_local:
        return FileInfo(size=0)
    size = media.size or 0
    with media.open() as stream:
        try:
            found = _header(stream, size)
        except OSError as exc:
            raise InvalidMediaError(f"cannot read {media}: {exc}") from exc
        except (struct.error, ValueError, IndexError, OverflowError, ZeroDivisionError):
            found = Header()  # cut off, or damaged
    return FileInfo(size=size, **attrs.asdict(found))


def input_type(media: Media) -> Kind:
    """The kind that media are sent as: by the name, else by the content, else video."""
    return known_type(media) or "video"


def known_type(media: Media) -> Kind | None:
    """The kind of media, by the name, else by the content; None if neither tells it."""
    if media.kind is not None or not media.is_local:
        return media.kind
    try:
        return measure(media).kind
    except InvalidMediaError:
        return None


def document_format(media: Media) -> Literal["pdf", "text"] | None:
    """Whether a document is a PDF file, or text, plain or Markdown; None if that is unknown."""
    if media.mime_type.startswith("text/"):
        return "text"
    if media.mime_type == PDF:
        return "pdf"
    if not media.is_local:
        return None
    return "pdf" if measure(media).format == "pdf" else "text"


def _header(stream: BinaryIO, size: int) -> Header:
    head = stream.read(_HEAD)
    for magic, name in _IMAGES.items():
        if head.startswith(magic):
            return _image(stream, name)
    if head.startswith(b"%PDF-"):
        return Header("document", "pdf")
    for magic, name in _AUDIO.items():
        if head.startswith(magic):
            return Header("audio", name)
    reader = _reader(head)
    return Header() if reader is None else reader(stream, size)


def _reader(head: bytes) -> Callable[[BinaryIO, int], Header] | None:
    """The reader for a file that begins so."""
    form = head[8:12]
    if head[:4] in (b"RIFF", b"RF64", b"BW64"):
        return _RIFF.get(form)
    if head[:4] == b"FORM" and form in (b"AIFF", b"AIFC"):
        return audio_headers.other("aiff")
    if head[4:8] in _MP4_BOXES:
        return mp4.read
    if head.startswith(matroska.MAGIC):
        return matroska.read
    if head.startswith(windows_media.MAGIC):
        return windows_media.read
    if head.startswith(b"FLV\x01"):
        return flash.read
    if head.startswith(b"fLaC"):
        return audio_headers.flac
    if head.startswith(b"OggS"):
        is_video = b"\x80theora" in head
        return _fixed(Header("video", "ogg")) if is_video else audio_headers.other("ogg")
    if head.startswith((b"GIF87a", b"GIF89a")):
        return _gif
    if head[:1] == b"\xff" or head.startswith(b"ID3"):
        return audio_headers.mpeg
    return None


def _fixed(header: Header) -> Callable[[BinaryIO, int], Header]:
    return lambda stream, size: header


def _gif(stream: BinaryIO, size: int) -> Header:
    stream.seek(6)
    width, height = struct.unpack("<HH", stream.read(4))
    kind: Kind = "video" if is_animated_gif(stream) else "image"
    return Header(kind, "gif", width=width or None, height=height or None)


def _image(stream: BinaryIO, name: str) -> Header:
    import imagesize

    stream.seek(0)
    width, height = imagesize.get(stream)
    if min(width, height) <= 0:
        return Header("image", name)
    return Header("image", name, width=width, height=height)


_RIFF: dict[bytes, Callable[[BinaryIO, int], Header]] = {
    b"WAVE": audio_headers.wav,
    b"AVI ": avi.read,
    b"WEBP": _fixed(Header("image", "webp")),
}
