"""The engine of a bulk run: one loop that owns the journal, and workers that call the service.

Each iteration writes the results that arrived and the steps about to start to the journal. A create
is started after the commit of its intent. Results are committed together, some dozens of times a
second; until then they keep their slots, so that requests in progress and results that are not on
disk are never more than `concurrency`. So after a crash, the journal has every create that may have
reached the service, and every input that counts as done is on disk.
"""

from __future__ import annotations

import heapq
import math
import queue
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from dodeca._calls.rate_limit import Limiter
from dodeca.bulk.dataset import Dataset
from dodeca.bulk.journal import Journal
from dodeca.bulk.records import JournalRow
from dodeca.bulk.results import Run
from dodeca.bulk.settings import RunSettings
from dodeca.bulk.state_machine import INTENTS, LIMITER_OF_STEP, StateMachine, Work
from dodeca.bulk.steps import StepOutput, StepResult
from dodeca.bulk.workers import Workers
from dodeca.errors import RateLimitError
from dodeca.media import Media

_REPORT_SEC = 30.0  # progress is reported after each result, and after such a wait
_COMMIT_SEC = 0.02  # between two commits, unless this share of the slots waits for one
_COMMIT_SHARE = 0.75
_READ_AHEAD = 256  # inputs that are read from the journal at a time


