"""The engine of a bulk run: one loop that owns the journal, and workers that call the service.

Each turn of the loop writes what has come back and what is about to be sent, commits once, and only
then sends. So whatever a crash leaves behind, the journal names every create that may have reached
the service, and nothing is counted as done before it is on the disk.
"""

from __future__ import annotations

import heapq
import math
import queue
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol

import attrs

from dodeca import _policy
from dodeca._limiter import Limiter, Permit
from dodeca.bulk import dataset
from dodeca.bulk.dataset import Dataset, check_length
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

_LONG_SEC = 900.0  # a wait that is no rate any more, but a quota
_TRIES = 3
_LOST = 50  # answers in a row that did not come
_METERED = {"embed": "embed", "submit": "embed", "upload": "assets"}
_INTENTS = {"upload": "uploading", "submit": "submitting"}


Ended = Outcome | BaseException


class Workers(Protocol):
    """Where steps are performed: threads here, or processes elsewhere."""

    def start(
        self, step: str, row: Row, media: Media | None, done: Callable[[Ended], object]
    ) -> None:
        """Begin a step; `done` is called with what came of it, in any thread."""
        ...

    def close(self) -> None:
        """Nothing more is begun."""
        ...


@attrs.define(eq=False)
class _Work:
    """An input that has been begun."""

    row: Row
    media: Media | None
    step: str = ""
    tries: int = 0
    looking_since: float = 0.0
    was_read: bool = False
    is_counted: bool = False
    permit: Permit | None = None


