"""The seam to httpx: the only module of the facade that names it.

It turns our requests into httpx requests, and httpx's errors into ours.
"""

from __future__ import annotations

import functools
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import anyio.to_thread
import httpx

from dodeca._operation import Request
from dodeca._policy import Reach
from dodeca._version import VERSION
from dodeca._wire import Body, form_body, json_body
from dodeca.errors import DodecaError, InvalidResponseError, RequestTimeout, TransportError

Transport = httpx.BaseTransport
AsyncTransport = httpx.AsyncBaseTransport
HttpClient = httpx.Client
AsyncHttpClient = httpx.AsyncClient
HttpRequest = httpx.Request
HttpResponse = httpx.Response

_CONNECT_SEC = 10.0
_USER_AGENT = f"dodeca/{VERSION}"
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@functools.cache
def _ssl_context() -> ssl.SSLContext:
    """Built once for all clients: reading the certificates takes longer than a request."""
    return httpx.create_ssl_context()


def new_client(transport: Transport | None) -> httpx.Client:
    """A client that follows no redirects."""
    if transport is not None:
        return httpx.Client(transport=transport)
    return httpx.Client(verify=_ssl_context())


def new_async_client(transport: AsyncTransport | None) -> httpx.AsyncClient:
    """A client that follows no redirects."""
    if transport is not None:
        return httpx.AsyncClient(transport=transport)
    return httpx.AsyncClient(verify=_ssl_context())


def build(
    request: Request[Any], base_url: str, headers: Mapping[str, str], timeout: float
) -> httpx.Request:
    """The httpx request for one attempt; `timeout` bounds each of its phases, in seconds."""
    url = httpx.URL(base_url + request.path, params=request.params or None)
    body = _body(request)
    typed = headers if body is None else {"content-type": body.content_type, **headers}
    return _request(request.method, url, typed, body, timeout)


def build_put(url: str, headers: Mapping[str, str], body: Body, timeout: float) -> httpx.Request:
    """A PUT to storage: no key, and no type of content, which a signature may not allow."""
    return _request("PUT", httpx.URL(url), headers, body, timeout)


def _request(
    method: str, url: httpx.URL, headers: Mapping[str, str], body: Body | None, timeout: float
) -> httpx.Request:
    sent = {
        "host": url.netloc.decode("ascii"),
        "user-agent": _USER_AGENT,
        "accept-encoding": "gzip, identity",
        **headers,
    }
    if body is not None:
        sent["content-length"] = str(body.length)
    phases = httpx.Timeout(timeout, connect=min(timeout, _CONNECT_SEC))
    return httpx.Request(
        method,
        url,
        headers=sent,
        stream=httpx.ByteStream(b"") if body is None else _ByteStream(body),
        extensions={"timeout": phases.as_dict()},
    )


def check_storage(url: str, base_url: str) -> None:
    """Storage is reached by https, or beside an API that is itself on this machine.

    Raises:
        InvalidResponseError: an upload URL that would show the file to the network.
    """
    to, api = httpx.URL(url), httpx.URL(base_url)
    if to.scheme != "https" and not (api.scheme == "http" and to.host == api.host):
        raise InvalidResponseError(f"an upload URL is not https: {to.scheme}://{to.host}")


def reach(exc: Exception) -> Reach:
    """How far a request got that ended with this error."""
    return Reach.NOT_SENT if isinstance(exc, _NOT_SENT) else Reach.UNKNOWN


def error(exc: Exception) -> DodecaError:
    """Our error for one of httpx's."""
    text = f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__
    return RequestTimeout(text) if isinstance(exc, httpx.TimeoutException) else TransportError(text)


ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError)


def _body(request: Request[Any]) -> Body | None:
    if request.form is not None:
        return form_body(request.form)
    return None if request.json is None else json_body(request.json)


class _ByteStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body for both kinds of client; the async one reads files in a thread."""

    def __init__(self, body: Body) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = iter(self._body)
        while (piece := await anyio.to_thread.run_sync(next, pieces, None)) is not None:
            yield piece
