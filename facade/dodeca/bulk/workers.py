"""Where the steps of a run are performed: in threads here, or in processes elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
    """Workers in this process."""

    def __init__(self, steps: Steps, count: int) -> None:
        self._steps = steps
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="dodeca-bulk")

    def start(self, step: str, row: JournalRow, media: Media | None, on_result: OnResult) -> None:
        """Start a step in a thread."""
        self._pool.submit(self._perform, step, row, media, on_result)

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
        self._pool.shutdown(cancel_futures=True)
