"""A rate limiter that learns the limits of the service from its responses. No I/O.

It gives permits to send. It learns from 429 and its Retry-After, and from the headers that say how
many requests, or seconds of media, remain. All callers with one API key share it, from any number
of threads and tasks.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping

import attrs

from dodeca._calls.allowance import Allowance
from dodeca._calls.pace import Pace

QUOTA_WAIT_SEC = 900.0
"""A Retry-After above this means that a quota is exhausted, and the caller gets the error.

Rate limits renew within minutes, and callers wait for them. Quotas renew after hours or days, which
is too long to wait without notice. 15 minutes lie between the two.
"""

_DEFAULT_WAIT_SEC = 1.0  # after a 429 without Retry-After, or with one of 0
_DIMENSIONS = ("request", "duration")


@attrs.frozen
class Permit:
    """Permission to send one request; if `wait` is not 0, ask again after so many seconds."""

    wait: float
    number: int = 0
    media_sec: float = 0.0


def wait_after(retry_after: float | None) -> float | None:
    """Seconds to wait after a 429; None if a quota is exhausted, and waiting is no use."""
    wait = retry_after or _DEFAULT_WAIT_SEC
    return wait if wait <= QUOTA_WAIT_SEC else None


class Limiter:
    """Decides when the next request may be sent. `now` gives monotonic seconds.

    Requests are not paced until one is rate-limited. After that, the rate follows what all use
    of the limit, if the headers show it, and else the 429s: see `pace`.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._allowances = {name: Allowance(name) for name in _DIMENSIONS}
        self._pace = Pace()
        self._hold_until = -math.inf
        self._sent = 0
        self._cut_at = 0  # permits up to this number were given before the rate was last cut
        self.rate_limited = 0
        """Responses with status 429."""

    @property
    def rate(self) -> float | None:
        """Requests per second; None while they are not paced."""
        return self._pace.rate

    def acquire(self, *, media_sec: float = 0.0) -> Permit:
        """A permit to send now, or one with the seconds to wait before asking again."""
        with self._lock:
            now = self._now()
            requests, duration = self._allowances.values()
            wait = max(
                self._hold_until - now,
                self._pace.wait(now),
                requests.wait(now, 1.0),
                duration.wait(now, media_sec),
            )
            if wait > 0:
                return Permit(wait)
            self._pace.end_measurement(now)
            self._sent += 1
            self._pace.record_sent(now)
            requests.in_flight += 1.0
            duration.in_flight += media_sec
            return Permit(0.0, self._sent, media_sec)

    def record_response(self, permit: Permit, headers: Mapping[str, str]) -> None:
        """The request got a response other than 429."""
        with self._lock:
            self._complete(permit)
            now = self._now()
            for allowance in self._allowances.values():
                allowance.update(permit.number, self._sent, headers, now)
            self._pace.record_accepted(now)
            self._adapt_to_load()

    def record_rate_limit(
        self, permit: Permit, headers: Mapping[str, str], retry_after: float | None
    ) -> bool:
        """The request got a 429: whether to send it again, with a new permit.

        False means that a quota is exhausted (see `wait_after`). Other requests are not held back
        then, since they may count against another quota.
        """
        wait = wait_after(retry_after)
        with self._lock:
            self.rate_limited += 1
            self._complete(permit)
            self._slow_down(permit, headers, wait or 0.0)
        return wait is not None

    def record_no_response(self, permit: Permit) -> None:
        """The request got no response."""
        with self._lock:
            self._complete(permit)

    def _slow_down(self, permit: Permit, headers: Mapping[str, str], wait: float) -> None:
        now = self._now()
        self._hold_until = max(self._hold_until, now + wait)
        if permit.number <= self._cut_at:
            return  # it was sent before the rate was last cut
        for allowance in self._allowances.values():
            allowance.exhaust(self._sent, headers, now, wait)
        self._pace.cut(now, wait)
        self._cut_at = self._sent

    def _adapt_to_load(self) -> None:
        requests = self._allowances["request"]
        if requests.rate is None:
            self._pace.forget_load()
        else:
            self._pace.follow(requests.rate, requests.renewed_at, requests.others.pop_new())

    def _complete(self, permit: Permit) -> None:
        requests, duration = self._allowances.values()
        requests.in_flight -= 1.0
        duration.in_flight -= permit.media_sec
