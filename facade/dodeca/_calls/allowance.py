"""What remains of a rate limit, according to the headers of responses."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from dodeca._base.numbers import parse_quantity
from dodeca._calls.pace import MARGIN

_IN_FLIGHT_WAIT_SEC = 0.005  # until a response in flight may bring news
_USUAL_SEC = (1.0, 60.0, 3600.0, 86400.0)  # usual lengths of windows
_TOLERANCE = 0.2  # share of a length; late responses distort measured lengths
_RISE = 0.25  # share of a limit; if more than this comes back at once, a window has begun
_MEASURE_SEC = 0.8
_OUTDATED_SEC = 1.0  # what others use is predicted for so long
_MIN_LIMIT = 15.0  # in smaller windows, several processes see too little of each other


class Allowance:
    """What remains of a limit, according to the headers of responses."""

    def __init__(self, name: str) -> None:
        self._header_names = (f"x-ratelimit-{name}-remaining", f"x-ratelimit-{name}-limit")
        self._remaining: float | None = None
        self._newest = 0  # the latest permit whose response was read
        self._read_at = 0.0  # when that was
        self._outdated_to = 0  # up to this permit, responses are out of date
        self.renewed_at: float | None = None
        self._missed_start = False
        self._window_lengths: list[float] = []
        self._window: float | None = None  # its length in seconds, once it is known
        self._limit = 0.0  # the amount in a window
        self._min_window = 0.0  # seconds that the service last asked to wait
        self._reserve = 0.0  # for requests that others overtook
        self.in_flight = 0.0
        self.others = OtherUse()

    @property
    def rate(self) -> float | None:
        """The limit per second; None while it is unknown, or too small to share by the headers."""
        if self._window is None or self.renewed_at is None or self.others.is_refill:
            return None
        return self._limit / self._window if self._limit >= _MIN_LIMIT else None

    def wait(self, now: float, cost: float) -> float:
        """Seconds to wait for a request of this cost, counting requests in flight.

        If nothing remains and the next window is unknown, one request is sent to find out.
        """
        if self._remaining is None or not cost:
            return 0.0
        used = self.in_flight + self.others.rate * min(now - self._read_at, _OUTDATED_SEC)
        if self._remaining - used >= cost + self._reserve:
            return 0.0
        if self.in_flight:
            return _IN_FLIGHT_WAIT_SEC
        if self.renewed_at is None:
            return 0.0
        return max(self.renewed_at + (self._window or self._min_window) - now, 0.0)

    def update(self, number: int, sent: int, headers: Mapping[str, str], now: float) -> None:
        """Update from a response to permit `number`; `sent` is the number of the last permit."""
        before, remaining = self._remaining, parse_quantity(headers.get(self._header_names[0]))
        if before is None and remaining is None:
            return  # the service usually sends no such headers
        if number <= self._outdated_to:
            return
        if number < self._newest:  # responses overtake each other; the lowest value is the latest
            if self._remaining is not None and remaining is not None:
                self._remaining = min(self._remaining, remaining)
            return
        self._newest, self._remaining, self._read_at = number, remaining, now
        limit = parse_quantity(headers.get(self._header_names[1]))
        if before is None or remaining is None or not limit:
            return
        self._limit = limit
        if remaining - before >= max(limit * _RISE, 1.0):
            self._outdated_to = sent  # responses in flight may be of either window
            self.others.start(number, remaining, now)
            self._start_window(now)
        else:
            self.others.measure(number, remaining, now)

    def exhaust(self, newest: int, headers: Mapping[str, str], wait: float) -> None:
        """Handle a 429 with its wait in seconds; responses in flight are out of date then."""
        if self._remaining is not None or self._header_names[0] in headers:
            self._remaining = parse_quantity(headers.get(self._header_names[0])) or 0.0
        self._outdated_to, self._min_window = newest, wait
        self._missed_start = True
        self.others.stop()
        is_expected = self._remaining is not None and self._remaining < 1
        if is_expected and self._window is not None and wait <= self._window + 1:
            return  # the window is used up, by others
        self.renewed_at = None
        self._window_lengths, self._window, self._reserve = [], None, 0.0

    def _start_window(self, now: float) -> None:
        """Handle the start of a window; the times between observed starts show the length."""
        if self._missed_start:  # the start was during a wait, and its time is unknown
            self._missed_start = False
            return
        if self.renewed_at is not None:
            span = now - self.renewed_at
            if self._window:  # windows without requests may lie in between
                span /= max(round(span / self._window), 1)
            self._window_lengths = [*self._window_lengths[-19:], span]
        self._window = _window_length(self._window_lengths) or self._window or self._guess()
        if self._window is not None:
            self._reserve = (1.0 - MARGIN) * self._limit
            if self.renewed_at is not None and self._window in _USUAL_SEC:
                # The first response of a window is late, more or less: the earliest counts.
                windows = round((now - self.renewed_at) / self._window)
                now = min(now, self.renewed_at + windows * self._window)
        self.renewed_at = now

    def _guess(self) -> float | None:
        """The shortest usual length of a window in which a service asks for such a wait."""
        if not self._min_window:
            return None
        return next((usual for usual in _USUAL_SEC if usual >= self._min_window), None)


@attrs.define
class OtherUse:
    """What other processes use of a limit, measured between responses of one window."""

    rate: float = 0.0
    """Requests per second."""
    measurements: int = 0
    is_refill: bool = False
    """Whether requests come back all the time, as in a token bucket, and not with a window."""
    _last: tuple[int, float, float] | None = None  # permit, what remained, when
    _used: float = 0.0
    _own: int = 0
    _seconds: float = 0.0
    _mean: float | None = None

    def start(self, number: int, remaining: float, now: float) -> None:
        """Start with the first response of a window."""
        self._last = (number, remaining, now)

    def stop(self) -> None:
        """The next response may be of another window."""
        self._last = None

    def measure(self, number: int, remaining: float, now: float) -> None:
        """Measure: what is used up between two responses, less our requests."""
        last, self._last = self._last, (number, remaining, now)
        if last is None:
            return
        self._own += number - last[0]
        self._used += last[1] - remaining
        self._seconds += now - last[2]
        if self._seconds < _MEASURE_SEC:
            return
        found = (self._used - self._own) / self._seconds
        self._mean = found if self._mean is None else (found + self._mean) / 2
        self.is_refill = self._mean < -0.3 * self._own / self._seconds
        self.rate = max(self._mean, 0.0)
        self.measurements += 1
        self._used, self._own, self._seconds = 0.0, 0, 0.0


def _window_length(spans: list[float]) -> float | None:
    """The length of windows, from the times between their observed starts."""
    if not spans:
        return None
    median = sorted(spans)[len(spans) // 2]
    for usual in _USUAL_SEC:
        if abs(median - usual) < _TOLERANCE * usual:
            return usual
    spread = max(spans) - min(spans)
    if len(spans) < 3 or spread > _TOLERANCE * median:
        return None
    return (sum(spans) + spread) / len(spans)  # the errors of all but two cancel out
