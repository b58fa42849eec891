# Derived from facade/dodeca/_async/transport.py by scripts/unasync.py; edit that one.
"""Sends requests: authentication, retries and deadlines."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import attrs

from dodeca import _http, _policy
from dodeca._clock import Clock
from dodeca._operation import Answer, Request
from dodeca._policy import Kind, Outcome, Reach
from dodeca._secret import Secret
from dodeca._wire import Body
from dodeca.errors import APIError, DodecaError, InvalidResponseError, OutcomeUnknownError

T = TypeVar("T")


class Transport:
    """One connection pool, one key, one origin."""

    def __init__(
        self,
        *,
        key: Secret,
        base_url: str,
        timeout: float,
        transport: _http.Transport | None,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self._key = key
        self.base_url = base_url
        self._timeout = timeout
        self._transport = transport
        self._http = _http.new_client(transport)

    def send(self, request: Request[T], *, timeout: float | None = None) -> T:
        """The parsed success of a request; raises the errors of `fetch` and `parse`."""
        return request.parse(self.fetch(request, timeout=timeout))

    def fetch(self, request: Request[Any], *, timeout: float | None = None) -> Answer:
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
            ended = self._attempt(request, deadline - self.clock.monotonic())
            if isinstance(ended, Answer):
                return ended
            left = deadline - self.clock.monotonic()
            jitter = random.random()
            wait = _policy.delay(kind, attempt, ended.outcome, left=left, jitter=jitter)
            if wait is None:
                raise _final(request, kind, ended)
            self.clock.sleep(wait)

    @contextmanager
    def stream(self, request: Request[Any]) -> Iterator[Iterator[bytes]]:
        """The body of a success as it arrives; opened once, and closed at the end of the block.

        Raises:
            APIError: the service answered with an error status.
            TransportError: no answer arrived, or its body was cut off.
        """
        try:
            response = self._http.send(self._built(request, self._timeout), stream=True)
        except _http.ERRORS as exc:
            raise _http.error(exc) from exc
        try:
            if not response.is_success:
                raise self._read_refusal(response)
            yield _pieces(response)
        finally:
            response.close()

    @contextmanager
    def storage(self) -> Iterator[Storage]:
        """A way to where chunks are uploaded, without the key and on connections of its own."""
        client = _http.new_client(self._transport)
        try:
            yield Storage(client, self.base_url, self._timeout, self.clock)
        finally:
            if self._transport is None:
                client.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _attempt(self, request: Request[Any], timeout: float) -> Answer | _Failure:
        try:
            response = self._http.send(self._built(request, timeout))
        except _http.ERRORS as exc:
            return _Failure(Outcome(_http.reach(exc)), _http.error(exc), exc)
        if response.is_success:
            return Answer(response.status_code, response.headers, response.content)
        return self._refusal(response)

    def _built(self, request: Request[Any], timeout: float) -> _http.HttpRequest:
        headers = {"x-api-key": self._key.reveal(), **request.headers}
        return _http.build(request, self.base_url, headers, max(timeout, 0.001))

    def _read_refusal(self, response: _http.HttpResponse) -> DodecaError:
        try:
            response.read()
        except _http.ERRORS as exc:
            raise _http.error(exc) from exc
        return self._refusal(response).error

    def _refusal(self, response: _http.HttpResponse) -> _Failure:
        status, headers = response.status_code, response.headers
        wait = _policy.retry_after(headers, now=self.clock.wall())
        error = APIError.of(status, headers, response.content, retry_after=wait)
        return _Failure(Outcome(Reach.ANSWERED, status, wait), error)


class Storage:
    """Sends chunks to the URLs that the service gave out for them."""

    def __init__(
        self, client: _http.HttpClient, base_url: str, timeout: float, clock: Clock
    ) -> None:
        self._client = client
        self._base_url = base_url
        self._timeout = timeout
        self._clock = clock

    def put(self, url: str, headers: Mapping[str, str], body: Body) -> str:
        """Send a chunk, and again while the storage fails; its ETag.

        Raises:
            APIError: the storage refused it; 403 when the URL has expired.
            TransportError: no answer arrived.
            InvalidResponseError: the storage gave no ETag, or the URL is not https.
        """
        _http.check_storage(url, self._base_url)
        attempt = 0
        while True:
            attempt += 1
            ended = self._attempt(url, headers, body)
            if isinstance(ended, str):
                return ended
            jitter = random.random()
            wait = _policy.delay(
                Kind.IDEMPOTENT, attempt, ended.outcome, left=self._timeout, jitter=jitter
            )
            if wait is None:
                ended.error.__cause__ = ended.cause
                raise ended.error
            self._clock.sleep(wait)

    def _attempt(self, url: str, headers: Mapping[str, str], body: Body) -> str | _Failure:
        try:
            response = self._client.send(_http.build_put(url, headers, body, self._timeout))
        except _http.ERRORS as exc:
            return _Failure(Outcome(_http.reach(exc)), _http.error(exc), exc)
        if not response.is_success:
            error = APIError.of(response.status_code, response.headers, response.content)
            return _Failure(Outcome(Reach.ANSWERED, response.status_code), error)
        etag: str = response.headers.get("etag", "").strip('"')
        if not etag:
            raise InvalidResponseError("the storage took a chunk but gave no ETag")
        return etag


def _pieces(response: _http.HttpResponse) -> Iterator[bytes]:
    try:
        for piece in response.iter_bytes():
            yield piece
    except _http.ERRORS as exc:
        raise _http.error(exc) from exc


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
