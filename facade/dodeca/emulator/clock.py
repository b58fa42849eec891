"""Time as the emulator sees it, and the pace at which its tasks seem to move.

The state of a task is never moved by a timer: it follows from when the task was created, how
often it was looked at, and the pace. A test that holds a `VirtualClock` decides both.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock:
    """The real time in UTC; it never runs backwards while the process lives."""

    def __init__(self) -> None:
        self._origin = time.time() - time.monotonic()

    def now(self) -> datetime:
        """Return the current time."""
        return datetime.fromtimestamp(self._origin + time.monotonic(), UTC)


class VirtualClock(Clock):
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime = datetime(2025, 1, 1, tzinfo=UTC)) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the time that the last `advance` left."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        if seconds < 0:
            raise ValueError(f"time only moves forward, got {seconds} seconds")
        with self._lock:
            self._now += timedelta(seconds=seconds)


def timestamp(moment: datetime) -> str:
    """Write a moment as the API does: UTC, milliseconds, `Z`. Such texts sort by time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """Read an RFC 3339 date or date-time; without an offset it is UTC. Raises ValueError."""
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


class Pace(Protocol):
    """How far along a task appears to be."""

    def progress(self, *, polls: int, elapsed: float, duration: float) -> float:
        """Return the progress, 1 or more when due.

        `polls` counts the times somebody looked at the task, `elapsed` is its age and `duration`
        the length of its media, both in seconds.
        """
        ...


@dataclass(frozen=True, slots=True)
class Instant:
    """A task is due as soon as anybody looks at it."""

    def progress(self, *, polls: int, elapsed: float, duration: float) -> float:
        """Return 1: always due."""
        return 1.0


@dataclass(frozen=True, slots=True)
class ByCount:
    """A task is due when it is looked at for the n-th time, by itself or in a list."""

    polls: int

    def progress(self, *, polls: int, elapsed: float, duration: float) -> float:
        """Return the share of the polls that have been made."""
        return polls / self.polls


@dataclass(frozen=True, slots=True)
class RealTime:
    """A task is due after `factor` times the length of its media."""

    factor: float = 0.1

    def progress(self, *, polls: int, elapsed: float, duration: float) -> float:
        """Return the share of the waiting time that has passed."""
        wait = self.factor * duration
        return elapsed / wait if wait > 0 else 1.0


def parse_pace(text: str) -> Pace:
    """Read a pace: `instant`, a number of polls such as `3`, or `realtime` / `realtime:0.5`."""
    if text == "instant":
        return Instant()
    if re.fullmatch(r"[1-9]\d*", text):
        return ByCount(int(text))
    if match := re.fullmatch(r"realtime(?::(\d+(?:\.\d+)?))?", text):
        return RealTime(float(match[1])) if match[1] else RealTime()
    raise ValueError(f"a pace is `instant`, a number of polls or `realtime[:factor]`, got {text!r}")


def stage(progress: float, stages: Sequence[str]) -> str:
    """Return which of the stages before the end a task of this progress shows."""
    return stages[min(int(progress * len(stages)), len(stages) - 1)]
