"""What follows a step: the next one of an input, its end, or another try.

The state of an input in the journal says where it stands; here is how it moves. The engine takes
inputs up, and tells what came of each step.
"""

from __future__ import annotations

import heapq
import math
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from dodeca._calls.polling import next_poll_sec
from dodeca._calls.rate_limit import Permit
from dodeca.bulk import dataset
from dodeca.bulk.dataset import check_length
from dodeca.bulk.journal import Journal, Row
from dodeca.bulk.report import Run
from dodeca.bulk.route import needs_task
from dodeca.bulk.settings import Settings
from dodeca.bulk.steps import Outcome
from dodeca.bulk.verdict import Verdict, verdict
from dodeca.errors import (
    AuthenticationError,
    ConfigurationError,
    DodecaError,
    InvalidResponseError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitError,
)
from dodeca.media import Media

LONG_SEC = 900.0  # a wait that is no rate any more, but a quota
METERED = {"embed": "embed", "submit": "embed", "upload": "assets"}
INTENTS = {"upload": "uploading", "submit": "submitting"}
_TRIES = 3
_LOST = 50  # answers in a row that did not come

Ended = Outcome | BaseException


@attrs.define(eq=False)
class Work:
    """An input that has been begun."""

    row: Row
    media: Media | None
    step: str = ""
    tries: int = 0
    looking_since: float = 0.0
    was_read: bool = False
    is_counted: bool = False
    permit: Permit | None = None


