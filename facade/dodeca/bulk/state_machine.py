"""The state machine of a bulk run: what happens to an input after each step.

The journal holds the state of each input; the transitions are here. The engine starts inputs and
passes on the result of each step.
"""

from __future__ import annotations

import heapq
import math
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from dodeca._calls import limits
from dodeca._calls.polling import next_poll_sec
from dodeca._calls.rate_limit import Permit, wait_after
from dodeca.bulk import dataset
from dodeca.bulk.failures import FailureReason, failure_reason
from dodeca.bulk.journal import Journal
from dodeca.bulk.records import JournalRow
from dodeca.bulk.results import Run
from dodeca.bulk.routing import needs_task
from dodeca.bulk.settings import RunSettings
from dodeca.bulk.steps import StepOutput, StepResult
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

LIMITER_OF_STEP = {"embed": "embed", "submit": "embed", "upload": "assets"}
INTENTS = {"upload": "uploading", "submit": "submitting"}
_MAX_ATTEMPTS = 3
_MAX_UNANSWERED = 50  # requests without a response between two results


@attrs.define(eq=False)
class Work:
    """An input in progress."""

    row: JournalRow
    media: Media | None
    step: str = ""
    attempts: int = 0
    lost: set[str] = attrs.field(factory=set)
    """The steps at which the service did not know the task or the asset."""
    polling_since: float = 0.0
    was_read: bool = False
    is_counted: bool = False
    permit: Permit | None = None


