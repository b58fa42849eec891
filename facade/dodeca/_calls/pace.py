"""The rate at which requests are sent, so that several processes can share a limit.

Processes with one API key do not know of each other. They share fairly because each raises its rate
by an amount that counts less the faster it is already, and lowers it by a factor.
"""

from __future__ import annotations

import math

MARGIN = 0.98
"""The share of a known limit that is used."""

_MIN_WAIT_SEC = 0.05
_LATE_SEC = 0.4  # callers that are late by less do not lose their turn
_LONG_SEC = 5.0  # shorter waits may only be rounded up

# Without headers: requests go up to the limit and a little beyond, once in a cycle.
_CUTS = (0.04, 0.1)  # what a rate loses by a 429: up to 2 requests per second, and from 5
_CYCLE_SEC = 6.0  # after a cut, the rate comes back in so many seconds; then it grows fast
_REQUESTS = 120.0  # cycles are longer if there is a 429 more often than once in so many requests
_LENGTHEN = 1.3  # factor for the length of cycles, for each 429 ...
_SHORTEN = math.log(_LENGTHEN) / _REQUESTS  # ... and for each accepted request
_MAX_LENGTHENED = 50.0
_FAST, _FASTEST = 5.0, 0.2  # a request adds `_FAST / rate ** 1.5` of the rate, or the latter
_RECENT = (1.0, 4)  # seconds and requests in which the accepted rate is measured

# With headers, which show the limit and what others use.
_ALONE = 0.05  # the share of a limit that others may use while a process counts as alone
_SHARED_MARGIN = 0.85  # the share of a limit that several processes aim at
_FAIR = 0.03  # what each adds to its rate: `_FAIR * sqrt(rate * limit)`
_MAX_RAISE = 1.4
_MIN_SHARE = 1 / 16  # the least share of the limit, with which others become visible


class Pace:
    """Requests per second: None until one is rate-limited."""

    def __init__(self) -> None:
        self.rate: float | None = None
        self._next_at = -math.inf
        self._since = math.nan  # the start of the requests that are counted
        self._accepted = 0  # requests since then
        self._is_measuring = False
        self._asked_sec = 1.0  # by the last 429
        self._cycle = 0.0  # requests until the rate may grow fast
        self._lengthened = 1.0
        self._start_rate = 0.0  # of the cycle
        self._marks = ((0.0, 0), (0.0, 0))  # times and numbers of requests accepted until then
        self._is_limit_known = False
        self._measurement = 0  # the number of the last measurement that was used
        self._window_at = math.inf  # the start of the current window, from the headers

    def wait(self, now: float) -> float:
        """Seconds until the next request; rounded up, so that some are sent together."""
        return max(self._next_at - now, _MIN_WAIT_SEC) if self._next_at > now else 0.0

    def record_sent(self, now: float) -> None:
        """Set the time of the next request."""
        if math.isnan(self._since):
            self._since = now
        if self.rate is not None:
            # Late callers may catch up a little, so that long sleeps do not add up; fully within a
            # window, since the headers say what remains.
            behind = min(now, self._window_at) - _LATE_SEC
            self._next_at = max(self._next_at, behind) + 1.0 / self.rate

    def record_accepted(self, now: float) -> None:
        """Raise the rate, faster after a cycle without a 429."""
        self._accepted += 1
        self._lengthened = max(self._lengthened * (1 - _SHORTEN), 1.0)
        at, accepted = self._marks[1]
        if now - at >= _RECENT[0] and self._accepted - accepted >= _RECENT[1]:
            self._marks = (self._marks[1], (now, self._accepted))
        if self.rate is None or self._is_limit_known:
            return
        cycle = self._cycle * self._lengthened
        if self._accepted < cycle:
            self.rate *= 1 + _cut(self.rate) / cycle
        else:
            self.rate *= 1 + min(_FAST / self.rate**1.5, _FASTEST)

    def set_limit(self, limit: float, window_at: float, others: float, measurement: int) -> None:
        """Adapt to a limit per second, and to what others use of it, by the headers.

        `window_at` is the start of the current window, `measurement` the number of measurements of
        `others` so far.
        """
        if self.rate is None:
            return
        if measurement != self._measurement or not self._is_limit_known:
            self.rate = self._share(self.rate, limit, others)
        self._is_limit_known, self._measurement = True, measurement
        self._window_at = window_at

    def forget_limit(self) -> None:
        """Go on by what is accepted alone."""
        self._is_limit_known, self._window_at = False, math.inf

    def cut(self, now: float, wait: float) -> None:
        """Cut the rate after a 429 that asks to wait for so many seconds."""
        self._asked_sec = max(wait, 1.0)
        if self.rate is None or wait > _LONG_SEC:
            self._is_measuring = True  # the rate is measured when the wait is over
        else:
            # A rate that grew fast may be far too high: what was accepted counts half.
            at, accepted = self._marks[0]
            recent = (self._accepted - accepted) / max(now - at, 1e-3)
            tolerated = max((self._start_rate + recent) / 2, self._start_rate)
            rate = min(self.rate, tolerated)
            self._start_cycle(now + wait, rate * (1 - _cut(rate)))
        self._lengthened = min(self._lengthened * _LENGTHEN, _MAX_LENGTHENED)
        self.forget_limit()
        self._next_at = now + wait

    def end_measurement(self, now: float) -> None:
        """Set the rate to what was accepted, when the wait after a first cut is over."""
        if not self._is_measuring:
            return
        self._is_measuring = False
        is_first = self.rate is None
        self._start_cycle(now, max(self._accepted, 1) / max(now - self._since, 1.0))
        if is_first:
            self._cycle = 0.0

    def _start_cycle(self, now: float, rate: float) -> None:
        self.rate = self._start_rate = rate
        self._since, self._accepted = now, 0
        self._cycle = _CYCLE_SEC * self._asked_sec * rate
        self._marks = ((now, 0), (now, 0))

    @staticmethod
    def _share(rate: float, limit: float, others: float) -> float:
        """The rate after this one, for a process among others."""
        if others < _ALONE * limit:
            return limit * MARGIN
        change = math.sqrt(limit * _SHARED_MARGIN / (rate + others))
        rate *= min(change, _MAX_RAISE)
        rate += _FAIR * math.sqrt(rate * limit)
        return min(max(rate, limit * _MIN_SHARE), limit * MARGIN)


def _cut(rate: float) -> float:
    """The share that a rate loses by a 429; one request more or less is much of a slow one."""
    return min(max(rate / 50, _CUTS[0]), _CUTS[1])
