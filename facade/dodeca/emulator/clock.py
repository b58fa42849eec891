"""The emulator's time, and the pace at which its tasks progress.

The status of a task is not set by a timer: it follows from when the task was created, how often it
was polled, and the pace. A test with a `VirtualClock` controls both.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from dodeca._base.text import quote


class Clock:
    """The real time in UTC; it never runs backwards while the process lives."""

    def __init__(self) -> None:
        self._origin = time.time() - time.monotonic()

    def now(self) -> datetime:
        """Return the current time."""
        return datetime.fromtimestamp(self._origin + time.monotonic(), UTC)


class VirtualClock(Clock):
    """A clock that stands still until a test advances it."""

    def __init__(self, start: datetime = datetime(2025, 1, 1, tzinfo=UTC)) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the time set by the last `advance`."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        if seconds < 0:
            raise ValueError(f"a clock only advances, got {seconds} seconds")
        with self._lock:
            self._now += timedelta(seconds=seconds)


def timestamp(time: datetime) -> str:
    """Format a time as the API does: UTC, milliseconds, `Z`. Such texts sort by time."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """Parse an RFC 3339 date or date-time, in UTC without an offset. Raises ValueError."""
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


class Pace(Protocol):
    """Decides how far a task has progressed."""

    def progress(self, *, polls: int, elapsed: float, duration: float) -> float:
        """Return the progress of a task, 1 or more when it is due.

        `polls` is how often the task was polled, `elapsed` its age and `duration` the length of
        its media, both in seconds.
        """
        ...

    def expected_sec(self, duration: float) -> float | None:
        """Return after how many seconds a task is due; None where time does not decide."""
        ...


@dataclass(frozen=True, slots=True)
class Instant:
    """A task is due when it is first polled."""

    def progress(self, *, polls: int, elapsed: float, duration: float) -> float:
        """Return 1: always due."""
        return 1.0

    def expected_sec(self, duration: float) -> float | None:
        """Return 0."""
        return 0.0


@dataclass(frozen=True, slots=True)
class ByCount:
    """A task is due when it has been polled `polls` times, by itself or in a list."""

    polls: int

    def progress(self, *, polls: int, elapsed: float, duration: float) -> float:
        """Return the share of the polls that have been made."""
        return polls / self.polls

    def expected_sec(self, duration: float) -> float | None:
        """Return None: it depends on who polls."""
        return None


@dataclass(frozen=True, slots=True)
class RealTime:
    """A task is due after `factor` times the duration of its media."""

    factor: float = 0.1

    def progress(self, *, polls: int, elapsed: float, duration: float) -> float:
        """Return the elapsed share of that time."""
        wait = self.expected_sec(duration)
        return elapsed / wait if wait > 0 else 1.0

    def expected_sec(self, duration: float) -> float:
        """Return that time."""
        return self.factor * duration


def parse_pace(text: str) -> Pace:
    """Parse a pace: `instant`, a number of polls such as `3`, or `realtime` / `realtime:0.5`."""
    if text == "instant":
        return Instant()
    if re.fullmatch(r"[1-9]\d*", text):
        return ByCount(int(text))
    if match := re.fullmatch(r"realtime(?::(\d+(?:\.\d+)?))?", text):
        return RealTime(float(match[1])) if match[1] else RealTime()
    raise ValueError(
        f"a pace is `instant`, a number of polls or `realtime[:factor]`, got {quote(text)}"
    )


def stage_at(progress: float, stages: Sequence[str]) -> str:
    """Return the stage that a task shows at a progress below 1."""
    return stages[min(int(progress * len(stages)), len(stages) - 1)]
