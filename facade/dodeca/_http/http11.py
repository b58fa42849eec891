"""HTTP/1.1 without I/O: write the head of a request, parse responses with llhttp."""

from __future__ import annotations

import httptools

from dodeca._http import messages

_MAX_HEAD = 100 * 1024  # bytes in a row that are not body: heads, trailers, chunk extensions


def request_head(request: messages.HttpRequest) -> bytes:
    """The request line and the headers, as bytes.

    Raises:
        LocalProtocolError: one of them holds a line break, a NUL or a non-ASCII character.
    """
    first = f"{request.method} {request.url.raw_path.decode('ascii')} HTTP/1.1"
    lines = [first, *[f"{name}: {value}" for name, value in request.headers.items()], "", ""]
    text = "\r\n".join(lines)
    ends = text.count("\r"), text.count("\n")
    if ends != (len(lines) - 1,) * 2 or "\0" in text or not text.isascii():
        raise messages.LocalProtocolError(
            "a header of the request holds a character that HTTP does not allow"
        )
    return text.encode("ascii")


class ResponseParser:
    """Parses the responses that arrive over one connection, one after the other."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.begin()

    def begin(self, *, to_head: bool = False) -> None:
        """Prepare for the next response; one to HEAD has no body, whatever its head says."""
        self._to_head = to_head
        self.status = 0
        """The status code, once the head has arrived; 0 before."""
        self.headers: dict[str, str] = {}
        self.is_complete = False
        self.is_last = False
        """Whether the connection closes after this response."""
        self._body: list[bytes] = []
        self._head_bytes = 0

    def feed(self, data: bytes | memoryview) -> None:
        """Parse the next bytes.

        Raises:
            ProtocolError: they are not HTTP.
        """
        before = len(self._body)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as exc:
            self.is_last = True
            if isinstance(exc, httptools.HttpParserCallbackError) and exc.__context__:
                raise exc.__context__ from None  # Ctrl-C within a callback
            if not self.is_complete:
                raise messages.ProtocolError(str(exc)) from exc
        self._head_bytes = 0 if len(self._body) > before else self._head_bytes + len(data)
        if self._head_bytes > _MAX_HEAD and not self.is_complete:
            raise messages.ProtocolError(f"more than {_MAX_HEAD} bytes of headers")

    def end(self) -> None:
        """Handle the end of the stream.

        Raises:
            ProtocolError: the response is incomplete.
        """
        if not self.status:
            raise messages.ProtocolError("the server closed the connection without a response")
        if self._is_framed() and not self.is_complete:
            raise messages.ProtocolError(
                "the server closed the connection in the middle of its response"
            )
        self.is_complete = self.is_last = True

    def take_body(self) -> list[bytes]:
        """The parts of the body that have arrived since the last call."""
        body, self._body = self._body, []
        return body

    def _is_framed(self) -> bool:
        """Whether the head says where the body ends."""
        coding = self.headers.get("transfer-encoding", "").lower()
        return coding.endswith("chunked") or (not coding and "content-length" in self.headers)

    # Callbacks of the parser.

    def on_message_begin(self) -> None:
        """A response without a request makes the connection unusable."""
        if self.is_complete:
            self.is_last = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header or trailer; trailers are ignored."""
        if self.status:
            return
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        """The head has arrived; after a 1xx another follows."""
        status = self._parser.get_status_code()
        if self.status:
            return
        if status < 200:
            self.headers = {}
            return
        self.status = status
        self.is_last = self._to_head or not self._parser.should_keep_alive()
        self.is_complete = self._to_head

    def on_body(self, data: bytes) -> None:
        """Part of the body."""
        if not self.is_complete:
            self._body.append(data)

    def on_message_complete(self) -> None:
        """The end of a response."""
        self.is_complete = self.status > 0
