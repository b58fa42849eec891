"""Where the steps of a run are performed: in threads here, or in processes elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Protocol

from dodeca.bulk.records import JournalRow
from dodeca.bulk.steps import StepResult, Steps
from dodeca.media import Media

OnResult = Callable[[StepResult], object]


class Workers(Protocol):
    """Perform steps concurrently."""

    def start(self, step: str, row: JournalRow, media: Media | None, on_result: OnResult) -> None:
        """Start a step; `on_result` is called with its result, from any thread."""
        ...

    def close(self) -> None:
        """Stop the workers; steps that have not started are dropped."""
        ...


class ThreadWorkers:
    """Workers in this process: at most `count` threads, each started when it is first needed."""

    def __init__(self, steps: Steps, count: int) -> None:
        self._steps = steps
        self._count = count
        self._queue: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def start(self, step: str, row: JournalRow, media: Media | None, on_result: OnResult) -> None:
        """Start a step in a thread."""
        self._queue.put(partial(self._perform, step, row, media, on_result))
        if len(self._threads) < self._count:
            thread = Thread(target=self._work, daemon=True, name="dodeca-bulk")
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while (call := self._queue.get()) is not None:
            call()

    def _perform(
        self, step: str, row: JournalRow, media: Media | None, on_result: OnResult
    ) -> None:
        try:
            result: StepResult = self._steps.perform(step, row, media)
        except BaseException as exc:
            result = exc
        on_result(result)

    def close(self) -> None:
        """Wait for the threads to end."""
        with contextlib.suppress(Empty):
            while True:
                self._queue.get_nowait()
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()
