"""Responses in JSON, and errors as such."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import anyio.to_thread
import orjson
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from dodeca._base.text import format_size
from dodeca.errors import (
    ConfigurationError,
    DodecaError,
    InvalidMediaError,
    InvalidRequestError,
    NotFoundError,
    RateLimitError,
)

_log = logging.getLogger("dodeca.browse")
_MAX_JSON_BYTES = 1 << 20


def json_response(value: Any, status: int = 200) -> Response:
    """A value as JSON; what JSON has no type for is its text."""
    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    content = orjson.dumps(value, default=str, option=options)
    return Response(content, status, media_type="application/json")


def error_response(status: int, message: str) -> Response:
    """An error as the page reads it."""
    return json_response({"error": message.encode("utf-8", "replace").decode()}, status)


async def on_dodeca_error(request: Request, error: Exception) -> Response:
    """The response to a request that cannot be done: 400, 404, 429, or 502 for the service."""
    match error:
        case InvalidMediaError() | NotFoundError():
            status = 404
        case RateLimitError():
            status = 429
        case InvalidRequestError() | ConfigurationError():
            status = 400
        case _:
            status = 502
    return error_response(status, str(error) or type(error).__name__)


async def on_http_error(request: Request, error: Exception) -> Response:
    """The response of a path or method that there is not."""
    assert isinstance(error, HTTPException)
    response = error_response(error.status_code, error.detail)
    response.headers.update(error.headers or {})
    return response


async def on_any_error(request: Request, error: Exception) -> Response:
    """The response to a request that met a fault of this package."""
    _log.error("a request of the page failed", exc_info=error)
    return error_response(500, f"The server failed: {type(error).__name__}")


ERROR_HANDLERS: dict[Any, Any] = {
    DodecaError: on_dodeca_error,
    HTTPException: on_http_error,
    Exception: on_any_error,
}


async def read_json(request: Request) -> Any:
    """The body of a request as JSON.

    Raises:
        HTTPException: it is too large, or its type is not JSON, which a form elsewhere can send.
        InvalidRequestError: it is not JSON.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "The body must be of type application/json.")
    try:
        return orjson.loads(await read_body(request, _MAX_JSON_BYTES))
    except orjson.JSONDecodeError as exc:
        raise InvalidRequestError(f"the body is no JSON: {exc}") from exc


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The body of a request.

    Raises:
        HTTPException: it is larger than `max_bytes`, or the browser has gone away.
    """
    parts = bytearray()
    try:
        async for part in request.stream():
            parts += part
            if len(parts) > max_bytes:
                raise HTTPException(413, f"The body must have at most {format_size(max_bytes)}.")
    except ClientDisconnect as exc:
        raise cancelled() from exc
    return bytes(parts)


def cancelled() -> HTTPException:
    """What a request ends with whose browser has gone away."""
    return HTTPException(499, "The request was cancelled.")


async def in_thread(call: Callable[[], Any]) -> Any:
    """The result of a call that blocks."""
    return await anyio.to_thread.run_sync(call)
