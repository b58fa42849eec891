# From facade/dodeca/_async/job.py by scripts/unasync.py; edit that one.
"""Jobs: work that goes on at the service after the call that started it."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Hashable,
    Iterable,
    Iterator,
    Sequence,
    Set,
)
from typing import Any, Generic, TypeVar

import attrs

from dodeca._base import html
from dodeca._base.clock import Clock
from dodeca._base.logs import LOG
from dodeca._base.numbers import is_finite
from dodeca._calls import retry
from dodeca._calls.progress import count_progress, wait_progress
from dodeca.errors import (
    APIError,
    DodecaError,
    InvalidRequestError,
    JobFailed,
    TransportError,
    WaitTimeout,
)

T = TypeVar("T")
READY = "ready"
FAILED = frozenset({"failed", "canceled", "cancelled"})
_RUNNING = ("uploading", "validating", "waiting", "pending", "queued", "processing", "indexing")
_KNOWN = frozenset({READY, *FAILED, *_RUNNING, "importing", "completed"})


@attrs.frozen
class JobState(Generic[T]):
    """What one look at a job told; `result` may be there, unfinished, before it is ready.

    `expected_sec` is how long the service thinks that it takes in all, where it says so.
    """

    id: str
    status: str
    result: T | None = None
    reason: str | None = None
    expected_sec: float | None = None


@attrs.frozen
class Board:
    """Tells which of many jobs still run, by the list of their kind: fewer requests than looks.

    Jobs with an equal `key` share a board.
    """

    key: Hashable
    running: Callable[[Set[str]], Set[str]]


def board(key: Hashable, *lists: Callable[[], Iterable[Any]]) -> Board:
    """The board that reads lists of what still runs."""

    def running(ids: Set[str]) -> Set[str]:
        found: set[str] = set()
        for listed in lists:
            for item in listed():
                found.add(item.id)
        return found & ids

    return Board(key, running)


class Job(Generic[T]):
    """Work at the service, known by its id; any process can pick it up again by that id.

    `status` is the service's word ("processing", "ready", "failed", ...) at the last look.
    """

    def __init__(
        self,
        look: Callable[[str], JobState[T]],
        state: JobState[T],
        clock: Clock,
        board: Board,
        created: object = None,
    ) -> None:
        self._look = look
        self._state = state
        self._clock = clock
        self._board = board
        self.created = created
        self._is_odd = False

    @property
    def id(self) -> str:
        """The id by which the job is retrieved.

        >>> job = client.embed.tasks.video("colours.mp4")
        >>> client.embed.tasks.retrieve(job.id).id == job.id
        True
        """
        return self._state.id

    @property
    def status(self) -> str:
        """The service's word at the last look; `refresh` looks again.

        >>> job = client.embed.tasks.video("colours.mp4")
        >>> job.status
        'processing'
        """
        return self._state.status

    @property
    def done(self) -> bool:
        """Whether the job had ended at the last look, with or without a result.

        >>> job = client.embed.tasks.video("colours.mp4")
        >>> job.done
        False
        """
        if self.status == READY:
            return self._state.result is not None
        return self.status in FAILED

    @property
    def latest(self) -> T | None:
        """What the last look gave, finished or not; None where there is nothing before the end.

        >>> job = client.tasks.retrieve(task.id)
        >>> job.latest.index_id == index.id
        True
        """
        return self._state.result

    def result(self) -> T:
        """The result of a job that is done.

        >>> job = client.tasks.retrieve(task.id)
        >>> job.result().video_id == video.id
        True

        Raises:
            JobFailed: the job ended without a result; carries the service's reason.
            WaitTimeout: it was still running at the last look.
        """
        if self.status in FAILED:
            raise JobFailed(self.id, self.status, self._state.reason)
        if not self.done or self._state.result is None:
            raise WaitTimeout(self.id, self.status, 0.0)
        return self._state.result

    def refresh(self) -> Job[T]:
        """Look at the job once more, and return it.

        >>> job = client.tasks.retrieve(task.id)
        >>> job.refresh().status
        'ready'

        Raises:
            APIError: the service answered with an error status.
        """
        self._state = self._look(self.id)
        return self

    def wait(
        self,
        *,
        timeout: float = 3600.0,
        on_progress: Callable[[Job[T]], object] | None = None,
        progress: bool = False,
    ) -> T:
        """The result, once the job is ready.

        `timeout` is in seconds. `on_progress` is called with the job after each look, `progress`
        shows its status (extra `progress`). A status that this version does not know counts as
        still running, and so does a look that fails for a while: an outage does not end the wait.

        >>> job = client.embed.tasks.video("colours.mp4")
        >>> job.wait(timeout=600)
        <Embeddings 10 x 512, audio+visual, asset+clip>

        Raises:
            JobFailed: the job ended without a result; carries the service's reason.
            WaitTimeout: it was still running at the deadline; it goes on.
            APIError: the service refused a look for good.
            InvalidRequestError: a timeout that is none.
        """
        check_timeout(timeout)
        started = self._clock.monotonic()
        trouble: DodecaError | None = None
        with wait_progress(f"job {self.id}", on_progress, progress) as note:
            while not self.done:
                elapsed = self._clock.monotonic() - started
                expected = self._state.expected_sec
                if expected is not None:
                    expected = min(expected, timeout)
                pause = retry.next_look(elapsed, expected)
                pause = max(pause, getattr(trouble, "retry_after", 0) or 0)
                if elapsed + pause > timeout:
                    raise WaitTimeout(self.id, self.status, elapsed) from trouble
                self._clock.sleep(pause)
                trouble = self._glance()
                if note is not None:
                    note(self)
        return self.result()

    def _glance(self) -> DodecaError | None:
        """Refresh, or give the error that kept it from that and may pass."""
        try:
            self.refresh()
        except (TransportError, APIError) as error:
            if not may_pass(error):
                raise
            LOG.warning("job %s could not be looked at: %s", self.id, error)
            return error
        if self.status not in _KNOWN and not self._is_odd:
            self._is_odd = True
            LOG.warning("job %s has the unknown status %r; it is waited for", self.id, self.status)
        return None

    def __repr__(self) -> str:
        return f"<Job {self.id}: {self.status}>"

    def _repr_html_(self) -> str:
        told = [("id", self.id), ("status", self.status), ("reason", self._state.reason)]
        latest = None if self.latest is None else repr(self.latest)
        return html.pairs("Job", [pair for pair in (*told, ("latest", latest)) if pair[1]])


def check_timeout(timeout: float) -> None:
    """Refuse what would not end a wait, before there is anything to wait for."""
    if not is_finite(timeout) or timeout < 0:
        raise InvalidRequestError(f"timeout is a number of seconds of 0 or more, got {timeout!r}")


def wait_all(
    jobs: Iterable[Job[T]], *, timeout: float = 3600.0, progress: bool = False
) -> Iterator[Job[T]]:
    """See `Client.wait_all`."""
    check_timeout(timeout)
    waiting = {(job._board.key, job.id): job for job in jobs}
    with count_progress("waiting for jobs", len(waiting), progress) as count:
        for job in _as_they_end(waiting, timeout):
            count()
            yield job


def _as_they_end(waiting: dict[tuple[Hashable, str], Job[T]], timeout: float) -> Iterator[Job[T]]:
    for key in [key for key, job in waiting.items() if job.done]:
        yield waiting.pop(key)
    if not waiting:
        return
    clock = next(iter(waiting.values()))._clock
    started = clock.monotonic()
    while waiting:
        elapsed = clock.monotonic() - started
        pause = retry.next_sweep(elapsed)
        if elapsed + pause > timeout:
            late = next(iter(waiting.values()))
            raise WaitTimeout(late.id, late.status, elapsed)
        clock.sleep(pause)
        for job in _settled(list(waiting.values())):
            # Absence from a list is a hint; the look tells, and brings the result.
            job._glance()
            if job.done:
                yield waiting.pop((job._board.key, job.id))


def _settled(jobs: Sequence[Job[T]]) -> Sequence[Job[T]]:
    """The jobs that the lists no longer show as running."""
    groups: dict[Hashable, list[Job[T]]] = {}
    for job in jobs:
        groups.setdefault(job._board.key, []).append(job)
    settled: list[Job[T]] = []
    for group in groups.values():
        try:
            running = group[0]._board.running({job.id for job in group})
        except (TransportError, APIError) as error:
            if not may_pass(error):
                raise
            LOG.warning("%d jobs could not be looked at: %s", len(group), error)
            continue
        settled += [job for job in group if job.id not in running]
    return settled


def may_pass(error: DodecaError) -> bool:
    """Whether a look that failed may succeed later."""
    return error.retryable if isinstance(error, APIError) else isinstance(error, TransportError)
