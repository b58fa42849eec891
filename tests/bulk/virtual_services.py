"""Services with rate limits, in virtual time, to drive a limiter against."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Mapping, Sequence

import attrs

from dodeca._calls.rate_limit import Limiter

Reply = tuple[bool, Mapping[str, str]]
"""Whether a request is accepted, and the response headers."""


class Windows:
    """At most `limit` requests in each window of fixed length; windows begin at multiples of it."""

    def __init__(self, limit: int, window: float, *, headers: bool = True) -> None:
        self.limit, self.window, self.headers = limit, window, headers
        self._current, self._used = -1, 0

    @property
    def rate(self) -> float:
        return self.limit / self.window

    def __call__(self, now: float) -> Reply:
        current = int(now // self.window)
        if current != self._current:
            self._current, self._used = current, 0
        accepted = self._used < self.limit
        self._used += accepted
        headers = {}
        if self.headers:
            headers["x-ratelimit-request-limit"] = str(self.limit)
            headers["x-ratelimit-request-remaining"] = str(self.limit - self._used)
        if not accepted:
            headers["retry-after"] = str(math.ceil((current + 1) * self.window - now))
        return accepted, headers


class Bucket:
    """A token bucket: `rate` requests per second, of which up to `size` accumulate."""

    def __init__(self, rate: float, size: int, *, headers: bool = True) -> None:
        self.rate, self.size, self.headers = rate, size, headers
        self._tokens, self._then = float(size), 0.0

    def __call__(self, now: float) -> Reply:
        self._tokens = min(self.size, self._tokens + (now - self._then) * self.rate)
        self._then = now
        accepted = self._tokens >= 1
        self._tokens -= accepted
        headers = {}
        if self.headers:
            headers["x-ratelimit-request-limit"] = str(self.size)
            headers["x-ratelimit-request-remaining"] = str(int(self._tokens))
        if not accepted:
            headers["retry-after"] = str(max(1, math.ceil((1 - self._tokens) / self.rate)))
        return accepted, headers


@attrs.frozen
class Drive:
    """The result of a simulation: requests accepted and rate-limited, and its length in seconds."""

    accepted: int
    rate_limited: int
    seconds: float
    paced_at: float | None
    """The rate of the limiter in the end."""

    @property
    def rate(self) -> float:
        return self.accepted / self.seconds

    @property
    def share_limited(self) -> float:
        return self.rate_limited / (self.accepted + self.rate_limited)


class VirtualClock:
    """The time that a limiter sees: the test sets it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def drive(
    service: Callable[[float], Reply],
    *,
    seconds: float,
    callers: int = 32,
    latency: float = 0.05,
    seed: int = 0,
    pauses: Sequence[tuple[float, float]] = (),
) -> Drive:
    """Let `callers` send through a limiter for so many virtual seconds.

    Between the two times of a pause nothing happens, as on a machine that is busy.
    """
    clock = VirtualClock()
    limiter = Limiter(clock)
    chance = random.Random(seed)
    events: list[tuple[float, int, Callable[[float], None]]] = []
    counts = [0, 0]
    order = iter(range(10**9))

    def at(when: float, what: Callable[[float], None]) -> None:
        when = next((end for begin, end in pauses if begin <= when < end), when)
        heapq.heappush(events, (when, next(order), what))

    def ask(now: float) -> None:
        permit = limiter.acquire()
        if permit.wait:
            at(now + permit.wait + 0.0005, ask)
            return
        there = now + latency * chance.uniform(0.3, 0.7)

        def arrive(when: float) -> None:
            accepted, headers = service(when)
            at(
                when + latency * chance.uniform(0.3, 0.7),
                lambda then: back(then, accepted, headers),
            )

        def back(when: float, accepted: bool, headers: Mapping[str, str]) -> None:
            counts[not accepted] += 1
            if accepted:
                limiter.record_response(permit, headers)
            else:
                limiter.record_rate_limit(permit, headers, float(headers["retry-after"]))
            at(when, ask)

        at(there, arrive)

    for _ in range(callers):
        at(0.0, ask)
    while events and events[0][0] < seconds:
        when, _, what = heapq.heappop(events)
        clock.now = when
        what(when)
    return Drive(counts[0], counts[1], seconds, limiter.rate)
