"""Pure decisions: send again or not, how long to wait, when to look again. No clock, no I/O."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum

import attrs
from dateutil import parser as dates

MAX_ATTEMPTS = 3
_BACKOFF_SEC = 0.5
_BACKOFF_CAP_SEC = 8.0
_RETRY_AFTER_CAP_SEC = 7 * 86_400.0


class Kind(Enum):
    """What happens when a request is carried out twice."""

    READ = "nothing changes"
    IDEMPOTENT = "the second time changes nothing more"
    STATELESS_POST = "it computes an answer and leaves nothing behind"
    CREATE = "a second resource comes to be"


class Reach(Enum):
    """How far a request got."""

    NOT_SENT = "the service cannot have seen it"
    UNKNOWN = "it may have been carried out"
    ANSWERED = "the service answered"


@attrs.frozen
class Outcome:
    """How one attempt ended without a success."""

    reach: Reach
    status: int | None = None
    retry_after: float | None = None


KINDS: Mapping[str, Kind] = {
    "embed_v2_create": Kind.STATELESS_POST,
    "embed_v2_tasks_create": Kind.CREATE,
    "embed_v2_tasks_list": Kind.READ,
    "embed_v2_tasks_retrieve": Kind.READ,
}


def delay(
    kind: Kind, attempt: int, outcome: Outcome, *, left: float, jitter: float
) -> float | None:
    """Seconds to wait before the same request is sent again; None when it is not.

    `attempt` counts from 1, `left` is what remains of the call's deadline in seconds, `jitter` a
    random number from 0 to 1.
    """
    if attempt >= MAX_ATTEMPTS or not _may_repeat(kind, outcome):
        return None
    wait = outcome.retry_after
    if wait is None:
        wait = jitter * min(_BACKOFF_SEC * 2**attempt, _BACKOFF_CAP_SEC)
    return wait if wait < left else None


def is_unknown(kind: Kind, outcome: Outcome) -> bool:
    """Whether something may have been created without our knowing."""
    if kind is not Kind.CREATE:
        return False
    return outcome.reach is Reach.UNKNOWN or (outcome.status or 0) >= 500


def _may_repeat(kind: Kind, outcome: Outcome) -> bool:
    if outcome.reach is Reach.NOT_SENT or outcome.status == 429:
        return True
    if kind is Kind.CREATE:
        return False
    return outcome.reach is Reach.UNKNOWN or outcome.status == 408 or (outcome.status or 0) >= 500


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
    try:
        return _bounded(dates.parse(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def next_look(elapsed: float) -> float:
    """Seconds until a job that has run for `elapsed` seconds is looked at again."""
    return min(max(0.2 * math.sqrt(max(elapsed, 0.0)), 0.5), 15.0)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), _RETRY_AFTER_CAP_SEC)
