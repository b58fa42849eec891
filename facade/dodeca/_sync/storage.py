# From facade/dodeca/_async/storage.py by scripts/unasync.py; edit that one.
"""Requests to other hosts than the API, without the API key: chunks to storage, and links."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TypeVar

from dodeca._calls import params, retry
from dodeca._calls.bodies import RequestBody
from dodeca._calls.retry import Action, AttemptResult, FailedAttempt, Idempotency, Outcome
from dodeca._http import messages
from dodeca._http.decoding import STREAMED_CAP, BodyDecoder
from dodeca._sync.connections.httpx_adapter import HttpResponse
from dodeca._sync.connections.pool import ConnectionPools
from dodeca._sync.response_body import read_error
from dodeca._sync.transport import Transport, attempt
from dodeca.errors import InvalidResponseError

T = TypeVar("T")


class Storage:
    """Sends chunks to the presigned URLs that the service issued, over separate connections."""

    def __init__(self, transport: Transport) -> None:
        self._connections = ConnectionPools(
            transport.custom, trust_env=transport.settings.trust_env
        )
        self._base_url = transport.base_url
        self._transport = transport

    def put(self, url: str, headers: Mapping[str, str], body: RequestBody) -> str:
        """Send a chunk, with retries, and return its ETag.

        Raises:
            APIError: the storage returned an error status; 403 when the URL has expired.
            TransportError: no response arrived.
            InvalidResponseError: the response has no ETag, or the URL is not https.
        """
        messages.check_storage_url(url, self._base_url)

        def etag_of(response: HttpResponse) -> str:
            response.stream.close()
            etag = response.headers.get("etag", "").strip('"')
            if not etag:
                raise InvalidResponseError("the storage accepted a chunk but returned no ETag")
            return etag

        return _send(
            self._transport,
            self._connections,
            lambda left: messages.build_upload_request(url, headers, body, left),
            etag_of,
        )

    def __enter__(self) -> Storage:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connections.close(custom=False)


def fetch_link(transport: Transport, link: str, max_bytes: int) -> bytes:
    """Return what is at a link of a response; `Client.fetch` documents it."""
    url = messages.link_url(link)
    params.integer("max_bytes", max_bytes, 1, STREAMED_CAP)
    transport.check_open()

    def content_of(response: HttpResponse) -> bytes | FailedAttempt:
        decoder = BodyDecoder(response.headers.get("content-encoding", ""), streamed=True)
        content = bytearray()
        try:
            for raw in response.stream:
                for piece in decoder.feed(raw):
                    content += piece
                if len(content) > max_bytes:
                    text = f"the link has more than {max_bytes:,} bytes; max_bytes allows more"
                    error = InvalidResponseError(text)
                    return FailedAttempt(Outcome(AttemptResult.PERMANENT), error)
            decoder.finish()
        finally:
            response.stream.close()
        return bytes(content)

    return _send(
        transport,
        transport.pools,
        lambda left: messages.build_link_request(url, left),
        content_of,
    )


def _send(
    transport: Transport,
    pools: ConnectionPools,
    build: Callable[[float], messages.HttpRequest],
    receive: Callable[[HttpResponse], T | FailedAttempt],
) -> T:
    """Send a request that may be repeated, with retries and one deadline for all attempts."""
    settings, clock = transport.settings, transport.clock
    deadline = clock.monotonic() + settings.timeout
    number = 0
    while True:
        number += 1
        built = build(max(deadline - clock.monotonic(), 0.001))

        def carry_out(built: messages.HttpRequest = built) -> T | FailedAttempt:
            response = pools.for_url(built.url).send(built)
            exchange.receive(response.status_code, response.headers)
            if not 200 <= response.status_code < 300:
                return read_error(response, clock.wall(), transport.key)
            return receive(response)

        hooks = settings.hooks.around(None, built.method, str(built.url), number, clock)
        with hooks as exchange:
            result = exchange.end(attempt(carry_out))
        if not isinstance(result, FailedAttempt):
            return result
        action = retry.ACTIONS[Idempotency.IDEMPOTENT, result.outcome.result]
        left = deadline - clock.monotonic()
        wait = retry.delay(
            number,
            result.outcome,
            remaining=left,
            jitter=random.random(),
            max_retries=settings.max_retries,
        )
        if action is Action.GIVE_UP or wait is None:
            raise result.error
        clock.sleep(wait)
