"""A response that is read as it arrives, in pieces, lines or events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from types import TracebackType

from dodeca._async.transport import AsyncStreamedResponse, AsyncTransport
from dodeca._base import html
from dodeca._base.headers import request_id
from dodeca._calls.operation import Request
from dodeca._http.event_stream import EventParser, ServerSentEvent
from dodeca.errors import InvalidRequestError, InvalidResponseError


class AsyncResponseStream:
    """The response to `client.request` with `stream=True`; use it as a context manager.

    The request is sent at the start of the block, and the connection closed at its end. Iterate the
    response for its bytes, or `lines()`, or `events()`; after a `break`, another loop continues
    where it stopped.
    """

    def __init__(self, transport: AsyncTransport, call: Request) -> None:
        self._context = transport.stream(call)
        self._call = call
        self._response: AsyncStreamedResponse | None = None
        self._lines: AsyncIterator[bytes] | None = None
        self._events: AsyncIterator[ServerSentEvent] | None = None

    def __repr__(self) -> str:
        state = "not open" if self._response is None else str(self._response.status_code)
        return f"<ResponseStream of {self._call.method} {self._call.path}: {state}>"

    def _repr_html_(self) -> str:
        return html.paragraph(repr(self)[1:-1])

    async def __aenter__(self) -> AsyncResponseStream:
        self._response = await self._context.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._response = self._lines = self._events = None
        await self._context.__aexit__(exc_type, exc, traceback)

    @property
    def status(self) -> int:
        """The HTTP status, 2xx.

        >>> async with await client.request("GET", "/indexes", stream=True) as response:
        ...     response.status
        200

        Raises:
            InvalidRequestError: outside the `with` block.
        """
        return self._open().status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, with names in lower case.

        >>> async with await client.request("GET", "/indexes", stream=True) as response:
        ...     response.headers["content-type"]
        'application/json'

        Raises:
            InvalidRequestError: outside the `with` block.
        """
        return self._open().headers

    @property
    def request_id(self) -> str | None:
        """The id that support asks for.

        >>> async with await client.request("GET", "/indexes", stream=True) as response:
        ...     response.request_id is not None
        True

        Raises:
            InvalidRequestError: outside the `with` block.
        """
        return request_id(self._open().headers)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives.

        Raises:
            InvalidRequestError: outside the `with` block, or the body is read in lines or events.
            TransportError: the body was cut off, or did not end before the deadline.
            InvalidResponseError: the body has more than a gigabyte.
        """
        pieces = self._open(other=self._lines or self._events).pieces
        while (piece := await anext(pieces, None)) is not None:
            yield piece

    async def lines(self) -> AsyncIterator[str]:
        """Yield the body line by line, such as newline-delimited JSON, without line ends.

        Lines end with a line feed, and may have a carriage return before. The text is UTF-8.

        >>> async with await client.request("GET", "/indexes", stream=True) as response:
        ...     lines = [line async for line in response.lines()]

        Raises:
            InvalidRequestError: outside the `with` block, or the body is read in events.
            TransportError: the body was cut off, or did not end before the deadline.
            InvalidResponseError: a line has more than 64 MB, or the body more than a gigabyte.
        """
        response = self._open(other=self._events)
        self._lines = self._lines or response.lines()
        while (line := await anext(self._lines, None)) is not None:
            yield line.removesuffix(b"\r").decode("utf-8", "replace")

    async def events(self) -> AsyncIterator[ServerSentEvent]:
        """Yield the server-sent events of a `text/event-stream`; comments are left out.

        >>> async with await client.request("GET", "/indexes", stream=True) as response:
        ...     print(response.headers["content-type"])  # no stream of events
        application/json

        Raises:
            InvalidRequestError: outside the `with` block, or the body is read in lines.
            InvalidResponseError: the body is of another type, an event has more than 64 MB, or the
                body more than a gigabyte.
            TruncatedStreamError: the stream ended inside an event.
            TransportError: the body was cut off, or did not end before the deadline.
        """
        response = self._open(other=self._lines)
        self._events = self._events or _read_events(response)
        while (event := await anext(self._events, None)) is not None:
            yield event

    def _open(self, *, other: object = None) -> AsyncStreamedResponse:
        if self._response is None:
            raise InvalidRequestError("a response can only be read inside its `with` block")
        if other is not None:
            raise InvalidRequestError(
                "a response is read as bytes, lines or events, got two of them"
            )
        return self._response


async def _read_events(response: AsyncStreamedResponse) -> AsyncIterator[ServerSentEvent]:
    content_type = response.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "text/event-stream":
        raise InvalidResponseError(
            f"events are read from a text/event-stream, got {content_type[:80]!r}"
        )
    parser = EventParser()
    async for line in response.lines(carriage_returns=True):
        event = parser.feed(line)
        if event is not None:
            yield event
    parser.finish()
