"""Decode response bodies as they arrive: in bounded steps, and only up to a limit."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from dodeca.errors import InvalidResponseError, TransportError

CAP = 64 * 1024 * 1024
PASSING_CAP = 16 * CAP  # the vectors of the longest films, written out, are a fifth of it
ERROR_CAP = 64 * 1024
_STEP = 1024 * 1024
_TIMES = 40  # digits compress three times or so; what unpacks to more is no response of ours


class Inflater:
    """Decodes a body piece by piece.

    A body that is kept has at most `CAP` bytes. One that is read as it passes (`passing`) may have
    `PASSING_CAP`, if it was not blown up by its compression.

    Raises:
        InvalidResponseError: an encoding that was not asked for, or more bytes than the cap.
    """

    def __init__(self, encoding: str, *, passing: bool = False) -> None:
        self._arrived = 0
        self._decoded = 0
        self._passing = passing
        self._gzip = None
        if encoding.strip().lower() == "gzip":
            self._gzip = zlib.decompressobj(wbits=31)
        elif encoding.strip().lower() not in ("", "identity"):
            raise InvalidResponseError(
                f"the response is encoded as {encoding[:80]!r}; gzip was asked for"
            )

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """What a piece decodes to, a megabyte at a time."""
        self._arrived += len(piece)
        if self._gzip is None:
            yield self._counted(piece)
            return
        try:
            while piece and not self._gzip.eof:
                yield self._counted(self._gzip.decompress(piece, _STEP))
                piece = self._gzip.unconsumed_tail
        except zlib.error as exc:
            raise InvalidResponseError(f"the response is no valid gzip: {exc}") from exc

    def finish(self) -> None:
        """The body has ended.

        Raises:
            TransportError: it ended within its compressed data.
        """
        if self._gzip is not None and self._arrived and not self._gzip.eof:
            raise TransportError("the response was cut off within its compressed data")

    def _counted(self, piece: bytes) -> bytes:
        self._decoded += len(piece)
        cap = min(max(CAP, self._arrived * _TIMES), PASSING_CAP) if self._passing else CAP
        if self._decoded > cap:
            raise InvalidResponseError(f"the response unpacks to more than {cap / 2**20:.0f} MB")
        return piece
