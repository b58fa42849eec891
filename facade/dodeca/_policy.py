"""Pure decisions: send again or not, how long to wait, when to look again. No clock, no I/O."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum

import attrs

MAX_ATTEMPTS = 3
SWEEP_SEC = 5.0
_BACKOFF_SEC = 0.5
_BACKOFF_CAP_SEC = 8.0
_RETRY_AFTER_CAP_SEC = 7 * 86_400.0


class Kind(Enum):
    """What happens when a request is carried out twice."""

    READ = "nothing changes"
    IDEMPOTENT = "the second time changes nothing more"
    STATELESS_POST = "it computes an answer and leaves nothing behind"
    CREATE_WITH_MARKER = "a second resource comes to be, which a name or id of ours could find"
    CREATE_BLIND = "a second resource comes to be, and nothing tells the two apart"


_CREATES = frozenset({Kind.CREATE_WITH_MARKER, Kind.CREATE_BLIND})


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


_OPERATIONS: Mapping[Kind, tuple[str, ...]] = {
    Kind.READ: (
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
    Kind.IDEMPOTENT: (
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
    Kind.STATELESS_POST: (
        "analyze_create",
        "embed_create",
        "embed_v2_create",
        "generate_create",
        "gist_create",
        "search_create",
        "summarize_create",
    ),
    Kind.CREATE_WITH_MARKER: (
        "analyze_tasks_create",
        "assets_create",
        "indexed_assets_create",
        "indexes_create",
    ),
    Kind.CREATE_BLIND: (
        "embed_tasks_create",
        "embed_v2_tasks_create",
        "imports_create",
        "multipart_uploads_create",
        "tasks_create",
    ),
}
KINDS = {name: kind for kind, names in _OPERATIONS.items() for name in names}


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
    if kind not in _CREATES:
        return False
    return outcome.reach is Reach.UNKNOWN or (outcome.status or 0) >= 500


def _may_repeat(kind: Kind, outcome: Outcome) -> bool:
    if outcome.reach is Reach.NOT_SENT or outcome.status == 429:
        return True
    if kind in _CREATES:
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
    from dateutil import parser as dates

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
