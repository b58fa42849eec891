"""Pure decisions: send again or not, how long to wait, when to look again. No clock, no I/O."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from enum import Enum

import attrs

from dodeca.errors import DodecaError

MAX_ATTEMPTS = 3
_BACKOFF_SEC = 0.5
_BACKOFF_CAP_SEC = 8.0
_RETRY_AFTER_CAP_SEC = 7 * 86_400.0


class Idempotency(Enum):
    """What happens when a request is carried out twice."""

    READ = "nothing changes"
    IDEMPOTENT = "the second time changes nothing more"
    STATELESS_POST = "it computes a response and leaves nothing behind"
    CREATE_WITH_KEY = "its Idempotency-Key brings the first resource again"
    CREATE_WITH_MARKER = "a second resource comes to be, which a name or id of ours could find"
    CREATE_UNMARKED = "a second resource comes to be, and nothing tells the two apart"


_OPERATIONS: Mapping[Idempotency, tuple[str, ...]] = {
    Idempotency.READ: (
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
        "assets_create",  # an entry of its user_metadata
        "indexed_assets_create",  # the asset that it is made of
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
IDEMPOTENCY = {name: kind for kind, names in _OPERATIONS.items() for name in names}


class AttemptResult(Enum):
    """How one attempt ended without a success."""

    PERMANENT = "no connection, and another try would meet the same: TLS was refused"
    NOT_SENT = "the service cannot have seen it"
    THROTTLED = "the service saw it and put it off (429)"
    REFUSED = "the service will not do it (other 4xx, 3xx)"
    FAILED = "the service failed, before or after the work (5xx)"
    NO_RESPONSE = "it went out, and no whole response came back"
    UNREADABLE = "it succeeded, and the response is not what the API documents"


class Action(Enum):
    """What to do about it."""

    RETRY = "send it again"
    RECONCILE = "find out whether it was carried out, by its marker"
    UNKNOWN = "nobody can tell whether it was carried out"
    GIVE_UP = "it was not carried out, and will not be"


_SETTLED = {
    AttemptResult.PERMANENT: Action.GIVE_UP,
    AttemptResult.NOT_SENT: Action.RETRY,
    AttemptResult.THROTTLED: Action.RETRY,
    AttemptResult.REFUSED: Action.GIVE_UP,
}
AMBIGUOUS = (AttemptResult.FAILED, AttemptResult.NO_RESPONSE, AttemptResult.UNREADABLE)
ACTIONS: Mapping[tuple[Idempotency, AttemptResult], Action] = {
    (idempotency, result): action
    for idempotency, unsettled in {
        Idempotency.READ: Action.RETRY,
        Idempotency.IDEMPOTENT: Action.RETRY,
        Idempotency.STATELESS_POST: Action.RETRY,
        Idempotency.CREATE_WITH_KEY: Action.RETRY,
        Idempotency.CREATE_WITH_MARKER: Action.RECONCILE,
        Idempotency.CREATE_UNMARKED: Action.UNKNOWN,
    }.items()
    for result, action in {**_SETTLED, **dict.fromkeys(AMBIGUOUS, unsettled)}.items()
}


@attrs.frozen
class Outcome:
    """How one attempt ended, and how long the service asks to wait."""

    result: AttemptResult
    retry_after: float | None = None


@attrs.frozen
class FailedAttempt:
    """An attempt without a success: how it ended, and the error to raise for it."""

    outcome: Outcome
    error: DodecaError


def result_of_status(status: int) -> AttemptResult:
    """What an error status says about the request."""
    if status == 429:
        return AttemptResult.THROTTLED
    if status >= 500:
        return AttemptResult.FAILED
    return AttemptResult.NO_RESPONSE if status in (408, 425) else AttemptResult.REFUSED


def delay(attempt: int, outcome: Outcome, *, left: float, jitter: float) -> float | None:
    """Seconds to wait before a request that may be repeated is; None when it is too late.

    `attempt` counts from 1, `left` is what remains of the call's deadline in seconds, `jitter` a
    random number from 0 to 1. A service that names the time of its next response is asked again
    until the deadline, others three times in all; a response that cannot be read twice.
    """
    wait = outcome.retry_after
    if outcome.result is not AttemptResult.THROTTLED or wait is None:
        most = 2 if outcome.result is AttemptResult.UNREADABLE else MAX_ATTEMPTS
        if attempt >= most:
            return None
    if wait is None:
        wait = jitter * min(_BACKOFF_SEC * 2**attempt, _BACKOFF_CAP_SEC)
    elif attempt >= MAX_ATTEMPTS:
        wait = max(wait, _BACKOFF_SEC)  # a service that says "at once" for ever is not hammered
    return wait if wait < left else None


class Budget:
    """What retries may cost: an outage ends them for all threads that share a client.

    Each retry costs ten of five hundred, each success earns one. So a service that fails always
    gets fifty retries, and one that fails at times gets as many as it needs. What it asked for by
    a Retry-After costs nothing.
    """

    _FULL = 500
    _COST = 10

    def __init__(self) -> None:
        self._left = self._FULL
        self._lock = threading.Lock()

    def spend(self, outcome: Outcome) -> bool:
        """Whether one more retry is within the budget."""
        if outcome.result is AttemptResult.THROTTLED and outcome.retry_after is not None:
            return True
        with self._lock:
            if self._left < self._COST:
                return False
            self._left -= self._COST
            return True

    def earn(self) -> None:
        """A request succeeded."""
        if self._left < self._FULL:
            with self._lock:
                self._left = min(self._left + 1, self._FULL)


def retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """Seconds that the service asks to wait, in any of the forms in use; None for anything else.

    `now` is Unix time, for the form that names a date.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    text = headers.get("retry-after", "").strip()
    seconds = _number(text)
    if seconds is not None:
        return _bounded(seconds)
    if not text.endswith("GMT"):
        return None
    from dateutil import parser as dates

    try:
        return _bounded(dates.parse(text).timestamp() - now)
    except (ValueError, ArithmeticError):
        return None


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), _RETRY_AFTER_CAP_SEC)
