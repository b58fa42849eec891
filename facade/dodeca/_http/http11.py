"""HTTP/1.1 without I/O: requests as bytes, and answers as llhttp reads them."""

from __future__ import annotations

import httptools

from dodeca._http import messages

_HEAD = 100 * 1024  # bytes in a row that are no body: heads, trailers, names of chunks


def head(request: messages.HttpRequest) -> bytes:
    """The line and the headers of a request.

    Raises:
        LocalProtocolError: one of them holds the end of a line, or is not ASCII.
    """
    first = f"{request.method} {request.url.raw_path.decode('ascii')} HTTP/1.1"
    lines = [first, *[f"{name}: {value}" for name, value in request.headers.items()], "", ""]
    text = "\r\n".join(lines)
    ends = text.count("\r"), text.count("\n")
    if ends != (len(lines) - 1,) * 2 or "\0" in text or not text.isascii():
        raise messages.LocalProtocolError("a header of the request holds what no header can hold")
    return text.encode("ascii")


class Answers:
    """Reads the answers that come over one connection, one after the other."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.begin()

    def begin(self) -> None:
        """Get ready for the next answer."""
        self.status = 0
        """Of the answer, once its head has arrived."""
        self.headers: dict[str, str] = {}
        self.is_whole = False
        self.is_last = False
        """Whether the connection ends with this answer."""
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
            if isinstance(exc, httptools.HttpParserCallbackError) and exc.__context__:
                raise exc.__context__ from None  # Ctrl-C while the parser called
            if not self.is_whole:
                raise messages.ProtocolError(str(exc)) from exc
        self._beside = 0 if len(self._body) > before else self._beside + len(data)
        if self._beside > _HEAD and not self.is_whole:
            raise messages.ProtocolError(f"more than {_HEAD} bytes of headers")

    def end(self) -> None:
        """Nothing more arrives.

        Raises:
            ProtocolError: something is missing.
        """
        if not self.status:
            raise messages.ProtocolError("the server closed the connection without an answer")
        if self._is_framed() and not self.is_whole:
            raise messages.ProtocolError("the server closed the connection within its answer")
        self.is_whole = self.is_last = True

    def taken(self) -> list[bytes]:
        """What has arrived of the body since the last look."""
        body, self._body = self._body, []
        return body

    def _is_framed(self) -> bool:
        """Whether the answer told where its body ends."""
        coding = self.headers.get("transfer-encoding", "").lower()
        return coding.endswith("chunked") or (not coding and "content-length" in self.headers)

    # What the parser calls.

    def on_message_begin(self) -> None:
        """An answer that nobody asked for makes the connection useless."""
        if self.is_whole:
            self.is_last = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or what follows a body in chunks."""
        if self.status:
            return
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        """The head has arrived; those of 1xx only announce another."""
        status = self._parser.get_status_code()
        if self.status:
            return
        if status < 200:
            self.headers = {}
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
