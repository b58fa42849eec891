"""Rate limits on requests and on minutes of media.

A limit is an amount for each window of wall-clock time: `250/second`, `600/minute`, `50/day`, or
`60m/hour` for minutes of media. The creates of one kind of resource share it: those of `/embed-v2`
are counted together, those of `/assets` apart. Beyond it the response is 429 `too_many_requests`,
with the seconds until the next window in Retry-After. Every response says what is left.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dodeca._base.text import quote

from ..errors import TEXTS_ON_DEMAND, ErrorResponse

_WINDOWS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_FORM = re.compile(r"([1-9]\d*)(m?)/(second|minute|hour|day)")


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` requests, or seconds of media, in each window of `window` seconds."""

    amount: int
    window: int
    of_media: bool = False


def parse_limit(text: str) -> Limit:
    """Parse a limit: `250/second`, or `60m/hour` for minutes of media. Raises ValueError."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"a limit is like `600/minute`, or `60m/hour` of media, got {quote(text)}")
    amount = int(match[1]) * (60 if match[2] else 1)
    return Limit(amount, _WINDOWS[match[3]], bool(match[2]))


class Quota:
    """Counts the use of limits; safe to use from many threads."""

    def __init__(self, limits: Iterable[Limit | str] = ()) -> None:
        self.limits: list[Limit] = [
            parse_limit(item) if isinstance(item, str) else item for item in limits
        ]
        self._used: dict[tuple[str, Limit], tuple[int, float]] = {}
        self._lock = threading.Lock()

    def count_request(self, family: str, now: datetime) -> dict[str, str]:
        """Count a request; return the headers for what is left. Raises ErrorResponse (429)."""
        return self._count(family, now, 1.0, of_media=False)

    def count_media(self, family: str, seconds: float, now: datetime) -> dict[str, str]:
        """Count seconds of media, as `count_request` does. Raises ErrorResponse (429)."""
        return self._count(family, now, seconds, of_media=True)

    def _count(self, family: str, now: datetime, cost: float, *, of_media: bool) -> dict[str, str]:
        limits = [limit for limit in self.limits if limit.of_media is of_media]
        with self._lock:
            full = [limit for limit in limits if self._left(family, limit, now) < cost]
            for limit in () if full else limits:
                self._use(family, limit, now, cost)
            headers = self._headers(family, now)
        if full:
            wait = max(limit.window - now.timestamp() % limit.window for limit in full)
            text = TEXTS_ON_DEMAND["too_many_requests"]
            retry_after = {"Retry-After": str(max(1, math.ceil(wait)))}
            raise ErrorResponse(429, "too_many_requests", text, headers | retry_after)
        return headers

    def _headers(self, family: str, now: datetime) -> dict[str, str]:
        headers: dict[str, str] = {}
        for name, of_media in (("duration", True), ("request", False)):
            limits = [limit for limit in self.limits if limit.of_media is of_media]
            if limits:
                scarce = min(limits, key=lambda limit: self._left(family, limit, now))
                left = max(0, int(self._left(family, scarce, now)))
                headers[f"x-ratelimit-{name}-limit"] = str(scarce.amount)
                headers[f"x-ratelimit-{name}-remaining"] = str(left)
        if headers:
            kinds = [kind for kind in ("Duration", "Request") if self._has(kind)]
            headers["x-ratelimit-dimensions"] = ",".join(kinds)
        return headers

    def _has(self, kind: str) -> bool:
        return any(limit.of_media is (kind == "Duration") for limit in self.limits)

    def _left(self, family: str, limit: Limit, now: datetime) -> float:
        window, used = self._used.get((family, limit), (0, 0.0))
        return limit.amount - (used if window >= self._window(limit, now) else 0.0)

    def _use(self, family: str, limit: Limit, now: datetime, amount: float) -> None:
        # Threads may have read the clock earlier: a window once begun does not go back.
        window, used = self._used.get((family, limit), (0, 0.0))
        current = max(window, self._window(limit, now))
        self._used[family, limit] = (current, amount + (used if window == current else 0.0))

    @staticmethod
    def _window(limit: Limit, now: datetime) -> int:
        return int(now.timestamp() // limit.window)
