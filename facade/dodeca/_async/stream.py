"""Streamed text: newline-delimited JSON events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Generic

import orjson

from dodeca._async.transport import AsyncTransport
from dodeca._base import html
from dodeca._base.json_depth import is_too_deep
from dodeca._base.response_info import ResponseInfo
from dodeca._calls import texts
from dodeca._calls.operation import Request
from dodeca.errors import (
    DodecaError,
    IncompleteTextError,
    InvalidRequestError,
    InvalidResponseError,
    ResponseFormatError,
    TruncatedStreamError,
)
from dodeca.results import (
    StreamEnd,
    StreamEvent,
    StreamStart,
    TextGeneration,
    UnknownEvent,
    build_result,
)
from dodeca.results.text import ParsedT

_EVENT_TYPES: dict[str, Any] = {
    "stream_start": StreamStart,
    "text_generation": TextGeneration,
    "stream_end": StreamEnd,
}


class AsyncTextStream(Generic[ParsedT]):
    """The events of a text as it is generated; use it as a context manager.

    `pieces()` yields the text as it arrives, `text()` returns the whole of it; iterate the stream
    itself for all events. At its end, `end` is the last event, and `parsed` the object that
    `response_format` asked for, if one was given; both are None until then. The connection is
    closed at the end of its `with` block. An event of an unknown type is an `UnknownEvent`.
    """

    def __init__(
        self, transport: AsyncTransport, call: Request, response_format: object = None
    ) -> None:
        self._response = transport.stream(call)
        self._info: ResponseInfo | None = None
        self._response_format = response_format
        self._lines: AsyncIterator[bytes] | None = None
        self._pieces: list[str] = []
        self._failure: DodecaError | None = None
        self.end: StreamEnd | None = None
        self.parsed: ParsedT | None = None

    def __repr__(self) -> str:
        state = "ended" if self.end else "not open" if self._lines is None else "open"
        return f"<TextStream: {state}>"

    def _repr_html_(self) -> str:
        return html.paragraph(repr(self)[1:-1])

    @property
    def response(self) -> ResponseInfo | None:
        """The response in which the events arrive; None before the `with` block.

        >>> async with client.analyze.stream("What happens in it?", video="colours.mp4") as events:
        ...     events.response.status
        200
        """
        return self._info

    async def __aenter__(self) -> AsyncTextStream[ParsedT]:
        response = await self._response.__aenter__()
        self._info, self._lines = response.info, response.lines()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lines = None
        await self._response.__aexit__(exc_type, exc, traceback)

    async def __aiter__(self) -> AsyncIterator[StreamEvent]:
        """Yield the remaining events; after a `break`, another loop continues where it stopped.

        Raises:
            IncompleteTextError: the service reports an error, or cut off a structured answer;
                raised after the last event.
            ResponseFormatError: the text is not what `response_format` asks for; raised there, too.
            TruncatedStreamError: the stream ended before its `stream_end` event.
            InvalidResponseError: an event does not match the API's documentation.
            InvalidRequestError: outside the `with` block.
        """
        while self.end is None and self._failure is None:
            if self._lines is None:
                raise InvalidRequestError("a stream can only be read inside its `with` block")
            line = await anext(self._lines, None)
            if line is None:
                message = "the stream ended before its stream_end event"
                raise TruncatedStreamError(message, self._text)
            event = self._event(line)
            if event is not None:
                yield event
        if self._failure is not None:
            raise self._failure

    async def pieces(self) -> AsyncIterator[str]:
        """Yield the remaining text piece by piece, as it is generated.

        >>> async with client.analyze.stream("What happens in it?", video="colours.mp4") as events:
        ...     async for piece in events.pieces():
        ...         print(piece, end="")  # doctest: +ELLIPSIS
        [dodeca emulator] ...

        Raises:
            IncompleteTextError: the service reports an error, or cut off a structured answer;
                raised after the last piece.
            ResponseFormatError: the text is not what `response_format` asks for; raised there, too.
            TruncatedStreamError: the stream ended before its `stream_end` event.
            InvalidResponseError: an event does not match the API's documentation.
            InvalidRequestError: outside the `with` block.
        """
        async for event in self:
            if isinstance(event, TextGeneration) and event.text:
                yield event.text

    async def text(self) -> str:
        """Return the whole text once it has ended, also what was read before.

        A text that reached its maximum length is returned as it is; `end.finish_reason` is
        "length" then.

        >>> async with client.analyze.stream("What happens in it?", video="colours.mp4") as events:
        ...     print((await events.text())[:17])
        [dodeca emulator]

        Raises:
            IncompleteTextError: the service reports an error, or cut off a structured answer; has
                the text so far.
            ResponseFormatError: the text is not what `response_format` asks for; has it, too.
            TruncatedStreamError: the stream ended before its `stream_end` event; has it, too.
            InvalidResponseError: an event does not match the API's documentation.
            InvalidRequestError: outside the `with` block.
        """
        async for _ in self:
            pass
        return self._text

    @property
    def _text(self) -> str:
        return "".join(self._pieces)

    def _event(self, line: bytes) -> StreamEvent | None:
        """The event of a line; None for one without, and for an error, which is raised."""
        if not line.strip():
            return None
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as exc:
            message = f"the stream ended inside an event: {line[:80]!r}"
            raise TruncatedStreamError(message, self._text) from exc
        if is_too_deep(value):
            raise InvalidResponseError("an event of the stream is nested too deep")
        if not isinstance(value, dict):
            return None
        event_type = str(value.get("event_type"))
        if event_type == "error":
            self._failure = texts.error_event(value, self._text)
            return None
        cls = _EVENT_TYPES.get(event_type, UnknownEvent)
        event: StreamEvent = build_result(cls, value, self._info)
        if isinstance(event, TextGeneration):
            self._pieces.append(texts.check_text(event.text))
        if isinstance(event, StreamEnd):
            self._finish(event)
        return event

    def _finish(self, end: StreamEnd) -> None:
        """Parse the text, or keep its error, which is raised after this event."""
        self.end = end
        try:
            self.parsed = texts.parse_complete(self._text, end, end.error, self._response_format)
        except (IncompleteTextError, ResponseFormatError) as failure:
            self._failure = failure
