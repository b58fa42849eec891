"""Sends requests: authentication, retries and deadlines."""

from __future__ import annotations

import random
from typing import Any, TypeVar

import attrs

from dodeca import _http, _policy
from dodeca._clock import Clock
from dodeca._operation import Answer, Request
from dodeca._policy import Kind, Outcome, Reach
from dodeca._secret import Secret
from dodeca.errors import APIError, DodecaError, OutcomeUnknownError

T = TypeVar("T")


class AsyncTransport:
    """One connection pool, one key, one origin."""

    def __init__(
        self,
        *,
        key: Secret,
        base_url: str,
        timeout: float,
        transport: _http.AsyncTransport | None,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self._key = key
        self.base_url = base_url
        self._timeout = timeout
        self._http = _http.new_async_client(transport)

    async def send(self, request: Request[T], *, timeout: float | None = None) -> T:
        """The parsed success of a request; raises the errors of `fetch` and `parse`."""
        return request.parse(await self.fetch(request, timeout=timeout))

    async def fetch(self, request: Request[Any], *, timeout: float | None = None) -> Answer:
        """The answer to a request, after retries where those are safe.

        `timeout` is the deadline of the whole call in seconds, retries and waits included.

        Raises:
            APIError: the service answered with an error status.
            TransportError: no answer arrived, or not in time.
            OutcomeUnknownError: a create was sent, and no answer tells what came of it.
        """
        kind = _policy.KINDS[request.operation_id]
        deadline = self.clock.monotonic() + (self._timeout if timeout is None else timeout)
        attempt = 0
        while True:
            attempt += 1
            ended = await self._attempt(request, deadline - self.clock.monotonic())
            if isinstance(ended, Answer):
                return ended
            left = deadline - self.clock.monotonic()
            jitter = random.random()
            wait = _policy.delay(kind, attempt, ended.outcome, left=left, jitter=jitter)
            if wait is None:
                raise _final(request, kind, ended)
            await self.clock.asleep(wait)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _attempt(self, request: Request[Any], timeout: float) -> Answer | _Failure:
        headers = {"x-api-key": self._key.reveal()}
        sent = _http.build(request, self.base_url, headers, max(timeout, 0.001))
        try:
            response = await self._http.send(sent)
        except _http.ERRORS as exc:
            return _Failure(Outcome(_http.reach(exc)), _http.error(exc), exc)
        answer = Answer(response.status_code, response.headers, response.content)
        if response.is_success:
            return answer
        wait = _policy.retry_after(answer.headers, now=self.clock.wall())
        error = APIError.of(answer.status_code, answer.headers, answer.content, retry_after=wait)
        return _Failure(Outcome(Reach.ANSWERED, answer.status_code, wait), error)


@attrs.frozen
class _Failure:
    outcome: Outcome
    error: DodecaError
    cause: Exception | None = None


def _final(request: Request[Any], kind: Kind, failure: _Failure) -> DodecaError:
    """The error that a call ends with, its cause attached."""
    failure.error.__cause__ = failure.cause
    if not _policy.is_unknown(kind, failure.outcome):
        return failure.error
    unknown = OutcomeUnknownError(
        f"{request.operation_id} was sent, and whether it was carried out cannot be told: "
        f"{failure.error}"
    )
    unknown.__cause__ = failure.error
    return unknown
