# From facade/dodeca/_async/stream.py by scripts/unasync.py; edit that one.
"""Texts that arrive as they are written: newline-delimited JSON events."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any

import orjson

from dodeca._base import html
from dodeca._calls.operation import Request, read_model
from dodeca._sync.transport import Transport
from dodeca.errors import InvalidResponseError, TruncatedStreamError
from dodeca.results import StreamEnd, StreamEvent, StreamStart, TextGeneration, of
from dodeca_api import models

_KINDS: dict[str, tuple[Any, Any]] = {
    "stream_start": (models.StreamStartEvent, StreamStart),
    "text_generation": (models.TextGenerationEvent, TextGeneration),
    "stream_end": (models.StreamEndEvent, StreamEnd),
}


class TextStream:
    """The events of a text that is being written; use it in an `with` block.

    Iterate it for the events, or take the whole text with `text()`. The connection is closed at
    the end of the block, whatever happens in it. Events of a kind that this version does not know
    are passed over.
    """

    def __init__(self, transport: Transport, call: Request[Any]) -> None:
        self._opened = transport.stream(call)
        self._lines: Iterator[bytes] | None = None
        self.end: StreamEnd | None = None

    def __repr__(self) -> str:
        state = "ended" if self.end else "not open" if self._lines is None else "open"
        return f"<TextStream: {state}>"

    def _repr_html_(self) -> str:
        return html.paragraph(repr(self)[1:-1])

    def __enter__(self) -> TextStream:
        self._lines = _lines(self._opened.__enter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines = None
        self._opened.__exit__(kind, error, trace)

    def __iter__(self) -> Iterator[StreamEvent]:
        """The events that are still to come; a loop that was left can be taken up by another."""
        while self.end is None:
            if self._lines is None:
                raise InvalidResponseError("a stream is read inside its `with` block")
            line = next(self._lines, None)
            if line is None:
                break
            event = _event(line)
            if isinstance(event, StreamEnd):
                self.end = event
            if event is not None:
                yield event
        if self.end is None:
            raise TruncatedStreamError("the stream stopped before its stream_end event")

    def text(self) -> str:
        """All of the text that is still to come, joined.

        >>> with client.analyze.stream("What happens in it?", video_id=video.id) as events:
        ...     print(events.text()[:17])
        [dodeca emulator]

        Raises:
            TruncatedStreamError: the stream stopped before its end event.
            InvalidResponseError: an event is not as the API documents it.
        """
        return "".join([event.text or "" for event in self if isinstance(event, TextGeneration)])


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Lines end at a line feed and nowhere else: text may hold other Unicode line ends."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
    yield rest


def _event(line: bytes) -> StreamEvent | None:
    if not line.strip():
        return None
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as exc:
        raise TruncatedStreamError(f"the stream stopped inside an event: {line[:80]!r}") from exc
    kind = _KINDS.get(str(value.get("event_type"))) if isinstance(value, dict) else None
    if kind is None:
        return None
    model, cls = kind
    event: StreamEvent = of(cls, read_model(model, value))
    return event
