# From facade/dodeca/_async/resources/embed_batch.py by scripts/unasync.py; edit that one.
"""Many small inputs at a time: bounded, in order, within the service's limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dodeca._base.concurrency import Lock, run_bounded
from dodeca._calls import params
from dodeca._calls.rate_limit import Limiter, Permit
from dodeca._sync.resources.embed_call import create_embeddings
from dodeca._sync.transport import Transport
from dodeca.batch import Batch
from dodeca.errors import DodecaError, RateLimitError
from dodeca_api import models

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

_MOST = 256
_LONG_SEC = 300.0  # beyond that a quota is gone, and nobody waits

Body = Callable[[], models.CreateEmbeddingsRequest]


def send(transport: Transport, limiter: Limiter, bodies: Sequence[Body], concurrency: int) -> Batch:
    """The vectors or the error of each body, in order.

    Raises:
        InvalidRequestError: `concurrency` is out of bounds.
    """
    params.integer("concurrency", concurrency, 1, _MOST)
    sender = _AsyncSender(transport.without_throttle_retries(), limiter)
    results: list[Embeddings | DodecaError | None] = [None] * len(bodies)

    def work(number: int) -> None:
        results[number] = sender.send(bodies[number])

    run_bounded(work, range(len(bodies)), concurrency)
    return Batch(tuple(result for result in results if result is not None))


class _AsyncSender:
    """Sends the bodies of one batch; the limiter is that of the client."""

    def __init__(self, transport: Transport, limiter: Limiter) -> None:
        self._transport = transport
        self._limiter = limiter
        self._turnstile = Lock()

    def send(self, make: Body) -> Embeddings | DodecaError:
        """The vectors of a body, or why there are none."""
        try:
            body = make()
        except DodecaError as exc:
            return exc
        while True:
            permit = self._permit()
            try:
                found, headers = create_embeddings(self._transport, body)
            except RateLimitError as exc:
                wait = exc.retry_after or 1.0
                is_quota = wait > _LONG_SEC
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
                return found

    def _permit(self) -> Permit:
        """Leave to send. One at a time waits for it, so that waiting costs next to nothing."""
        permit = self._limiter.take(self._now)
        if not permit.wait:
            return permit
        with self._turnstile:
            while (permit := self._limiter.take(self._now)).wait:
                self._transport.clock.sleep(permit.wait)
        return permit

    @property
    def _now(self) -> float:
        return self._transport.clock.monotonic()
