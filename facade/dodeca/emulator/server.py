"""The emulator as a server: a thin ASGI application, run by uvicorn."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import anyio.to_thread
import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dodeca._base import asgi_server

from .core import Emulator
from .errors import ErrorResponse
from .rules.urls import is_loopback

BASE_PATH = "/v1.3"
_CREATES, _OTHERS = 100, 40  # threads that respond to POST, and to all other methods
_LOCAL_NAMES = ("localhost", "host.docker.internal")


def app(emulator: Emulator) -> ASGIApp:
    """Return the ASGI application over an emulator, which stays open when the server stops."""

    # Creates may wait for slow URLs; everything else has threads of its own.
    creates, others = anyio.CapacityLimiter(_CREATES), anyio.CapacityLimiter(_OTHERS)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if not _is_for_this_server(scope):
            await _foreign_host()(scope, receive, send)
            return
        request = Request(scope, receive)
        target = scope["raw_path"] + b"?" + scope["query_string"]
        headers = httpx.Headers(request.headers.raw)
        with emulator.exchange(request.method, target, headers) as exchange:
            try:
                async for chunk in request.stream():
                    exchange.feed(chunk)
            except ClientDisconnect:
                return
            try:
                limiter = creates if request.method == "POST" else others
                response = await anyio.to_thread.run_sync(
                    exchange.respond, abandon_on_cancel=True, limiter=limiter
                )
            except httpx.TransportError:
                await _hang_up(receive, reset=True)
                return
        try:
            await _asgi(response)(scope, receive, send)
        except* httpx.TransportError:
            await _hang_up(receive, reset=False)

    return serve


def _is_for_this_server(scope: Scope) -> bool:
    """Return whether a request that arrived on this machine's own address names this machine.

    A page on the web can have its name resolved to 127.0.0.1 and would then share our origin.
    """
    address = scope["server"][0]
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
    name = host.rpartition(":")[0] if re.search(r":\d*$", host) else host
    name = name.strip("[]").removesuffix(".")
    return not is_loopback(address) or name in ("", *_LOCAL_NAMES) or is_loopback(name)


def _foreign_host() -> Response:
    text = "The server is for this machine only: call it as localhost or 127.0.0.1."
    body = ErrorResponse(421, "misdirected_request", text).body(nested=False)
    return JSONResponse(body, 421)


async def _hang_up(receive: Receive, *, reset: bool) -> None:
    """Close the connection; ASGI has no call for it, so this reaches into uvicorn."""
    transport: asyncio.Transport = receive.__self__.transport  # type: ignore[attr-defined]
    if reset:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


def _asgi(response: httpx.Response) -> Response:
    result: Response
    if isinstance(response.stream, httpx.ByteStream):
        result = Response(response.content, response.status_code)
    else:
        result = StreamingResponse(response.iter_raw(), response.status_code)
    result.raw_headers = [(name.lower(), value) for name, value in response.headers.raw]
    return result


@contextmanager
def serving(emulator: Emulator, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve an emulator from a thread for as long as the block lasts; yields the base URL.

    At its end, running requests get a second to finish. Raises OSError when the address is not
    available.
    """
    with asgi_server.serving(app(emulator), host=host, port=port) as origin:
        yield f"{origin}{BASE_PATH}"
