"""Uploads chunks to storage, without the API key and over separate connections."""

from __future__ import annotations

import random
from collections.abc import Mapping
from types import TracebackType

from dodeca._async.connections.pool import AsyncConnectionPools
from dodeca._async.transport import AsyncTransport, attempt, read_error
from dodeca._calls import retry
from dodeca._calls.bodies import RequestBody
from dodeca._calls.retry import Action, FailedAttempt, Idempotency
from dodeca._http import messages
from dodeca.errors import InvalidResponseError


class AsyncStorage:
    """Sends chunks to the presigned URLs that the service issued."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._connections = AsyncConnectionPools(
            transport.custom, trust_env=transport.settings.trust_env
        )
        self._base_url = transport.base_url
        self._timeout = transport.settings.timeout
        self._hooks = transport.settings.hooks
        self._clock = transport.clock

    async def put(self, url: str, headers: Mapping[str, str], body: RequestBody) -> str:
        """Send a chunk, with retries, and return its ETag.

        Raises:
            APIError: the storage returned an error status; 403 when the URL has expired.
            TransportError: no response arrived.
            InvalidResponseError: the response has no ETag, or the URL is not https.
        """
        messages.check_storage_url(url, self._base_url)
        deadline = self._clock.monotonic() + self._timeout
        number = 0
        while True:
            number += 1
            left = deadline - self._clock.monotonic()
            result = await self._attempt(url, headers, body, max(left, 0.001), number)
            if isinstance(result, str):
                return result
            action = retry.ACTIONS[Idempotency.IDEMPOTENT, result.outcome.result]
            left = deadline - self._clock.monotonic()
            wait = retry.delay(number, result.outcome, remaining=left, jitter=random.random())
            if action is Action.GIVE_UP or wait is None:
                raise result.error
            await self._clock.asleep(wait)

    async def _attempt(
        self, url: str, headers: Mapping[str, str], body: RequestBody, left: float, number: int
    ) -> str | FailedAttempt:
        built = messages.build_upload_request(url, headers, body, left)

        async def carry_out() -> str | FailedAttempt:
            response = await self._connections.for_url(built.url).send(built)
            exchange.receive(response.status_code, response.headers)
            if not 200 <= response.status_code < 300:
                return await read_error(response, self._clock.wall())
            await response.stream.aclose()
            etag = response.headers.get("etag", "").strip('"')
            if not etag:
                raise InvalidResponseError("the storage accepted a chunk but returned no ETag")
            return etag

        with self._hooks.around(None, built.method, url, number, self._clock) as exchange:
            return exchange.end(await attempt(carry_out))

    async def __aenter__(self) -> AsyncStorage:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._connections.aclose(custom=False)
