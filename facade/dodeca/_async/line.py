"""One connection: HTTP/1.1 by h11 over a stream, one request at a time."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import suppress

import h11

from dodeca import _http
from dodeca._asockets import AsyncStream

_HEAD = 100 * 1024  # of an answer's status and headers
_JOINED = 64 * 1024  # a body of up to this goes out with its headers, in one packet if it fits


class AsyncLine:
    """A connection that stays open between requests."""

    def __init__(self, stream: AsyncStream) -> None:
        self._stream = stream
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD)

    async def exchange(self, request: _http.HttpRequest) -> h11.Response:
        """Send a request, and read the head of its answer."""
        self._stream.deadline = time.monotonic() + request.extensions["deadline"]
        with suppress(_http.WriteError):  # a server may refuse before it has read everything
            await self._send(request)
        while not isinstance(event := await self._event(), h11.Response):
            if not isinstance(event, h11.InformationalResponse):
                raise _http.ProtocolError(f"the server closed the connection: {event!r}")
        return event

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body of the answer, as it arrives."""
        while isinstance(event := await self._event(), h11.Data):
            yield bytes(event.data)

    def renew(self) -> bool:
        """Get ready for the next request; False where there can be none."""
        if self._http.their_state is h11.SEND_BODY:  # an empty body, which nobody has read
            with suppress(h11.RemoteProtocolError):
                self._http.next_event()
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            return True
        return False

    def is_stale(self) -> bool:
        """Whether the other side has closed it, or said what nobody asked for."""
        return self._stream.is_readable()

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def _send(self, request: _http.HttpRequest) -> None:
        waiting = self._http.send(
            h11.Request(
                method=request.method, target=request.url.raw_path, headers=request.headers.raw
            )
        )
        async for piece in _http.aoutgoing(request):
            data = self._http.send(h11.Data(data=piece))
            if len(data) < _JOINED:
                data, waiting = waiting + data, b""
            if waiting:
                await self._stream.write(waiting)
                waiting = b""
            await self._stream.write(data)
        waiting += self._http.send(h11.EndOfMessage())
        if waiting:
            await self._stream.write(waiting)

    async def _event(self) -> h11.Event | type[h11.PAUSED]:
        try:
            while True:
                event = self._http.next_event()
                if isinstance(event, h11.Event) or event is h11.PAUSED:
                    return event
                data = await self._stream.read()
                if not data and self._http.their_state is h11.SEND_RESPONSE:
                    raise _http.ProtocolError("the server closed the connection without an answer")
                self._http.receive_data(data)
        except h11.RemoteProtocolError as exc:
            raise _http.ProtocolError(str(exc)) from exc
