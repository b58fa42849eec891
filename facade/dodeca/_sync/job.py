# Derived from facade/dodeca/_async/job.py by scripts/unasync.py; edit that one.
"""Jobs: work that goes on at the service after the call that started it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

from dodeca import _policy
from dodeca._clock import Clock
from dodeca.errors import JobFailed, WaitTimeout

T = TypeVar("T")
READY = "ready"
FAILED = frozenset({"failed", "canceled", "cancelled"})


@attrs.frozen
class JobState(Generic[T]):
    """What one look at a job told."""

    id: str
    status: str
    result: T | None = None
    reason: str | None = None


class Job(Generic[T]):
    """Work at the service, known by its id; any process can pick it up again by that id.

    `status` is the service's word ("processing", "ready", "failed", ...) at the last look.
    """

    def __init__(
        self, look: Callable[[str], JobState[T]], state: JobState[T], clock: Clock
    ) -> None:
        self._look = look
        self._state = state
        self._clock = clock

    @property
    def id(self) -> str:
        """The id by which the job is retrieved."""
        return self._state.id

    @property
    def status(self) -> str:
        """The service's word at the last look; `refresh` looks again."""
        return self._state.status

    @property
    def done(self) -> bool:
        """Whether the job had ended at the last look, with or without a result."""
        return self.status == READY or self.status in FAILED

    def refresh(self) -> Job[T]:
        """Look at the job once more, and return it.

        Raises:
            APIError: the service answered with an error status.
        """
        self._state = self._look(self.id)
        return self

    def wait(
        self,
        *,
        timeout: float = 3600.0,
        on_update: Callable[[Job[T]], object] | None = None,
    ) -> T:
        """The result, once the job is ready.

        `timeout` is in seconds; `on_update` is called with the job after each look. A status
        that this version does not know counts as still running.

        Raises:
            JobFailed: the job ended without a result; carries the service's reason.
            WaitTimeout: it was still running at the deadline; it goes on.
            APIError: the service answered a look with an error status.
        """
        started = self._clock.monotonic()
        while not self._is_settled():
            elapsed = self._clock.monotonic() - started
            pause = _policy.next_look(elapsed)
            if elapsed + pause > timeout:
                raise WaitTimeout(self.id, self.status, elapsed)
            self._clock.sleep(pause)
            self.refresh()
            if on_update is not None:
                on_update(self)
        return self._outcome()

    def _is_settled(self) -> bool:
        """A create may answer "ready" without the result; that one still needs a look."""
        return self._state.result is not None or self.status in FAILED

    def _outcome(self) -> T:
        if self._state.result is None:
            raise JobFailed(self.id, self.status, self._state.reason)
        return self._state.result

    def __repr__(self) -> str:
        return f"<Job {self.id}: {self.status}>"
