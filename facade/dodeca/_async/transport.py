"""Sends requests, with authentication, retries and a deadline for each call."""

from __future__ import annotations

import copy
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Literal, TypeVar

import attrs

from dodeca._async.block import AsyncBlock
from dodeca._async.connections.httpx_adapter import AsyncHttpResponse
from dodeca._async.connections.pool import AsyncConnectionPools
from dodeca._async.response_body import (
    AsyncStreamedResponse,
    decoded_pieces,
    read_error,
    read_response,
)
from dodeca._base.clock import Clock
from dodeca._base.logs import LOG, set_up_logging
from dodeca._base.response_info import RateLimit, parse_rate_limits
from dodeca._calls import retry
from dodeca._calls.deadline import limited
from dodeca._calls.media_urls import check_reachable
from dodeca._calls.operation import RawResponse, Request, Sink
from dodeca._calls.rate_limit import Limiter
from dodeca._calls.retry import Action, AttemptResult, Budget, FailedAttempt, Idempotency, Outcome
from dodeca._http import messages
from dodeca._http.api_key import APIKey
from dodeca._http.settings import LOOPBACK, ClientSettings
from dodeca.errors import (
    ConfigurationError,
    DodecaError,
    InvalidResponseError,
    OutcomeUnknownError,
    TransportError,
)
from dodeca.results import Page, build_page, build_result

T = TypeVar("T")


