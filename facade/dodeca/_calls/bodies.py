"""Request bodies as streams of known length.

A body can be iterated again, so that a retry sends the same bytes. It reads its media in pieces, so
that a large file is never held in memory.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import orjson
from pybase64 import b64encode

from dodeca._base.text import quote
from dodeca.errors import InvalidMediaError, InvalidRequestError
from dodeca.media import Media
from dodeca_api.types import UNSET, File, Unset

_SLOT_PREFIX = b"base64:"
_READ_BYTES = 384 * 1024  # divisible by 3, so that base64 pieces join without padding


class Base64Slot(str):
    """A placeholder for base64 text in a JSON body; the media is read while it is sent."""

    __slots__ = ("media",)
    media: Media

    def __new__(cls, media: Media) -> Base64Slot:
        """The text is random, so that the slot can be found in the encoded JSON."""
        slot = super().__new__(cls, f"{_SLOT_PREFIX.decode()}{secrets.token_hex(16)}")
        slot.media = media
        return slot


def file_field(media: Media | None) -> File | Unset:
    """A local file as a field of a generated form; it is read while it is sent."""
    if media is None or not media.is_local:
        return UNSET
    payload = cast(BinaryIO, media)
    return File(payload=payload, file_name=file_name(media), mime_type=media.mime_type)


def source_url(media: Media | None) -> str | Unset:
    """The URL of the media; UNSET if it has none."""
    return UNSET if media is None or media.source_url is None else media.source_url


class RequestBody:
    """A request body of known length, in bytes: a sequence of bytes and media."""

    def __init__(self, content_type: str, parts: list[bytes | _MediaRange]) -> None:
        self.content_type = content_type
        self.length: int = sum(len(part) for part in parts)
        self.parts = parts

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            if isinstance(part, bytes):
                yield part
            else:
                yield from part

    def in_memory(self) -> bytes | None:
        """The whole body; None if it holds media, which would have to be read."""
        parts = [part for part in self.parts if isinstance(part, bytes)]
        return b"".join(parts) if len(parts) == len(self.parts) else None


class _MediaRange:
    """A range of media, raw or as base64, checked against the size announced before."""

    def __init__(
        self, media: Media, *, base64: bool, offset: int = 0, size: int | None = None
    ) -> None:
        self._media = media
        self._base64 = base64
        self._offset = offset
        self._is_whole = size is None
        self._size = (media.size or 0) if size is None else size

    def __len__(self) -> int:
        return -(-self._size // 3) * 4 if self._base64 else self._size

    def __iter__(self) -> Iterator[bytes]:
        left = self._size
        with self._media.open() as stream:
            stream.seek(self._offset)
            while left and (piece := stream.read(min(_READ_BYTES, left))):
                left -= len(piece)
                yield b64encode(piece) if self._base64 else piece
            if left or (self._is_whole and stream.read(1)):
                raise InvalidMediaError(f"{self._media} changed its size while it was sent")
            self._media.check_unchanged(stream)


def json_body(value: Any) -> RequestBody:
    """A JSON body; the media of every `Base64Slot` in it is streamed.

    Raises:
        InvalidRequestError: a value that JSON cannot hold.
    """
    try:
        text = orjson.dumps(value)
    except TypeError as exc:
        raise InvalidRequestError(f"the request cannot be written as JSON: {exc}") from exc
    parts: list[bytes | _MediaRange] = []
    for slot in _slots(value) if _SLOT_PREFIX in text else ():
        before, _, text = text.partition(slot.encode())
        parts += [before, _MediaRange(slot.media, base64=True)]
    return RequestBody("application/json", [*parts, text])


def form_body(fields: list[tuple[str, Any]]) -> RequestBody:
    """A multipart/form-data body with a random boundary, which no file can contain on purpose."""
    boundary = secrets.token_hex(16)
    parts: list[bytes | _MediaRange] = []
    for name, value in fields:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
        if isinstance(value, Media):
            head += f'; filename="{_quoted(file_name(value))}"\r\nContent-Type: {value.mime_type}'
            parts += [f"{head}\r\n\r\n".encode(), _MediaRange(value, base64=False), b"\r\n"]
        else:
            text = value if isinstance(value, bytes) else value.encode()
            parts.append(f"{head}\r\n\r\n".encode() + text + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return RequestBody(f"multipart/form-data; boundary={boundary}", parts)


def range_body(media: Media, offset: int, size: int) -> RequestBody:
    """A range of a file, in bytes, for an upload to storage."""
    part = _MediaRange(media, base64=False, offset=offset, size=size)
    return RequestBody("application/octet-stream", [part])


def file_name(media: Media) -> str:
    """The file name for a form: without folders, in composed Unicode (NFC).

    Raises:
        InvalidMediaError: the name cannot be written as UTF-8.
    """
    name = unicodedata.normalize("NFC", media.filename or "upload")
    try:
        name.encode()
    except UnicodeEncodeError as exc:
        raise InvalidMediaError(f"the file name {quote(name)} is not valid Unicode") from exc
    return name


def _quoted(name: str) -> str:
    """Percent-encode quotes and line ends, as browsers do in forms."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _slots(value: Any) -> Iterator[Base64Slot]:
    if isinstance(value, Base64Slot):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _slots(item)
    elif isinstance(value, list):
        for item in value:
            yield from _slots(item)