class Engine:
    """Embeds the registered inputs of a run, until all are finished or the run has to stop."""

    def __init__(
        self,
        journal: Journal,
        dataset: Dataset,
        workers: Workers,
        settings: RunSettings,
        run: Run,
        in_memory: Mapping[str, Media],
        report_progress: Callable[[Run], object],
    ) -> None:
        self._journal = journal
        self._dataset = dataset
        self._workers = workers
        self._settings = settings
        self._run = run
        self._in_memory = in_memory
        self._report_progress = report_progress
        self._state_machine = StateMachine(journal, settings, run)
        self._limiters = {"embed": Limiter(), "assets": Limiter()}
        self._results: queue.SimpleQueue[tuple[Work, StepResult]] = queue.SimpleQueue()
        self._running = 0  # steps that workers perform
        self._uncommitted = 0  # results that are not on disk
        self._committed_at = -math.inf
        self._inputs: deque[JournalRow] = deque()  # the next inputs to start
        self._last_seq = 0  # the last input that was started
        self._exhausted = False

    def run(self) -> None:
        """Work until nothing is left to do.

        Raises:
            AuthenticationError: the API key was rejected; finished inputs are kept.
        """
        machine = self._state_machine
        machine.spooled_bytes = self._journal.spooled_bytes()
        try:
            while True:
                self._start_inputs()
                wake = self._start_due_steps()
                if not machine.in_progress or machine.fatal:
                    break
                wait = min(wake, _REPORT_SEC, self._commit_wait())
                if self._handle_results(wait) or wait >= _REPORT_SEC:
                    self._report_progress(self._run)
                if machine.spooled_bytes > self._settings.spool_bytes:
                    self.flush()
        except BaseException:  # Ctrl-C, or an error of the progress callback
            self._drain()
            raise
        if machine.fatal is not None:
            self._drain()
            raise machine.fatal
        if machine.quota is not None:
            self._run.stopped = self._run.stopped or "quota"

    def flush(self) -> None:
        """Move the row sets in the journal to the dataset."""
        self._commit()
        while row_sets := self._journal.spooled_row_sets(2 * self._settings.spool_bytes):
            by_part: dict[str | None, list[dict[str, Any]]] = {}
            for row_set in row_sets:
                by_part.setdefault(row_set["part"], []).append(row_set)
            for part, some in by_part.items():
                self._dataset.write(part, some)
                self._journal.commit()
        outdated: dict[str, dict[int, str]] = {}
        for part, seq, key in self._journal.outdated_rows():
            outdated.setdefault(part, {})[seq] = key
        for part, keys in outdated.items():
            self._dataset.remove(part, {*keys.values()})
            for seq in keys:
                self._journal.update("an outdated row set", seq, part=None)
            self._journal.commit()
        self._state_machine.spooled_bytes = 0

    def _start_inputs(self) -> None:
        """Start inputs until the window is full."""
        machine, window = self._state_machine, self._settings.window
        while not self._exhausted and machine.in_progress < window and not machine.is_stopping:
            if not self._inputs:
                self._read_inputs()
                self._exhausted = not self._inputs
            while self._inputs and machine.in_progress < window:
                row = self._inputs.popleft()
                machine.start(row, self._in_memory.get(row.key))

    def _read_inputs(self) -> None:
        self._inputs.extend(
            self._journal.next_rows(
                self._last_seq,
                _READ_AHEAD,
                retry_failed=self._settings.retry_failed,
                resubmit=self._settings.on_unknown == "resubmit",
            )
        )
        if self._inputs:
            self._last_seq = self._inputs[-1].seq

    def _start_due_steps(self) -> float:
        """Start the steps that may be sent now; the seconds until there may be more."""
        machine, now = self._state_machine, time.monotonic()
        while machine.scheduled and machine.scheduled[0][0] <= now:
            work = heapq.heappop(machine.scheduled)[2]
            machine.ready[LIMITER_OF_STEP.get(work.step, "")].append(work)
        wake = machine.scheduled[0][0] - now if machine.scheduled else 60.0
        starting: list[Work] = []
        is_due = self._commit_wait() <= 0  # then there is a commit before anything is started
        create_wait = 0.0 if is_due else self._committed_at + _COMMIT_SEC - now
        taken = self._running + (0 if is_due else self._uncommitted)
        for limiter_name, ready in machine.ready.items():
            while ready and taken + len(starting) < self._settings.concurrency:
                work = ready[0]
                if work.step in INTENTS and create_wait > 0:
                    wake = min(wake, create_wait)
                    break
                if limiter_name and not self._is_within_budget(work):
                    ready.popleft()
                    machine.finish(work)
                    continue
                if limiter_name and (wait := self._acquire_permit(limiter_name, work)):
                    wake = min(wake, wait)
                    break
                starting.append(ready.popleft())
        for work in starting:
            if work.step in INTENTS:  # the intent is on disk before the create is sent
                state = INTENTS[work.step]
                what = f"the intent to {work.step}"
                machine.update(work, what, state=state, intent_at=time.time())
        if is_due or any(work.step in INTENTS for work in starting):
            self._commit()
        for work in starting:
            self._workers.start(work.step, work.row, work.media, partial(self._on_result, work))
            self._running += 1
        return wake

    def _commit_wait(self) -> float:
        """Seconds until the results in the journal are to be committed."""
        if not self._journal.has_changes:
            return math.inf
        if self._uncommitted >= _COMMIT_SHARE * self._settings.concurrency:
            return 0.0
        return self._committed_at + _COMMIT_SEC - time.monotonic()

    def _commit(self) -> None:
        self._journal.commit()
        self._uncommitted = 0
        self._committed_at = time.monotonic()

    def _on_result(self, work: Work, result: StepResult) -> None:
        """Called from the threads of the workers."""
        self._results.put((work, result))

    def _is_within_budget(self, work: Work) -> bool:
        """Whether an input fits into the quota and `max_minutes`."""
        seconds = work.row.media_sec or 0.0
        if seconds > self._state_machine.media_sec_left:
            self._state_machine.defer(work)
            return False
        if self._state_machine.is_stopping:
            return False
        limit = self._settings.max_minutes
        if limit is None or work.is_counted:
            return True
        # Where only the service knows the length, anything left is enough.
        is_unknown = work.row.kind in ("audio", "video") and work.row.media_sec is None
        spent = self._run.minutes + seconds / 60.0
        if spent > limit or (is_unknown and spent >= limit):
            self._run.stopped = "max_minutes"
            return False
        return True

    def _acquire_permit(self, limiter_name: str, work: Work) -> float:
        """Get a permit and count the minutes, or return the seconds to wait for one."""
        seconds = work.row.media_sec or 0.0
        permit = self._limiters[limiter_name].acquire(media_sec=seconds)
        if permit.wait:
            return permit.wait
        work.permit = permit
        if not work.is_counted:
            work.is_counted = True
            self._run.minutes += seconds / 60.0
        return 0.0

    def _handle_results(self, wake: float) -> bool:
        """Wait for a result, and handle all that arrived; whether any did."""
        try:
            results = [self._results.get(timeout=max(wake, 0.0005))]
        except queue.Empty:
            return False
        while True:
            try:
                results.append(self._results.get_nowait())
            except queue.Empty:
                break
        self._running -= len(results)
        for work, result in results:
            self._record(work, result)
            self._state_machine.handle(work, result)
        self._uncommitted = self._uncommitted + len(results) if self._journal.has_changes else 0
        return True

    def _record(self, work: Work, result: StepResult) -> None:
        """Tell the limiter the result of a step that had a permit."""
        permit, work.permit = work.permit, None
        if permit is None:
            return
        limiter = self._limiters[LIMITER_OF_STEP[work.step]]
        if isinstance(result, StepOutput):
            limiter.record_response(permit, result.headers)
        elif isinstance(result, RateLimitError):
            self._run.rate_limited += 1
            limiter.record_rate_limit(permit, result.limits, result.retry_after)
        else:
            limiter.record_no_response(permit)

    def _drain(self) -> None:
        """Start nothing more, and record the results of the steps that still run."""
        while self._running:
            self._handle_results(60.0)
        self._commit()
