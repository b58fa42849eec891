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

QUOTA_WAIT_SEC = 900.0
"""A Retry-After above this means that a quota is exhausted, and the caller gets the error.

Rate limits renew within minutes, and callers wait for them. Quotas renew after hours or days, which
is too long to wait without notice. 15 minutes lie between the two.
"""

_DEFAULT_WAIT_SEC = 1.0  # after a 429 without Retry-After, or with one of 0
_IN_FLIGHT_WAIT_SEC = 0.005  # until a response in flight may bring news
_MIN_WAIT_SEC = 0.2
_LATE_SEC = 0.4  # callers that are late by less do not lose their turn
_MARGIN = 0.98  # the share of a known limit that is used
_CUT = 0.96  # factor for a rate that was too high
_LONG_SEC = 5.0  # shorter waits may only be rounded up
_GROWTH = (1.5e-4, 1.5e-6)  # per thousand responses in a row, for each: at first, and later
_USUAL_SEC = (1.0, 60.0, 3600.0, 86400.0)  # usual lengths of windows
_TOLERANCE = 0.2  # share of a usual length; late responses distort measured lengths
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
    If the headers show the limit and the length of its windows, requests are sent at that rate.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._allowances = {name: _Allowance(name) for name in _DIMENSIONS}
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
            for allowance in self._allowances.values():
                allowance.update(permit.number, self._sent, headers, self._now())
            self._pace.record_accepted()
            requests = self._allowances["request"]
            if requests.rate is not None and requests.renewed_at is not None:
                self._pace.set_limit(requests.rate, requests.renewed_at)

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
            allowance.exhaust(self._sent, headers, wait)
        self._pace.cut(now, wait)
        self._cut_at = self._sent

    def _complete(self, permit: Permit) -> None:
        requests, duration = self._allowances.values()
        requests.in_flight -= 1.0
        duration.in_flight -= permit.media_sec


class _Pace:
    """Requests per second: cut by a 429, growing in between."""

    def __init__(self) -> None:
        self.rate: float | None = None
        self.next_at = -math.inf
        self._since = math.nan  # the start of the requests on which the next cut is based
        self._growth = _GROWTH[0]
        self._accepted = 0
        self._factor = _CUT
        self._is_measuring = False
        self._ceiling = math.inf
        self._window_at = math.inf  # the start of the current window, from the headers

    def wait(self, now: float) -> float:
        """Seconds until the next request; rounded up, so that some are sent together."""
        return max(self.next_at - now, _MIN_WAIT_SEC) if self.next_at > now else 0.0

    def record_sent(self, now: float) -> None:
        if math.isnan(self._since):
            self._since = now
        if self.rate is not None:
            # Late callers may catch up a little, so that long sleeps do not add up; fully within a
            # window, since the headers say what remains.
            behind = min(now, self._window_at) - _LATE_SEC
            self.next_at = max(self.next_at, behind) + 1.0 / self.rate

    def record_accepted(self) -> None:
        """Raise the rate, faster the longer no limit was hit."""
        self._accepted += 1
        if self.rate is not None and self.rate < self._ceiling:
            self.rate *= 1.0 + self._growth * self._accepted / 1000

    def set_limit(self, ceiling: float, window_at: float) -> None:
        """Set the rate to the limit that the headers show."""
        if self.rate is not None:
            self._ceiling = self.rate = ceiling * _MARGIN
            self._window_at = window_at

    def cut(self, now: float, wait: float) -> None:
        """Cut the rate after a 429 that asks to wait for so many seconds."""
        lasted = now - self._since
        if self.rate is None or wait > _LONG_SEC:
            self._is_measuring = True  # the rate is measured when the wait is over
        else:
            # A 429 soon after the last means that the rate is far too high: it is cut deeper each
            # time, but not below what the service accepted in the time including the wait.
            soon = lasted < 5 * max(wait, 1.0)
            self._factor = self._factor**2 if soon else _CUT
            self.rate = max(self.rate * self._factor, self._accepted / max(lasted + wait, 1.0))
            self._growth = max(self._growth / 10, _GROWTH[1])
            self._since, self._accepted = now + wait, 0
        self._ceiling = self._window_at = math.inf
        self.next_at = now + wait

    def end_measurement(self, now: float) -> None:
        """Set the rate to what was accepted, when the wait after a first cut is over."""
        if self._is_measuring:
            self._is_measuring = False
            self.rate = max(self._accepted, 1) / max(now - self._since, 1.0)
            self._since, self._accepted = now, 0


