"""Requests to other hosts than the API, without the API key: chunks to storage, and links."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import TypeVar

from dodeca._async.connections.httpx_adapter import AsyncHttpResponse
from dodeca._async.connections.pool import AsyncConnectionPools
from dodeca._async.response_body import read_error
from dodeca._async.transport import AsyncTransport, attempt
from dodeca._calls import params, retry
from dodeca._calls.bodies import RequestBody
from dodeca._calls.retry import Action, AttemptResult, FailedAttempt, Idempotency, Outcome
from dodeca._http import messages
from dodeca._http.decoding import STREAMED_CAP, BodyDecoder
from dodeca.errors import InvalidResponseError

T = TypeVar("T")


class AsyncStorage:
    """Sends chunks to the presigned URLs that the service issued, over separate connections."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._connections = AsyncConnectionPools(
            transport.custom, trust_env=transport.settings.trust_env
        )
        self._base_url = transport.base_url
        self._transport = transport

    async def put(self, url: str, headers: Mapping[str, str], body: RequestBody) -> str:
        """Send a chunk, with retries, and return its ETag.

        Raises:
            APIError: the storage returned an error status; 403 when the URL has expired.
            TransportError: no response arrived.
            InvalidResponseError: the response has no ETag, or the URL is not https.
        """
        messages.check_storage_url(url, self._base_url)

        async def etag_of(response: AsyncHttpResponse) -> str:
            await response.stream.aclose()
            etag = response.headers.get("etag", "").strip('"')
            if not etag:
                raise InvalidResponseError("the storage accepted a chunk but returned no ETag")
            return etag

        return await _send(
            self._transport,
            self._connections,
            lambda left: messages.build_upload_request(url, headers, body, left),
            etag_of,
        )

    async def __aenter__(self) -> AsyncStorage:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._connections.aclose(custom=False)


async def fetch_link(transport: AsyncTransport, link: str, max_bytes: int) -> bytes:
    """Return what is at a link of a response; `Client.fetch` documents it."""
    url = messages.link_url(link)
    params.integer("max_bytes", max_bytes, 1, STREAMED_CAP)
    transport.check_open()

    async def content_of(response: AsyncHttpResponse) -> bytes | FailedAttempt:
        decoder = BodyDecoder(response.headers.get("content-encoding", ""), streamed=True)
        content = bytearray()
        try:
            async for raw in response.stream:
                for piece in decoder.feed(raw):
                    content += piece
                if len(content) > max_bytes:
                    text = f"the link has more than {max_bytes:,} bytes; max_bytes allows more"
                    error = InvalidResponseError(text)
                    return FailedAttempt(Outcome(AttemptResult.PERMANENT), error)
            decoder.finish()
        finally:
            await response.stream.aclose()
        return bytes(content)

    return await _send(
        transport,
        transport.pools,
        lambda left: messages.build_link_request(url, left),
        content_of,
    )


async def _send(
    transport: AsyncTransport,
    pools: AsyncConnectionPools,
    build: Callable[[float], messages.HttpRequest],
    receive: Callable[[AsyncHttpResponse], Awaitable[T | FailedAttempt]],
) -> T:
    """Send a request that may be repeated, with retries and one deadline for all attempts."""
    settings, clock = transport.settings, transport.clock
    deadline = clock.monotonic() + settings.timeout
    number = 0
    while True:
        number += 1
        built = build(max(deadline - clock.monotonic(), 0.001))

        async def carry_out(built: messages.HttpRequest = built) -> T | FailedAttempt:
            response = await pools.for_url(built.url).send(built)
            exchange.receive(response.status_code, response.headers)
            if not 200 <= response.status_code < 300:
                return await read_error(response, clock.wall(), transport.key)
            return await receive(response)

        hooks = settings.hooks.around(None, built.method, str(built.url), number, clock)
        with hooks as exchange:
            result = exchange.end(await attempt(carry_out))
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
        await clock.asleep(wait)
