"""The work of asynchronous tasks: done at most once, shown at the emulator's pace.

A task is a document with `status`, `created_at`, `polls` and `duration` (seconds of media). While
it is not due, its status is the stage of its progress. The first refresh after it is due starts the
work, and a refresh waits up to MAX_WAIT for it: short media are ready at once, long ones while the
caller polls. A task that a crash interrupted starts over at the next refresh.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from .clock import Clock, Instant, Pace, parse_time, stage_at, timestamp
from .database import Database, Document
from .errors import ErrorResponse

MAX_WAIT = 2.0  # seconds that a refresh waits for running work; clients time out after five or more

TaskWork = Callable[[Document], dict[str, Any]]
"""Does the work of a task and returns the fields to set, with `segments` if it has vectors.

An ErrorResponse fails the task.
"""

_UNCOUNTED = ContextVar("uncounted", default=False)

log: logging.Logger = logging.getLogger("dodeca.emulator")


class _Job(NamedTuple):
    key: tuple[str, str]
    """Collection and id of the task."""
    stages: Sequence[str]
    work: TaskWork


class Jobs:
    """Runs the work of due tasks in threads, not more than there are processors."""

    def __init__(self, database: Database, clock: Clock, pace: Pace) -> None:
        self._database = database
        self._clock = clock
        self._pace = pace
        self._lock = threading.Lock()
        self._waiting: deque[_Job] = deque()
        self._workers = 0
        self._done: dict[tuple[str, str], threading.Event] = {}
        self._closed = False

    def expected_at(self, task: Document) -> str | None:
        """Return when a task is expected to be ready; None where only polls decide."""
        seconds = self._pace.expected_sec(task["duration"] or 0.0)
        if seconds is None:
            return None
        return timestamp(parse_time(task["created_at"]) + timedelta(seconds=seconds))

    def refresh(
        self,
        collection: str,
        task: Document,
        *,
        stages: Sequence[str],
        work: TaskWork,
        polled: bool,
        timeout: float | None = None,
    ) -> Document:
        """Return a task with its current status; `polled` counts this as a poll."""
        if task["status"] not in stages:
            return task
        if polled:
            (task,) = self.polled(collection, [task])
        progress = self.progress(task)
        if progress < 1:
            return task | {"status": stage_at(progress, stages)}
        self._start(_Job((collection, task["_id"]), stages, work)).wait(
            MAX_WAIT if timeout is None else timeout
        )
        task = self._database.get(collection, task["_id"]) or task
        return task | {"status": stages[-1]} if task["status"] in stages else task

    def progress(self, task: Document, at: datetime | None = None) -> float:
        """Return how far a task is by the pace, now or at an earlier time; from 1 on it is due."""
        elapsed = ((at or self._clock.now()) - parse_time(task["created_at"])).total_seconds()
        return self._pace.progress(
            polls=task["polls"], elapsed=elapsed, duration=task["duration"] or 0.0
        )

    def has_begun(self, task: Document) -> bool:
        """Return whether a running task is due; with the pace `instant`, once it was polled."""
        is_first = isinstance(self._pace, Instant) and not task["polls"]
        return self.progress(task) >= 1 and not is_first

    def stage(self, task: Document, stages: Sequence[str]) -> str:
        """Return the stage of a running task by the pace, without a poll or a start of its work."""
        progress = self.progress(task)
        if progress >= 1 and not self.has_begun(task):
            return stages[0]
        return stage_at(progress, stages)

    def end(
        self, collection: str, task_id: str, stages: Sequence[str], changes: Mapping[str, Any]
    ) -> None:
        """Set the fields of the end of a task, unless it has ended before."""
        with self._database.transaction():
            task = self._database.get(collection, task_id)
            if task and task["status"] in stages:
                now = timestamp(self._clock.now())
                self._database.update(collection, task_id, **{"updated_at": now, **changes})

    def polled(self, collection: str, tasks: Iterable[Document]) -> list[Document]:
        """Count a poll of tasks that are running; return them as they are stored."""
        if _UNCOUNTED.get():
            return list(tasks)
        found = []
        with self._database.transaction():
            for task in tasks:
                current = self._database.get(collection, task["_id"]) or task
                self._database.update(collection, task["_id"], polls=current["polls"] + 1)
                found.append(current | {"polls": current["polls"] + 1})
        return found

    def refresh_all(
        self, collection: str, tasks: Iterable[Document], *, stages: Sequence[str], work: TaskWork
    ) -> list[Document]:
        """Return tasks that are running with their current status, for a list.

        MAX_WAIT is for all together. Being listed counts as a poll: clients with many tasks poll
        lists.
        """
        deadline = time.monotonic() + MAX_WAIT
        return [
            self.refresh(
                collection,
                task,
                stages=stages,
                work=work,
                polled=False,
                timeout=max(0.0, deadline - time.monotonic()),
            )
            for task in self.polled(collection, tasks)
        ]

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """A block in which nothing counts as a poll, for the emulator's own front page."""
        token = _UNCOUNTED.set(True)
        try:
            yield
        finally:
            _UNCOUNTED.reset(token)

    def close(self) -> None:
        """Start no more work; running work is abandoned, as by a crash."""
        self._closed = True

    def _start(self, job: _Job) -> threading.Event:
        """Queue a job unless it is queued or running; return the event of its end."""
        with self._lock:
            if event := self._done.get(job.key):
                return event
            event = self._done[job.key] = threading.Event()
            self._waiting.append(job)
            if self._workers < (os.cpu_count() or 1):
                self._workers += 1
                threading.Thread(target=self._worker, name="dodeca-job", daemon=True).start()
        return event

    def _worker(self) -> None:
        """Run the queued jobs, then end."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._workers -= 1
                    return
                job = self._waiting.popleft()
            self._run(job)
            with self._lock:
                self._done.pop(job.key).set()

    def _run(self, job: _Job) -> None:
        try:
            task = None if self._closed else self._database.get(*job.key)
            if task and task["status"] in job.stages:
                self.end(*job.key, job.stages, _run_work(task, job.work))
        except Exception:
            if not self._closed:
                log.exception("task %s could not be finished", job.key[1])


def _run_work(task: Document, work: TaskWork) -> dict[str, Any]:
    try:
        return work(task)
    except ErrorResponse as error:
        return {"status": "failed", "error": {"message": error.message}}
    except Exception:
        log.exception("the work of task %s failed", task["_id"])
        return {"status": "failed", "error": {"message": "Internal server error."}}