class StateMachine:
    """The inputs in progress, and the next step of each."""

    def __init__(self, journal: Journal, settings: RunSettings, run: Run) -> None:
        self._journal = journal
        self._settings = settings
        self._run = run
        self.ready: dict[str, deque[Work]] = {"": deque(), "embed": deque(), "assets": deque()}
        """What may be sent now, by the name of its limiter (empty: none)."""
        self.scheduled: list[tuple[float, int, Work]] = []
        """A heap of what is sent later: monotonic time, `seq`, work."""
        self.in_progress: int = 0
        """How many inputs are started and not finished."""
        self.spooled_bytes: int = 0
        """Bytes of row sets in the journal that are not in the dataset yet."""
        self.quota: FailureReason | None = None
        """The error of the service that said that a quota is exhausted."""
        self.media_sec_left: float = math.inf
        """With an exhausted quota of media: the longest input, in seconds, that may still fit."""
        self.fatal: BaseException | None = None
        """An error that ends the run."""
        self._unanswered = 0
        self._length: str | None = None  # of the vectors of the dataset

    @property
    def is_stopping(self) -> bool:
        """Whether no more inputs are started."""
        return self._run.stopped is not None or self.fatal is not None

    def start(self, row: JournalRow, media: Media | None) -> None:
        """Start an input, or resume it from its state."""
        self.in_progress += 1
        self._resume(Work(row, media))

    def handle(self, work: Work, result: StepResult) -> None:
        """Handle the result of a step."""
        if isinstance(result, StepOutput):
            self._unanswered = 0
            getattr(self, f"_after_{work.step}")(work, result)
        elif isinstance(result, DodecaError):
            self._handle_error(work, result)
        else:
            self.fatal = self.fatal or result
            self.finish(work)

    def defer(self, work: Work) -> None:
        """Leave an input that does not fit into the quota to the next run."""
        if self.quota is not None:
            self._record_failure(work, self.quota)

    def update(self, work: Work, what: str, **values: Any) -> None:
        """Change an input in the journal and in memory."""
        self._journal.update(what, work.row.seq, **values)
        for name, value in values.items():
            if hasattr(work.row, name):
                setattr(work.row, name, value)

    def finish(self, work: Work) -> None:
        """This run does nothing more for an input."""
        self.in_progress -= 1

    # After a step.

    def _resume(self, work: Work) -> None:
        """Schedule the next step of an input, by its state."""
        row = work.row
        match row.state:
            case _ if row.changed:
                self._schedule(work, "read")
            case "uploading":
                self._schedule(work, "find")
            case "stored":
                work.polling_since = time.monotonic()
                self._schedule(work, "asset")
            case "submitting" | "unknown":
                self._handle_unknown_task(work)
            case "running":
                work.polling_since = time.monotonic()
                self._schedule(work, "task")
            case _:
                self._schedule_first_step(work)

    def _schedule_first_step(self, work: Work) -> None:
        row = work.row
        is_local, is_timed = row.origin in ("file", "data"), row.kind in ("audio", "video")
        if is_local and (is_timed or row.content) and not work.was_read:
            self._schedule(work, "read")
            return
        try:
            task = is_timed and needs_task(row, work.media, self._settings.via)
        except DodecaError as exc:
            self._handle_error(work, exc)
            return
        if not task:
            self._schedule(work, "embed")
        else:
            self._schedule(work, "upload" if is_local else "submit")

    def _after_read(self, work: Work, output: StepOutput) -> None:
        row = work.row
        is_same = row.content in (None, output.content)
        seen = {
            **attrs.asdict(output.stamp),
            "content": output.content,
            "media_sec": output.media_sec,
        }
        work.was_read = True
        if row.changed and is_same and row.state == "done":
            self.update(work, "an unchanged file", changed=0, **seen)
            self._run.skipped += 1
            self.finish(work)
            return
        if not is_same:
            self._journal.abandon_asset(row)
            seen |= {"state": "new", "asset_id": None, "task_id": None}
            self._journal.unspool("a stale row set", row.seq)
        self.update(work, "a file's content", changed=0, code=None, **seen)
        self._resume(work)

    def _after_embed(self, work: Work, output: StepOutput) -> None:
        self._complete(work, output)

    def _after_upload(self, work: Work, output: StepOutput) -> None:
        self.update(work, "an asset", state="stored", asset_id=output.asset_id)
        if output.ready:
            self._schedule(work, "submit")
        else:
            self._resume(work)

    def _after_find(self, work: Work, output: StepOutput) -> None:
        if output.asset_id is not None:
            self._after_upload(work, output)
            return
        settled = (work.row.intent_at or 0.0) + self._settings.reconcile_after_sec
        wait = min(settled - time.time(), self._settings.reconcile_after_sec)
        if wait > 0:
            self._schedule(work, "find", after=wait)
            return
        self.update(work, "no asset", state="new")
        self._schedule_first_step(work)

    def _after_asset(self, work: Work, output: StepOutput) -> None:
        if output.ready:
            self._schedule(work, "submit")
        else:
            self._poll_again(work)

    def _after_submit(self, work: Work, output: StepOutput) -> None:
        self.update(work, "a task", state="running", task_id=output.task_id)
        self._resume(work)

    def _after_task(self, work: Work, output: StepOutput) -> None:
        if output.packed is None:
            self._poll_again(work)
        else:
            self._complete(work, output)

    def _after_delete(self, work: Work, output: StepOutput) -> None:
        self.update(work, "a deleted asset", asset_id=None)
        self.finish(work)

    def _poll_again(self, work: Work) -> None:
        elapsed = time.monotonic() - work.polling_since
        self._schedule(work, work.step, after=next_poll_sec(elapsed))

    def _complete(self, work: Work, output: StepOutput) -> None:
        """Store the vectors of an input."""
        assert output.packed is not None
        try:
            if not output.rows:
                raise InvalidResponseError("the response has no vectors")
            self._check_length(output.packed)
        except DodecaError as exc:
            self._handle_error(work, exc)
            return
        if work.is_counted and work.row.media_sec is None:
            self._run.minutes += (output.media_sec or 0.0) / 60.0
        self._journal.spool(work.row.seq, output.packed)
        known = {} if output.stamp.size is None else attrs.asdict(output.stamp)
        if output.content is not None:
            known["content"] = output.content
        self._journal.update(
            "a row set",
            work.row.seq,
            state="done",
            changed=0,
            rows=output.rows,
            code=None,
            media_sec=output.media_sec,
            **known,
        )
        self.spooled_bytes += len(output.packed)
        self._run.done += 1
        self._clean_up(work)

    def _check_length(self, packed: bytes) -> None:
        """Check that vectors are as long as those of the dataset; the first ones set the length."""
        length = str(dataset.vector_length(packed))
        if self._length is None:
            self._length = self._journal.read_meta("length") or length
            self._journal.write_meta("length", self._length)
        if length != self._length:
            raise InvalidResponseError(
                f"these vectors have {length} dimensions, the dataset has {self._length}"
            )

    def _clean_up(self, work: Work) -> None:
        """Finish an input, and delete its asset where the run is to keep none."""
        row = work.row
        if row.asset_id is not None and row.origin != "asset" and not self._settings.keep_assets:
            self._schedule(work, "delete")
        else:
            self.finish(work)

    # After an error.

    def _handle_error(self, work: Work, error: DodecaError) -> None:
        reason = failure_reason(error)
        if isinstance(error, RateLimitError):
            self._handle_rate_limit(work, error, reason)
        elif isinstance(error, AuthenticationError | ConfigurationError):
            self._clear_intent(work)
            self.fatal = self.fatal or error
            self.finish(work)
        elif isinstance(error, OutcomeUnknownError) and work.step == "upload":
            self._schedule(work, "find")
        elif isinstance(error, OutcomeUnknownError):
            self._handle_unknown_task(work)
        elif (
            isinstance(error, NotFoundError)
            and work.step in ("task", "asset")
            and work.step not in work.lost
        ):
            self._handle_not_found(work)
        elif (
            work.step == "embed" and reason.code == limits.TOO_LONG and self._settings.via == "auto"
        ):
            # Its header does not tell its length, and nothing was created.
            self._schedule(work, "upload" if work.row.origin in ("file", "data") else "submit")
        elif reason.retryable:
            self._retry(work, reason)
        else:
            self._record_failure(work, reason, state="failed")
            self._run.count_failure(reason.code, 1)
            self._clean_up(work)

    def _handle_rate_limit(self, work: Work, error: RateLimitError, reason: FailureReason) -> None:
        """Send it again later, or where a quota is exhausted, leave it to the next run."""
        self._clear_intent(work)
        if (wait := wait_after(error.retry_after)) is not None:
            # The limiter, where there is one, delays it.
            self._schedule(work, work.step, after=0.0 if work.step in LIMITER_OF_STEP else wait)
            return
        self._record_failure(work, reason)
        self.quota = reason
        limits = error.limits
        is_of_media = "x-ratelimit-duration-remaining" in limits
        if is_of_media and limits.get("x-ratelimit-request-remaining") != "0":
            # A shorter input may still fit.
            self.media_sec_left = min(self.media_sec_left, (work.row.media_sec or 0.0) * 0.999)
        else:
            self._run.stopped = "quota"
        resume_at = error.resume_at or datetime.now(UTC) + timedelta(
            seconds=error.retry_after or 0.0
        )
        self._run.resume_at = max(self._run.resume_at or resume_at, resume_at)
        self.finish(work)

    def _retry(self, work: Work, reason: FailureReason) -> None:
        self._clear_intent(work)
        work.attempts += 1
        self._unanswered += reason.code == "no_answer"
        if self._unanswered >= _MAX_UNANSWERED and not self.is_stopping:
            self._run.stopped = "unreachable"
        if work.attempts < _MAX_ATTEMPTS and not self.is_stopping:
            self._schedule(work, work.step, after=2.0 ** (work.attempts - 1))
            return
        self._record_failure(work, reason)
        self._run.count_failure(reason.code, 1)
        self.finish(work)

    def _handle_not_found(self, work: Work) -> None:
        """The task or asset does not exist any more: go back one step, once from each."""
        work.lost.add(work.step)
        if work.step == "task" and work.row.asset_id is not None:
            self.update(work, "a lost task", state="stored", task_id=None)
        else:
            self.update(work, "a lost asset", state="new", task_id=None, asset_id=None)
        self._resume(work)

    def _handle_unknown_task(self, work: Work) -> None:
        """A task may have been created, without our knowing its id: `on_unknown` decides."""
        if self._settings.on_unknown == "resubmit":
            self._run.orphaned_tasks += 1
            self._journal.write_meta("orphans", str(self._run.orphaned_tasks))
            state = "new" if work.row.asset_id is None else "stored"
            self.update(work, "an abandoned task", state=state, code=None)
            self._resume(work)
            return
        text = (
            "an embedding task was sent, and it is unknown whether the service created it; "
            'on_unknown="resubmit" sends it again'
        )
        self._record_failure(
            work, FailureReason("outcome_unknown", None, text, False), state="unknown"
        )
        self._run.unknown += 1
        self.finish(work)

    def _record_failure(self, work: Work, reason: FailureReason, **state: str) -> None:
        self.update(
            work,
            "a failure",
            code=reason.code,
            status=reason.status,
            reason=reason.reason,
            retryable=int(reason.retryable),
            **state,
        )

    def _clear_intent(self, work: Work) -> None:
        """Nothing was created, so the intent is withdrawn."""
        if work.step in INTENTS:
            state = "new" if work.row.asset_id is None else "stored"
            self.update(work, "nothing created", state=state)

    def _schedule(self, work: Work, step: str, *, after: float = 0.0) -> None:
        work.step = step
        if after > 0:
            heapq.heappush(self.scheduled, (time.monotonic() + after, work.row.seq, work))
        else:
            self.ready[LIMITER_OF_STEP.get(step, "")].append(work)