class Course:
    """The inputs that are under way, and where they go next."""

    def __init__(self, journal: Journal, settings: Settings, run: Run) -> None:
        self._journal = journal
        self._settings = settings
        self._run = run
        self.ready: dict[str, deque[Work]] = {"": deque(), "embed": deque(), "assets": deque()}
        """What may be sent, by the limiter that it has to ask."""
        self.later: list[tuple[float, int, Work]] = []
        """What may be sent at a time to come, first things first."""
        self.begun = 0
        """Inputs that were begun and are not at their end."""
        self.spooled = 0
        """Bytes of row sets that wait in the journal."""
        self.quota: Verdict | None = None
        """What the service said when a quota was gone."""
        self.media_left = math.inf
        """After that, the seconds of media that may still be sent at once."""
        self.fatal: BaseException | None = None
        """What ends the whole run."""
        self._lost = 0

    @property
    def stopping(self) -> bool:
        """Whether nothing new is begun."""
        return self._run.stopped is not None or self.fatal is not None

    def take_up(self, row: Row, media: Media | None) -> None:
        """Begin an input, or go on where it stands."""
        self.begun += 1
        self._go_on(Work(row, media))

    def follow(self, work: Work, ended: Ended) -> None:
        """Deal with what came of a step."""
        if isinstance(ended, Outcome):
            self._lost = 0
            getattr(self, f"_after_{work.step}")(work, ended)
        elif isinstance(ended, DodecaError):
            self._failed(work, ended)
        else:
            self.fatal = self.fatal or ended
            self.leave(work)

    def refuse(self, work: Work) -> None:
        """What is longer than the quota's rest is put off like what the quota ended at."""
        if self.quota is not None:
            self._give_up(work, self.quota)

    def set(self, work: Work, what: str, **values: Any) -> None:
        """Change an input in the journal and here."""
        self._journal.set(what, work.row.seq, **values)
        for name, value in values.items():
            if hasattr(work.row, name):
                setattr(work.row, name, value)

    def leave(self, work: Work) -> None:
        """An input is at its end, as far as this run goes."""
        self.begun -= 1

    # What follows a step.

    def _go_on(self, work: Work) -> None:
        """The next step of an input, by its state."""
        row = work.row
        match row.state:
            case _ if row.changed:
                self._next(work, "read")
            case "uploading":
                self._next(work, "find")
            case "stored":
                work.looking_since = time.monotonic()
                self._next(work, "asset")
            case "submitting" | "unknown":
                self._unknown_task(work)
            case "running":
                work.looking_since = time.monotonic()
                self._next(work, "task")
            case _:
                self._begin(work)

    def _begin(self, work: Work) -> None:
        row = work.row
        is_local, is_timed = row.origin in ("file", "data"), row.kind in ("audio", "video")
        if is_local and (is_timed or row.content) and not work.was_read:
            self._next(work, "read")
            return
        try:
            task = is_timed and needs_task(row, work.media, self._settings.via)
        except DodecaError as exc:
            self._failed(work, exc)
            return
        if not task:
            self._next(work, "embed")
        else:
            self._next(work, "upload" if is_local else "submit")

    def _after_read(self, work: Work, outcome: Outcome) -> None:
        row = work.row
        is_same = row.content in (None, outcome.content)
        seen = {
            "size": outcome.size,
            "mtime_ns": outcome.mtime_ns,
            "content": outcome.content,
            "media_sec": outcome.media_sec,
        }
        work.was_read = True
        if row.changed and is_same and row.state == "done":
            self.set(work, "an unchanged file", changed=0, **seen)
            self._run.skipped += 1
            self.leave(work)
            return
        if not is_same:
            seen |= {"state": "new", "asset_id": None, "task_id": None}
            self._journal.unspool("a row set of before", row.seq)
        self.set(work, "a file's content", changed=0, code=None, **seen)
        self._go_on(work)

    def _after_embed(self, work: Work, outcome: Outcome) -> None:
        self._done(work, outcome)

    def _after_upload(self, work: Work, outcome: Outcome) -> None:
        self.set(work, "an asset", state="stored", asset_id=outcome.asset_id)
        if outcome.ready:
            self._next(work, "submit")
        else:
            self._go_on(work)

    def _after_find(self, work: Work, outcome: Outcome) -> None:
        if outcome.asset_id is not None:
            self._after_upload(work, outcome)
            return
        settled = (work.row.intent_at or 0.0) + self._settings.reconcile_after_sec
        wait = min(settled - time.time(), self._settings.reconcile_after_sec)
        if wait > 0:
            self._next(work, "find", after=wait)
            return
        self.set(work, "no asset", state="new")
        self._begin(work)

    def _after_asset(self, work: Work, outcome: Outcome) -> None:
        if outcome.ready:
            self._next(work, "submit")
        else:
            self._look_again(work)

    def _after_submit(self, work: Work, outcome: Outcome) -> None:
        self.set(work, "a task", state="running", task_id=outcome.task_id)
        self._go_on(work)

    def _after_task(self, work: Work, outcome: Outcome) -> None:
        if outcome.packed is None:
            self._look_again(work)
        else:
            self._done(work, outcome)

    def _after_delete(self, work: Work, outcome: Outcome) -> None:
        self.set(work, "a deleted asset", asset_id=None)
        self.leave(work)

    def _look_again(self, work: Work) -> None:
        elapsed = time.monotonic() - work.looking_since
        self._next(work, work.step, after=next_poll_sec(elapsed))

    def _done(self, work: Work, outcome: Outcome) -> None:
        """A row set has arrived."""
        assert outcome.packed is not None
        try:
            if not outcome.rows:
                raise InvalidResponseError("the service gave no vectors")
            found = dataset.length(outcome.packed)
            check_length(found, self._journal.read("length"))
        except DodecaError as exc:
            self._failed(work, exc)
            return
        if work.is_counted and work.row.media_sec is None:
            self._run.minutes += (outcome.media_sec or 0.0) / 60.0
        self._journal.keep("length", str(found))
        self._journal.spool(work.row.seq, outcome.packed)
        seen = {"content": outcome.content, "size": outcome.size, "mtime_ns": outcome.mtime_ns}
        known = {name: value for name, value in seen.items() if value is not None}
        self.set(
            work,
            "a row set",
            state="done",
            changed=0,
            rows=outcome.rows,
            code=None,
            media_sec=outcome.media_sec,
            **known,
        )
        self.spooled += len(outcome.packed)
        self._run.done += 1
        self._end(work)

    def _end(self, work: Work) -> None:
        """An input is at its end, but for its asset."""
        row = work.row
        if row.asset_id is not None and row.origin != "asset" and not self._settings.keep_assets:
            self._next(work, "delete")
        else:
            self.leave(work)

    # What went wrong.

    def _failed(self, work: Work, error: DodecaError) -> None:
        found = verdict(error)
        if isinstance(error, RateLimitError):
            self._put_off(work, error, found)
        elif isinstance(error, AuthenticationError | ConfigurationError):
            self._revert(work)
            self.fatal = self.fatal or error
            self.leave(work)
        elif isinstance(error, OutcomeUnknownError) and work.step == "upload":
            self._next(work, "find")
        elif isinstance(error, OutcomeUnknownError):
            self._unknown_task(work)
        elif isinstance(error, NotFoundError) and work.step in ("task", "asset") and not work.tries:
            self._gone(work)
        elif found.retryable:
            self._try_again(work, found)
        else:
            self._give_up(work, found, state="failed")
            self._run.failed += 1
            self._end(work)

    def _put_off(self, work: Work, error: RateLimitError, found: Verdict) -> None:
        """Nothing was done. It waits for the limiter, or if a quota is gone, for another run."""
        self._revert(work)
        wait = error.retry_after or 0.0
        if wait <= LONG_SEC:
            self._next(work, work.step)
            return
        self._give_up(work, found)
        self.quota = found
        limits = error.limits
        is_of_media = "x-ratelimit-duration-remaining" in limits
        if is_of_media and limits.get("x-ratelimit-request-remaining") != "0":
            # What is shorter than this one may still go.
            self.media_left = min(self.media_left, (work.row.media_sec or 0.0) * 0.999)
        else:
            self._run.stopped = "quota"
        resume_at = error.resume_at or datetime.now(UTC) + timedelta(seconds=wait)
        self._run.resume_at = max(self._run.resume_at or resume_at, resume_at)
        self.leave(work)

    def _try_again(self, work: Work, found: Verdict) -> None:
        self._revert(work)
        work.tries += 1
        self._lost += found.code == "no_answer"
        if self._lost >= _LOST and not self.stopping:
            self._run.stopped = "unreachable"
        if work.tries < _TRIES and not self.stopping:
            self._next(work, work.step, after=2.0 ** (work.tries - 1))
            return
        self._give_up(work, found)
        self._run.failed += 1
        self.leave(work)

    def _gone(self, work: Work) -> None:
        """The service knows the task or asset no longer: one step back."""
        work.tries += 1
        if work.step == "task" and work.row.asset_id is not None:
            self.set(work, "a lost task", state="stored", task_id=None)
        else:
            self.set(work, "a lost asset", state="new", task_id=None, asset_id=None)
        self._go_on(work)

    def _unknown_task(self, work: Work) -> None:
        """A task may be running that nobody knows: the user's word decides."""
        if self._settings.on_unknown == "resubmit":
            self._run.orphans += 1
            self._journal.keep("orphans", str(self._run.orphans))
            state = "new" if work.row.asset_id is None else "stored"
            self.set(work, "a task given up", state=state, code=None)
            self._go_on(work)
            return
        reason = (
            "an embedding task was sent, and whether the service carried it out cannot be told; "
            'on_unknown="resubmit" sends it again'
        )
        self._give_up(work, Verdict("outcome_unknown", None, reason, False), state="unknown")
        self._run.unknown += 1
        self.leave(work)

    def _give_up(self, work: Work, found: Verdict, **state: str) -> None:
        self.set(
            work,
            "a failure",
            code=found.code,
            status=found.status,
            reason=found.reason,
            retryable=int(found.retryable),
            **state,
        )

    def _revert(self, work: Work) -> None:
        """What was intended is known not to have happened."""
        if work.step in INTENTS:
            state = "new" if work.row.asset_id is None else "stored"
            self.set(work, "nothing created", state=state)

    def _next(self, work: Work, step: str, *, after: float = 0.0) -> None:
        work.step = step
        if after > 0:
            heapq.heappush(self.later, (time.monotonic() + after, work.row.seq, work))
        else:
            self.ready[METERED.get(step, "")].append(work)
