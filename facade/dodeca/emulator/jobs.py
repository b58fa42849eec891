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
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from .clock import Clock, Pace, moment, stage, timestamp
from .errors import Refusal
from .store import Document, Store

PATIENCE = 2.0  # seconds that a look waits for running work; clients give up after five or more

Work = Callable[[Document], dict[str, Any]]
"""Does what a task asks for and returns the fields to set. Raises Refusal to fail the task."""

log = logging.getLogger("dodeca.emulator")


class Jobs:
    """Runs the work of due tasks in threads, not more than there are processors."""

    def __init__(self, store: Store, clock: Clock, pace: Pace) -> None:
        self._store = store
        self._clock = clock
        self._pace = pace
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(os.cpu_count() or 1)
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
        patience: float = PATIENCE,
    ) -> Document:
        """Return a task with its status as of now; `polled` when this look counts as a poll."""
        if task["status"] not in stages:
            return task
        if polled:
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
        self._start(collection, task, stages, work).wait(patience)
        task = self._store.get(collection, task["_id"]) or task
        return task | {"status": stages[-1]} if task["status"] in stages else task

    def close(self) -> None:
        """Start nothing more; work that is under way is abandoned, as by a crash."""
        self._closed = True

    def _start(
        self, collection: str, task: Document, stages: Sequence[str], work: Work
    ) -> threading.Event:
        key = (collection, task["_id"])
        with self._lock:
            if event := self._done.get(key):
                return event
            event = self._done[key] = threading.Event()
        threading.Thread(
            target=self._run, args=(key, stages, work, event), name="dodeca-job", daemon=True
        ).start()
        return event

    def _run(
        self, key: tuple[str, str], stages: Sequence[str], work: Work, done: threading.Event
    ) -> None:
        try:
            with self._turns:
                task = None if self._closed else self._store.get(*key)
                if task and task["status"] in stages:
                    changes = _outcome(task, work)
                    self._store.update(*key, **changes, updated_at=timestamp(self._clock.now()))
        except Exception:
            if not self._closed:
                log.exception("task %s could not be finished", key[1])
        finally:
            with self._lock:
                del self._done[key]
            done.set()


def _outcome(task: Document, work: Work) -> dict[str, Any]:
    try:
        return work(task)
    except Refusal as refusal:
        return {"status": "failed", "error": {"message": refusal.message}}
    except Exception:
        log.exception("the work of task %s failed", task["_id"])
        return {"status": "failed", "error": {"message": "Internal server error."}}
