"""Many small inputs at once, in order, at the pace that the service's rate limits allow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dodeca._async.resources.embed_call import create_embeddings
from dodeca._async.transport import AsyncTransport
from dodeca._base.async_concurrency import AsyncLock, run_bounded
from dodeca._calls import params
from dodeca._calls.rate_limit import Limiter, Permit
from dodeca.batch import Batch
from dodeca.errors import DodecaError, RateLimitError
from dodeca_api import models

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

_MAX_CONCURRENCY = 256
_QUOTA_SEC = 300.0  # a longer wait means that a quota is used up

BodyFactory = Callable[[], models.CreateEmbeddingsRequest]


async def send(
    transport: AsyncTransport, limiter: Limiter, bodies: Sequence[BodyFactory], concurrency: int
) -> Batch:
    """Send request bodies, and return the embeddings or the error of each, in order.

    Raises:
        InvalidRequestError: `concurrency` is out of bounds.
    """
    params.integer("concurrency", concurrency, 1, _MAX_CONCURRENCY)
    sender = _AsyncSender(transport.without_throttle_retries(), limiter)
    results: list[Embeddings | DodecaError | None] = [None] * len(bodies)

    async def work(number: int) -> None:
        results[number] = await sender.send(bodies[number])

    await run_bounded(work, range(len(bodies)), concurrency)
    return Batch(tuple(result for result in results if result is not None))


class _AsyncSender:
    """Sends the requests of one batch; batches of one client share its limiter."""

    def __init__(self, transport: AsyncTransport, limiter: Limiter) -> None:
        self._transport = transport
        self._limiter = limiter
        self._turnstile = AsyncLock()

    async def send(self, make_body: BodyFactory) -> Embeddings | DodecaError:
        """Send one request, and return its embeddings or its error."""
        try:
            body = make_body()
        except DodecaError as exc:
            return exc
        while True:
            permit = await self._permit()
            try:
                embeddings, headers = await create_embeddings(self._transport, body)
            except RateLimitError as exc:
                wait = exc.retry_after or 1.0
                is_quota = wait > _QUOTA_SEC
                self._limiter.refused(permit, self._now, exc.limits, 0.0 if is_quota else wait)
                if is_quota:
                    return exc
            except DodecaError as exc:
                self._limiter.lost(permit)
                return exc
            except BaseException:
                self._limiter.lost(permit)
                raise
            else:
                self._limiter.answered(permit, self._now, headers)
                return embeddings

    async def _permit(self) -> Permit:
        """Wait for a permit to send. One caller at a time polls the limiter, to wait cheaply."""
        permit = self._limiter.take(self._now)
        if not permit.wait:
            return permit
        async with self._turnstile:
            while (permit := self._limiter.take(self._now)).wait:
                await self._transport.clock.asleep(permit.wait)
        return permit

    @property
    def _now(self) -> float:
        return self._transport.clock.monotonic()
