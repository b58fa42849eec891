"""Streamed text: newline-delimited JSON events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any

import orjson

from dodeca._async.transport import AsyncTransport
from dodeca._base import html
from dodeca._calls.operation import Request, read_model
from dodeca.errors import InvalidResponseError, TruncatedStreamError
from dodeca.results import StreamEnd, StreamEvent, StreamStart, TextGeneration, build_result
from dodeca_api import models

_EVENT_TYPES: dict[str, tuple[Any, Any]] = {
    "stream_start": (models.StreamStartEvent, StreamStart),
    "text_generation": (models.TextGenerationEvent, TextGeneration),
    "stream_end": (models.StreamEndEvent, StreamEnd),
}


class AsyncTextStream:
    """The events of a text as it is generated; use it as a context manager.

    Iterate it for the events, or get the whole text with `text()`. The connection is closed at
    the end of its `with` block. Events of an unknown type are skipped.
    """

    def __init__(self, transport: AsyncTransport, call: Request[Any]) -> None:
        self._response = transport.stream(call)
        self._lines: AsyncIterator[bytes] | None = None
        self.end: StreamEnd | None = None

    def __repr__(self) -> str:
        state = "ended" if self.end else "not open" if self._lines is None else "open"
        return f"<TextStream: {state}>"

    def _repr_html_(self) -> str:
        return html.paragraph(repr(self)[1:-1])

    async def __aenter__(self) -> AsyncTextStream:
        self._lines = _lines(await self._response.__aenter__())
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
        """Yield the remaining events; after a `break`, another loop continues where it stopped."""
        while self.end is None:
            if self._lines is None:
                raise InvalidResponseError("a stream can only be read inside its `with` block")
            line = await anext(self._lines, None)
            if line is None:
                break
            event = _event(line)
            if isinstance(event, StreamEnd):
                self.end = event
            if event is not None:
                yield event
        if self.end is None:
            raise TruncatedStreamError("the stream ended before its stream_end event")

    async def text(self) -> str:
        """Return all of the remaining text, joined.

        >>> async with client.analyze.stream("What happens in it?", video_id=video.id) as events:
        ...     print((await events.text())[:17])
        [dodeca emulator]

        Raises:
            TruncatedStreamError: the stream ended before its `stream_end` event.
            InvalidResponseError: an event does not match the API's documentation.
        """
        return "".join(
            [event.text or "" async for event in self if isinstance(event, TextGeneration)]
        )


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Split at line feeds only: text may contain other Unicode line breaks."""
    rest: list[bytes] = []  # joined once, since a line may arrive in many small pieces
    async for chunk in chunks:
        first, *others = chunk.split(b"\n")
        rest.append(first)
        if others:
            yield b"".join(rest)
            *lines, last = others
            for line in lines:
                yield line
            rest = [last]
    yield b"".join(rest)


def _event(line: bytes) -> StreamEvent | None:
    if not line.strip():
        return None
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as exc:
        raise TruncatedStreamError(f"the stream ended inside an event: {line[:80]!r}") from exc
    event_type = str(value.get("event_type")) if isinstance(value, dict) else ""
    if event_type not in _EVENT_TYPES:
        return None
    model, cls = _EVENT_TYPES[event_type]
    event: StreamEvent = build_result(cls, read_model(model, value))
    return event
