"""How fast to send: close to the service's limits, which are not known beforehand. No I/O.

A limiter gives permits. It learns from the responses: from 429 and its Retry-After, and from the
headers that tell how many requests, or seconds of media, are left. All callers with one API key
share it, from any number of threads and tasks.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping

import attrs

QUOTA_WAIT_SEC = 900.0
"""A Retry-After above this means that a quota is exhausted, and the caller gets the error.

Rate limits renew within minutes, and callers wait for them. Quotas renew after hours or days, which
nobody should wait for without being told. 15 minutes lie between the two.
"""

_DEFAULT_WAIT_SEC = 1.0  # after a 429 without Retry-After, or with one of 0
_BLINK_SEC = 0.005  # until the next response may tell more
_NAP_SEC = 0.2
_LATE_SEC = 0.4  # by which callers may be late without losing their turn
_MARGIN = 0.98  # of a limit that is known
_CUT = 0.96  # of the rate that turned out too high
_LONG_SEC = 5.0  # waits that the service did not just round up
_GROWTH = (1.5e-4, 1.5e-6)  # per thousand responses in a row, for each: at first, and later
_USUAL_SEC = (1.0, 60.0, 3600.0, 86400.0)  # lengths of windows
_NEAR = 0.2  # of a usual length: measured lengths are as wrong as responses are late
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

    Requests are not paced until one is rate-limited. After that they are sent at the rate that the
    service accepted so far; it grows a little with each response, and is cut by each further 429.
    Where the headers tell the limit and show the length of its windows, that is the rate.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._left = {name: _Allowance(name) for name in _DIMENSIONS}
        self._pace = _Pace()
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
            requests, duration = self._left.values()
            wait = max(
                self._hold_until - now,
                self._pace.wait(now),
                requests.wait(now, 1.0),
                duration.wait(now, media_sec),
            )
            if wait > 0:
                return Permit(wait)
            self._pace.measured(now)
            self._sent += 1
            self._pace.sent(now)
            requests.in_flight += 1.0
            duration.in_flight += media_sec
            return Permit(0.0, self._sent, media_sec)

    def record_response(self, permit: Permit, headers: Mapping[str, str]) -> None:
        """The request got a response other than 429."""
        with self._lock:
            self._landed(permit)
            for allowance in self._left.values():
                allowance.read(permit.number, self._sent, headers, self._now())
            self._pace.took()
            requests = self._left["request"]
            if requests.rate is not None and requests.renewed_at is not None:
                self._pace.known(requests.rate, requests.renewed_at)

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
            self._landed(permit)
            self._slow_down(permit, headers, wait or 0.0)
        return wait is not None

    def record_no_response(self, permit: Permit) -> None:
        """The request got no response."""
        with self._lock:
            self._landed(permit)

    def _slow_down(self, permit: Permit, headers: Mapping[str, str], wait: float) -> None:
        now = self._now()
        self._hold_until = max(self._hold_until, now + wait)
        if permit.number <= self._cut_at:
            return  # it was sent before the rate was last cut
        for allowance in self._left.values():
            allowance.spent(self._sent, headers, wait)
        self._pace.cut(now, wait)
        self._cut_at = self._sent

    def _landed(self, permit: Permit) -> None:
        requests, duration = self._left.values()
        requests.in_flight -= 1.0
        duration.in_flight -= permit.media_sec


class _Pace:
    """Requests per second: cut when refused, growing in between."""

    def __init__(self) -> None:
        self.rate: float | None = None
        self.next_at = -math.inf
        self._since = math.nan  # when the requests began that the next cut is measured by
        self._growth = _GROWTH[0]
        self._taken = 0
        self._factor = _CUT
        self._measure = False
        self._ceiling = math.inf
        self._window_at = math.inf  # when the window began that the headers tell of

    def wait(self, now: float) -> float:
        """Seconds until the next request; then some may go together, which spares wake-ups."""
        return max(self.next_at - now, _NAP_SEC) if self.next_at > now else 0.0

    def sent(self, now: float) -> None:
        if math.isnan(self._since):
            self._since = now
        if self.rate is not None:
            # Late callers may catch up a little, so that sleeping too long does not add up; within
            # a window all of it, since the headers tell what is left.
            behind = min(now, self._window_at) - _LATE_SEC
            self.next_at = max(self.next_at, behind) + 1.0 / self.rate

    def took(self) -> None:
        """Raise the rate faster the longer no limit was met: a known limit is retried rarely."""
        self._taken += 1
        if self.rate is not None and self.rate < self._ceiling:
            self.rate *= 1.0 + self._growth * self._taken / 1000

    def known(self, ceiling: float, window_at: float) -> None:
        """The limit as far as headers tell it."""
        if self.rate is not None:
            self._ceiling = self.rate = ceiling * _MARGIN
            self._window_at = window_at

    def cut(self, now: float, wait: float) -> None:
        """A request was refused, for so many seconds."""
        lasted = now - self._since
        if self.rate is None or wait > _LONG_SEC:
            self._measure = True  # when the wait is over, what was taken meanwhile is known
        else:
            # Refused again at once: the rate is far off, and is cut deeper each time, but not below
            # what was taken over the time until more is.
            soon = lasted < 5 * max(wait, 1.0)
            self._factor = self._factor**2 if soon else _CUT
            self.rate = max(self.rate * self._factor, self._taken / max(lasted + wait, 1.0))
            self._growth = max(self._growth / 10, _GROWTH[1])
            self._since, self._taken = now + wait, 0
        self._ceiling = self._window_at = math.inf
        self.next_at = now + wait

    def measured(self, now: float) -> None:
        """The wait after a cut is over."""
        if self._measure:
            self._measure = False
            self.rate = max(self._taken, 1) / max(now - self._since, 1.0)
            self._since, self._taken = now, 0


class _Allowance:
    """What is left of one dimension, as the headers of responses tell it."""

    def __init__(self, name: str) -> None:
        self._names = (f"x-ratelimit-{name}-remaining", f"x-ratelimit-{name}-limit")
        self._left: float | None = None
        self._newest = 0  # the latest permit whose response was read
        self._outdated = 0  # up to this permit, responses speak of the past
        self.renewed_at: float | None = None
        self._waited = False
        self._spans: list[float] = []
        self._window: float | None = None  # its length, as soon as that is known
        self._at_least = 0.0  # seconds of a window that the service has once asked to wait for
        self._reserve = 0.0  # for those that were overtaken
        self.in_flight = 0.0
        self.rate: float | None = None

    def wait(self, now: float, cost: float) -> float:
        """Nothing that is left is promised twice; when all is used up, one goes ahead to see."""
        if self._left is None or not cost or self._left - self.in_flight >= cost + self._reserve:
            return 0.0
        if self.in_flight:
            return _BLINK_SEC
        if self.renewed_at is None:
            return 0.0
        return max(self.renewed_at + (self._window or self._at_least) - now, 0.0)

    def read(self, number: int, sent: int, headers: Mapping[str, str], now: float) -> None:
        """What the response to a permit says, when the last permit given was `sent`."""
        before, left = self._left, _number(headers.get(self._names[0]))
        if before is None and left is None:
            return  # the usual service says nothing
        if number <= self._outdated:
            return
        if number < self._newest:  # responses overtake each other; the least is the latest
            if self._left is not None and left is not None:
                self._left = min(self._left, left)
            return
        self._newest, self._left = number, left
        limit = _number(headers.get(self._names[1]))
        if before is None or self._left is None or not limit:
            return
        if before < 0.8 * limit and self._left + self.in_flight > 0.95 * limit:
            self._outdated = sent  # what is on its way may speak of either window
            self._renewed(now, limit)

    def spent(self, newest: int, headers: Mapping[str, str], wait: float) -> None:
        """A request was refused for so long: what responses on their way say is out of date."""
        if self._left is not None or self._names[0] in headers:
            self._left = _number(headers.get(self._names[0])) or 0.0
        self._outdated, self._at_least = newest, wait
        self.renewed_at, self._waited = None, True
        self._spans, self._window, self._reserve, self.rate = [], None, 0.0, None

    def _renewed(self, now: float, limit: float) -> None:
        """A window has begun. Some in a row that nobody waited for show how long they are."""
        if self._waited:  # it began while nobody looked
            self._waited = False
            return
        if self.renewed_at is not None:
            span = now - self.renewed_at
            if self._spans:  # one that nobody saw lies in between
                span /= max(round(span * len(self._spans) / sum(self._spans)), 1)
            self._spans = [*self._spans[-19:], span]
        self._window = _length(self._spans)
        if self._window is not None:
            self._reserve = (1.0 - _MARGIN) * limit
            self.rate = limit / self._window
        self.renewed_at = now


def _length(spans: list[float]) -> float | None:
    """How long windows are that adjoin, from the times between the first looks at each."""
    mean = sum(spans) / len(spans) if spans else math.nan
    for usual in _USUAL_SEC:
        if abs(mean - usual) < _NEAR * usual:
            return usual
    if len(spans) < 2:
        return None
    return mean + (max(spans) - min(spans)) / len(spans)  # the errors of all but two cancel


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
