# From facade/dodeca/_async/transport.py by scripts/unasync.py; edit that one.
"""Sends requests: authentication, retries and deadlines."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import attrs

from dodeca._base.clock import Clock
from dodeca._base.logs import LOG, set_up_logging
from dodeca._calls import retry
from dodeca._calls.media_urls import check_reachable
from dodeca._calls.operation import RawResponse, Request, Sink
from dodeca._calls.retry import Action, AttemptResult, Budget, FailedAttempt, Idempotency, Outcome
from dodeca._http import messages
from dodeca._http.api_key import APIKey
from dodeca._http.decoding import ERROR_CAP, Inflater
from dodeca._http.settings import LOOPBACK, ClientSettings
from dodeca._sync.connections.httpx_adapter import HttpResponse
from dodeca._sync.connections.pool import ConnectionPools
from dodeca.errors import (
    APIError,
    ConfigurationError,
    DodecaError,
    InvalidResponseError,
    OutcomeUnknownError,
    RequestTimeout,
    TransportError,
)

T = TypeVar("T")


class Transport:
    """One set of connections, one key, one origin."""

    def __init__(
        self,
        *,
        key: APIKey,
        settings: ClientSettings,
        transport: messages.Transport | None,
        clock: Clock | None = None,
    ) -> None:
        set_up_logging()
        self.clock = clock or Clock()
        self.base_url = settings.base_url
        self.settings = settings
        self._key = key
        self.custom = transport
        host = messages.url(settings.base_url).host
        self._is_remote = transport is None and host not in LOOPBACK
        self.pools = ConnectionPools(transport, trust_env=settings.trust_env)
        self._budget = Budget()
        self._closed = False

    def without_throttle_retries(self) -> Transport:
        """A copy over the same connections that raises a 429, for callers with a rate limiter."""
        other = copy.copy(self)
        other.settings = attrs.evolve(self.settings, retry_throttled=False)
        return other

    def send(self, request: Request[T]) -> T:
        """Return the documented result of a request; raises what `fetch` raises."""
        return self.fetch(request, request.parse)

    def fetch(
        self,
        request: Request[Any],
        read: Callable[[RawResponse], T],
        *,
        sink: Callable[[], Sink] | None = None,
        find: Callable[[], T | None] | None = None,
    ) -> T:
        """Send a request, retry where that is safe, and return what `read` makes of the response.

        All attempts share one deadline. `sink` makes an object that is fed the body as it arrives,
        instead of its being kept. `find` looks for what a create may have made: it is called once
        the service has had time to finish, before the create is sent again.

        Raises:
            APIError: the service answered with an error status.
            TransportError: no response arrived, or not in time.
            InvalidResponseError: the response is not what the API documents.
            OutcomeUnknownError: a create was sent, and its outcome is unknown.
        """

        def receive(response: HttpResponse, until: float) -> T:
            new_sink = sink and sink()
            return read(read_response(response, new_sink, self.clock, until, self._key))

        return self._exchange(request, receive, find)

    @contextmanager
    def stream(self, request: Request[Any]) -> Iterator[Iterator[bytes]]:
        """The body of a successful response as it arrives; closed at the end of the block.

        Raises:
            APIError: the service answered with an error status.
            TransportError: no response arrived, or its body was cut off.
        """

        def receive(response: HttpResponse, _: float) -> HttpResponse:
            return response

        response = self._exchange(request, receive)
        try:
            yield _decoded(response)
        finally:
            response.stream.close()

    def close(self) -> None:
        """Close the connections."""
        self._closed = True
        self.pools.close()

    def _exchange(
        self,
        request: Request[Any],
        receive: Callable[[HttpResponse, float], T],
        find: Callable[[], T | None] | None = None,
    ) -> T:
        if self._closed:
            raise ConfigurationError("the client was closed")
        if self._is_remote:
            check_reachable(request.form if request.json is None else request.json)
        idempotency = retry.IDEMPOTENCY[request.operation_id]
        until = self.clock.monotonic() + self.settings.timeout
        number, was_ambiguous = 0, False
        while True:
            number += 1
            ended = self._attempt(request, idempotency, receive, until, was_ambiguous)
            if not isinstance(ended, FailedAttempt):
                self._budget.earn()
                return ended
            action = self._action(idempotency, ended)
            is_ambiguous = ended.outcome.result in retry.AMBIGUOUS
            if action is Action.RECONCILE and find is not None:
                found = self._reconcile(request, ended, find, until)
                if found is not None:
                    return found
                action, is_ambiguous = Action.RETRY, False
            was_ambiguous = was_ambiguous or is_ambiguous
            wait = self._wait_sec(number, ended, until) if action is Action.RETRY else None
            if wait is None:
                if was_ambiguous and idempotency in retry.CREATES:
                    raise _outcome_unknown(request, ended.error)
                raise ended.error
            LOG.info("%s again in %.2f s: %s", request.operation_id, wait, ended.error)
            self.clock.sleep(wait)

    def _action(self, idempotency: Idempotency, ended: FailedAttempt) -> Action:
        result = ended.outcome.result
        if result is AttemptResult.THROTTLED and not self.settings.retry_throttled:
            return Action.GIVE_UP
        if (
            idempotency is Idempotency.CREATE_UNMARKED
            and result in retry.AMBIGUOUS
            and self.settings.retry_unknown
        ):
            return Action.RETRY
        return retry.ACTIONS[idempotency, result]

    def _wait_sec(self, number: int, ended: FailedAttempt, until: float) -> float | None:
        """Seconds until the next attempt; None where there is none."""
        remaining = until - self.clock.monotonic()
        wait = retry.delay(number, ended.outcome, left=remaining, jitter=random.random())
        return None if wait is None or not self._budget.spend(ended.outcome) else wait

    def _attempt(
        self,
        request: Request[Any],
        idempotency: Idempotency,
        receive: Callable[[HttpResponse, float], T],
        until: float,
        was_ambiguous: bool,
    ) -> T | FailedAttempt:
        remaining = max(until - self.clock.monotonic(), 0.001)
        is_create = idempotency in retry.CREATES
        built = messages.build(
            request, self.base_url, timeout=remaining, needs_live_connection=is_create
        )
        self._key.sign(built.headers)

        def carry_out() -> T | FailedAttempt:
            response = self.pools.for_url(built.url).send(built)
            LOG.debug("%s %s: %d", request.method, request.path, response.status_code)
            if 200 <= response.status_code < 300:
                return receive(response, until + built.body_allowance)
            was_deleted = response.status_code in (404, 410) and request.method == "DELETE"
            if was_ambiguous and was_deleted:  # by an attempt before this one
                response.stream.close()
                return receive(HttpResponse(204), until)
            return read_error(response, self.clock.wall(), self._key)

        return attempt(carry_out)

    def _reconcile(
        self,
        request: Request[Any],
        failure: FailedAttempt,
        find: Callable[[], T | None],
        until: float,
    ) -> T | None:
        """What a create has made, looked up once it must be visible; None if it made nothing."""
        seconds = self.settings.reconcile_after_sec
        if seconds >= until - self.clock.monotonic():
            raise _outcome_unknown(request, failure.error)
        LOG.warning("%s: looked up in %.1f s: %s", request.operation_id, seconds, failure.error)
        self.clock.sleep(seconds)
        try:
            return find()
        except DodecaError as exc:
            raise _outcome_unknown(request, exc) from exc


def attempt(carry_out: Callable[[], T | FailedAttempt]) -> T | FailedAttempt:
    """Carry out one attempt, and return its transport errors as a `FailedAttempt`."""
    try:
        return carry_out()
    except InvalidResponseError as exc:
        return FailedAttempt(Outcome(AttemptResult.UNREADABLE), exc)
    except TransportError as exc:
        return FailedAttempt(Outcome(AttemptResult.NO_RESPONSE), exc)
    except messages.ERRORS as exc:
        return FailedAttempt(Outcome(messages.attempt_result(exc)), messages.error(exc))
    except Exception:
        raise
    except BaseException as exc:  # Ctrl-C or a cancellation; its frames hold what is sent
        exc.__traceback__ = None
        raise


def read_error(response: HttpResponse, now: float, key: APIKey | None = None) -> FailedAttempt:
    """The error of an error response; of a long body only the beginning is read."""
    body = bytearray()
    try:
        inflater = Inflater(response.headers.get("content-encoding", ""))
        for raw in response.stream:
            for piece in inflater.feed(raw):
                body += piece
            if len(body) > ERROR_CAP:
                break
    except (DodecaError, *messages.ERRORS):
        pass  # the status says enough
    finally:
        response.stream.close()
    text = bytes(body[:ERROR_CAP])
    wait = retry.retry_after(response.headers, now=now)
    error = APIError.from_response(
        response.status_code,
        response.headers,
        key.redact(text) if key else text,
        retry_after=wait,
        now=now,
    )
    return FailedAttempt(Outcome(retry.result_of_status(response.status_code), wait), error)


def read_response(
    response: HttpResponse, sink: Sink | None, clock: Clock, until: float, key: APIKey
) -> RawResponse:
    """Read a successful response to its end, into memory or into a sink.

    An API key in the body is redacted, since errors may quote the beginning of it.
    """
    kept: list[bytes] = []
    take: Callable[[bytes], object] = kept.append
    if sink is not None:
        take, sink.redact = sink.feed, key.redact
    headers = response.headers
    try:
        inflater = Inflater(headers.get("content-encoding", ""), passing=sink is not None)
        for raw in response.stream:
            for piece in inflater.feed(raw):
                take(piece)
            if clock.monotonic() > until:
                raise RequestTimeout("the response was still arriving at the deadline of the call")
        inflater.finish()
    except DodecaError:
        kept.clear()  # the traceback would hold it until after the next attempt
        raise
    finally:
        response.stream.close()
    return RawResponse(response.status_code, headers, key.redact(b"".join(kept)), sink)


def _decoded(response: HttpResponse) -> Iterator[bytes]:
    inflater = Inflater(response.headers.get("content-encoding", ""), passing=True)
    try:
        for raw in response.stream:
            for piece in inflater.feed(raw):
                yield piece
        inflater.finish()
    except messages.ERRORS as exc:
        raise messages.error(exc) from exc


def _outcome_unknown(request: Request[Any], cause: DodecaError) -> OutcomeUnknownError:
    error = OutcomeUnknownError(request.operation_id, request.method, request.path, str(cause))
    error.__cause__ = cause
    return error
