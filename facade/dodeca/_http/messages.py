"""The seam to httpx: with the sockets beside it all of the facade that names it.

It turns httpx's errors into ours, and for its transports our requests into httpx's. Its client is
not used: that keeps cookies, follows redirects, logs URLs, unpacks without a limit, and doubles the
cost of a small call.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import ssl
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from urllib.request import getproxies, proxy_bypass

import attrs

from dodeca._base.addresses import address
from dodeca._base.logs import masked
from dodeca._calls.bodies import Body, form_body, json_body
from dodeca._calls.operation import Request
from dodeca._calls.retry import AttemptResult
from dodeca._http.lean_httpx import httpx
from dodeca._version import VERSION
from dodeca.errors import (
    ConfigurationError,
    DodecaError,
    InvalidRequestError,
    InvalidResponseError,
    RequestTimeout,
    TransportError,
)

Transport = httpx.BaseTransport
AsyncTransport = httpx.AsyncBaseTransport
Url = httpx.URL
Tls = ssl.SSLContext
ByteStream = httpx.SyncByteStream
AsyncByteStream = httpx.AsyncByteStream
InvalidUrl = httpx.InvalidURL
PoolTimeout = httpx.PoolTimeout
WriteError = httpx.WriteError
ProtocolError = httpx.RemoteProtocolError
LocalProtocolError = httpx.LocalProtocolError

_CONNECT_SEC = 10.0
_BYTES_PER_SEC = 128 * 1024  # a slow uplink: what a body may take on top of a call's deadline
_AHEAD = 4  # pieces that are read at a time, since going to a thread costs as much as one
_MOST_PORT = 65_535
_NO_BODY = Body("", [])
_USER_AGENT = f"dodeca/{VERSION}"
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
)
_TIMEOUTS = (httpx.TimeoutException, TimeoutError)
ERRORS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    TimeoutError,
)


class BodyStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body, piece by piece; in an event loop files are read in a thread."""

    def __init__(self, body: Body) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        from anyio import to_thread  # only the asynchronous client loads it

        for part in self._body.parts:
            if isinstance(part, bytes):
                yield part
                continue
            pieces = iter(part)
            while found := await to_thread.run_sync(_some, pieces):
                for piece in found:
                    yield piece


def _some(pieces: Iterator[bytes]) -> list[bytes]:
    return list(itertools.islice(pieces, _AHEAD))


EMPTY = BodyStream(_NO_BODY)


def _deadline(request: HttpRequest) -> float:
    return time.monotonic() + request.timeout + request.body_allowance


