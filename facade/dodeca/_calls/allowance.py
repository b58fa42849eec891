"""What remains of a rate limit, according to the headers of responses."""

from __future__ import annotations

import math
from collections.abc import Mapping

import attrs

from dodeca._base.numbers import parse_quantity
from dodeca._calls.pace import LONG_SEC, MARGIN

_IN_FLIGHT_WAIT_SEC = 0.005  # until a response in flight may bring news
_USUAL_SEC = (1.0, 60.0, 3600.0, 86400.0)  # usual lengths of windows
_TOLERANCE = 0.2  # share of a length; late responses distort measured lengths
_RISE = 0.25  # share of a limit; if more than this comes back at once, a window has begun
_EDGE = 0.1  # share of a window in which responses of the one before may be late
_MEASURE_SEC = 1.0  # what others use is measured for so long ...
_MEASURE_REQUESTS = 6.0  # ... and for as long as the limit takes for so many
_MEASURE_RESPONSES = 3
_OUTDATED_SEC = 1.0  # what others use is predicted for so long


class Allowance:
    """What remains of a limit, according to the headers of responses."""

    def __init__(self, name: str) -> None:
        self._header_names = (f"x-ratelimit-{name}-remaining", f"x-ratelimit-{name}-limit")
        self._remaining: float | None = None
        self._newest = 0  # the latest permit whose response was read
        self._read_at = 0.0  # when that was
        self._outdated_to = 0  # up to this permit, responses are out of date
        self.renewed_at: float | None = None
        self._window_lengths: list[float] = []
        self._window: float | None = None  # its length in seconds, once it is known
        self._limit = 0.0  # the amount in a window
        self._min_window = 0.0  # seconds that the service last asked to wait
        self._reserve = 0.0  # for requests that others overtook
        self.in_flight = 0.0
        self.others = OtherUse()

    @property
    def rate(self) -> float | None:
        """The limit per second; None while it is unknown."""
        if self._window is None or self.others.is_refill:
            return None
        return self._limit / self._window

    def wait(self, now: float, cost: float) -> float:
        """Seconds to wait for a request of this cost, counting requests in flight.

        If nothing remains and the next window is unknown, one request is sent to find out.
        """
        if self._remaining is None or not cost:
            return 0.0
        used = self.in_flight + (self.others.rate or 0.0) * min(now - self._read_at, _OUTDATED_SEC)
        if self._remaining - used >= cost + self._reserve:
            return 0.0
        if self.in_flight:
            return _IN_FLIGHT_WAIT_SEC
        if self.renewed_at is None:
            return 0.0
        return max(self.renewed_at + (self._window or self._min_window) - now, 0.0)

    def update(self, number: int, sent: int, headers: Mapping[str, str], now: float) -> None:
        """Update from a response to permit `number`; `sent` is the number of the last permit."""
        before, before_at = self._remaining, self._read_at
        remaining = parse_quantity(headers.get(self._header_names[0]))
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
        has_risen = remaining - before >= max(limit * _RISE, 1.0)
        if has_risen:
            self._outdated_to = sent  # responses in flight may be of either window
            self._start_window(before_at, now)
        if self._window is not None:
            start = self.renewed_at
            phase = None if start is None else (now - start) % self._window
            reading = Reading(number, remaining, now, phase)
            self.others.observe(reading, limit, self._window, has_risen=has_risen)

    def exhaust(self, newest: int, headers: Mapping[str, str], now: float, wait: float) -> None:
        """Handle a 429 with its wait in seconds; responses in flight are out of date then."""
        if self._remaining is not None or self._header_names[0] in headers:
            self._remaining = parse_quantity(headers.get(self._header_names[0])) or 0.0
        self._outdated_to, self._min_window, self._read_at = newest, wait, now
        self.others.restart()
        is_used_up = self._remaining is not None and self._remaining < 1
        if is_used_up and self._window is not None and wait <= self._window + 1:
            return  # by others, as far as is known
        self._window_lengths, self._reserve = [], 0.0
        self._window = self._guess() if is_used_up else None
        # A long Retry-After says when the next window starts, to a second.
        self.renewed_at = None
        if self._window is not None and wait > LONG_SEC:
            self.renewed_at = now + wait - self._window

    def _start_window(self, after: float, now: float) -> None:
        """Handle a window that started between two times; several starts show the length."""
        if now - after >= (self._window or self._min_window or math.inf):
            return
        if self.renewed_at is not None:
            span = now - self.renewed_at
            if self._window:  # windows without requests may lie in between
                span /= max(round(span / self._window), 1)
            self._window_lengths = [*self._window_lengths[-19:], span]
        self._window = _window_length(self._window_lengths) or self._window or self._guess()
        if self._window is not None:
            self._reserve = math.floor((1.0 - MARGIN) * self._limit)
            if self.renewed_at is not None and self._window in _USUAL_SEC:
                windows = (now - self.renewed_at) / self._window
                expected = self.renewed_at + round(windows) * self._window
                now = min(max(expected, after), now)
        self.renewed_at = now

    def _guess(self) -> float | None:
        """The shortest usual length of a window in which a service asks for such a wait."""
        if not self._min_window:
            return None
        return next((usual for usual in _USUAL_SEC if usual >= self._min_window), None)


@attrs.frozen
class Reading:
    """What remained, by the response to a permit."""

    number: int
    remaining: float
    at: float
    phase: float | None
    """Seconds since the start of its window, if that is known."""


@attrs.define
class OtherUse:
    """What other processes use of a limit."""

    rate: float | None = None
    """Requests per second; None until it is measured."""
    _is_new: bool = False
    _last: Reading | None = None
    _used: float = 0.0
    _seconds: float = 0.0
    _responses: int = 0
    _drift: float = 0.0  # what others seem to use for each of our requests: negative for a refill

    @property
    def is_refill(self) -> bool:
        """Whether requests come back all the time, as in a token bucket, and not with a window."""
        return self._drift < -0.2

    def pop_new(self) -> float | None:
        """The rate, if it was measured since this was last called."""
        is_new, self._is_new = self._is_new, False
        return self.rate if is_new else None

    def restart(self) -> None:
        """Forget what was seen since the last measurement: the next response is of any window."""
        self._last, self._used, self._seconds, self._responses = None, 0.0, 0.0, 0

    def observe(self, reading: Reading, limit: float, window: float, *, has_risen: bool) -> None:
        """Measure what is used up since the last response, or in a new window, less our own."""
        last, self._last = self._last, reading
        if last is None:
            return
        span, phase = reading.at - last.at, reading.phase
        is_later = span >= window or (phase is not None and phase < span)
        # Soon after the start of a window, a response may be a late one of the window before.
        is_unclear = is_later and phase is not None and phase < _EDGE * window
        if has_risen or (is_later and not is_unclear):
            if span >= window / 2:  # else, the responses of this window say enough
                self._used += limit - reading.remaining - 1
                self._seconds += window / 2 if phase is None else phase
        elif not is_later:
            own = reading.number - last.number
            used = last.remaining - reading.remaining - own
            self._drift += 0.1 * (min(max(used / max(own, 1), -1.0), 1.0) - self._drift)
            self._used += used
            self._seconds += span
        self._responses += 1
        is_enough = self._seconds >= max(_MEASURE_SEC, _MEASURE_REQUESTS * window / limit)
        if is_enough and self._responses >= _MEASURE_RESPONSES:
            self.rate, self._is_new = max(self._used / self._seconds, 0.0), True
            self.restart()
            self._last = reading


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
