# From facade/dodeca/_async/response_stream.py by scripts/unasync.py; edit that one.
"""A response that is read as it arrives, in pieces, lines or events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, TypeVar

from dodeca._base import html
from dodeca._base.headers import request_id
from dodeca._calls.operation import Request
from dodeca._http.event_stream import EventParser, ServerSentEvent
from dodeca._sync.response_body import StreamedResponse
from dodeca._sync.transport import Transport
from dodeca.errors import InvalidRequestError, InvalidResponseError

T = TypeVar("T")


class ResponseStream:
    """The response to `client.request` with `stream=True`; use it as a context manager.

    The request is sent at the start of the block, and the connection closed at its end. Iterate the
    response for its bytes, or `lines()`, or `events()`; after a `break`, another loop continues
    where it stopped.
    """

    def __init__(self, transport: Transport, call: Request) -> None:
        self._context = transport.stream(call)
        self._call = call
        self._response: StreamedResponse | None = None
        self._form = ""
        self._items: Iterator[Any] | None = None

    def __repr__(self) -> str:
        state = "not open" if self._response is None else str(self._response.status_code)
        return f"<ResponseStream of {self._call.method} {self._call.path}: {state}>"

    def _repr_html_(self) -> str:
        return html.paragraph(repr(self)[1:-1])

    def __enter__(self) -> ResponseStream:
        self._response = self._context.__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._response = self._items = None
        self._context.__exit__(exc_type, exc, traceback)

    @property
    def status(self) -> int:
        """The HTTP status, 2xx.

        >>> with client.request("GET", "/indexes", stream=True) as response:
        ...     response.status
        200

        Raises:
            InvalidRequestError: outside the `with` block.
        """
        return self._open().status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, with names in lower case.

        >>> with client.request("GET", "/indexes", stream=True) as response:
        ...     response.headers["content-type"]
        'application/json'

        Raises:
            InvalidRequestError: outside the `with` block.
        """
        return self._open().headers

    @property
    def request_id(self) -> str | None:
        """The id that support asks for.

        >>> with client.request("GET", "/indexes", stream=True) as response:
        ...     response.request_id is not None
        True

        Raises:
            InvalidRequestError: outside the `with` block.
        """
        return request_id(self._open().headers)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body as it arrives.

        Raises:
            InvalidRequestError: outside the `with` block, or the body was read in lines or events.
            TransportError: the body was cut off, or did not end before the deadline.
            InvalidResponseError: the body has more than a gigabyte.
        """
        for piece in self._read("bytes", lambda response: response.pieces):
            yield piece

    def lines(self) -> Iterator[str]:
        """Yield the body line by line, such as newline-delimited JSON, without line ends.

        Lines end with a line feed, and may have a carriage return before. The text is UTF-8.

        >>> with client.request("GET", "/indexes", stream=True) as response:
        ...     lines = [line for line in response.lines()]

        Raises:
            InvalidRequestError: outside the `with` block, or the body was read in another form.
            TransportError: the body was cut off, or did not end before the deadline.
            InvalidResponseError: a line has more than 64 MB, or the body more than a gigabyte.
        """
        for line in self._read("lines", lambda response: response.lines()):
            yield line.removesuffix(b"\r").decode("utf-8", "replace")

    def events(self) -> Iterator[ServerSentEvent]:
        """Yield the server-sent events of a `text/event-stream`; comments are left out.

        >>> with client.request("GET", "/indexes", stream=True) as response:
        ...     print(response.headers["content-type"])  # no stream of events
        application/json

        Raises:
            InvalidRequestError: outside the `with` block, or the body was read in another form.
            InvalidResponseError: the body is of another type, an event has more than 64 MB, or the
                body more than a gigabyte.
            TruncatedStreamError: the stream ended inside an event.
            TransportError: the body was cut off, or did not end before the deadline.
        """
        for event in self._read("events", _read_events):
            yield event

    def _read(self, form: str, items_of: Callable[[StreamedResponse], Iterator[T]]) -> Iterator[T]:
        """Yield what remains of the body in this form; each step is inside the `with` block."""
        while True:
            response = self._open()
            if self._items is None:
                self._form, self._items = form, items_of(response)
            if form != self._form:
                raise InvalidRequestError(
                    "a response is read as bytes, lines or events, got two of them: "
                    f"{self._form} and {form}"
                )
            item = next(self._items, None)
            if item is None:
                return
            yield item

    def _open(self) -> StreamedResponse:
        if self._response is None:
            raise InvalidRequestError("a response can only be read inside its `with` block")
        return self._response


def _read_events(response: StreamedResponse) -> Iterator[ServerSentEvent]:
    content_type = response.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "text/event-stream":
        raise InvalidResponseError(
            f"events are read from a text/event-stream, got {content_type[:80]!r}"
        )
    parser = EventParser()
    for line in response.lines(carriage_returns=True):
        event = parser.feed(line)
        if event is not None:
            yield event
    parser.finish()
