# From facade/dodeca/_async/limited_calls.py by scripts/unasync.py; edit that one.
"""Sends many calls within the service's rate limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from dodeca._base.clock import Clock
from dodeca._base.concurrency import Lock
from dodeca._calls.rate_limit import Permit
from dodeca.errors import RateLimitError

T = TypeVar("T")


class LimitedCalls:
    """Sends each call as soon as a limiter permits it, and again after a 429.

    `limiter` is a `Limiter`, or an object with its methods that asks one elsewhere.
    """

    def __init__(self, limiter: Any, clock: Clock) -> None:
        self._limiter = limiter
        self._clock = clock
        self._waiting = Lock()

    def send(self, call: Callable[[], tuple[T, Mapping[str, str]]]) -> T:
        """Return the result of `call`, which returns it together with the response headers.

        Raises:
            RateLimitError: a quota is exhausted: see `rate_limit.wait_after`.
        """
        while True:
            permit = self._acquire()
            try:
                result, headers = call()
            except RateLimitError as exc:
                if not self._limiter.record_rate_limit(permit, exc.limits, exc.retry_after):
                    raise
            except BaseException:
                self._limiter.record_no_response(permit)
                raise
            else:
                self._limiter.record_response(permit, headers)
                return result

    def _acquire(self) -> Permit:
        """Get a permit to send. One caller at a time polls the limiter, to wait cheaply."""
        permit: Permit = self._limiter.acquire()
        if not permit.wait:
            return permit
        with self._waiting:
            permit = self._limiter.acquire()
            while permit.wait:
                self._clock.sleep(permit.wait)
                permit = self._limiter.acquire()
            return permit