class AsyncTransport:
    """Sends requests to one base URL with one API key; owns the connection pools."""

    def __init__(
        self,
        *,
        key: APIKey,
        settings: ClientSettings,
        transport: messages.AsyncTransport | Literal["httpx"] | None,
        clock: Clock | None = None,
    ) -> None:
        set_up_logging()
        self.clock: Clock = clock or Clock()
        self.base_url: str = settings.base_url
        self.settings = settings
        self.key = key
        self.custom: messages.AsyncTransport | Literal["httpx"] | None = transport
        host = messages.parse_url(settings.base_url).host
        self._is_remote = transport in (None, "httpx") and host not in LOOPBACK
        self.pools: AsyncConnectionPools = AsyncConnectionPools(
            transport, trust_env=settings.trust_env
        )
        self.limiter = Limiter(self.clock.monotonic)
        self.rate_limits: dict[str, RateLimit] = {}
        """The last that the service said of each kind of limit."""
        self._budget = Budget()

    def with_settings(self, settings: ClientSettings) -> AsyncTransport:
        """Copy this transport; the copy shares its pools, limiter and retry budget."""
        other = copy.copy(self)
        other.settings = settings
        return other

    def without_throttle_retries(self) -> AsyncTransport:
        """Copy this transport; the copy raises on a 429 instead of retrying."""
        return self.with_settings(attrs.evolve(self.settings, retry_throttled=False))

    async def send(self, request: Request) -> None:
        """Send a request whose response says nothing but that it succeeded; raises as `fetch`."""
        await self.fetch(request, _read_nothing)

    async def result(
        self,
        cls: type[T],
        request: Request,
        *,
        find: Callable[[], Awaitable[T | None]] | None = None,
    ) -> T:
        """Send a request and return the result that its response holds; see `fetch`."""

        def read(response: RawResponse) -> T:
            return build_result(cls, response.json(), response.info)

        return await self.fetch(request, read, find=find)

    async def page(
        self, cls: type[T], request: Request, *, items: str = "data", is_whole: bool = False
    ) -> Page[T]:
        """Send a request and return the page that its response holds; see `build_page`."""

        def read(response: RawResponse) -> Page[T]:
            info = response.info
            return build_page(cls, response.json(), info, items=items, is_whole=is_whole)

        return await self.fetch(request, read)

    async def fetch(
        self,
        request: Request,
        read: Callable[[RawResponse], T],
        *,
        sink: Callable[[], Sink] | None = None,
        find: Callable[[], Awaitable[T | None]] | None = None,
    ) -> T:
        """Send a request, retry it if that is safe, and return `read(response)`.

        All attempts share one deadline. `sink` creates an object that consumes the body as it
        arrives; without it the body is kept in memory. `find` looks up the resource that a failed
        create may have made: it is called once the service has had time to finish, before the
        create is sent again.

        Raises:
            APIError: the service returned an error status.
            TransportError: no response arrived before the deadline.
            InvalidResponseError: the response does not match the API's documentation.
            OutcomeUnknownError: a create was sent, and its outcome is unknown.
        """

        async def receive(response: AsyncHttpResponse, deadline: float) -> T:
            new_sink = sink and sink()
            return read(await read_response(response, new_sink, self.clock, deadline, self.key))

        return await self._exchange(request, receive, find)

    def stream(self, request: Request) -> AsyncBlock[AsyncStreamedResponse]:
        """Send a request and yield its response, which is closed at the end of the block.

        Raises:
            APIError: the service returned an error status.
            TransportError: no response arrived, or its body was cut off.
            InvalidRequestError: a second block.
        """
        return AsyncBlock("a stream", self._stream(request))

    @asynccontextmanager
    async def _stream(self, request: Request) -> AsyncIterator[AsyncStreamedResponse]:

        async def receive(response: AsyncHttpResponse, _: float) -> AsyncHttpResponse:
            return response

        response = await self._exchange(request, receive)
        try:
            elapsed = self.clock.monotonic() - response.sent_at
            yield AsyncStreamedResponse(
                response.status_code,
                response.headers,
                decoded_pieces(response, self.key),
                self.key,
                elapsed,
            )
        finally:
            await response.stream.aclose()

    def check_open(self) -> None:
        """Raise ConfigurationError if the client is closed."""
        if self.pools.is_closed:
            raise ConfigurationError("the client is closed")

    async def aclose(self) -> None:
        """Close the connections."""
        self.pools.is_closed = True
        await self.pools.aclose()

    async def _exchange(
        self,
        request: Request,
        receive: Callable[[AsyncHttpResponse, float], Awaitable[T]],
        find: Callable[[], Awaitable[T | None]] | None = None,
    ) -> T:
        self.check_open()
        request = self.settings.extras.add_to(request)
        idempotency = request.idempotency
        if self._is_remote:
            check_reachable(request.form if request.json is None else request.json)
        deadline = limited(self.clock.monotonic() + self.settings.timeout)
        number, was_ambiguous = 0, False
        while True:
            number += 1
            result = await self._attempt(
                request, idempotency, receive, deadline, was_ambiguous, number
            )
            if not isinstance(result, FailedAttempt):
                self._budget.earn()
                return result
            action = self._action(idempotency, result)
            is_ambiguous = result.outcome.result in retry.AMBIGUOUS
            if action is Action.RECONCILE and find is not None:
                created = await self._reconcile(request, result, find, deadline)
                if created is not None:
                    return created
                action, is_ambiguous = Action.RETRY, False
            was_ambiguous = was_ambiguous or is_ambiguous
            wait = self._wait_sec(number, result, deadline) if action is Action.RETRY else None
            if wait is None:
                if was_ambiguous and idempotency in retry.CREATES:
                    raise _outcome_unknown(request, result.error)
                raise result.error
            LOG.info("%s: retrying in %.2f s: %s", request.operation_id, wait, result.error)
            await self.clock.asleep(wait)

    def _action(self, idempotency: Idempotency, failure: FailedAttempt) -> Action:
        result = failure.outcome.result
        if result is AttemptResult.THROTTLED and not self.settings.retry_throttled:
            return Action.GIVE_UP
        if (
            idempotency is Idempotency.CREATE_UNMARKED
            and result in retry.AMBIGUOUS
            and self.settings.retry_unknown
        ):
            return Action.RETRY
        return retry.ACTIONS[idempotency, result]

    def _wait_sec(self, number: int, failure: FailedAttempt, deadline: float) -> float | None:
        """Seconds to wait before the next attempt; None if there is none."""
        remaining = deadline - self.clock.monotonic()
        wait = retry.delay(
            number,
            failure.outcome,
            remaining=remaining,
            jitter=random.random(),
            max_retries=self.settings.max_retries,
        )
        return None if wait is None or not self._budget.spend(failure.outcome) else wait

    async def _attempt(
        self,
        request: Request,
        idempotency: Idempotency,
        receive: Callable[[AsyncHttpResponse, float], Awaitable[T]],
        deadline: float,
        was_ambiguous: bool,
        number: int,
    ) -> T | FailedAttempt:
        remaining = max(deadline - self.clock.monotonic(), 0.001)
        is_create = idempotency in retry.CREATES
        built = messages.build_request(
            request, self.base_url, timeout=remaining, needs_live_connection=is_create
        )
        self.key.sign(built.headers)

        sent_at = self.clock.monotonic()

        async def carry_out() -> T | FailedAttempt:
            response = await self.pools.for_url(built.url).send(built)
            response = AsyncHttpResponse(
                response.status_code,
                self.key.redact_headers(response.headers),
                response.stream,
                sent_at,
            )
            self.rate_limits.update(parse_rate_limits(response.headers))
            exchange.receive(response.status_code, response.headers)
            LOG.debug("%s %s: %d", request.method, request.path, response.status_code)
            if 200 <= response.status_code < 300:
                return await receive(response, deadline + built.body_allowance)
            was_deleted = response.status_code in (404, 410) and request.method == "DELETE"
            if was_ambiguous and was_deleted:  # by an earlier attempt
                await response.stream.aclose()
                return await receive(
                    AsyncHttpResponse(204, response.headers, sent_at=sent_at), deadline
                )
            return await read_error(response, self.clock.wall(), self.key)

        with self.settings.hooks.around(
            request.operation_id, built.method, str(built.url), number, self.clock
        ) as exchange:
            return exchange.end(await attempt(carry_out))

    async def _reconcile(
        self,
        request: Request,
        failure: FailedAttempt,
        find: Callable[[], Awaitable[T | None]],
        deadline: float,
    ) -> T | None:
        """Wait until a created resource must be visible, then look it up; None if there is none."""
        seconds = self.settings.reconcile_after_sec
        if seconds >= deadline - self.clock.monotonic():
            raise _outcome_unknown(request, failure.error)
        LOG.warning("%s: looking it up in %.1f s: %s", request.operation_id, seconds, failure.error)
        await self.clock.asleep(seconds)
        try:
            return await find()
        except DodecaError as exc:
            raise _outcome_unknown(request, exc) from exc


def _read_nothing(response: RawResponse) -> None:
    pass


async def attempt(carry_out: Callable[[], Awaitable[T | FailedAttempt]]) -> T | FailedAttempt:
    """Carry out one attempt, and return its transport errors as a `FailedAttempt`."""
    try:
        return await carry_out()
    except InvalidResponseError as exc:
        return FailedAttempt(Outcome(AttemptResult.UNREADABLE), exc)
    except TransportError as exc:
        return FailedAttempt(Outcome(AttemptResult.NO_RESPONSE), exc)
    except messages.ERRORS as exc:
        return FailedAttempt(Outcome(messages.attempt_result(exc)), messages.convert_error(exc))
    except Exception:
        raise
    except BaseException as exc:  # Ctrl-C or a cancellation; its frames hold the request body
        exc.__traceback__ = None
        raise


def _outcome_unknown(request: Request, cause: DodecaError) -> OutcomeUnknownError:
    error = OutcomeUnknownError(request.operation_id, request.method, request.path, str(cause))
    error.__cause__ = cause
    return error
