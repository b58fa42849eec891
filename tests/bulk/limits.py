"""Services with limits, in virtual time, to drive a limiter against."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Mapping, Sequence

import attrs

from dodeca._calls.rate_limit import Limiter

Verdict = tuple[bool, Mapping[str, str]]


class Windows:
    """So many requests in each window of fixed length; the windows follow the wall clock."""

    def __init__(self, limit: int, window: float, *, headers: bool = True) -> None:
        self.limit, self.window, self.headers = limit, window, headers
        self._current, self._used = -1, 0

    @property
    def rate(self) -> float:
        return self.limit / self.window

    def __call__(self, now: float) -> Verdict:
        current = int(now // self.window)
        if current != self._current:
            self._current, self._used = current, 0
        taken = self._used < self.limit
        self._used += taken
        said = {}
        if self.headers:
            said["x-ratelimit-request-limit"] = str(self.limit)
            said["x-ratelimit-request-remaining"] = str(self.limit - self._used)
        if not taken:
            said["retry-after"] = str(math.ceil((current + 1) * self.window - now))
        return taken, said


class Bucket:
    """Tokens that come back all the time, and of which some can be saved up."""

    def __init__(self, rate: float, size: int, *, headers: bool = True) -> None:
        self.rate, self.size, self.headers = rate, size, headers
        self._tokens, self._then = float(size), 0.0

    def __call__(self, now: float) -> Verdict:
        self._tokens = min(self.size, self._tokens + (now - self._then) * self.rate)
        self._then = now
        taken = self._tokens >= 1
        self._tokens -= taken
        said = {}
        if self.headers:
            said["x-ratelimit-request-limit"] = str(self.size)
            said["x-ratelimit-request-remaining"] = str(int(self._tokens))
        if not taken:
            said["retry-after"] = str(max(1, math.ceil((1 - self._tokens) / self.rate)))
        return taken, said


@attrs.frozen
class Drive:
    """What came of a run: requests taken and refused, and the seconds that they took."""

    taken: int
    refused: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.taken / self.seconds

    @property
    def share_refused(self) -> float:
        return self.refused / (self.taken + self.refused)


def drive(
    limiter: Limiter,
    service: Callable[[float], Verdict],
    *,
    seconds: float,
    callers: int = 32,
    latency: float = 0.05,
    seed: int = 0,
    pauses: Sequence[tuple[float, float]] = (),
) -> Drive:
    """Callers that do nothing but send, for so many virtual seconds.

    In a pause, from one time to another, nothing happens anywhere.
    """
    chance = random.Random(seed)
    events: list[tuple[float, int, Callable[[float], None]]] = []
    counts = [0, 0]
    order = iter(range(10**9))

    def at(when: float, what: Callable[[float], None]) -> None:
        when = next((end for begin, end in pauses if begin <= when < end), when)
        heapq.heappush(events, (when, next(order), what))

    def ask(now: float) -> None:
        permit = limiter.take(now)
        if permit.wait:
            at(now + permit.wait + 0.0005, ask)
            return
        there = now + latency * chance.uniform(0.3, 0.7)

        def arrive(when: float) -> None:
            taken, said = service(when)
            at(when + latency * chance.uniform(0.3, 0.7), lambda then: back(then, taken, said))

        def back(when: float, taken: bool, said: Mapping[str, str]) -> None:
            counts[not taken] += 1
            if taken:
                limiter.answered(permit, when, said)
            else:
                limiter.refused(permit, when, said, float(said["retry-after"]))
            at(when, ask)

        at(there, arrive)

    for _ in range(callers):
        at(0.0, ask)
    while events and events[0][0] < seconds:
        when, _, what = heapq.heappop(events)
        what(when)
    return Drive(counts[0], counts[1], seconds)
