"""Streamed text: newline-delimited JSON events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any

import orjson

from dodeca._async.transport import AsyncTransport
from dodeca._base import html
from dodeca._base.response_info import ResponseInfo
from dodeca._calls import texts
from dodeca._calls.operation import Request, read_model
from dodeca.errors import IncompleteTextError, InvalidResponseError, TruncatedStreamError
from dodeca.results import (
    StreamEnd,
    StreamEvent,
    StreamStart,
    TextGeneration,
    UnknownEvent,
    build_result,
)
from dodeca_api import models

_EVENT_TYPES: dict[str, tuple[Any, Any]] = {
    "stream_start": (models.StreamStartEvent, StreamStart),
    "text_generation": (models.TextGenerationEvent, TextGeneration),
    "stream_end": (models.StreamEndEvent, StreamEnd),
}


class AsyncTextStream:
    """The events of a text as it is generated; use it as a context manager.

    Iterate it for the events, or get the whole text with `text()`. The connection is closed at
    the end of its `with` block. An event of an unknown type is an `UnknownEvent`.
    """

    def __init__(
        self, transport: AsyncTransport, call: Request[Any], *, is_structured: bool = False
    ) -> None:
        self._response = transport.stream(call)
        self._info: ResponseInfo | None = None
        self._is_structured = is_structured
        self._lines: AsyncIterator[bytes] | None = None
        self._pieces: list[str] = []
        self._failure: IncompleteTextError | None = None
        self.end: StreamEnd | None = None

    def __repr__(self) -> str:
        state = "ended" if self.end else "not open" if self._lines is None else "open"
        return f"<TextStream: {state}>"

    def _repr_html_(self) -> str:
        return html.paragraph(repr(self)[1:-1])

    @property
    def response(self) -> ResponseInfo | None:
        """The response in which the events arrive; None before the `with` block.

        >>> async with client.analyze.stream("What happens in it?", video_id=video.id) as events:
        ...     events.response.status
        200
        """
        return self._info

    async def __aenter__(self) -> AsyncTextStream:
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
            TruncatedStreamError: the stream ended before its `stream_end` event.
            InvalidResponseError: an event does not match the API's documentation.
        """
        while self.end is None and self._failure is None:
            if self._lines is None:
                raise InvalidResponseError("a stream can only be read inside its `with` block")
            line = await anext(self._lines, None)
            if line is None:
                message = "the stream ended before its stream_end event"
                raise TruncatedStreamError(message, self._text)
            event = self._event(line)
            if event is not None:
                yield event
        if self._failure is not None:
            raise self._failure

    async def text(self) -> str:
        """Return all of the remaining text, joined.

        A text that reached its maximum length is returned as it is; `end.finish_reason` is
        "length" then.

        >>> async with client.analyze.stream("What happens in it?", video_id=video.id) as events:
        ...     print((await events.text())[:17])
        [dodeca emulator]

        Raises:
            IncompleteTextError: the service reports an error, or cut off a structured answer; has
                the text so far.
            TruncatedStreamError: the stream ended before its `stream_end` event; has it, too.
            InvalidResponseError: an event does not match the API's documentation.
        """
        return "".join(
            [event.text or "" async for event in self if isinstance(event, TextGeneration)]
        )

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
        if not isinstance(value, dict):
            return None
        event_type = str(value.get("event_type"))
        if event_type == "error":
            self._failure = texts.error_event(value, self._text)
            return None
        if event_type not in _EVENT_TYPES:
            return build_result(UnknownEvent, value, self._info)
        model, cls = _EVENT_TYPES[event_type]
        event: StreamEvent = build_result(cls, read_model(model, value), self._info)
        if isinstance(event, TextGeneration):
            self._pieces.append(texts.check_text(event.text))
        if isinstance(event, StreamEnd):
            self.end = event
            self._failure = texts.end_of_stream(
                event, self._text, is_structured=self._is_structured
            )
        return event
