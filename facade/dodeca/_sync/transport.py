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
from dodeca._calls.operation import Answer, Request, Sink
from dodeca._calls.retry import Action, Budget, Fate, Kind, Outcome
from dodeca._http import messages
from dodeca._http.api_key import APIKey
from dodeca._http.decoding import ERROR_CAP, Inflater
from dodeca._sync.connections.httpx_adapter import HttpResponse
from dodeca._sync.connections.pool import Connections
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

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@attrs.frozen
class Settings:
    """How a client behaves; the same for all of its calls."""

    base_url: str
    timeout: float
    settle_sec: float
    retry_unknown: bool
    trust_env: bool
    patient: bool = True  # whether it waits itself when the service says 429


class Transport:
    """One set of connections, one key, one origin."""

    def __init__(
        self,
        *,
        key: APIKey,
        settings: Settings,
        transport: messages.Transport | None,
        clock: Clock | None = None,
    ) -> None:
        set_up_logging()
        self.clock = clock or Clock()
        self.base_url = settings.base_url
        self.settings = settings
        self._key = key
        self.given = transport
        host = messages.url(settings.base_url).host
        self._is_remote = transport is None and host not in LOOPBACK
        self.connections = Connections(transport, trust_env=settings.trust_env)
        self._budget = Budget()
        self._closed = False

    def hasty(self) -> Transport:
        """The same connections for callers that know what to do about a 429: it is raised."""
        other = copy.copy(self)
        other.settings = attrs.evolve(self.settings, patient=False)
        return other

    def send(self, request: Request[T]) -> T:
        """The success that a request documents; raises what `fetch` raises."""
        return self.fetch(request, request.parse)

    def fetch(
        self,
        request: Request[Any],
        read: Callable[[Answer], T],
        *,
        sink: Callable[[], Sink] | None = None,
        find: Callable[[], T | None] | None = None,
    ) -> T:
        """What `read` makes of the answer to a request.

        The request is sent again where that is safe, within one deadline for all of it. `sink`
        makes an object that is fed the body as it arrives, instead of its being kept. `find` looks
        for what a create may have made: it is asked after the time that the service needs to
        settle, before anything is made twice.

        Raises:
            APIError: the service answered with an error status.
            TransportError: no answer arrived, or not in time.
            InvalidResponseError: the answer is not what the API documents.
            OutcomeUnknownError: a create was sent, and nothing tells what came of it.
        """

        def receive(response: HttpResponse, until: float) -> T:
            return read(whole(response, sink and sink(), self.clock, until, self._key))

        return self._exchange(request, receive, find)

    @contextmanager
    def stream(self, request: Request[Any]) -> Iterator[Iterator[bytes]]:
        """The body of a success as it arrives, closed at the end of the block.

        Raises:
            APIError: the service answered with an error status.
            TransportError: no answer arrived, or its body was cut off.
        """

        def receive(response: HttpResponse, _: float) -> HttpResponse:
            return response

        response = self._exchange(request, receive)
        try:
            yield _pieces(response)
        finally:
            response.stream.close()

    def close(self) -> None:
        """Close the connections."""
        self._closed = True
        self.connections.close()

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
        kind = retry.KINDS[request.operation_id]
        until = self.clock.monotonic() + self.settings.timeout
        number, was_open = 0, False
        while True:
            number += 1
            ended = self._attempt(request, kind, receive, until, was_open)
            if not isinstance(ended, Failure):
                self._budget.earn()
                return ended
            action = self._action(kind, ended)
            is_open = ended.outcome.fate in retry.OPEN
            if action is Action.LOOK_UP and find is not None:
                found = self._found(request, ended, find, until)
                if found is not None:
                    return found
                action, is_open = Action.REPEAT, False
            was_open = was_open or is_open
            wait = self._wait(number, ended, until) if action is Action.REPEAT else None
            if wait is None:
                if was_open and kind in retry.CREATES:
                    raise _unknown(request, ended.error)
                raise ended.error
            LOG.info("%s again in %.2f s: %s", request.operation_id, wait, ended.error)
            self.clock.sleep(wait)

    def _action(self, kind: Kind, ended: Failure) -> Action:
        fate = ended.outcome.fate
        if fate is Fate.THROTTLED and not self.settings.patient:
            return Action.GIVE_UP
        if kind is Kind.CREATE_BLIND and fate in retry.OPEN and self.settings.retry_unknown:
            return Action.REPEAT
        return retry.ACTIONS[kind, fate]

    def _wait(self, number: int, ended: Failure, until: float) -> float | None:
        """Seconds until the next attempt; None where there is none."""
        left = until - self.clock.monotonic()
        wait = retry.delay(number, ended.outcome, left=left, jitter=random.random())
        return None if wait is None or not self._budget.spend(ended.outcome) else wait

    def _attempt(
        self,
        request: Request[Any],
        kind: Kind,
        receive: Callable[[HttpResponse, float], T],
        until: float,
        was_open: bool,
    ) -> T | Failure:
        left = max(until - self.clock.monotonic(), 0.001)
        fresh = kind in retry.CREATES
        built = messages.build(request, self.base_url, timeout=left, fresh=fresh)
        self._key.sign(built.headers)

        def carry_out() -> T | Failure:
            response = self.connections.to(built.url).send(built)
            LOG.debug("%s %s: %d", request.method, request.path, response.status_code)
            if 200 <= response.status_code < 300:
                return receive(response, until + built.spare)
            if was_open and request.method == "DELETE" and response.status_code in (404, 410):
                response.stream.close()  # an attempt before this one has deleted it
                return receive(HttpResponse(204), until)
            return refusal(response, self.clock.wall(), self._key)

        return attempt(carry_out)

    def _found(
        self,
        request: Request[Any],
        failure: Failure,
        find: Callable[[], T | None],
        until: float,
    ) -> T | None:
        """What a create has made, once it is sure that it would be seen; None where nothing."""
        settle = self.settings.settle_sec
        if settle >= until - self.clock.monotonic():
            raise _unknown(request, failure.error)
        LOG.warning("%s: looked for in %.1f s: %s", request.operation_id, settle, failure.error)
        self.clock.sleep(settle)
        try:
            return find()
        except DodecaError as exc:
            raise _unknown(request, exc) from exc


