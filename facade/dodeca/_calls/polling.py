"""The states of jobs, and when to poll them again. No clock, no I/O."""

from __future__ import annotations

import math
from typing import Generic, TypeVar

import attrs

from dodeca._base.numbers import is_finite
from dodeca._base.response_info import ResponseInfo
from dodeca._base.text import quote
from dodeca.errors import APIError, DodecaError, InvalidRequestError, TransportError

T = TypeVar("T")
READY = "ready"
FAILED = frozenset({"failed", "canceled", "cancelled"})
_LAST_POLL_SEC = 0.5  # within so much of the deadline there is no further poll
_RUNNING = ("uploading", "validating", "waiting", "pending", "queued", "processing", "indexing")
KNOWN = frozenset({READY, *FAILED, *_RUNNING, "importing", "completed"})


@attrs.frozen
class JobState(Generic[T]):
    """The state of a job at one poll; before it is ready, `result` may be incomplete.

    `expected_sec` is the total duration of the job that the service estimates, if it does.
    `failure` is raised instead of returning a result that is not whole. `response` is the response
    of the poll.
    """

    id: str
    status: str
    result: T | None = None
    reason: str | None = None
    expected_sec: float | None = None
    failure: DodecaError | None = None
    response: ResponseInfo | None = attrs.field(
        default=attrs.Factory(lambda self: getattr(self.result, "response", None), takes_self=True),
        eq=False,
        repr=False,
    )


def next_poll_sec(elapsed: float, expected: float | None = None) -> float:
    """Seconds until the next poll of a job that has run for `elapsed` seconds.

    `expected` is the total duration that the service estimates; the first poll comes after half.
    """
    pause = min(max(0.225 * math.sqrt(max(elapsed, 0.0)), 0.5), 15.0)
    return pause if expected is None else max(pause, expected / 2 - elapsed)


def next_list_sec(elapsed: float) -> float:
    """Seconds until many running jobs are listed again."""
    return min(max(0.25 * math.sqrt(max(elapsed, 0.0)), 2.0), 10.0)


def shortened(pause: float, remaining: float) -> float:
    """A pause that leaves time for a poll before the deadline, if there is any."""
    if pause < remaining:
        return pause
    return remaining / 2 if remaining > _LAST_POLL_SEC else max(remaining, 0.0)


def check_timeout(timeout: float) -> None:
    """Check that a timeout is a number of seconds, 0 or more.

    Raises:
        InvalidRequestError: it is not.
    """
    if not is_finite(timeout) or timeout < 0:
        raise InvalidRequestError(
            f"timeout must be a number of seconds, 0 or more, got {quote(timeout)}"
        )


def is_transient(error: DodecaError) -> bool:
    """Whether a poll that failed with this error may succeed later."""
    return error.retryable if isinstance(error, APIError) else isinstance(error, TransportError)
