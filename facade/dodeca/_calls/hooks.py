"""Hooks that observe the HTTP requests of a client, for tracing and metrics."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeVar

import attrs

from dodeca._base.clock import Clock
from dodeca._base.headers import request_id
from dodeca._base.logs import LOG
from dodeca._base.text import quote
from dodeca._calls.retry import FailedAttempt
from dodeca.errors import ConfigurationError

T = TypeVar("T")


@attrs.frozen(eq=False)
class RequestEvent:
    """An HTTP request that is about to be sent: one attempt of a call.

    `operation` is its name in the API, such as "embed_v2_create"; "request" for `client.request`;
    None for a chunk that is sent to storage and for a link that is fetched. `url` has no query,
    which may hold a signature. `attempt` counts from 1, `unix_time` is in seconds.
    """

    operation: str | None
    method: str
    url: str
    attempt: int
    unix_time: float


@attrs.frozen(eq=False)
class ResponseEvent:
    """How an HTTP request ended: with a response, or with an error.

    `request` is the event that `on_request` was given. `status_code` is None if no response
    arrived. `elapsed_sec` includes reading the body, except that of a stream. `error` is what the
    call raises if it is not retried, or what interrupted it.
    """

    request: RequestEvent
    status_code: int | None
    request_id: str | None
    elapsed_sec: float
    error: BaseException | None


OnRequest = Callable[[RequestEvent], object]
OnResponse = Callable[[ResponseEvent], object]


@attrs.define
class Exchange:
    """What is known of one request so far."""

    status_code: int | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)  # may have signed URLs
    error: BaseException | None = None

    def receive(self, status_code: int, headers: Mapping[str, str]) -> None:
        """Take note of the head of the response."""
        self.status_code, self.headers = status_code, headers

    def end(self, result: T | FailedAttempt) -> T | FailedAttempt:
        """Take note of the result, and return it."""
        self.error = result.error if isinstance(result, FailedAttempt) else None
        return result


@attrs.frozen
class Hooks:
    """The hooks of a client; what they raise is logged, and does not reach the call."""

    on_request: OnRequest | None = None
    on_response: OnResponse | None = None

    def around(
        self, operation: str | None, method: str, url: str, attempt: int, clock: Clock
    ) -> AbstractContextManager[Exchange]:
        """Call the hooks before and after a request."""
        if self.on_request is None and self.on_response is None:
            return nullcontext(Exchange())
        return self._observed(operation, method, url, attempt, clock)

    @contextmanager
    def _observed(
        self, operation: str | None, method: str, url: str, attempt: int, clock: Clock
    ) -> Iterator[Exchange]:
        request = RequestEvent(operation, method, url.partition("?")[0], attempt, clock.wall())
        _call(self.on_request, request)
        start, exchange = clock.monotonic(), Exchange()
        try:
            yield exchange
        except BaseException as exc:
            exchange.error = exc
            raise
        finally:
            identified = exchange.status_code, request_id(exchange.headers)
            known = *identified, clock.monotonic() - start
            _call(self.on_response, ResponseEvent(request, *known, exchange.error))


def check_hook(name: str, hook: Callable[[T], object] | None) -> Callable[[T], object] | None:
    """Return a hook: a function that is not a coroutine function, or None.

    Raises:
        ConfigurationError: it is something else.
    """
    is_async = any(map(inspect.iscoroutinefunction, (hook, getattr(hook, "__call__", None))))  # noqa: B004
    if hook is not None and (is_async or not callable(hook)):
        raise ConfigurationError(f"{name} must be a function without async, got {quote(hook)}")
    return hook


def _call(hook: Callable[[T], object] | None, event: T) -> None:
    if hook is None:
        return
    try:
        hook(event)
    except Exception:
        LOG.warning("a hook failed on %s", type(event).__name__, exc_info=True)