@attrs.define(eq=False)
class HttpRequest:
    """What goes to the other side, once: the attempt of a call, or a chunk for the storage."""

    method: str
    url: httpx.URL = attrs.field(repr=False)  # it may hold a signature
    headers: dict[str, str] = attrs.field(repr=False)  # and these the key
    body: Body = attrs.field(repr=False)
    timeout: float
    """Seconds for all of it, but for the time that the body needs."""
    needs_live_connection: bool = False
    """Whether it needs a connection that is not about to be closed by the other side."""
    deadline: float = attrs.field(
        init=False, repr=False, default=attrs.Factory(_deadline, takes_self=True)
    )
    """When it has to be over, whatever it waits for until then; of the monotonic clock."""

    @property
    def remaining_sec(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - time.monotonic()

    @property
    def connect_sec(self) -> float:
        """Seconds within which a connection must be open."""
        return min(self.remaining_sec, _CONNECT_SEC)

    @property
    def body_allowance(self) -> float:
        """Seconds that sending the body may take beyond the deadline of the call."""
        return self.body.length / _BYTES_PER_SEC


@functools.cache
def tls() -> ssl.SSLContext:
    """Built once for all clients: reading the certificates takes longer than a request.

    Raises:
        ConfigurationError: SSL_CERT_FILE or SSL_CERT_DIR name something that cannot be read.
    """
    try:
        return httpx.create_ssl_context()
    except (OSError, ssl.SSLError) as exc:
        raise ConfigurationError(f"the TLS certificates cannot be read: {exc}") from exc


def proxy(to: httpx.URL) -> httpx.Proxy | None:
    """The proxy that the environment names for a URL.

    Raises:
        ConfigurationError: it names something that is no proxy.
    """
    named = getproxies()
    found = named.get(to.scheme) or named.get("all")
    if not found or proxy_bypass(to.netloc.decode("ascii")) or proxy_bypass(to.host):
        return None
    try:
        return httpx.Proxy(found if "://" in found else f"http://{found}")
    except (httpx.InvalidURL, ValueError) as exc:
        raise ConfigurationError(
            f"the proxy for {to.scheme} in the environment is no URL of a proxy"
        ) from exc


def proxy_transport(proxy: httpx.Proxy) -> httpx.HTTPTransport:
    """Connections by way of a proxy.

    Raises:
        ConfigurationError: a kind of proxy that is not supported here.
    """
    with _named(proxy):
        return httpx.HTTPTransport(proxy=proxy, verify=tls())


def async_proxy_transport(proxy: httpx.Proxy) -> httpx.AsyncHTTPTransport:
    """The same for an event loop."""
    with _named(proxy):
        return httpx.AsyncHTTPTransport(proxy=proxy, verify=tls())


@contextlib.contextmanager
def _named(proxy: httpx.Proxy) -> Iterator[None]:
    try:
        yield
    except (ImportError, ValueError) as exc:
        where = f"{proxy.url.scheme}://{proxy.url.host}"  # never its password
        raise ConfigurationError(f"the proxy {where} cannot be used: {exc}") from exc


@functools.lru_cache(maxsize=256)
def url(text: str) -> httpx.URL:
    """A URL, taken apart once."""
    return httpx.URL(text)


@functools.lru_cache(maxsize=256)
def _target(base_url: str, path: str) -> httpx.URL:
    """Where a request goes, looked at once.

    Raises:
        InvalidRequestError: the path leads away from the service, and from where the key may go.
    """
    base, to = url(base_url), httpx.URL(base_url + path)
    if (to.scheme, to.netloc) != (base.scheme, base.netloc):
        raise InvalidRequestError(f"{path!r} leads away from {base_url}")
    return to


def build(
    request: Request[Any], base_url: str, *, timeout: float, needs_live_connection: bool = False
) -> HttpRequest:
    """One attempt of a call, but for the key.

    Raises:
        InvalidRequestError: the path leads away from the service.
    """
    to = _target(base_url, request.path)
    if request.params:
        to = to.copy_with(params=request.params)
    body = _body(request)
    headers = {**_usual(to), **request.headers}
    if body is not None:
        headers["content-type"] = body.content_type
        headers["content-length"] = str(body.length)
    return HttpRequest(
        request.method, to, headers, body or _NO_BODY, timeout, needs_live_connection
    )


def build_upload(to: str, headers: Mapping[str, str], body: Body, timeout: float) -> HttpRequest:
    """A PUT to storage: no key, and no type of content, which a signature may not allow."""
    url = httpx.URL(to)
    sent = {**_usual(url), **headers, "content-length": str(body.length)}
    return HttpRequest("PUT", url, sent, body, timeout)


def _usual(to: httpx.URL) -> dict[str, str]:
    return {
        "host": to.netloc.decode("ascii"),
        "user-agent": _USER_AGENT,
        "accept-encoding": "gzip, identity",
    }


def for_httpx(request: HttpRequest) -> httpx.Request:
    """The same request for a transport of httpx's."""
    phases = dict.fromkeys(("read", "write", "pool"), request.timeout)
    return httpx.Request(
        request.method,
        request.url,
        headers=request.headers,
        stream=BodyStream(request.body),
        extensions={"timeout": {"connect": request.connect_sec, **phases}},
    )


def check_storage(target: str, base_url: str) -> None:
    """Storage is a public host reached by https, or beside an API that is itself on this machine.

    Raises:
        InvalidResponseError: an upload URL that would show the file to the network, or reach into
            a private one.
    """
    try:
        to, api = httpx.URL(target), httpx.URL(base_url)
        if not to.host.encode("idna") or (to.port or 0) > _MOST_PORT:
            raise ValueError("no host, or no such port")
    except (httpx.InvalidURL, ValueError) as exc:
        raise InvalidResponseError(f"an upload URL is none: {exc}") from exc
    if to.host == api.host and to.scheme == api.scheme:
        return
    if to.scheme != "https":
        raise InvalidResponseError(f"an upload URL is not https: {to.scheme}://{to.host}")
    where = address(to.host)
    if where is not None and not where.is_global:
        raise InvalidResponseError(f"an upload URL is in a private network: {to.host}")


def attempt_result(exc: BaseException) -> AttemptResult:
    """How far a request got that ended with this error."""
    if isinstance(exc, httpx.LocalProtocolError):
        return AttemptResult.PERMANENT
    if not isinstance(exc, _NOT_SENT):
        return AttemptResult.NO_RESPONSE
    return AttemptResult.PERMANENT if _is_tls(exc) else AttemptResult.NOT_SENT


def error(exc: BaseException) -> DodecaError:
    """Our error for one of httpx's; what led to it stays its cause, without the frames.

    The frames of the libraries hold the headers that were sent, with the key.
    """
    said = str(exc) or ("the deadline of the call" if isinstance(exc, TimeoutError) else "")
    text = masked(f"{type(exc).__name__}: {said}" if said else type(exc).__name__)
    ours = RequestTimeout(text) if isinstance(exc, _TIMEOUTS) else TransportError(text)
    ours.__cause__ = exc
    seen: BaseException | None = exc
    while seen is not None:
        seen.__traceback__ = None
        seen = seen.__cause__ or seen.__context__
    return ours


def _is_tls(exc: BaseException) -> bool:
    seen: BaseException | None = exc
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        seen = seen.__cause__ or seen.__context__
    return "CERTIFICATE_VERIFY_FAILED" in str(exc)


def _body(request: Request[Any]) -> Body | None:
    if request.form is not None:
        return form_body(request.form)
    return None if request.json is None else json_body(request.json)
