"""The limiter answers a fixed history of responses as it did in the version before.

Users tune the concurrency of their runs by its pace. What goes in is made of a seed, and nothing
that comes out goes in again, so that a machine's last bit makes no difference. Whoever changes the
pace on purpose measures it first (`python -m tests.benchmarks.shared_limit`), and then writes the
new digests here.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator

import attrs
import pytest

from dodeca._calls.rate_limit import Limiter, Permit
from tests.bulk.virtual_services import VirtualClock


@attrs.frozen
class History:
    """What a service does: windows of a length or a refill, and what its responses say of them."""

    limit: int
    window: float
    headers: bool = True
    others: float = 0.0
    """Requests of other processes for each of our own."""
    is_refill: bool = False
    limited: float = 0.02
    """The share of 429s while requests remain."""
    step: float = 0.02
    """Seconds between requests, on average."""
    retry_after: tuple[float | None, ...] = (None, 0.0, 1.0, 1.0, 2.0)
    duration: int = 0
    """Seconds of media in a window."""

    def responses(self, seed: int) -> Iterator[tuple[float, int, dict[str, str], float | None]]:
        """Time, status, headers and Retry-After of each response."""
        chance = random.Random(seed)
        now, started, used, seconds = 0.0, 0.0, 0.0, 0.0
        while True:
            pause = self.step * chance.choice((0.25, 0.5, 1, 1, 1, 1, 2, 20))
            now += pause
            if self.is_refill:
                used = max(used - pause * self.limit / self.window, 0.0)
            elif now - started >= self.window:
                started, used, seconds = now - (now - started) % self.window, 0.0, 0.0
            used += 1 + (self.others if chance.random() < 0.5 else 0.0)
            seconds += 3
            left = int(max(self.limit - used, 0))
            headers = {
                "x-ratelimit-request-limit": str(self.limit),
                "x-ratelimit-request-remaining": str(left),
            }
            if self.duration:
                headers["x-ratelimit-duration-limit"] = str(self.duration)
                headers["x-ratelimit-duration-remaining"] = str(max(self.duration - seconds, 0))
            is_limited = not left or chance.random() < self.limited
            retry_after = chance.choice(self.retry_after) if is_limited else None
            status = 429 if is_limited else 0 if chance.random() < 0.01 else 200
            yield now, status, headers if self.headers else {}, retry_after


HISTORIES = {
    "alone, by the second": History(50, 1.0),
    "with others, by the second": History(50, 1.0, others=1.5),
    "with few others, by the second": History(40, 1.0, others=0.06),
    "by the minute": History(600, 60.0, step=0.2),
    "with others, by the minute": History(
        600, 60.0, step=0.2, others=2.0, retry_after=(1.0, 7.0, 31.0)
    ),
    "a slow limit": History(10, 60.0, step=3.0, retry_after=(11.0, 58.0)),
    "an unusual window": History(90, 10.0, step=0.1, limited=0.01),
    "by the hour": History(400, 3600.0, step=5.0, retry_after=(None, 600.0, 1800.0)),
    "a refill": History(20, 1.0, is_refill=True, others=0.5),
    "no headers": History(50, 1.0, headers=False),
    "no headers, rarely limited": History(500, 1.0, headers=False, limited=0.002),
    "no headers, often limited": History(500, 1.0, headers=False, limited=0.2, step=0.3),
    "seconds of media": History(500, 60.0, step=0.2, duration=400),
}
DIGESTS = {
    "alone, by the second": "b21b5656e748",
    "with others, by the second": "6e6e6d7b9f2c",
    "with few others, by the second": "1dbd75c36cd1",
    "by the minute": "0bf44f1599b2",
    "with others, by the minute": "1b0e47e85ec8",
    "a slow limit": "5752e5a153e2",
    "an unusual window": "7c57abe5d445",
    "by the hour": "ebc05a811290",
    "a refill": "b02a7585fe44",
    "no headers": "f3e654d20061",
    "no headers, rarely limited": "18d5ac6424e3",
    "no headers, often limited": "901fa356d788",
    "seconds of media": "98a9ce74852c",
}


def trace(history: History, seed: int) -> list[tuple[float, float | None]]:
    """What the limiter says after each response: how long to wait, and its rate."""
    clock = VirtualClock()
    limiter = Limiter(clock)
    chance = random.Random(seed + 1)
    unanswered: list[Permit] = []
    found = []
    for (now, status, headers, retry_after), _ in zip(
        history.responses(seed), range(1500), strict=False
    ):
        clock.now = now
        permit = limiter.acquire(media_sec=3.0 if history.duration else 0.0)
        if not permit.wait:
            unanswered.append(permit)
        if unanswered and chance.random() < 0.9:
            answered = unanswered.pop(chance.choice((0, 0, -1)))
            if status == 429:
                limiter.record_rate_limit(answered, headers, retry_after)
            elif status:
                limiter.record_response(answered, headers)
            else:
                limiter.record_no_response(answered)
        rate = limiter.rate
        found.append((round(permit.wait, 3), None if rate is None else float(f"{rate:.3g}")))
    return found


@pytest.mark.parametrize("name", HISTORIES)
def test_the_pace_of_a_history(name: str) -> None:
    found = [trace(HISTORIES[name], seed) for seed in range(4)]
    assert any(wait for each in found for wait, _ in each), "it never waited"
    assert len({rate for each in found for _, rate in each}) > 20, "its rate did not change"
    assert hashlib.sha256(json.dumps(found).encode()).hexdigest()[:12] == DIGESTS[name]
