"""Jobs as the service tells of them: their states, and when to ask again. No clock, no I/O."""

from __future__ import annotations

import math
from typing import Generic, TypeVar

import attrs

from dodeca._base.numbers import is_finite
from dodeca.errors import APIError, DodecaError, InvalidRequestError, TransportError

T = TypeVar("T")
READY = "ready"
FAILED = frozenset({"failed", "canceled", "cancelled"})
_RUNNING = ("uploading", "validating", "waiting", "pending", "queued", "processing", "indexing")
KNOWN = frozenset({READY, *FAILED, *_RUNNING, "importing", "completed"})


@attrs.frozen
class JobState(Generic[T]):
    """The state of a job at one poll; `result` may hold an unfinished one before it is ready.

    `expected_sec` is how long the service expects the job to take in all, where it says so.
    """

    id: str
    status: str
    result: T | None = None
    reason: str | None = None
    expected_sec: float | None = None


def next_poll_sec(elapsed: float, expected: float | None = None) -> float:
    """Seconds until a job that has run for `elapsed` seconds is polled again.

    `expected` is how many seconds the service said it needs in all; half of them pass first.
    """
    pause = min(max(0.225 * math.sqrt(max(elapsed, 0.0)), 0.5), 15.0)
    return pause if expected is None else max(pause, expected / 2 - elapsed)


def next_list_sec(elapsed: float) -> float:
    """Seconds until the lists that show which of many jobs still run are read again."""
    return min(max(0.25 * math.sqrt(max(elapsed, 0.0)), 2.0), 10.0)


def check_timeout(timeout: float) -> None:
    """Refuse a timeout that is no number of seconds of 0 or more.

    Raises:
        InvalidRequestError: it is something else.
    """
    if not is_finite(timeout) or timeout < 0:
        raise InvalidRequestError(f"timeout is a number of seconds of 0 or more, got {timeout!r}")


def is_transient(error: DodecaError) -> bool:
    """Whether a poll that failed with this error may succeed later."""
    return error.retryable if isinstance(error, APIError) else isinstance(error, TransportError)