class _Allowance:
    """What remains of a limit, according to the headers of responses."""

    def __init__(self, name: str) -> None:
        self._header_names = (f"x-ratelimit-{name}-remaining", f"x-ratelimit-{name}-limit")
        self._remaining: float | None = None
        self._newest = 0  # the latest permit whose response was read
        self._outdated_to = 0  # up to this permit, responses are out of date
        self.renewed_at: float | None = None
        self._missed_start = False
        self._window_lengths: list[float] = []
        self._window: float | None = None  # its length in seconds, once it is known
        self._min_window = 0.0  # seconds that the service last asked to wait
        self._reserve = 0.0  # for requests that others overtook
        self.in_flight = 0.0
        self.rate: float | None = None

    def wait(self, now: float, cost: float) -> float:
        """Seconds to wait for a request of this cost, counting requests in flight.

        If nothing remains and the next window is unknown, one request is sent to find out.
        """
        if (
            self._remaining is None
            or not cost
            or self._remaining - self.in_flight >= cost + self._reserve
        ):
            return 0.0
        if self.in_flight:
            return _IN_FLIGHT_WAIT_SEC
        if self.renewed_at is None:
            return 0.0
        return max(self.renewed_at + (self._window or self._min_window) - now, 0.0)

    def update(self, number: int, sent: int, headers: Mapping[str, str], now: float) -> None:
        """Update from a response to permit `number`; `sent` is the number of the last permit."""
        before, remaining = self._remaining, _number(headers.get(self._header_names[0]))
        if before is None and remaining is None:
            return  # the service usually sends no such headers
        if number <= self._outdated_to:
            return
        if number < self._newest:  # responses overtake each other; the lowest value is the latest
            if self._remaining is not None and remaining is not None:
                self._remaining = min(self._remaining, remaining)
            return
        self._newest, self._remaining = number, remaining
        limit = _number(headers.get(self._header_names[1]))
        if before is None or self._remaining is None or not limit:
            return
        if before < 0.8 * limit and self._remaining + self.in_flight > 0.95 * limit:
            self._outdated_to = sent  # responses in flight may be of either window
            self._start_window(now, limit)

    def exhaust(self, newest: int, headers: Mapping[str, str], wait: float) -> None:
        """Handle a 429 with its wait in seconds; responses in flight are out of date then."""
        if self._remaining is not None or self._header_names[0] in headers:
            self._remaining = _number(headers.get(self._header_names[0])) or 0.0
        self._outdated_to, self._min_window = newest, wait
        self.renewed_at, self._missed_start = None, True
        self._window_lengths, self._window, self._reserve, self.rate = [], None, 0.0, None

    def _start_window(self, now: float, limit: float) -> None:
        """Handle the start of a window; consecutive observed starts show the length."""
        if self._missed_start:  # the start was during a wait, and its time is unknown
            self._missed_start = False
            return
        if self.renewed_at is not None:
            span = now - self.renewed_at
            if self._window_lengths:  # windows without requests may lie in between
                span /= max(round(span * len(self._window_lengths) / sum(self._window_lengths)), 1)
            self._window_lengths = [*self._window_lengths[-19:], span]
        self._window = _window_length(self._window_lengths)
        if self._window is not None:
            self._reserve = (1.0 - _MARGIN) * limit
            self.rate = limit / self._window
        self.renewed_at = now


def _window_length(spans: list[float]) -> float | None:
    """The length of windows, from the times between their observed starts."""
    mean = sum(spans) / len(spans) if spans else math.nan
    for usual in _USUAL_SEC:
        if abs(mean - usual) < _TOLERANCE * usual:
            return usual
    if len(spans) < 2:
        return None
    return mean + (max(spans) - min(spans)) / len(spans)  # the errors of all but two cancel out


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
