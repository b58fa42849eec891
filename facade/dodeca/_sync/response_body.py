# From facade/dodeca/_async/response_body.py by scripts/unasync.py; edit that one.
"""Reads the body of a response: into memory, into a sink, or as a stream; or its error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import attrs

from dodeca._base.clock import Clock
from dodeca._base.response_info import ResponseInfo
from dodeca._calls import retry
from dodeca._calls.operation import RawResponse, Sink
from dodeca._calls.retry import FailedAttempt, Outcome
from dodeca._http import messages
from dodeca._http.api_key import APIKey
from dodeca._http.decoding import ERROR_CAP, BodyDecoder
from dodeca._http.event_stream import LineSplitter
from dodeca._sync.connections.httpx_adapter import HttpResponse
from dodeca.errors import APIError, DodecaError, RequestTimeout


@attrs.frozen(eq=False)
class StreamedResponse:
    """A response whose decoded body arrives in `pieces`; header names are in lower case."""

    status_code: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    pieces: Iterator[bytes]
    _key: APIKey
    elapsed: float

    @property
    def info(self) -> ResponseInfo:
        """What the head of the response says."""
        return ResponseInfo(self.status_code, self.headers, self.elapsed)

    def lines(self, *, carriage_returns: bool = False) -> Iterator[bytes]:
        """Yield the body line by line, without line ends; an API key in it is redacted.

        Raises:
            InvalidResponseError: a line is too long.
        """
        splitter = LineSplitter(carriage_returns=carriage_returns)
        for piece in self.pieces:
            for line in splitter.feed(piece):
                yield self._key.redact(line)
        if rest := splitter.finish():
            yield self._key.redact(rest)


def read_error(response: HttpResponse, now: float, key: APIKey) -> FailedAttempt:
    """Read the error of an error response, and of a long body only the beginning."""
    body = bytearray()
    try:
        decoder = BodyDecoder(response.headers.get("content-encoding", ""))
        for raw in response.stream:
            for piece in decoder.feed(raw):
                body += piece
            if len(body) > ERROR_CAP:
                break
    except (DodecaError, *messages.ERRORS):
        pass  # the status code is enough
    finally:
        response.stream.close()
    text = bytes(body[:ERROR_CAP])
    wait = retry.retry_after(response.headers, now=now)
    error = APIError.from_response(
        response.status_code,
        response.headers,
        key.redact(text),
        retry_after=wait,
        now=now,
    )
    return FailedAttempt(Outcome(retry.result_of_status(response.status_code), wait), error)


def read_response(
    response: HttpResponse, sink: Sink | None, clock: Clock, deadline: float, key: APIKey
) -> RawResponse:
    """Read a successful response to its end, into memory or into a sink.

    An API key in the body is redacted, because errors may quote the body.
    """
    kept: list[bytes] = []
    take: Callable[[bytes], object] = kept.append
    if sink is not None:
        take, sink.redact = sink.feed, key.redact
    headers = response.headers
    raw = piece = b""
    try:
        decoder = BodyDecoder(headers.get("content-encoding", ""), streamed=sink is not None)
        for raw in response.stream:
            for piece in decoder.feed(raw):
                take(piece)
            if clock.monotonic() > deadline:
                raise RequestTimeout("the deadline passed while the response was arriving")
        decoder.finish()
    except DodecaError:
        kept.clear()  # the traceback would keep it in memory during the next attempt,
        raw = piece = b""  # and show a key that the server sent back
        raise
    finally:
        response.stream.close()
    content, elapsed = key.redact(b"".join(kept)), clock.monotonic() - response.sent_at
    return RawResponse(response.status_code, headers, content, sink, elapsed=elapsed)


def decoded_pieces(response: HttpResponse, key: APIKey) -> Iterator[bytes]:
    """Yield the decoded body of a response as it arrives; an API key in it is redacted."""
    raw = piece = b""
    try:
        decoder = BodyDecoder(response.headers.get("content-encoding", ""), streamed=True)
        for raw in response.stream:
            for piece in decoder.feed(raw):
                yield key.redact(piece)
        decoder.finish()
    except messages.ERRORS as exc:
        raise messages.convert_error(exc) from exc
    finally:
        raw = piece = b""  # no traceback shows a key that the server sent back
