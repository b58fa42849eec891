"""HTTP/1.1 without I/O: requests as bytes, and answers as llhttp reads them."""

from __future__ import annotations

import httptools

from dodeca import _http

_HEAD = 100 * 1024  # bytes in a row that are no body: heads, trailers, names of chunks


def head(request: _http.HttpRequest) -> bytes:
    """The line and the headers of a request.

    Raises:
        LocalProtocolError: one of them holds the end of a line.
    """
    first = b"%b %b HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)
    lines = [first, *[b"%b: %b" % header for header in request.headers.raw], b"", b""]
    text = b"\r\n".join(lines)
    if not text.count(b"\r") == text.count(b"\n") == len(lines) - 1 or b"\0" in text:
        raise _http.LocalProtocolError("a header of the request holds the end of a line")
    return text


class Answers:
    """Reads the answers that come over one connection, one after the other."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.begin()

    def begin(self) -> None:
        """Get ready for the next answer."""
        self.status = 0
        """Of the answer, once its head has arrived."""
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_whole = False
        self.is_last = False
        """Whether the connection ends with this answer."""
        self._is_framed = False
        self._body: list[bytes] = []
        self._beside = 0

    def feed(self, data: bytes | memoryview) -> None:
        """Take what has arrived.

        Raises:
            ProtocolError: it is no HTTP.
        """
        before = len(self._body)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as exc:
            self.is_last = True
            if not self.is_whole:
                raise _http.ProtocolError(str(exc)) from exc
        self._beside = 0 if len(self._body) > before else self._beside + len(data)
        if self._beside > _HEAD and not self.is_whole:
            raise _http.ProtocolError(f"more than {_HEAD} bytes of headers")

    def end(self) -> None:
        """Nothing more arrives.

        Raises:
            ProtocolError: something is missing.
        """
        if not self.status:
            raise _http.ProtocolError("the server closed the connection without an answer")
        if self._is_framed and not self.is_whole:
            raise _http.ProtocolError("the server closed the connection within its answer")
        self.is_whole = self.is_last = True

    def taken(self) -> list[bytes]:
        """What has arrived of the body since the last look."""
        body, self._body = self._body, []
        return body

    # What the parser calls.

    def on_message_begin(self) -> None:
        """An answer that nobody asked for makes the connection useless."""
        if self.is_whole:
            self.is_last = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or what follows a body in chunks."""
        if self.status:
            return
        self.headers.append((name, value))
        match name.lower():
            case b"content-length":
                self._is_framed = True
            case b"transfer-encoding":
                self._is_framed = value.lower().endswith(b"chunked")

    def on_headers_complete(self) -> None:
        """The head has arrived; those of 1xx only announce another."""
        status = self._parser.get_status_code()
        if self.status:
            return
        if status < 200:
            self.headers = []
            return
        self.status = status
        self.is_last = not self._parser.should_keep_alive()

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        if not self.is_whole:
            self._body.append(data)

    def on_message_complete(self) -> None:
        """The end of an answer."""
        self.is_whole = self.status > 0
