"""HTTP requests, TLS, proxies and errors: the interface to httpx.

It converts httpx's errors to ours, and our requests to httpx's for its transports. httpx's client
is not used: it keeps cookies, follows redirects, logs URLs, decompresses without a limit, and
doubles the cost of a small call.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import ssl
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from urllib.request import getproxies, proxy_bypass

import attrs

from dodeca._base.addresses import ip_of_host, is_in_networks, is_loopback
from dodeca._base.headers import is_header_text, is_settable
from dodeca._base.logs import masked
from dodeca._base.text import QUOTED, cut, quote
from dodeca._calls.bodies import RequestBody, form_body, json_body
from dodeca._calls.operation import Request
from dodeca._calls.retry import AttemptResult
from dodeca._http.lean_httpx import httpx
from dodeca._http.network import SOCKET_OPTIONS
from dodeca._version import VERSION
from dodeca.errors import (
    ConfigurationError,
    DodecaError,
    InvalidRequestError,
    InvalidResponseError,
    RequestTimeout,
    TransportError,
)
from dodeca.media import is_url

Transport = httpx.BaseTransport
AsyncTransport = httpx.AsyncBaseTransport
Url = httpx.URL
HttpxResponse = httpx.Response
Tls = ssl.SSLContext
ByteStream = httpx.SyncByteStream
AsyncByteStream = httpx.AsyncByteStream
InMemoryStream = httpx.ByteStream
InvalidUrl = httpx.InvalidURL
PoolTimeout = httpx.PoolTimeout
WriteError = httpx.WriteError
ProtocolError = httpx.RemoteProtocolError
LocalProtocolError = httpx.LocalProtocolError

_CONNECT_SEC = 10.0
_BYTES_PER_SEC = (
    128 * 1024
)  # a slow uplink; gives the time that a body may take beyond the deadline
_PIECES_AHEAD = 4  # pieces that one hop to a thread reads, since a hop costs as much as a piece
_MAX_PORT = 65_535
_EMPTY_BODY = RequestBody("", [])
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
    """A request body as a stream; in an event loop, files are read in a thread."""

    def __init__(self, body: RequestBody) -> None:
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
            while found := await to_thread.run_sync(_read_pieces, pieces):
                for piece in found:
                    yield piece


def _read_pieces(pieces: Iterator[bytes]) -> list[bytes]:
    return list(itertools.islice(pieces, _PIECES_AHEAD))


EMPTY_STREAM = BodyStream(_EMPTY_BODY)


def _deadline(request: HttpRequest) -> float:
    return time.monotonic() + request.timeout + request.body_allowance


@attrs.define(eq=False)
class HttpRequest:
    """One HTTP request: an attempt of a call, or a chunk sent to storage."""

    method: str
    url: httpx.URL = attrs.field(repr=False)  # it may hold a signature
    headers: dict[str, str] = attrs.field(repr=False)  # and these the key
    body: RequestBody = attrs.field(repr=False)
    timeout: float
    """Seconds for the whole request, without the time that the body needs."""
    needs_live_connection: bool = False
    """Whether it must not use a connection that the server may be about to close."""
    deadline: float = attrs.field(
        init=False, repr=False, default=attrs.Factory(_deadline, takes_self=True)
    )
    """When it must have ended, in seconds of the monotonic clock."""

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
        """Seconds that sending the body may add to the deadline of the call."""
        return self.body.length / _BYTES_PER_SEC


@functools.cache
def tls_context() -> ssl.SSLContext:
    """The TLS context of all clients; reading the certificates takes longer than a request.

    Raises:
        ConfigurationError: SSL_CERT_FILE or SSL_CERT_DIR cannot be read.
    """
    try:
        return httpx.create_ssl_context()
    except (OSError, ssl.SSLError) as exc:
        raise ConfigurationError(f"the TLS certificates cannot be read: {exc}") from exc


def find_proxy(to: httpx.URL) -> httpx.Proxy | None:
    """The proxy for a URL, from the environment; None to connect directly.

    This machine is never reached through a proxy, which would see the API key in clear.

    Raises:
        ConfigurationError: the environment names an invalid proxy.
    """
    named = getproxies()
    found = named.get(to.scheme) or named.get("all")
    if not found or is_loopback(to.host) or is_in_networks(to.host, named.get("no", "")):
        return None
    if proxy_bypass(to.netloc.decode("ascii")) or proxy_bypass(to.host):
        return None
    try:
        return httpx.Proxy(found if "://" in found else f"http://{found}")
    except (httpx.InvalidURL, ValueError) as exc:
        raise ConfigurationError(
            f"the proxy for {to.scheme} in the environment is not a valid proxy URL"
        ) from exc


def proxy_transport(proxy: httpx.Proxy | None) -> httpx.HTTPTransport:
    """A transport of httpx, which connects through a proxy if there is one.

    Raises:
        ConfigurationError: a kind of proxy that is not supported.
    """
    with _wrap_proxy_errors(proxy):
        return httpx.HTTPTransport(proxy=proxy, verify=tls_context(), socket_options=SOCKET_OPTIONS)


def async_proxy_transport(proxy: httpx.Proxy | None) -> httpx.AsyncHTTPTransport:
    """The async twin of `proxy_transport`."""
    with _wrap_proxy_errors(proxy):
        return httpx.AsyncHTTPTransport(
            proxy=proxy, verify=tls_context(), socket_options=SOCKET_OPTIONS
        )


@contextlib.contextmanager
def _wrap_proxy_errors(proxy: httpx.Proxy | None) -> Iterator[None]:
    try:
        yield
    except (ImportError, ValueError) as exc:
        if proxy is None:
            raise
        where = f"{proxy.url.scheme}://{proxy.url.host}"  # never its password
        raise ConfigurationError(f"the proxy {where} cannot be used: {exc}") from exc


@functools.lru_cache(maxsize=256)
def parse_url(text: str) -> httpx.URL:
    """A parsed URL, cached."""
    return httpx.URL(text)


@functools.lru_cache(maxsize=256)
def request_url(base_url: str, path: str) -> httpx.URL:
    """The URL of a path of the service, or a whole URL of its origin, cached.

    Raises:
        InvalidRequestError: it leads to another origin, which must not get the API key.
    """
    base = parse_url(base_url)
    try:
        to = httpx.URL(path if is_url(path) else base_url + path)
    except (httpx.InvalidURL, UnicodeError) as exc:
        raise InvalidRequestError(f"{quote(path)} is not a path: {cut(str(exc), QUOTED)}") from exc
    if (to.scheme, to.netloc, to.userinfo) != (base.scheme, base.netloc, b""):
        raise InvalidRequestError(f"{quote(path)} leads away from {base_url}")
    return to


def build_request(
    request: Request, base_url: str, *, timeout: float, needs_live_connection: bool = False
) -> HttpRequest:
    """The request for one attempt of a call, without the API key.

    Raises:
        InvalidRequestError: the path leads to another origin.
    """
    to = request_url(base_url, request.path)
    if request.params:
        try:
            to = to.copy_with(params=request.params)
        except httpx.InvalidURL as exc:  # longer than 65,536 characters
            raise InvalidRequestError(f"the parameters do not fit into a URL: {exc}") from exc
    body = _request_body(request)
    headers = {**_default_headers(to), **request.headers}
    if body is not None:
        headers["content-type"] = body.content_type
        headers["content-length"] = str(body.length)
    return HttpRequest(
        request.method, to, headers, body or _EMPTY_BODY, timeout, needs_live_connection
    )


def build_upload_request(
    to: str, headers: Mapping[str, str], body: RequestBody, timeout: float
) -> HttpRequest:
    """A PUT to storage: no API key, and no Content-Type, which a signature may not cover.

    Raises:
        InvalidResponseError: the service asks for headers that no client may send.
    """
    for name, value in headers.items():
        _check_upload_header(name, value)
    url = httpx.URL(to)
    sent = {**_default_headers(url), **headers, "content-length": str(body.length)}
    return HttpRequest("PUT", url, sent, body, timeout)


def link_url(link: str) -> httpx.URL:
    """The URL of a link in a response.

    Raises:
        InvalidRequestError: not an http(s) URL.
    """
    try:
        url = httpx.URL(link)
        is_on_a_host = bool(url.host.encode("idna")) and (url.port or 0) <= _MAX_PORT
    except (httpx.InvalidURL, TypeError, ValueError):
        url, is_on_a_host = httpx.URL(), False
    if url.scheme not in ("http", "https") or not is_on_a_host:
        shown = masked(link) if isinstance(link, str) else repr(link)
        raise InvalidRequestError(f"link must be an http(s) URL, got {shown[:200]!r}")
    return url


def build_link_request(url: httpx.URL, timeout: float) -> HttpRequest:
    """A GET of a link, without the API key."""
    return HttpRequest("GET", url, _default_headers(url), _EMPTY_BODY, timeout)


def _check_upload_header(name: str, value: object) -> None:
    if not is_settable(name):
        raise InvalidResponseError(f"an upload asks for the header {name[:80]!r}")
    if not is_header_text(value):
        raise InvalidResponseError(f"an upload asks for a header {name[:80]!r} that is no text")


def _default_headers(to: httpx.URL) -> dict[str, str]:
    return {
        "host": to.netloc.decode("ascii"),
        "user-agent": _USER_AGENT,
        "accept-encoding": "gzip, identity",
    }


def to_httpx(request: HttpRequest) -> httpx.Request:
    """The same request for a transport of httpx."""
    phases = dict.fromkeys(("read", "write", "pool"), request.timeout)
    return httpx.Request(
        request.method,
        request.url,
        headers=request.headers,
        stream=BodyStream(request.body),
        extensions={"timeout": {"connect": request.connect_sec, **phases}},
    )


def check_storage_url(target: str, base_url: str) -> None:
    """Check an upload URL from the service: https to a public host, or the host of the API.

    Raises:
        InvalidResponseError: a URL that is invalid, not encrypted, or in a private network.
    """
    try:
        to, api = httpx.URL(target), httpx.URL(base_url)
        if not to.host.encode("idna") or (to.port or 0) > _MAX_PORT:
            raise ValueError("no host, or no such port")
    except (httpx.InvalidURL, ValueError) as exc:
        raise InvalidResponseError(f"an upload URL is invalid: {exc}") from exc
    if to.host == api.host and to.scheme == api.scheme:
        return
    if to.scheme != "https":
        raise InvalidResponseError(f"an upload URL is not https: {to.scheme}://{to.host}")
    where = ip_of_host(to.host)
    if where is not None and not where.is_global:
        raise InvalidResponseError(f"an upload URL is in a private network: {to.host}")


def attempt_result(exc: BaseException) -> AttemptResult:
    """How an attempt ended that raised this error."""
    if isinstance(exc, httpx.LocalProtocolError):
        return AttemptResult.PERMANENT
    if not isinstance(exc, _NOT_SENT):
        return AttemptResult.NO_RESPONSE
    is_refused = isinstance(exc, httpx.ProxyError) and str(exc).startswith("4")  # 403, 407
    is_final = is_refused or _is_certificate_error(exc)
    return AttemptResult.PERMANENT if is_final else AttemptResult.NOT_SENT


def convert_error(exc: BaseException) -> DodecaError:
    """Our error for one of httpx, which stays its cause, without tracebacks.

    The frames of a traceback would hold the headers that were sent, with the API key.
    """
    said = str(exc) or ("the deadline of the call" if isinstance(exc, TimeoutError) else "")
    text = masked(f"{type(exc).__name__}: {said}" if said else type(exc).__name__)
    if _is_certificate_error(exc):
        text += "; SSL_CERT_FILE=<file.pem> names the certificates to trust"
    ours = RequestTimeout(text) if isinstance(exc, _TIMEOUTS) else TransportError(text)
    ours.__cause__ = exc
    seen: BaseException | None = exc
    while seen is not None:
        seen.__traceback__ = None
        seen = seen.__cause__ or seen.__context__
    return ours


def _is_certificate_error(exc: BaseException) -> bool:
    seen: BaseException | None = exc
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        seen = seen.__cause__ or seen.__context__
    return "CERTIFICATE_VERIFY_FAILED" in str(exc)


def _request_body(request: Request) -> RequestBody | None:
    if request.form is not None:
        return form_body(request.form)
    return None if request.json is None else json_body(request.json)
