"""The engine of a bulk run: one loop that owns the journal, and workers that call the service.

Each turn of the loop writes what has come back and what is about to be sent, commits once, and only
then sends. So whatever a crash leaves behind, the journal names every create that may have reached
the service, and nothing is counted as done before it is on the disk.
"""

from __future__ import annotations

import heapq
import queue
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

from dodeca._calls.rate_limit import Limiter
from dodeca.bulk.course import INTENTS, LONG_SEC, METERED, Course, Ended, Work
from dodeca.bulk.dataset import Dataset
from dodeca.bulk.journal import Journal, Row
from dodeca.bulk.report import Run
from dodeca.bulk.settings import Settings
from dodeca.bulk.steps import Outcome
from dodeca.errors import RateLimitError
from dodeca.media import Media


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
        self._course = Course(journal, settings, run)
        self._limiters = {"embed": Limiter(), "assets": Limiter()}
        self._back: queue.SimpleQueue[tuple[Work, Ended]] = queue.SimpleQueue()
        self._out = 0  # steps that workers are busy with
        self._after = 0  # the last input that was taken up
        self._exhausted = False

    def carry_out(self) -> None:
        """Work until nothing is left to do.

        Raises:
            AuthenticationError: the key is not taken; what was done is kept.
        """
        course = self._course
        course.spooled = self._journal.spooled_bytes()
        try:
            while True:
                self._refill()
                wake = self._start_what_is_due()
                if not course.begun or course.fatal:
                    break
                if self._take_back(wake):
                    self._watch(self._run)
                if course.spooled > self._settings.spool_bytes:
                    self.flush()
        except BaseException:  # of the user, or of what watches
            self._wind_up()
            raise
        if course.fatal is not None:
            self._wind_up()
            raise course.fatal
        if course.quota is not None:
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
        outdated: dict[str, dict[int, str]] = {}
        for part, seq, key in self._journal.outdated():
            outdated.setdefault(part, {})[seq] = key
        for part, keys in outdated.items():
            self._output.remove(part, {*keys.values()})
            for seq in keys:
                self._journal.set("an outdated row set", seq, part=None)
            self._journal.commit()
        self._course.spooled = 0

    def _refill(self) -> None:
        """Take inputs up as there is room for them."""
        course, window = self._course, self._settings.window
        while not self._exhausted and course.begun < window and not course.stopping:
            rows = self._journal.open_rows(
                self._after,
                window - course.begun,
                again=self._settings.retry_failed,
                resubmit=self._settings.on_unknown == "resubmit",
            )
            self._exhausted = not rows
            for row in rows:
                self._after = row.seq
                course.take_up(row, self._held.get(row.key))

    def _start_what_is_due(self) -> float:
        """Send what may be sent; the seconds until there may be more."""
        course, now = self._course, time.monotonic()
        while course.later and course.later[0][0] <= now:
            work = heapq.heappop(course.later)[2]
            course.ready[METERED.get(work.step, "")].append(work)
        wake = course.later[0][0] - now if course.later else 60.0
        starting: list[Work] = []
        for family, ready in course.ready.items():
            while ready and self._out + len(starting) < self._settings.concurrency:
                work = ready[0]
                if family and not self._may_start(work):
                    ready.popleft()
                    course.leave(work)
                    continue
                if family and (wait := self._permitted(family, work, now)):
                    wake = min(wake, wait)
                    break
                starting.append(ready.popleft())
        for work in starting:
            if work.step in INTENTS:  # a create is noted before it is sent
                state = INTENTS[work.step]
                what = f"the intent to {work.step}"
                course.set(work, what, state=state, intent_at=time.time())
        self._journal.commit()
        for work in starting:
            self._workers.start(work.step, work.row, work.media, partial(self._came_back, work))
            self._out += 1
        return wake

    def _came_back(self, work: Work, ended: Ended) -> None:
        """Called by workers."""
        self._back.put((work, ended))

    def _may_start(self, work: Work) -> bool:
        """Whether quotas and the budget leave room for an input that is not yet paid for."""
        seconds = work.row.media_sec or 0.0
        if seconds > self._course.media_left:
            self._course.refuse(work)
            return False
        if self._course.stopping:
            return False
        most = self._settings.max_minutes
        if most is None or work.is_counted:
            return True
        # What lasts as long as only the service knows may go while anything is left.
        is_unknown = work.row.kind in ("audio", "video") and work.row.media_sec is None
        spent = self._run.minutes + seconds / 60.0
        if spent > most or (is_unknown and spent >= most):
            self._run.stopped = "max_minutes"
            return False
        return True

    def _permitted(self, family: str, work: Work, now: float) -> float:
        """How long to wait for a permit; 0 when there is one, and the input is paid for."""
        seconds = work.row.media_sec or 0.0
        permit = self._limiters[family].take(now, media_sec=seconds)
        if permit.wait:
            return permit.wait
        work.permit = permit
        if not work.is_counted:
            work.is_counted = True
            self._run.minutes += seconds / 60.0
        return 0.0

    def _take_back(self, wake: float) -> bool:
        """Wait for a step to end, and deal with all that have; whether any has."""
        try:
            ended = [self._back.get(timeout=max(wake, 0.0005))]
        except queue.Empty:
            return False
        while True:
            try:
                ended.append(self._back.get_nowait())
            except queue.Empty:
                break
        self._out -= len(ended)
        for work, outcome in ended:
            self._heard(work, outcome)
            self._course.follow(work, outcome)
        return True

    def _heard(self, work: Work, outcome: Ended) -> None:
        """Tell the limiter what came of a permit."""
        permit, work.permit = work.permit, None
        if permit is None:
            return
        limiter, now = self._limiters[METERED[work.step]], time.monotonic()
        if isinstance(outcome, Outcome):
            limiter.answered(permit, now, outcome.headers)
        elif isinstance(outcome, RateLimitError):
            wait = 1.0 if outcome.retry_after is None else outcome.retry_after
            limiter.refused(permit, now, outcome.limits, wait if wait <= LONG_SEC else 0.0)
            self._run.refusals += 1
        else:
            limiter.lost(permit)

    def _wind_up(self) -> None:
        """Begin nothing more, and keep what is still under way."""
        while self._out:
            self._take_back(60.0)
        self._journal.commit()
