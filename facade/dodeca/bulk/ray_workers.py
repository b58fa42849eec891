"""Workers of a bulk run on a Ray cluster (extra `ray`)."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from importlib import import_module
from typing import Any

from dodeca._base import extras
from dodeca.bulk.records import JournalRow
from dodeca.bulk.steps import Service, StepResult, Steps
from dodeca.bulk.workers import OnResult
from dodeca.errors import ConfigurationError, DodecaError, OutcomeUnknownError, TransportError
from dodeca.media import Media

_CREATES = {
    "upload": ("assets_create", "/assets"),
    "submit": ("embed_v2_tasks_create", "/embed-v2/tasks"),
}


class RayWorkers:
    """One Ray actor per CPU, at most `count`; an actor that dies is restarted."""

    def __init__(self, steps: Steps, count: int) -> None:
        try:
            ray = import_module("ray")
        except ImportError as exc:
            raise ConfigurationError(extras.missing("engine='ray'", "ray", exc)) from exc
        self._ray: Any = ray
        factory = steps.service.factory()
        self._started_ray = not ray.is_initialized()
        if self._started_ray:
            _start_ray(ray)
        actors = min(max(int(ray.cluster_resources().get("CPU", 1)), 1), count)
        actor_class = ray.remote(
            num_cpus=1, max_restarts=-1, max_concurrency=math.ceil(count / actors)
        )(StepActor)
        self._actors = [actor_class.remote(factory, steps.journal_id) for _ in range(actors)]
        self._running = [0] * actors

    def start(self, step: str, row: JournalRow, media: Media | None, on_result: OnResult) -> None:
        """Start a step in the actor that runs the fewest."""
        actor = self._running.index(min(self._running))
        self._running[actor] += 1
        reference = self._perform(self._actors[actor], step, row, media)
        reference.future().add_done_callback(partial(self._on_done, actor, step, on_result))

    def _perform(self, actor: Any, step: str, row: JournalRow, media: Media | None) -> Any:
        """Send a step to an actor; while the actor restarts, the step waits for it."""
        if step not in _CREATES:
            return actor.perform.options(max_task_retries=-1).remote(step, row, media)
        # A create must not be sent twice, so that Ray may not repeat it: it is sent when a call
        # that Ray does repeat has shown that the actor runs.
        is_running = actor.is_running.options(max_task_retries=-1).remote()
        return actor.perform.remote(step, row, media, is_running)

    def _on_done(
        self, actor: int, step: str, on_result: OnResult, future: Future[StepResult]
    ) -> None:
        self._running[actor] -= 1
        error = future.exception()
        if error is None:
            on_result(future.result())
        elif isinstance(error, self._ray.exceptions.RayActorError):
            on_result(_actor_died(step, error))
        else:
            on_result(error)

    def close(self) -> None:
        """Stop the actors, and Ray if this object started it."""
        for actor in self._actors:
            self._ray.kill(actor)
        if self._started_ray:
            self._ray.shutdown()


def _start_ray(ray: Any) -> None:
    try:
        ray.init(include_dashboard=False, log_to_driver=False)
    except Exception as exc:  # Ray raises bare ones
        ray.shutdown()  # ends what was started already
        raise ConfigurationError(
            f"Ray did not start: {exc}; try again when this machine is less busy, start a cluster "
            'with "ray start --head" and run "ray.init()" first, or use engine="local"'
        ) from exc


class StepActor:
    """Performs steps in a Ray actor, with a service of its own."""

    def __init__(self, factory: Callable[[], Service], journal_id: str) -> None:
        self._steps = Steps(factory(), journal_id)

    def is_running(self) -> bool:
        """Return once the actor runs."""
        return True

    def perform(
        self, step: str, row: JournalRow, media: Media | None, _after: object = None
    ) -> StepResult:
        """The result of a step; errors are returned, because Ray would wrap what is raised.

        Ray calls it after the call whose result is `_after`.
        """
        try:
            return self._steps.perform(step, row, media)
        except DodecaError as exc:
            return exc


def _actor_died(step: str, error: BaseException) -> DodecaError:
    """The error of a step whose actor died: its request may have been sent."""
    reason = f"a worker died: {type(error).__name__}"
    if step in _CREATES:
        operation_id, path = _CREATES[step]
        return OutcomeUnknownError(operation_id, "POST", path, reason)
    return TransportError(reason)
