"""Decode response bodies as they arrive, in bounded steps and up to a size limit."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from dodeca._base.text import format_size
from dodeca.errors import InvalidResponseError, TransportError

CAP = 64 * 1024 * 1024
STREAMED_CAP = 16 * CAP  # five times the vectors of the longest videos as JSON
ERROR_CAP = 64 * 1024
_STEP = 1024 * 1024
_MAX_RATIO = 40  # digits compress about threefold; a higher ratio is a decompression bomb


class BodyDecoder:
    """Decodes a response body piece by piece.

    A body that is kept in memory has at most `CAP` bytes. A `streamed` one may have up to
    `STREAMED_CAP`, as long as it is at most `_MAX_RATIO` times what arrived.

    Raises:
        InvalidResponseError: an encoding that was not requested, or more bytes than the limit.
    """

    def __init__(self, encoding: str, *, streamed: bool = False) -> None:
        self._arrived = 0
        self._decoded = 0
        self._streamed = streamed
        self._gzip = None
        if encoding.strip().lower() == "gzip":
            self._gzip = zlib.decompressobj(wbits=31)
        elif encoding.strip().lower() not in ("", "identity"):
            raise InvalidResponseError(
                f"the response is encoded as {encoding[:80]!r}, but gzip was requested"
            )

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Decode a piece, and yield the result in steps of at most a megabyte."""
        self._arrived += len(piece)
        if self._gzip is None:
            yield self._count(piece)
            return
        try:
            while piece and not self._gzip.eof:
                yield self._count(self._gzip.decompress(piece, _STEP))
                piece = self._gzip.unconsumed_tail
        except zlib.error as exc:
            piece = b""  # no traceback shows what a server sent back
            raise InvalidResponseError(f"the response is not valid gzip: {exc}") from exc

    def finish(self) -> None:
        """Check that the body is complete.

        Raises:
            TransportError: it ended within its compressed data.
        """
        if self._gzip is not None and self._arrived and not self._gzip.eof:
            raise TransportError("the response was cut off within its compressed data")

    def _count(self, piece: bytes) -> bytes:
        self._decoded += len(piece)
        cap = min(max(CAP, self._arrived * _MAX_RATIO), STREAMED_CAP) if self._streamed else CAP
        if self._decoded > cap:
            piece = b""
            raise InvalidResponseError(f"the response unpacks to more than {format_size(cap)}")
        return piece
