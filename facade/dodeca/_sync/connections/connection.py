# From facade/dodeca/_async/connections/connection.py by scripts/unasync.py; edit that one.
"""One connection: HTTP/1.1 over a stream, one request at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from dodeca._http import messages
from dodeca._http.http11 import ResponseParser, request_head
from dodeca._http.network import TcpStream

_JOINED = 64 * 1024  # up to this many bytes, headers and body are written together


class Connection:
    """A connection that stays open between requests."""

    def __init__(self, stream: TcpStream) -> None:
        self._stream = stream
        self._parser = ResponseParser()
        self._is_sent = True

    def exchange(self, request: messages.HttpRequest) -> ResponseParser:
        """Send a request and read the head of its response."""
        parser = self._parser
        parser.begin(to_head=request.method == "HEAD")
        self._is_sent = False
        self._stream.deadline = request.deadline
        with suppress(messages.WriteError):  # a server may respond before it has read everything
            self._send(request)
            self._is_sent = True
        while not parser.status:
            self._read_more()
        return parser

    def body(self) -> Iterator[bytes]:
        """Yield the body of the response as it arrives."""
        while True:
            for piece in self._parser.take_body():
                yield piece
            if self._parser.is_complete:
                return
            self._read_more()

    def is_reusable(self) -> bool:
        """Whether the connection can carry another request."""
        return self._is_sent and self._parser.is_complete and not self._parser.is_last

    def is_stale(self) -> bool:
        """Whether the server has closed the idle connection, or sent data without a request."""
        return self._stream.is_readable()

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def __del__(self) -> None:
        self._stream.abandon()

    def _send(self, request: messages.HttpRequest) -> None:
        unsent, body = request_head(request), request.body.in_memory()
        if body is not None:
            self._write(unsent + body)
            return
        for piece in messages.BodyStream(request.body):
            if len(unsent) + len(piece) < _JOINED:
                unsent += piece
                continue
            if unsent:
                self._write(unsent)
                unsent = b""
            self._write(piece)
        if unsent:
            self._write(unsent)

    def _write(self, data: bytes) -> None:
        """Send bytes, and read what the server says meanwhile; its response ends the sending."""
        unsent: bytes | memoryview = data
        while unsent:
            while self._stream.has_data():
                self._read_more()
            if self._parser.status:
                raise messages.WriteError("the server responded before it had read the request")
            unsent = self._stream.write(unsent)

    def _read_more(self) -> None:
        if data := self._stream.read():
            self._parser.feed(data)
        else:
            self._parser.end()
