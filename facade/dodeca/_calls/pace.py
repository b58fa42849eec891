"""The rate at which requests are sent, so that several processes can share a limit.

Processes with one API key do not know of each other. Each changes its rate by one of two rules,
under which the slower gain on the faster:

- The headers show how much of the limit all processes use. Each multiplies its rate by a power of
  the load that is wanted over the load that is, and pulls it a little towards a rate that is the
  same for all. If nobody else uses the limit, it takes all of it.
- Without headers, or where these do not prevent 429, a 429 cuts the rate by a share of it, and what
  is accepted since then raises it by an amount that is the same for all. The amount grows
  exponentially: it suits slow and fast limits, and one that is left alone soon has all of it.
"""

from __future__ import annotations

import math

MARGIN = 0.98
"""The share of a known limit that is used."""

LONG_SEC = 5.0
"""Shorter waits may only be rounded up."""

_MIN_WAIT_SEC = 0.05
_LATE_SEC = 0.4  # callers that are late by less do not lose their turn
_GOLDEN = (math.sqrt(5) - 1) / 2  # its multiples are spread evenly

# With headers.
_ALONE = 0.04  # the share of a limit that others may use while a process counts as alone
_LOAD = 0.87  # the share of the limit that four processes use together
_GAIN, _PULL = 0.8, 0.064  # exponents of a change, towards the load and towards equal rates
_EQUAL = 0.25  # the share of the limit to which rates are pulled
_MAX_CHANGE = 2.0
_MIN_SHARE = 0.05  # the least share of the limit, with which others become visible
_UNEVEN = 0.5  # by how much pauses differ, so that processes do not keep in step with the windows
_DISTRUST = (0.975, 3.0, 4.0)  # factor for an accepted request; the 429s that count; at most

# Without headers.
_CUTS = (0.05, 0.2)  # the share that a rate loses by a 429: at least, and at most
_SOON_SEC, _SOON_REQUESTS = 1.5, 10  # twice as much if so many were accepted in so little time
_RAISE = 0.001  # requests per second: the unit in which a rate grows
_RAISE_SEC = 3.0  # what it gains is e times as much after so many seconds at first, or after ...
_RAISE_REQUESTS = (1.0, 15.0)  # ... so many requests, more of them the more often there is a 429
_LENGTHEN, _SHORTEN = 1.25, 0.997  # factors for the latter, by each 429 and accepted request
_FASTER = 3.0  # the more it has grown, the faster it grows
_MAX_RAISED = 20.0
_FIRST_RATE = 0.2  # requests per second, the least after the first 429


class Pace:
    """Requests per second: None until one is rate-limited."""

    def __init__(self) -> None:
        self.rate: float | None = None
        self._next_at = -math.inf
        self._sent = 0
        self._uneven = 0.0
        self._is_binding = False
        self._since = math.nan  # the last cut, or the first request
        self._accepted = 0  # requests since then
        self._is_measuring = False
        self._cut = _CUTS[0]
        self._start_rate: float = 0.0  # after the last cut
        self._raised = 0.0  # how long the rate has grown, see _RAISE_SEC
        self._raised_at = 0.0
        self._raise_requests = _RAISE_REQUESTS[0]
        self._is_load_known = False
        self._distrust = 0.0  # of the headers: recent 429s
        self._window_at = math.inf  # the start of the current window, from the headers

    def wait(self, now: float) -> float:
        """Seconds until the next request; rounded up, so that some are sent together."""
        return max(self._next_at - now, _MIN_WAIT_SEC) if self._next_at > now else 0.0

    def record_sent(self, now: float) -> None:
        """Set the time of the next request."""
        if math.isnan(self._since):
            self._since = now
        if self.rate is not None:
            self._is_binding = now - self._next_at < 2 * _MIN_WAIT_SEC
            # Late callers may catch up a little, so that long sleeps do not add up; fully within a
            # window, since the headers say what remains.
            behind = min(now, self._window_at) - _LATE_SEC
            self._sent += 1
            uneven = 1.0 + self._uneven * (self._sent * _GOLDEN % 1.0 - 0.5)
            self._next_at = max(self._next_at, behind) + uneven / self.rate

    def record_accepted(self, now: float) -> None:
        """Raise the rate, if it is what holds requests back."""
        self._accepted += 1
        self._distrust *= _DISTRUST[0]
        self._raise_requests = max(self._raise_requests * _SHORTEN, _RAISE_REQUESTS[0])
        if self.rate is None or self._is_load_known or not self._is_binding:
            return
        step = (now - self._raised_at) / _RAISE_SEC * (1 + self._raised / _FASTER)
        step = min(step, 1.0 / self._raise_requests)
        self._raised_at = now
        self._raised = min(self._raised + step, _MAX_RAISED)
        self.rate += _RAISE * math.exp(self._raised) * step

    def follow(self, limit: float, window_at: float | None, others: float | None) -> None:
        """Adapt to a limit and to what others use of it, per second, by the headers.

        `window_at` is the start of a window. `others` is None if it was not measured anew.
        """
        self._window_at = math.inf if window_at is None else window_at
        self._is_load_known = self.rate is not None and self._distrust < _DISTRUST[1]
        if self.rate is None or not self._is_load_known:
            return
        if others is None:
            self.rate = max(self.rate, limit * _MIN_SHARE)
            return
        change, self._uneven = _MAX_CHANGE, 0.0
        if others >= _ALONE * limit:
            self._uneven = _UNEVEN
            change = (_LOAD * limit / (self.rate + others)) ** _GAIN
            change *= (_EQUAL * limit / self.rate) ** _PULL
            change = min(max(change, 1 / _MAX_CHANGE), _MAX_CHANGE)
        self._start_rate = min(max(self.rate * change, limit * _MIN_SHARE), limit * MARGIN)
        self.rate = self._start_rate

    def forget_load(self) -> None:
        """Go on by what is accepted alone."""
        self._is_load_known, self._window_at = False, math.inf

    def cut(self, now: float, wait: float) -> None:
        """Cut the rate after a 429 that asks to wait for so many seconds."""
        self._distrust = min(self._distrust + 1, _DISTRUST[2])
        self._raise_requests = min(self._raise_requests * _LENGTHEN, _RAISE_REQUESTS[1])
        rate = self.rate
        if rate is None or wait > LONG_SEC:
            self._is_measuring = True  # the rate is measured when the wait is over
        else:
            # What it gained since the last cut may be far too much: it counts half.
            gained = max(rate - self._start_rate, 0.0)
            is_soon = now - self._since < _SOON_SEC and self._accepted >= _SOON_REQUESTS
            self._cut = min(2 * self._cut, _CUTS[1]) if is_soon else _CUTS[0]
            self._start(now + wait, (rate - gained / 2) * (1 - self._cut))
        self._next_at = now + wait

    def end_measurement(self, now: float) -> None:
        """Set the rate to what was accepted, when the wait after a first cut is over."""
        if self._is_measuring:
            self._is_measuring = False
            least = _FIRST_RATE if self.rate is None else 0.0
            rate = max(self._accepted, 1) / max(now - self._since, 1.0)
            self._start(now, max(rate, least))

    def _start(self, now: float, rate: float) -> None:
        self._start_rate = rate
        self.rate = rate
        self._since, self._accepted = now, 0
        self._raised, self._raised_at = 0.0, now
