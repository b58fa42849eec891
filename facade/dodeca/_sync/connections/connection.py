# From facade/dodeca/_async/connections/connection.py by scripts/unasync.py; edit that one.
"""One connection: HTTP/1.1 over a stream, one request at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from dodeca._http import messages
from dodeca._http.http11 import Answers, head
from dodeca._http.network import Stream

_JOINED = 64 * 1024  # a body of up to this goes out with its headers, in one packet if it fits


class Line:
    """A connection that stays open between requests."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._answers = Answers()
        self._is_sent = True

    def exchange(self, request: messages.HttpRequest) -> Answers:
        """Send a request, and read the head of its answer."""
        answer = self._answers
        answer.begin()
        self._is_sent = False
        self._stream.deadline = request.deadline
        with suppress(messages.WriteError):  # a server may refuse before it has read everything
            self._send(request)
            self._is_sent = True
        while not answer.status:
            self._more()
        return answer

    def pieces(self) -> Iterator[bytes]:
        """The body of the answer, as it arrives."""
        while True:
            for piece in self._answers.taken():
                yield piece
            if self._answers.is_whole:
                return
            self._more()

    def is_reusable(self) -> bool:
        """Whether another request can follow."""
        return self._is_sent and self._answers.is_whole and not self._answers.is_last

    def is_stale(self) -> bool:
        """Whether the other side has closed it, or said what nobody asked for."""
        return self._stream.is_readable()

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def _send(self, request: messages.HttpRequest) -> None:
        waiting, body = head(request), request.body.at_hand()
        if body is not None:
            self._stream.write(waiting + body)
            return
        for piece in messages.BodyStream(request.body):
            if len(waiting) + len(piece) < _JOINED:
                waiting += piece
                continue
            if waiting:
                self._stream.write(waiting)
                waiting = b""
            self._stream.write(piece)
        if waiting:
            self._stream.write(waiting)

    def _more(self) -> None:
        if data := self._stream.read():
            self._answers.feed(data)
        else:
            self._answers.end()
