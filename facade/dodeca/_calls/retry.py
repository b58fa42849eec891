"""When to retry a request, and how long to wait before. No clock, no I/O."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from enum import Enum

import attrs

from dodeca._base.numbers import parse_quantity
from dodeca.errors import DodecaError

MAX_ATTEMPTS = 3
_BACKOFF_SEC = 0.5
_BACKOFF_CAP_SEC = 8.0
_MAX_DATE_LENGTH = 64  # characters; parsing time grows faster than the text
_RETRY_AFTER_CAP_SEC = 7 * 86_400.0


class Idempotency(Enum):
    """The effect of executing a request twice."""

    READ = "it only reads"
    IDEMPOTENT = "the second execution changes nothing"
    STATELESS_POST = "it computes a response and stores nothing"
    CREATE_WITH_KEY = "its Idempotency-Key returns the first resource again"
    CREATE_WITH_MARKER = "it creates a second resource; a name or id of ours finds the first"
    CREATE_UNMARKED = "it creates a second resource, and nothing distinguishes the two"


_OPERATIONS: Mapping[Idempotency, tuple[str, ...]] = {
    Idempotency.READ: (
        "analyze_batches_list",
        "analyze_batches_results",
        "analyze_batches_retrieve",
        "analyze_tasks_list",
        "analyze_tasks_retrieve",
        "assets_list",
        "assets_retrieve",
        "embed_tasks_list",
        "embed_tasks_retrieve",
        "embed_tasks_status",
        "embed_v2_tasks_list",
        "embed_v2_tasks_retrieve",
        "imports_logs",
        "imports_status",
        "index_videos_list",
        "index_videos_retrieve",
        "indexed_assets_list",
        "indexed_assets_retrieve",
        "indexes_list",
        "indexes_retrieve",
        "multipart_uploads_list",
        "multipart_uploads_status",
        "search_retrieve",
        "tasks_list",
        "tasks_retrieve",
    ),
    Idempotency.IDEMPOTENT: (
        "analyze_batches_cancel",
        "analyze_batches_delete",
        "analyze_tasks_cancel",
        "analyze_tasks_delete",
        "assets_delete",
        "index_videos_delete",
        "index_videos_replace",
        "index_videos_update",
        "indexed_assets_delete",
        "indexed_assets_update",
        "indexes_delete",
        "indexes_update",
        "multipart_uploads_presigned_urls",
        "multipart_uploads_report_chunks",
        "tasks_delete",
    ),
    Idempotency.STATELESS_POST: (
        "analyze_create",
        "embed_create",
        "embed_v2_create",
        "generate_create",
        "gist_create",
        "search_create",
        "summarize_create",
    ),
    Idempotency.CREATE_WITH_KEY: ("analyze_tasks_create",),
    Idempotency.CREATE_WITH_MARKER: (
        "analyze_batches_create",  # the custom_ids of its requests
        "assets_create",  # an entry of its user_metadata
        "indexed_assets_create",  # the id of its asset
        "indexes_create",  # its name, which is unique
    ),
    Idempotency.CREATE_UNMARKED: (
        "embed_tasks_create",
        "embed_v2_tasks_create",
        "imports_create",
        "multipart_uploads_create",
        "tasks_create",
    ),
}
CREATES = frozenset(
    {Idempotency.CREATE_WITH_KEY, Idempotency.CREATE_WITH_MARKER, Idempotency.CREATE_UNMARKED}
)
IDEMPOTENCY = {name: effect for effect, names in _OPERATIONS.items() for name in names}


class AttemptResult(Enum):
    """How an attempt failed."""

    PERMANENT = "it was not sent, and a retry would fail the same way: TLS was refused"
    NOT_SENT = "the service cannot have received it"
    THROTTLED = "the service rate-limited it (429)"
    REFUSED = "the service rejected it (other 4xx, 3xx)"
    FAILED = "the service failed, before or after executing it (5xx)"
    NO_RESPONSE = "it was sent, and no complete response arrived"
    UNREADABLE = "it succeeded, and the response is not as the API documents it"


class Action(Enum):
    """What to do after a failed attempt."""

    RETRY = "send it again"
    RECONCILE = "find out by its marker whether it was executed"
    UNKNOWN = "report that nobody knows whether it was executed"
    GIVE_UP = "report that it was not executed"


_UNAMBIGUOUS = {
    AttemptResult.PERMANENT: Action.GIVE_UP,
    AttemptResult.NOT_SENT: Action.RETRY,
    AttemptResult.THROTTLED: Action.RETRY,
    AttemptResult.REFUSED: Action.GIVE_UP,
}
AMBIGUOUS = (AttemptResult.FAILED, AttemptResult.NO_RESPONSE, AttemptResult.UNREADABLE)
ACTIONS: Mapping[tuple[Idempotency, AttemptResult], Action] = {
    (idempotency, result): action
    for idempotency, if_ambiguous in {
        Idempotency.READ: Action.RETRY,
        Idempotency.IDEMPOTENT: Action.RETRY,
        Idempotency.STATELESS_POST: Action.RETRY,
        Idempotency.CREATE_WITH_KEY: Action.RETRY,
        Idempotency.CREATE_WITH_MARKER: Action.RECONCILE,
        Idempotency.CREATE_UNMARKED: Action.UNKNOWN,
    }.items()
    for result, action in {**_UNAMBIGUOUS, **dict.fromkeys(AMBIGUOUS, if_ambiguous)}.items()
}


@attrs.frozen
class Outcome:
    """How an attempt failed, and the seconds to wait that the service asks for."""

    result: AttemptResult
    retry_after: float | None = None


@attrs.frozen
class FailedAttempt:
    """A failed attempt, with the error to raise for it."""

    outcome: Outcome
    error: DodecaError


def result_of_status(status: int) -> AttemptResult:
    """How an attempt failed that got this error status."""
    if status == 429:
        return AttemptResult.THROTTLED
    if status >= 500:
        return AttemptResult.FAILED
    return AttemptResult.NO_RESPONSE if status in (408, 425) else AttemptResult.REFUSED


def delay(
    attempt: int,
    outcome: Outcome,
    *,
    remaining: float,
    jitter: float,
    max_retries: int | None = None,
) -> float | None:
    """Seconds to wait before a retry; None if there is to be none.

    `attempt` counts from 1, `remaining` is the seconds until the call's deadline, `jitter` a random
    number from 0 to 1. A request is sent three times in all, one with an unreadable response twice,
    and one with a Retry-After until the deadline; `max_retries` replaces the first and the last of
    these limits.
    """
    wait = outcome.retry_after
    most: float = MAX_ATTEMPTS if max_retries is None else max_retries + 1
    if outcome.result is AttemptResult.UNREADABLE:
        most = min(most, 2)
    elif outcome.result is AttemptResult.THROTTLED and wait is not None and max_retries is None:
        most = math.inf
    if attempt >= most:
        return None
    if wait is None:
        wait = jitter * min(_BACKOFF_SEC * 2**attempt, _BACKOFF_CAP_SEC)
    elif attempt >= MAX_ATTEMPTS:
        wait = max(wait, _BACKOFF_SEC)  # even if the service asks for no wait
    return wait if wait < remaining else None


class Budget:
    """Limits the retries of a client, in all its threads, so that they end in an outage.

    It starts with 500 credits. A retry costs 10, unless the service asked for it by a Retry-After;
    a success earns 1. A service that always fails gets 50 retries.
    """

    _FULL = 500
    _COST = 10

    def __init__(self) -> None:
        self._left = self._FULL
        self._lock = threading.Lock()

    def spend(self, outcome: Outcome) -> bool:
        """Pay for a retry; False if the budget is used up."""
        if outcome.result is AttemptResult.THROTTLED and outcome.retry_after is not None:
            return True
        with self._lock:
            if self._left < self._COST:
                return False
            self._left -= self._COST
            return True

    def earn(self) -> None:
        """Add the credit for a success."""
        if self._left < self._FULL:
            with self._lock:
                self._left = min(self._left + 1, self._FULL)


def retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after`; None if neither is valid.

    `now` is Unix time, for a Retry-After that is a date.
    """
    milliseconds = parse_quantity(headers.get("retry-after-ms", "")[:_MAX_DATE_LENGTH])
    if milliseconds is not None:
        return _clamp(milliseconds / 1000)
    text = headers.get("retry-after", "")[:_MAX_DATE_LENGTH].strip()
    seconds = parse_quantity(text)
    if seconds is not None:
        return _clamp(seconds)
    if not text.endswith("GMT"):
        return None
    from dateutil import parser as dates

    try:
        return _clamp(dates.parse(text).timestamp() - now)
    except (ValueError, ArithmeticError):
        return None


def _clamp(seconds: float) -> float:
    return min(max(seconds, 0.0), _RETRY_AFTER_CAP_SEC)