@attrs.frozen
class Failure:
    """An attempt without a success."""

    outcome: Outcome
    error: DodecaError


def attempt(carry_out: Callable[[], T | Failure]) -> T | Failure:
    """Carry out one attempt; what went wrong on the way as a `Failure`."""
    try:
        return carry_out()
    except InvalidResponseError as exc:
        return Failure(Outcome(Fate.UNREADABLE), exc)
    except TransportError as exc:
        return Failure(Outcome(Fate.LOST), exc)
    except messages.ERRORS as exc:
        return Failure(Outcome(messages.fate(exc)), messages.error(exc))
    except Exception:
        raise
    except BaseException as exc:  # Ctrl-C or a cancellation, amid frames that hold what is sent
        exc.__traceback__ = None
        raise


def refusal(response: HttpResponse, now: float, key: APIKey | None = None) -> Failure:
    """The error that an answer stands for; of a long body only the beginning."""
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
    error = APIError.of(
        response.status_code,
        response.headers,
        key.hidden(text) if key else text,
        retry_after=wait,
        now=now,
    )
    return Failure(Outcome(retry.fate_of(response.status_code), wait), error)


def whole(
    response: HttpResponse, sink: Sink | None, clock: Clock, until: float, key: APIKey
) -> Answer:
    """A successful answer, read to its end, kept or fed to a sink; should it echo the key, without
    that, since its beginning may be quoted by an error.
    """
    kept: list[bytes] = []
    take: Callable[[bytes], object] = kept.append
    if sink is not None:
        take, sink.hide = sink.feed, key.hidden
    headers = response.headers
    try:
        inflater = Inflater(headers.get("content-encoding", ""), passing=sink is not None)
        for raw in response.stream:
            for piece in inflater.feed(raw):
                take(piece)
            if clock.monotonic() > until:
                raise RequestTimeout("the answer was still arriving at the deadline of the call")
        inflater.finish()
    except DodecaError:
        kept.clear()  # the traceback would hold it until after the next attempt
        raise
    finally:
        response.stream.close()
    return Answer(response.status_code, headers, key.hidden(b"".join(kept)), sink)


def _pieces(response: HttpResponse) -> Iterator[bytes]:
    inflater = Inflater(response.headers.get("content-encoding", ""), passing=True)
    try:
        for raw in response.stream:
            for piece in inflater.feed(raw):
                yield piece
        inflater.finish()
    except messages.ERRORS as exc:
        raise messages.error(exc) from exc


def _unknown(request: Request[Any], cause: DodecaError) -> OutcomeUnknownError:
    error = OutcomeUnknownError(request.operation_id, request.method, request.path, str(cause))
    error.__cause__ = cause
    return error
