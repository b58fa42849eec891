# From facade/dodeca/_async/job.py by scripts/unasync.py; edit that one.
"""Jobs: operations that keep running at the service after the call that started them."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
    Set,
)
from typing import Any, Generic, TypeVar

import attrs

from dodeca._base import html
from dodeca._base.clock import Clock
from dodeca._base.logs import LOG
from dodeca._base.response_info import ResponseInfo
from dodeca._base.text import quote
from dodeca._calls import params
from dodeca._calls.deadline import calls_until
from dodeca._calls.polling import (
    JobKind,
    JobState,
    check_timeout,
    is_transient,
    next_list_sec,
    next_poll_sec,
    shortened,
)
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


@attrs.frozen
class RunningJobs:
    """Finds which jobs of one kind still run by listing them, instead of polling each job.

    Jobs with an equal `key` share a list.
    """

    key: Hashable
    among: Callable[[Set[str]], Set[str]]
    """Returns those of the given job ids that still run."""


def running_jobs(key: Hashable, *lists: Callable[[], Iterable[Any]]) -> RunningJobs:
    """Find running jobs with functions that list them, such as one for each status."""

    def among(ids: Set[str]) -> Set[str]:
        listed: set[str] = set()
        for list_jobs in lists:
            for job in list_jobs():
                listed.add(job.id)
        return listed & ids

    return RunningJobs(key, among)


class Job(Generic[T]):
    """A long-running operation at the service; any process can retrieve it by its id.

    `status` is the status at the last poll, such as "processing", "ready" or "failed". `created` is
    what the service said when it was started, if this client did and there was more than an id.
    """

    def __init__(
        self,
        kind: JobKind,
        poll: Callable[[str], JobState[T]],
        state: JobState[T],
        clock: Clock,
        running: RunningJobs,
        created: object = None,
    ) -> None:
        self._kind = kind
        self._poll = poll
        self._state = state
        self._clock = clock
        self._running = running
        self.created = created
        self._has_warned = False

    @property
    def id(self) -> str:
        """The id of the job, for retrieving it later.

        >>> job = client.embed.tasks.video("colours.mp4")
        >>> client.embed.tasks.retrieve(job.id).id == job.id
        True
        """
        return self._state.id

    @property
    def status(self) -> str:
        """The status that the service reported at the last poll; `refresh` polls again.

        >>> job = client.embed.tasks.video("colours.mp4")
        >>> job.status
        'processing'
        """
        return self._state.status

    @property
    def done(self) -> bool:
        """Whether the job had ended at the last poll, with or without a result.

        It ends as "ready" or "completed", or without a result as "failed", "canceled", "expired" or
        "rejected".

        >>> job = client.embed.tasks.video("colours.mp4")
        >>> job.done
        False
        """
        if self.status in self._kind.finished:
            return self._state.result is not None
        return self.status in self._kind.failed

    @property
    def latest(self) -> T | None:
        """The resource at the last poll; None until the service returns one.

        >>> job = client.tasks.retrieve(task.id)
        >>> job.latest.index_id == index.id
        True
        """
        return self._state.result

    @property
    def extra(self) -> Mapping[str, Any]:
        """What the service said at the last poll beside the id, the status and what `latest` has.

        So fields that this version does not know, and of embedding tasks those before the result.

        >>> job = client.embed.tasks.video("colours.mp4")
        >>> job.extra
        {}
        """
        return self._state.extra

    @property
    def response(self) -> ResponseInfo | None:
        """The response to the last poll, or to the call that started the job.

        None if the job has not been polled yet and was started by several requests.

        >>> job = client.embed.tasks.video("colours.mp4")
        >>> job.response.status, job.refresh().response.status
        (202, 200)
        """
        return self._state.response

    def result(self) -> T:
        """Return the result of a job that is done.

        >>> job = client.tasks.retrieve(task.id)
        >>> job.result().video_id == video.id
        True

        Raises:
            JobFailed: the job failed, was canceled or rejected, or expired; has the status and the
                service's reason.
            WaitTimeout: the job was still running at the last poll.
            IncompleteTextError: the JSON of an analysis was cut off at its maximum length.
        """
        if self.status in self._kind.failed:
            raise JobFailed(self.id, self.status, self._state.reason)
        if not self.done or self._state.result is None:
            raise WaitTimeout(self.id, self.status, 0.0)
        if self._state.failure is not None:
            raise self._state.failure
        return self._state.result

    def refresh(self) -> Job[T]:
        """Poll the job once, and return it.

        >>> job = client.tasks.retrieve(task.id)
        >>> job.refresh().status
        'ready'

        Raises:
            APIError: the service returned an error status.
        """
        self._state = self._poll(self.id)
        return self

    def wait(
        self,
        *,
        timeout: float = 3600.0,
        on_progress: Callable[[Job[T]], object] | None = None,
        progress: bool = False,
    ) -> T:
        """Wait until the job is ready, and return its result.

        `timeout` is in seconds. `on_progress` is called with the job after each poll; `progress`
        shows its status (extra `progress`). An unknown status counts as still running. Polls that
        fail during an outage are repeated until the deadline.

        >>> job = client.embed.tasks.video("colours.mp4")
        >>> job.wait(timeout=600)
        <Embeddings 10 x 512, audio+visual, asset+clip>

        Raises:
            JobFailed: the job failed, was canceled or rejected, or expired; has the status and the
                service's reason.
            WaitTimeout: the job was still running at the deadline; it keeps running.
            APIError: a poll failed with an error that retrying cannot fix.
            InvalidRequestError: `timeout` is negative or not a number.
        """
        check_timeout(timeout)
        started = self._clock.monotonic()
        deadline = started + timeout
        error: DodecaError | None = None
        with wait_progress(f"job {self.id}", on_progress, progress) as report_progress:
            while not self.done:
                now = self._clock.monotonic()
                elapsed = now - started
                expected = self._state.expected_sec
                if expected is not None:
                    expected = min(expected, timeout)
                pause = next_poll_sec(elapsed, expected)
                put_off = getattr(error, "retry_after", 0) or 0
                pause = max(pause, put_off)
                if now >= deadline or now + put_off > deadline:
                    raise WaitTimeout(self.id, self.status, elapsed) from error
                self._clock.sleep(shortened(pause, deadline - now))
                if self._clock.monotonic() >= deadline:
                    continue  # a poll would have no time
                with calls_until(deadline):
                    error = self._poll_once()
                if report_progress is not None:
                    report_progress(self)
        return self.result()

    def _poll_once(self) -> DodecaError | None:
        """Refresh the job, and return a transient error instead of raising it."""
        try:
            self.refresh()
        except (TransportError, APIError) as error:
            if not is_transient(error):
                raise
            LOG.warning("job %s could not be polled: %s", self.id, error)
            return error
        if self.status not in self._kind.states and not self._has_warned:
            self._has_warned = True
            LOG.warning("job %s has the unknown status %r; still waiting", self.id, self.status)
        return None

    def __repr__(self) -> str:
        return f"<Job {self.id}: {self.status}>"

    def _repr_html_(self) -> str:
        fields = [("id", self.id), ("status", self.status), ("reason", self._state.reason)]
        latest = None if self.latest is None else repr(self.latest)
        return html.pairs("Job", [pair for pair in (*fields, ("latest", latest)) if pair[1]])


def wait_all(
    jobs: Iterable[Job[T]], *, timeout: float = 3600.0, progress: bool = False
) -> Iterator[Job[T]]:
    """See `Client.wait_all`."""
    check_timeout(timeout)
    listed = params.as_list("jobs", jobs)
    for job in listed:
        if not isinstance(job, Job):
            raise InvalidRequestError(
                f"wait_all waits for jobs, got {quote(job)}; `retrieve` gets the job of an id"
            )
    waiting = {(job._running.key, job.id): job for job in listed}
    with count_progress("waiting for jobs", len(waiting), progress) as count:
        for job in _as_completed(waiting, timeout):
            count()
            yield job


def _as_completed(waiting: dict[tuple[Hashable, str], Job[T]], timeout: float) -> Iterator[Job[T]]:
    for key in [key for key, job in waiting.items() if job.done]:
        yield waiting.pop(key)
    if not waiting:
        return
    clock = next(iter(waiting.values()))._clock
    started = clock.monotonic()
    deadline = started + timeout
    while waiting:
        now = clock.monotonic()
        elapsed = now - started
        pause = next_list_sec(elapsed)
        if now >= deadline:
            late = next(iter(waiting.values()))
            raise WaitTimeout(late.id, late.status, elapsed)
        clock.sleep(shortened(pause, deadline - now))
        if clock.monotonic() >= deadline:
            continue  # a poll would have no time
        with calls_until(deadline):
            ended = _no_longer_listed(list(waiting.values()))
        for job in ended:
            # Absence from a list is only a hint; a poll confirms it and fetches the result.
            with calls_until(deadline):
                job._poll_once()
            if job.done:
                yield waiting.pop((job._running.key, job.id))


def _no_longer_listed(jobs: Sequence[Job[T]]) -> Sequence[Job[T]]:
    """Return the jobs that the lists no longer show as running."""
    groups: dict[Hashable, list[Job[T]]] = {}
    for job in jobs:
        groups.setdefault(job._running.key, []).append(job)
    ended: list[Job[T]] = []
    for group in groups.values():
        try:
            running = group[0]._running.among({job.id for job in group})
        except (TransportError, APIError) as error:
            if not is_transient(error):
                raise
            LOG.warning("%d jobs could not be polled: %s", len(group), error)
            continue
        ended += [job for job in group if job.id not in running]
    return ended
