"""The states of jobs, and when to poll them again. No clock, no I/O."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from typing import Any, Generic, TypeVar

import attrs

from dodeca._base.numbers import is_finite
from dodeca._base.response_info import ResponseInfo
from dodeca._base.text import quote
from dodeca.errors import APIError, DodecaError, InvalidRequestError, TransportError

T = TypeVar("T")
READY = "ready"
FINISHED = frozenset({READY, "completed"})
FAILED = frozenset({"failed", "canceled", "cancelled", "expired", "rejected"})
_LAST_POLL_SEC = 0.5  # within so much of the deadline there is no further poll


@attrs.frozen
class JobKind:
    """The states of one kind of job. In any other state, which is unknown here, a job still runs.

    A job that ends in `finished` has a result, which is returned. In `failed` it has none, and
    `JobFailed` is raised.
    """

    running: tuple[str, ...]
    finished: Set[str] = FINISHED
    failed: Set[str] = FAILED

    @property
    def states(self) -> Set[str]:
        """All states that are known here."""
        return {*self.running, *self.finished, *self.failed}

    def has_ended(self, status: str) -> bool:
        """Whether a job in this state changes no more."""
        return status in self.finished or status in self.failed


ASSET = JobKind(("processing",))
INDEX_TASK = JobKind(("uploading", "validating", "pending", "queued", "indexing"))
INDEXED_ASSET = JobKind(("validating", "pending", "queued", "indexing"))
IMPORT = INDEXED_ASSET
EMBED_TASK = JobKind(("processing",))
ANALYZE_TASK = JobKind(("queued", "pending", "processing"))
# What a batch had done before it was canceled or expired is its result.
ANALYZE_BATCH = JobKind(
    ("pending", "processing", "canceling"),
    finished=FINISHED | {"canceled", "expired"},
    failed=FAILED - {"canceled", "expired"},
)


@attrs.frozen
class JobState(Generic[T]):
    """The state of a job at one poll; before it is ready, `result` may be incomplete.

    `expected_sec` is the total duration of the job that the service estimates, if it does.
    `failure` is raised instead of returning a result that is not whole. `extra` has the other
    fields of the response, such as those that this version does not know. `response` is that of the
    poll.
    """

    id: str
    status: str
    result: T | None = None
    reason: str | None = None
    expected_sec: float | None = None
    failure: DodecaError | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict)
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