class Engine:
    """Carries a registered run out to its end, or to where it has to stop."""

    def __init__(
        self,
        journal: Journal,
        output: Dataset,
        workers: Workers,
        settings: Settings,
        run: Run,
        held: Mapping[str, Media],
        watch: Callable[[Run], object],
    ) -> None:
        self._journal = journal
        self._output = output
        self._workers = workers
        self._settings = settings
        self._run = run
        self._held = held
        self._watch = watch
        self._limiters = {"embed": Limiter(), "assets": Limiter()}
        self._ready: dict[str, deque[_Work]] = {"": deque(), "embed": deque(), "assets": deque()}
        self._later: list[tuple[float, int, _Work]] = []
        self._back: queue.SimpleQueue[tuple[_Work, Ended]] = queue.SimpleQueue()
        self._out = 0  # steps that workers are busy with
        self._begun = 0  # inputs that were begun and are not at their end
        self._after = 0  # the last input that was begun
        self._exhausted = False
        self._quota: Verdict | None = None  # what the service said when one was gone
        self._media_left = math.inf  # seconds of media, after that
        self._lost = 0
        self._spooled = 0
        self._fatal: BaseException | None = None

    def carry_out(self) -> None:
        """Work until nothing is left to do.

        Raises:
            AuthenticationError: the key is not taken; what was done is kept.
        """
        self._spooled = self._journal.spooled_bytes()
        try:
            while True:
                self._refill()
                wake = self._start_what_is_due()
                if not self._begun:
                    break
                self._take_back(wake)
                if self._spooled > self._settings.spool_bytes:
                    self.flush()
        except KeyboardInterrupt:
            self._wind_up()
            raise
        if self._fatal is not None:
            self._wind_up()
            raise self._fatal
        if self._quota is not None:
            self._run.stopped = self._run.stopped or "quota"

    def flush(self) -> None:
        """Put the row sets that wait in the journal into the dataset."""
        self._journal.commit()
        while row_sets := self._journal.spooled(self._settings.spool_bytes):
            by_part: dict[str | None, list[dict[str, Any]]] = {}
            for row_set in row_sets:
                by_part.setdefault(row_set["part"], []).append(row_set)
            for part, some in by_part.items():
                number = int(self._journal.read("next_part") or 0)
                name = part or f"part-{number:05d}"
                self._output.write(name, some)
                if part is None:
                    self._journal.keep("next_part", str(number + 1))
                self._journal.written([row_set["seq"] for row_set in some], name)
                self._journal.commit()
        for part, seq, key in self._journal.outdated():
            self._output.remove(part, key)
            self._journal.set("an outdated row set", seq, part=None)
            self._journal.commit()
        self._spooled = 0

    # The loop.

    def _refill(self) -> None:
        """Begin inputs as there is room for them."""
        while not self._exhausted and self._begun < self._settings.window and not self._stopping:
            rows = self._journal.open_rows(
                self._after,
                self._settings.window - self._begun,
                again=self._settings.retry_failed,
                resubmit=self._settings.on_unknown == "resubmit",
            )
            self._exhausted = not rows
            for row in rows:
                self._after = row.seq
                self._begun += 1
                self._go_on(_Work(row, self._held.get(row.key)))

    @property
    def _stopping(self) -> bool:
        return self._run.stopped is not None or self._fatal is not None

    def _start_what_is_due(self) -> float:
        """Send what may be sent; the seconds until there may be more."""
        now = time.monotonic()
        while self._later and self._later[0][0] <= now:
            work = heapq.heappop(self._later)[2]
            self._ready[_METERED.get(work.step, "")].append(work)
        wake = self._later[0][0] - now if self._later else 60.0
        starting: list[_Work] = []
        for family, ready in self._ready.items():
            while ready and self._out + len(starting) < self._settings.concurrency:
                work = ready[0]
                if family and not self._may_start(family, work):
                    ready.popleft()
                    self._leave(work)
                    continue
                if family:
                    seconds = work.row.media_sec or 0.0
                    permit = self._limiters[family].take(now, media_sec=seconds)
                    if permit.wait:
                        wake = min(wake, permit.wait)
                        break
                    work.permit = permit
                    if not work.is_counted:
                        work.is_counted = True
                        self._run.minutes += seconds / 60.0
                starting.append(ready.popleft())
        for work in starting:
            self._intend(work)
        self._journal.commit()
        for work in starting:
            self._out += 1
            self._workers.start(work.step, work.row, work.media, partial(self._came_back, work))
        return wake

    def _came_back(self, work: _Work, ended: Ended) -> None:
        """Called by workers."""
        self._back.put((work, ended))

    def _may_start(self, family: str, work: _Work) -> bool:
        """Whether quotas and the budget leave room for an input that is not yet paid for."""
        seconds = work.row.media_sec or 0.0
        if self._quota is not None and seconds > self._media_left:
            self._give_up(work, self._quota)
            return False
        if self._stopping:
            return False
        most = self._settings.max_minutes
        if most is not None and not work.is_counted and self._run.minutes + seconds / 60.0 > most:
            self._run.stopped = "max_minutes"
            return False
        return True

    def _intend(self, work: _Work) -> None:
        """Note a create before it is sent."""
        state = _INTENTS.get(work.step)
        if state is not None:
            self._set(work, f"the intent to {work.step}", state=state, intent_at=time.time())

    def _take_back(self, wake: float) -> None:
        """Wait for a step to end, and deal with all that have."""
        try:
            ended = [self._back.get(timeout=max(wake, 0.0005))]
        except queue.Empty:
            return
        while True:
            try:
                ended.append(self._back.get_nowait())
            except queue.Empty:
                break
        for work, outcome in ended:
            self._out -= 1
            self._heard(work, outcome)
            if isinstance(outcome, Outcome):
                getattr(self, f"_after_{work.step}")(work, outcome)
            elif isinstance(outcome, DodecaError):
                self._failed(work, outcome)
            else:
                self._fatal = self._fatal or outcome
                self._leave(work)
        self._watch(self._run)

    def _heard(self, work: _Work, outcome: Ended) -> None:
        """Tell the limiter what came of a permit."""
        if isinstance(outcome, Outcome):
            self._lost = 0
        permit, work.permit = work.permit, None
        if permit is None:
            return
        limiter, now = self._limiters[_METERED[work.step]], time.monotonic()
        if isinstance(outcome, Outcome):
            limiter.answered(permit, now, outcome.headers)
        elif isinstance(outcome, RateLimitError):
            wait = outcome.retry_after
            is_rate = wait is None or wait <= _LONG_SEC
            limiter.refused(permit, now, outcome.limits, (wait or 1.0) if is_rate else 0.0)
            self._run.refusals += 1
        else:
            limiter.lost(permit)

    # What follows a step.

    def _go_on(self, work: _Work) -> None:
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

    def _begin(self, work: _Work) -> None:
        row = work.row
        is_local, is_timed = row.origin in ("file", "data"), row.kind in ("audio", "video")
        if is_local and is_timed and not work.was_read:
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

    def _after_read(self, work: _Work, outcome: Outcome) -> None:
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
            self._set(work, "an unchanged file", changed=0, **seen)
            self._run.skipped += 1
            self._leave(work)
            return
        if not is_same:
            seen |= {"state": "new", "asset_id": None, "task_id": None}
        self._set(work, "a file's content", changed=0, code=None, **seen)
        self._go_on(work)

    def _after_embed(self, work: _Work, outcome: Outcome) -> None:
        self._done(work, outcome)

    def _after_upload(self, work: _Work, outcome: Outcome) -> None:
        self._set(work, "an asset", state="stored", asset_id=outcome.asset_id)
        if outcome.ready:
            self._next(work, "submit")
        else:
            self._go_on(work)

    def _after_find(self, work: _Work, outcome: Outcome) -> None:
        if outcome.asset_id is not None:
            self._after_upload(work, outcome)
            return
        settled = (work.row.intent_at or 0.0) + self._settings.settle_sec
        wait = min(settled - time.time(), self._settings.settle_sec)
        if wait > 0:
            self._next(work, "find", after=wait)
            return
        self._set(work, "no asset", state="new")
        self._begin(work)

    def _after_asset(self, work: _Work, outcome: Outcome) -> None:
        if outcome.ready:
            self._next(work, "submit")
        else:
            self._look_again(work)

    def _after_submit(self, work: _Work, outcome: Outcome) -> None:
        self._set(work, "a task", state="running", task_id=outcome.task_id)
        self._go_on(work)

    def _after_task(self, work: _Work, outcome: Outcome) -> None:
        if outcome.packed is None:
            self._look_again(work)
        else:
            self._done(work, outcome)

    def _after_delete(self, work: _Work, outcome: Outcome) -> None:
        self._set(work, "a deleted asset", asset_id=None)
        self._leave(work)

    def _look_again(self, work: _Work) -> None:
        elapsed = time.monotonic() - work.looking_since
        self._next(work, work.step, after=_policy.next_look(elapsed))

    def _done(self, work: _Work, outcome: Outcome) -> None:
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
        self._journal.keep("length", str(found))
        self._journal.spool(work.row.seq, outcome.packed)
        seen = {"content": outcome.content, "size": outcome.size, "mtime_ns": outcome.mtime_ns}
        known = {name: value for name, value in seen.items() if value is not None}
        self._set(
            work,
            "a row set",
            state="done",
            changed=0,
            rows=outcome.rows,
            code=None,
            media_sec=outcome.media_sec,
            **known,
        )
        self._spooled += len(outcome.packed)
        self._run.done += 1
        self._end(work)

    def _end(self, work: _Work) -> None:
        """An input is at its end, but for its asset."""
        row = work.row
        if row.asset_id is not None and row.origin != "asset" and not self._settings.keep_assets:
            self._next(work, "delete")
        else:
            self._leave(work)

    # What went wrong.

    def _failed(self, work: _Work, error: DodecaError) -> None:
        found = verdict(error)
        if isinstance(error, RateLimitError):
            self._put_off(work, error, found)
        elif isinstance(error, AuthenticationError | ConfigurationError):
            self._revert(work)
            self._fatal = self._fatal or error
            self._leave(work)
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

    def _put_off(self, work: _Work, error: RateLimitError, found: Verdict) -> None:
        """Nothing was done. It waits for the limiter, or if a quota is gone, for another run."""
        self._revert(work)
        wait = error.retry_after or 0.0
        if wait <= _LONG_SEC:
            self._next(work, work.step)
            return
        self._give_up(work, found)
        self._quota = found
        limits = error.limits
        is_of_media = "x-ratelimit-duration-remaining" in limits
        if is_of_media and limits.get("x-ratelimit-request-remaining") != "0":
            # What is shorter than this one may still go.
            self._media_left = min(self._media_left, (work.row.media_sec or 0.0) * 0.999)
        else:
            self._run.stopped = "quota"
        resume_at = error.resume_at or datetime.now(UTC) + timedelta(seconds=wait)
        self._run.resume_at = max(self._run.resume_at or resume_at, resume_at)
        self._leave(work)

    def _try_again(self, work: _Work, found: Verdict) -> None:
        self._revert(work)
        work.tries += 1
        self._lost += found.code == "no_answer"
        if self._lost >= _LOST and not self._stopping:
            self._run.stopped = "unreachable"
        if work.tries < _TRIES and not self._stopping:
            self._next(work, work.step, after=2.0 ** (work.tries - 1))
            return
        self._give_up(work, found)
        self._run.failed += 1
        self._leave(work)

    def _gone(self, work: _Work) -> None:
        """The service knows the task or asset no longer: one step back."""
        work.tries += 1
        if work.step == "task" and work.row.asset_id is not None:
            self._set(work, "a lost task", state="stored", task_id=None)
        else:
            self._set(work, "a lost asset", state="new", task_id=None, asset_id=None)
        self._go_on(work)

    def _unknown_task(self, work: _Work) -> None:
        """A task may be running that nobody knows: the user's word decides."""
        if self._settings.on_unknown == "resubmit":
            self._run.orphans += 1
            self._journal.keep("orphans", str(self._run.orphans))
            state = "new" if work.row.asset_id is None else "stored"
            self._set(work, "a task given up", state=state, code=None)
            self._go_on(work)
            return
        reason = (
            "an embedding task was sent, and whether the service carried it out cannot be told; "
            'on_unknown="resubmit" sends it again'
        )
        self._give_up(work, Verdict("outcome_unknown", None, reason, False), state="unknown")
        self._run.unknown += 1
        self._leave(work)

    def _give_up(self, work: _Work, found: Verdict, **state: str) -> None:
        self._set(
            work,
            "a failure",
            code=found.code,
            status=found.status,
            reason=found.reason,
            retryable=int(found.retryable),
            **state,
        )

    def _revert(self, work: _Work) -> None:
        """What was intended is known not to have happened."""
        if work.step in _INTENTS:
            state = "new" if work.row.asset_id is None else "stored"
            self._set(work, "nothing created", state=state)

    # Small change.

    def _next(self, work: _Work, step: str, *, after: float = 0.0) -> None:
        work.step = step
        if after > 0:
            heapq.heappush(self._later, (time.monotonic() + after, work.row.seq, work))
        else:
            self._ready[_METERED.get(step, "")].append(work)

    def _leave(self, work: _Work) -> None:
        self._begun -= 1

    def _set(self, work: _Work, what: str, **values: Any) -> None:
        """Change an input in the journal and here."""
        self._journal.set(what, work.row.seq, **values)
        for name, value in values.items():
            if hasattr(work.row, name):
                setattr(work.row, name, value)

    def _wind_up(self) -> None:
        """Begin nothing more, and keep what is still under way."""
        for ready in self._ready.values():
            ready.clear()
        self._later.clear()
        while self._out:
            self._take_back(60.0)
            for ready in self._ready.values():
                ready.clear()
            self._later.clear()
        self._journal.commit()
