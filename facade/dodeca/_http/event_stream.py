"""Lines and server-sent events, read from the pieces of a body as they arrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from dodeca._base.text import format_size
from dodeca._calls.operation import parse_json
from dodeca._http.decoding import CAP
from dodeca.errors import InvalidResponseError, TruncatedStreamError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@attrs.frozen
class ServerSentEvent:
    """One event of a stream: `event` is its type, "message" if it names none; `data` its text.

    `id` is the last id that the stream named, `retry` the milliseconds after which to connect
    again, None if the event names none.
    """

    event: str = "message"
    data: str = attrs.field(default="", repr=lambda data: f"<{len(data)} characters>")
    id: str = ""
    retry: int | None = None

    def json(self) -> Any:
        """The data as JSON.

        >>> from dodeca.types import ServerSentEvent
        >>> ServerSentEvent(data='{"progress": 40}').json()
        {'progress': 40}

        Raises:
            InvalidResponseError: the data is not JSON, or nested too deep.
        """
        return parse_json(self.data.encode(), "the data of an event")


class LineSplitter:
    """Splits a body into lines as it arrives, and keeps the last one until it ends.

    Only a line feed ends a line, since text may contain other Unicode line breaks; with
    `carriage_returns` one of those does, too, alone or before a line feed.

    Raises:
        InvalidResponseError: a line has more bytes than a body that is kept in memory may have.
    """

    def __init__(self, *, carriage_returns: bool = False) -> None:
        self._carriage_returns = carriage_returns
        self._after_return = False
        self._rest = bytearray()

    def feed(self, piece: bytes) -> list[bytes]:
        """The lines that this piece completes."""
        if self._carriage_returns and piece:
            piece = self._with_line_feeds(piece)
        if b"\n" not in piece:
            return self._keep(piece)
        first, *lines, last = piece.split(b"\n")
        self._rest += first
        complete = [bytes(self._rest), *lines]
        self._rest.clear()
        self._keep(last)
        return complete

    def finish(self) -> bytes:
        """What follows the last line end."""
        return bytes(self._rest)

    def _keep(self, piece: bytes) -> list[bytes]:
        self._rest += piece
        check_size("a line", len(self._rest))
        return []

    def _with_line_feeds(self, piece: bytes) -> bytes:
        if self._after_return:
            piece = piece.removeprefix(b"\n")
        self._after_return = piece.endswith(b"\r")
        return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


class EventParser:
    """Makes events of the lines of a `text/event-stream`; httpx-sse decodes the fields.

    Raises:
        InvalidResponseError: an event has more bytes than a body that is kept in memory may have.
    """

    def __init__(self) -> None:
        from httpx_sse._decoders import SSEDecoder

        self._decode: Callable[[str], Any] = SSEDecoder().decode
        self._size = 0  # of the event that has begun
        self._is_first = True

    def feed(self, line: bytes) -> ServerSentEvent | None:
        """The event that this line ends, if it does."""
        if self._is_first:
            line, self._is_first = line.removeprefix(_BYTE_ORDER_MARK), False
        if line.startswith(b":") or not (line or self._size):
            return None  # a comment, or a blank line after which nothing has begun
        self._size = self._size + len(line) if line else 0
        check_size("an event", self._size)
        found = self._decode(line.decode("utf-8", "replace"))
        return found and ServerSentEvent(found.event, found.data, found.id, found.retry)

    def finish(self) -> None:
        """Check that the stream has ended between two events.

        Raises:
            TruncatedStreamError: it ended inside one.
        """
        if self._size:
            raise TruncatedStreamError("the stream ended inside an event")


def check_size(what: str, size: int) -> None:
    """Check the size of what is kept in memory.

    Raises:
        InvalidResponseError: it is too large.
    """
    if size > CAP:
        raise InvalidResponseError(f"{what} of the response has more than {format_size(CAP)}")
