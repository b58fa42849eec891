# From facade/dodeca/_async/client.py by scripts/unasync.py; edit that one.
"""The client: the entry point to all resources."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from dodeca._base import extras, html
from dodeca._base.text import quote
from dodeca._calls.embedding_models import MODEL
from dodeca._calls.extras import Extras
from dodeca._calls.hooks import Hooks, OnRequest, OnResponse, check_hook
from dodeca._calls.params import flag
from dodeca._calls.raw_requests import Response, raw_request, read_response
from dodeca._http import messages
from dodeca._http.api_key import load_api_key
from dodeca._http.settings import (
    BASE_URL,
    ClientSettings,
    check_base_url,
    check_flag,
    check_model_name,
    check_retries,
    check_seconds,
)
from dodeca._sync.job import Job, wait_all
from dodeca._sync.resource_properties import ResourceProperties
from dodeca._sync.transport import Transport
from dodeca.errors import ConfigurationError, InvalidRequestError

if TYPE_CHECKING:
    from dodeca._base.response_info import RateLimit
    from dodeca._sync.response_stream import ResponseStream
    from dodeca.emulator import Emulator

T = TypeVar("T")


class Client(ResourceProperties):
    """A client of the TwelveLabs Video Understanding API v1.3.

    A client pools its connections: create one and share it. Use it as a context manager, or call
    `close()` at the end.

    Args:
        api_key: defaults to the environment variable TWELVELABS_API_KEY, TWELVE_LABS_API_KEY or
            TL_API_KEY.
        base_url: URL of the API; defaults to the environment variable TWELVELABS_BASE_URL, or else
            to https://api.twelvelabs.io/v1.3.
        timeout: deadline of one call in seconds, including retries and waits. An upload gets
            extra time for its size, at 1 Mbit/s. Jobs have their own timeout.
        max_retries: how often a failed request is sent again at most, 0 to 100. By default twice,
            and after a 429 with a Retry-After as often as the deadline allows.
        default_headers: headers that are added to each request to the API.
        reconcile_after_sec: how long the service may take to carry out a request. After a create
            without a response, the client waits this long, looks up whether the resource was made,
            and sends the create again only if it was not.
        retry_unknown: retry creates whose outcome is unknown and cannot be looked up (tasks,
            imports). The resource may then be created twice.
        embedding_model: the model of all methods of `embed` whose `model_name` is not given:
            "marengo3.0" or "marengo3.5". Vectors of different models cannot be compared.
        allow_insecure: allow plain http to a host other than this machine.
        trust_env: use the proxies set in the environment.
        transport: an httpx transport that sends the requests, for tests and the emulator; "httpx"
            sends them through httpx's own, which respx, VCR.py and OpenTelemetry can observe.
        on_request: a function that is given a `RequestEvent` before each HTTP request.
        on_response: a function that is given a `ResponseEvent` after it, also if it failed. What
            these functions raise is logged, and the call goes on.

    >>> client = Client.emulated()  # no key, no network
    >>> client.embed.text("a red car")
    <Embeddings 1 x 512>

    Raises:
        ConfigurationError: the API key is missing or unusable, or a setting is invalid.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float = 300.0,
        max_retries: int | None = None,
        default_headers: Mapping[str, str] | None = None,
        reconcile_after_sec: float = 10.0,
        retry_unknown: bool = False,
        embedding_model: str = MODEL,
        allow_insecure: bool = False,
        trust_env: bool = True,
        transport: messages.Transport | Literal["httpx"] | None = None,
        on_request: OnRequest | None = None,
        on_response: OnResponse | None = None,
    ) -> None:
        key, api_key = load_api_key(api_key), None  # no traceback shows it
        extras, default_headers = Extras(default_headers), None  # nor these
        self._owned: Emulator | None = None
        self._is_emulated = self._is_copy = False
        is_transport = hasattr(transport, "handle_request")
        if not is_transport and transport not in (None, "httpx"):
            got = quote(transport) if isinstance(transport, str) else type(transport).__name__
            raise ConfigurationError(
                f'transport must be "httpx" or an httpx transport with `handle_request`, got {got}'
            )
        self._transport = Transport(
            key=key.checked(),
            settings=ClientSettings(
                base_url=check_base_url(base_url, check_flag("allow_insecure", allow_insecure)),
                timeout=check_seconds("timeout", timeout),
                reconcile_after_sec=check_seconds("reconcile_after_sec", reconcile_after_sec),
                retry_unknown=check_flag("retry_unknown", retry_unknown),
                embedding_model=check_model_name(embedding_model),
                trust_env=check_flag("trust_env", trust_env),
                hooks=Hooks(
                    check_hook("on_request", on_request), check_hook("on_response", on_response)
                ),
                max_retries=check_retries(max_retries),
                extras=extras.checked(ConfigurationError, "default_headers"),
            ),
            transport=transport,
        )

    @classmethod
    def emulated(
        cls, emulator: Emulator | None = None, *, embedding_model: str = MODEL, **options: Any
    ) -> Client:
        """Create a client of the local emulator in this process: no key, no network.

        `embedding_model` is that of the client. `options` go to `dodeca.emulator.Emulator`:
        `media` is a folder of files served for URLs with the same file name, `db` a file that
        stores the emulator's state. Without `emulator` each client has an emulator of its own;
        clients that are given the same one share its state, `Client` and `Client` alike, and
        leave it open when they close.

        >>> client = Client.emulated()
        >>> client.embed.text("a red car")
        <Embeddings 1 x 512>

        Raises:
            ConfigurationError: the extra `emulator` is not installed, `emulator` is something else,
                or an option is invalid.
        """
        import sqlite3

        try:
            from dodeca.emulator import Emulator, EmulatorTransport
        except ImportError as exc:
            raise ConfigurationError(extras.missing("the emulator", "emulator", exc)) from exc
        if emulator is not None and options:
            raise ConfigurationError(f"options of an emulator that exists: {', '.join(options)}")
        owned = None
        if emulator is None:
            try:
                owned = emulator = Emulator(**options)
            except sqlite3.Error as exc:
                raise ConfigurationError(
                    f"db={options.get('db')!r} cannot store the emulator's state: {exc}"
                ) from exc
            except (OSError, TypeError, ValueError) as exc:
                raise ConfigurationError(f"invalid emulator options: {exc}") from exc
        elif not isinstance(emulator, Emulator):
            raise ConfigurationError(f"emulator must be an Emulator, got {quote(emulator)}")
        client = cls(
            "emulated",
            base_url=BASE_URL,
            embedding_model=embedding_model,
            transport=EmulatorTransport(emulator),
        )
        client._owned, client._is_emulated = owned, True
        return client

    @property
    def rate_limits(self) -> Mapping[str, RateLimit]:
        """The rate limits as the service last said them, by kind: "request", "duration".

        Responses and errors count alike. A kind that no response named is not in it, as at the
        beginning. The limits of one operation may differ from those of another:
        `result.response.rate_limits` has what the service said about one call.

        >>> client.rate_limits.get("request") is None
        True
        """
        return dict(self._transport.rate_limits)

    def wait_all(
        self, jobs: Iterable[Job[T]], *, timeout: float = 3600.0, progress: bool = False
    ) -> Iterator[Job[T]]:
        """Wait for many jobs, and yield each as soon as it is done, whether ready or failed.

        Polls the service's lists of running jobs, so that a thousand jobs cost about twenty
        requests every few seconds. `job.result()` returns the result of each or raises its
        failure. `timeout` is in seconds, for all jobs together; `progress` shows how many are
        done (extra `progress`).

        >>> jobs = [client.embed.tasks.video("colours.mp4") for _ in range(2)]
        >>> [job.status for job in client.wait_all(jobs)]
        ['ready', 'ready']

        Raises:
            InvalidRequestError: something else than jobs of a client of this kind.
            WaitTimeout: some jobs were still running at the deadline; names the first of them.
            APIError: a poll failed with an error that retrying cannot fix.
        """
        return wait_all(jobs, timeout=timeout, progress=progress)

    def fetch(self, link: str, *, max_bytes: int = 64 * 1024 * 1024) -> bytes:
        """Return the content of a link in a result, such as the thumbnail of a search hit.

        Links of an emulator in this process work, too. The API key is not sent, and no redirect is
        followed. `max_bytes` is the most to return, up to a gigabyte.

        >>> link = f"https://api.twelvelabs.io/emulator/thumbnails/{video.id}.jpg"
        >>> len(client.fetch(link)) > 500
        True

        Raises:
            InvalidRequestError: `link` is not an http(s) URL, or `max_bytes` out of range.
            APIError: the host returned an error; 403 for most links that have expired.
            InvalidResponseError: there are more than `max_bytes`.
            TransportError: no complete response arrived before the deadline.
        """
        from dodeca._sync.storage import fetch_link

        return fetch_link(self._transport, link, max_bytes)

    def with_options(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> Client:
        """Copy this client with other settings; what is None stays as it is.

        The copy shares the connections, rate limits, retry budget and emulator of this client.
        Closing the copy does nothing; closing this client closes both.

        `timeout` and `max_retries` are those of `Client`. `extra_headers` and `extra_query`
        are added to each request to the API. The fields of `extra_body` are added to each JSON
        body, at any depth, and to each form; requests without a body stay without one. Where a
        method sends something of the same name, the extra counts.

        >>> patient = client.with_options(timeout=900, extra_headers={"x-team": "search"})
        >>> patient.embed.text("a red car")
        <Embeddings 1 x 512>

        Raises:
            ConfigurationError: a number is out of bounds; a header that the client sets itself,
                such as the API key, or that frames a message; a value that JSON cannot hold.
        """
        extras, extra_headers = Extras(extra_headers, extra_query, extra_body), None
        settings = self._transport.settings.with_options(
            timeout=timeout, max_retries=max_retries, extras=extras.checked(ConfigurationError)
        )
        other = copy.copy(self)
        for name in vars(ResourceProperties).keys() & vars(other).keys():
            delattr(other, name)  # a resource with the settings of this client
        other._transport = self._transport.with_settings(settings)
        other._is_copy = True
        return other

    @overload
    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        stream: Literal[False] = False,
        repeatable: bool | None = None,
    ) -> Response: ...

    @overload
    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        stream: Literal[True],
        repeatable: bool | None = None,
    ) -> ResponseStream: ...

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
        repeatable: bool | None = None,
    ) -> Response | ResponseStream:
        """Send a request to any operation of the API, also one that this package does not know.

        It has the API key, the deadline, retries, hooks and errors of other calls. `path` is below
        the base URL, such as "/indexes", or a whole URL of the same origin. `json` is the body, or
        `form` its fields: texts, numbers, and files as `Media`, paths or open files. `params` is
        the query; None leaves a parameter out.

        A GET, HEAD, PUT or DELETE is sent again after a lost response or a 5xx status. A POST or
        PATCH then raises `OutcomeUnknownError`. `repeatable` overrides this.

        Up to 64 MB of the response are read into memory; with `stream=True` it is a context manager
        that reads a response of up to a gigabyte as it arrives.

        >>> response = client.request("GET", "/indexes", params={"page_limit": 5})
        >>> response.status, len(response.json()["data"]) > 0
        (200, True)

        Raises:
            InvalidRequestError: a parameter is invalid, or the path leads to another origin.
            APIError: the service returned an error status, or a redirect.
            TransportError: no complete response arrived before the deadline.
            OutcomeUnknownError: the outcome of a request that is not repeatable is unknown.
            InvalidResponseError: the body is too large, or encoded in a way that was not requested.
        """
        from dodeca._sync.response_stream import ResponseStream

        extras, headers = Extras(headers), None  # no traceback shows them
        settings = self._transport.settings.with_options(
            timeout=None, max_retries=None, extras=extras.checked(InvalidRequestError, "headers")
        )
        call = raw_request(method, path, json=json, params=params, form=form, repeatable=repeatable)
        messages.request_url(settings.base_url, call.path)
        transport = self._transport.with_settings(settings)
        if flag("stream", stream) is True:
            return ResponseStream(transport, call)
        return transport.fetch(call, read_response)

    def close(self) -> None:
        """Close the connections, and the emulator of an `emulated` client.

        >>> other = Client.emulated()
        >>> other.close()
        """
        if self._is_copy:
            return
        self._transport.close()
        if self._owned is not None:
            self._owned.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if "_transport" not in vars(self):
            return f"<{type(self).__name__} that could not be created>"
        server = "the emulator" if self._is_emulated else self._transport.base_url
        return f"<{type(self).__name__} of {server}>"

    def _repr_html_(self) -> str:
        return html.paragraph(repr(self)[1:-1])
