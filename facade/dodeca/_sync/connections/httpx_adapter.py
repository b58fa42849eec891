# From facade/dodeca/_async/connections/httpx_adapter.py by scripts/unasync.py; edit that one.
"""Sends requests through an httpx transport: that of a proxy, or one that the user passed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import cast

import attrs

from dodeca._base.concurrency import within
from dodeca._http import messages


@attrs.frozen(eq=False)
class HttpResponse:
    """A response whose body is not read yet; header names are in lower case.

    `sent_at` is when its request was sent, by the clock of the client.
    """

    status_code: int
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    stream: messages.ByteStream = attrs.field(default=messages.EMPTY_STREAM, repr=False)
    sent_at: float = 0.0


class HttpxAdapter:
    """Enforces the deadline of each request on an httpx transport."""

    def __init__(self, transport: messages.Transport) -> None:
        self._transport = transport

    def send(self, request: messages.HttpRequest) -> HttpResponse:
        """Send a request. Closing the response's stream frees its connection."""

        def handle() -> messages.HttpxResponse:
            return self._transport.handle_request(messages.to_httpx(request))

        response = within(request.remaining_sec, handle)
        stream = cast(messages.ByteStream, response.stream)
        if not isinstance(stream, messages.InMemoryStream):
            stream = _TimedStream(stream, request.deadline)
        return HttpResponse(response.status_code, dict(response.headers.items()), stream)

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()


class _TimedStream(messages.ByteStream):
    """A response body that is read until the deadline of its request."""

    def __init__(self, stream: messages.ByteStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        pieces = iter(self._stream)
        while True:
            piece = within(self._deadline - time.monotonic(), partial(_next, pieces))
            if piece is None:
                return
            yield piece

    def close(self) -> None:
        self._stream.close()


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)
