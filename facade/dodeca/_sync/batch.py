# Derived from facade/dodeca/_async/batch.py by scripts/unasync.py; edit that one.
"""Many small inputs at a time: bounded, in order, within the service's limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dodeca._concurrency import Lock, run_bounded
from dodeca._limiter import Limiter, Permit
from dodeca._sync.embed import embedded
from dodeca._sync.transport import Transport
from dodeca.batch import Batch
from dodeca.errors import DodecaError, InvalidRequestError, RateLimitError
from dodeca_api import models

if TYPE_CHECKING:
    from dodeca.embeddings import Embeddings

_MOST = 256
_LONG_SEC = 300.0  # beyond that a quota is gone, and nobody waits

Body = Callable[[], models.CreateEmbeddingsRequest]


class Batches:
    """Sends batches of a client; all of them share its limiter."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport.hasty()
        self._limiter = Limiter()

    def send(self, bodies: Sequence[Body], concurrency: int) -> Batch:
        """The vectors or the error of each body, in order."""
        if not 1 <= concurrency <= _MOST:
            raise InvalidRequestError(f"concurrency is 1 to {_MOST}, got {concurrency!r}")
        results: list[Embeddings | DodecaError | None] = [None] * len(bodies)
        turnstile = Lock()

        def work(number: int) -> None:
            results[number] = self._one(bodies[number], turnstile)

        run_bounded(work, range(len(bodies)), concurrency)
        return Batch(tuple(result for result in results if result is not None))

    def _one(self, make: Body, turnstile: Lock) -> Embeddings | DodecaError:
        try:
            body = make()
        except DodecaError as exc:
            return exc
        while True:
            permit = self._permit(turnstile)
            try:
                found, headers = embedded(self._transport, body)
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

    def _permit(self, turnstile: Lock) -> Permit:
        """Leave to send. One at a time asks for it, so that waiting costs next to nothing."""
        permit = self._limiter.take(self._now)
        if not permit.wait:
            return permit
        with turnstile:
            while (permit := self._limiter.take(self._now)).wait:
                self._transport.clock.sleep(permit.wait)
        return permit

    @property
    def _now(self) -> float:
        return self._transport.clock.monotonic()
