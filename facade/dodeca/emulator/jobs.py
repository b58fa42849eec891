"""The work behind asynchronous tasks: done at most once, shown at the emulator's pace.

A task is a document with `status`, `created_at`, `polls` and `duration` (seconds of media). While
it is not due, its status is one of the stages that the pace puts it at. The first look after
it has become due starts the work, and whoever looks waits a moment for it: short media are ready
at once, long ones while the caller goes on polling. A task that a crash interrupted starts over
at the next look.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any, NamedTuple

from .clock import Clock, Pace, moment, stage, timestamp
from .errors import Refusal
from .store import Document, Store

PATIENCE = 2.0  # seconds that a look waits for running work; clients give up after five or more

Work = Callable[[Document], dict[str, Any]]
"""Does what a task asks for and returns the fields to set. Raises Refusal to fail the task."""

_GLANCE = ContextVar("glance", default=False)

log = logging.getLogger("dodeca.emulator")


class _Job(NamedTuple):
    key: tuple[str, str]
    """Collection and id of the task."""
    stages: Sequence[str]
    work: Work


class Jobs:
    """Runs the work of due tasks in threads, not more than there are processors."""

    def __init__(self, store: Store, clock: Clock, pace: Pace) -> None:
        self._store = store
        self._clock = clock
        self._pace = pace
        self._lock = threading.Lock()
        self._waiting: deque[_Job] = deque()
        self._workers = 0
        self._done: dict[tuple[str, str], threading.Event] = {}
        self._closed = False

    def look(
        self,
        collection: str,
        task: Document,
        *,
        stages: Sequence[str],
        work: Work,
        polled: bool,
        patience: float | None = None,
    ) -> Document:
        """Return a task with its status as of now; `polled` when this look counts as a poll."""
        if task["status"] not in stages:
            return task
        if polled and not _GLANCE.get():
            with self._store.transaction():
                task = self._store.get(collection, task["_id"]) or task
                self._store.update(collection, task["_id"], polls=task["polls"] + 1)
            task["polls"] += 1
        elapsed = (self._clock.now() - moment(task["created_at"])) / timedelta(seconds=1)
        progress = self._pace.progress(
            polls=task["polls"], elapsed=elapsed, duration=task["duration"] or 0.0
        )
        if progress < 1:
            return task | {"status": stage(progress, stages)}
        self._start(_Job((collection, task["_id"]), stages, work)).wait(
            PATIENCE if patience is None else patience
        )
        task = self._store.get(collection, task["_id"]) or task
        return task | {"status": stages[-1]} if task["status"] in stages else task

    def look_all(
        self, collection: str, tasks: Iterable[Document], *, stages: Sequence[str], work: Work
    ) -> list[Document]:
        """Return tasks with their status as of now, for a list; they share what waiting there is.

        To be listed is to be polled: clients with many tasks look at lists.
        """
        deadline = time.monotonic() + PATIENCE
        return [
            self.look(
                collection,
                task,
                stages=stages,
                work=work,
                polled=True,
                patience=max(0.0, deadline - time.monotonic()),
            )
            for task in tasks
        ]

    @contextmanager
    def glance(self) -> Iterator[None]:
        """A block whose looks do not count: the emulator's own, for its front page."""
        token = _GLANCE.set(True)
        try:
            yield
        finally:
            _GLANCE.reset(token)

    def close(self) -> None:
        """Start nothing more; work that is under way is abandoned, as by a crash."""
        self._closed = True

    def _start(self, job: _Job) -> threading.Event:
        """Have a job done unless it is being done; return what tells that it is."""
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
        """Do what is waiting, then end."""
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
            task = None if self._closed else self._store.get(*job.key)
            if task and task["status"] in job.stages:
                changes = _outcome(task, job.work)
                self._store.update(*job.key, **changes, updated_at=timestamp(self._clock.now()))
        except Exception:
            if not self._closed:
                log.exception("task %s could not be finished", job.key[1])


def _outcome(task: Document, work: Work) -> dict[str, Any]:
    try:
        return work(task)
    except Refusal as refusal:
        return {"status": "failed", "error": {"message": refusal.message}}
    except Exception:
        log.exception("the work of task %s failed", task["_id"])
        return {"status": "failed", "error": {"message": "Internal server error."}}
