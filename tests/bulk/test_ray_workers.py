"""Workers on Ray, played by a Ray without processes: what is sent to which actor, and its end."""

from __future__ import annotations

import sys
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest

from dodeca import ray as batches
from dodeca._calls.rate_limit import Limiter, Permit
from dodeca.bulk import ray_workers
from dodeca.bulk.ray_workers import RayWorkers, StepActor
from dodeca.errors import ConfigurationError, InvalidMediaError, OutcomeUnknownError, TransportError


class Died(Exception):
    """What Ray raises for the call of an actor that died."""


class Actor:
    """Keeps what is sent to it."""

    def __init__(self, *made_of: Any) -> None:
        self.made_of = made_of
        self.calls: list[tuple[str, dict[str, Any], tuple[Any, ...]]] = []
        self.futures: list[Future[Any]] = []

    def __getattr__(self, name: str) -> Any:
        return self._method(name, {})

    def _method(self, name: str, options: dict[str, Any]) -> Any:
        def remote(*arguments: Any) -> Any:
            self.calls.append((name, options, arguments))
            future: Future[Any] = Future()
            if name == "perform":
                self.futures.append(future)
            return SimpleNamespace(future=lambda: future)

        return SimpleNamespace(
            remote=remote, options=lambda **more: self._method(name, options | more)
        )


class FakeRay:
    """Ray with so many CPUs; it is running already, or starts when it is told to."""

    exceptions = SimpleNamespace(RayActorError=Died)

    def __init__(self, cpus: float | None, *, is_running: bool = False) -> None:
        self.resources = {} if cpus is None else {"CPU": cpus}
        self.is_running = is_running
        self.options: dict[str, Any] = {}
        self.started: dict[str, Any] | None = None
        self.actors: list[Actor] = []
        self.killed: list[Actor] = []

    def is_initialized(self) -> bool:
        return self.is_running

    def init(self, **options: Any) -> None:
        self.started, self.is_running = options, True

    def shutdown(self) -> None:
        self.is_running = False

    def cluster_resources(self) -> dict[str, float]:
        return self.resources

    def remote(self, **options: Any) -> Any:
        self.options = options

        def make(*arguments: Any) -> Actor:
            self.actors.append(Actor(*arguments))
            return self.actors[-1]

        return lambda cls: SimpleNamespace(remote=make)

    def kill(self, actor: Actor) -> None:
        self.killed.append(actor)


STEPS: Any = SimpleNamespace(service=SimpleNamespace(factory=lambda: "factory"), journal_id="id")
ROW: Any = "row"


def workers(
    monkeypatch: pytest.MonkeyPatch, cpus: float | None, count: int, *, is_running: bool = False
) -> tuple[RayWorkers, FakeRay]:
    ray = FakeRay(cpus, is_running=is_running)
    monkeypatch.setitem(sys.modules, "ray", ray)  # type: ignore[arg-type]
    return RayWorkers(STEPS, count), ray


@pytest.mark.parametrize(
    ("cpus", "count", "actors", "at_once"),
    [(4.0, 16, 4, 4), (3.9, 16, 3, 6), (None, 16, 1, 16), (0.5, 2, 1, 2), (8.0, 3, 3, 1)],
)
def test_there_is_an_actor_for_each_cpu(
    cpus: float | None, count: int, actors: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ray = workers(monkeypatch, cpus, count)
    assert [actor.made_of for actor in ray.actors] == [("factory", "id")] * actors
    assert ray.options == {"num_cpus": 1, "max_restarts": -1, "max_concurrency": at_once}


@pytest.mark.parametrize("is_running", [False, True])
def test_ray_is_ended_by_who_started_it(is_running: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    made, ray = workers(monkeypatch, 2.0, 4, is_running=is_running)
    quiet = {"include_dashboard": False, "log_to_driver": False}
    assert ray.started == (None if is_running else quiet)
    made.close()
    assert ray.killed == ray.actors
    assert ray.is_running is is_running


def test_a_step_goes_to_the_actor_that_has_the_fewest(monkeypatch: pytest.MonkeyPatch) -> None:
    made, ray = workers(monkeypatch, 2.0, 4)
    results: list[Any] = []
    for _ in range(3):
        made.start("embed", ROW, None, results.append)
    first, second = ray.actors
    assert (len(first.futures), len(second.futures)) == (2, 1)
    first.futures[0].set_result("one")
    first.futures[1].set_result("two")
    made.start("embed", ROW, None, results.append)
    assert results == ["one", "two"]
    assert (len(first.futures), len(second.futures)) == (3, 1)


def test_only_what_creates_nothing_is_repeated_by_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    made, ray = workers(monkeypatch, 1.0, 1)
    for step in ("embed", "upload", "task", "submit"):
        made.start(step, ROW, None, lambda _: None)
    calls = [(name, options) for name, options, _ in ray.actors[0].calls]
    repeated = {"max_task_retries": -1}
    creates = [("is_running", repeated), ("perform", {})]
    assert calls == [("perform", repeated), *creates, ("perform", repeated), *creates]
    upload = ray.actors[0].calls[2][2]
    assert upload[:3] == ("upload", ROW, None)
    assert len(upload) == 4, "it waits for the call that shows that the actor runs"


def test_the_end_of_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    made, ray = workers(monkeypatch, 1.0, 1)
    ends: dict[str, Any] = {}
    for step in ("embed", "upload", "submit", "task"):
        made.start(step, ROW, None, lambda end, step=step: ends.update({step: end}))
    other = ValueError("a fault of ours")
    for future, error in zip(ray.actors[0].futures, (Died(), Died(), Died(), other), strict=True):
        future.set_exception(error)
    assert type(ends["embed"]) is TransportError
    assert str(ends["embed"]) == "a worker died: Died"
    assert type(ends["upload"]) is type(ends["submit"]) is OutcomeUnknownError
    assert "POST /assets (assets_create)" in str(ends["upload"])
    assert "POST /embed-v2/tasks (embed_v2_tasks_create)" in str(ends["submit"])
    assert ends["task"] is other


def test_an_actor_returns_errors_of_ours_and_raises_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Steps:
        def __init__(self, *made_of: Any) -> None:
            assert made_of == ("service", "id")

        def perform(self, step: str, row: Any, media: Any) -> Any:
            raise {"bad": InvalidMediaError("x"), "worse": ValueError("y")}[step]

    monkeypatch.setattr(ray_workers, "Steps", Steps)
    actor = StepActor(lambda: "service", "id")  # type: ignore[arg-type, return-value]
    assert actor.is_running() is True
    assert isinstance(actor.perform("bad", ROW, None), InvalidMediaError)
    with pytest.raises(ValueError, match="y"):
        actor.perform("worse", ROW, None, "after")
    Steps.perform = lambda self, *step: step  # type: ignore[assignment, method-assign]
    assert actor.perform("embed", ROW, None) == ("embed", ROW, None)  # type: ignore[comparison-overlap]


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="engine='ray' needs"):
        RayWorkers(STEPS, 1)


def test_all_embedders_of_a_cluster_share_a_limiter(monkeypatch: pytest.MonkeyPatch) -> None:
    limiter = Limiter(lambda: 0.0)
    named: dict[str, Any] = {}

    def method(name: str) -> Any:
        return SimpleNamespace(remote=getattr(limiter, name))

    class Handle:
        def __getattr__(self, name: str) -> Any:
            return method(name)

    def options(**given: Any) -> Any:
        named.update(given)
        return SimpleNamespace(remote=Handle)

    ray = SimpleNamespace(
        is_initialized=lambda: True,
        get=lambda value: value,
        remote=lambda **given: (
            named.update(given) or (lambda cls: SimpleNamespace(options=options))
        ),
    )
    monkeypatch.setitem(sys.modules, "ray", ray)  # type: ignore[arg-type]
    found = batches._shared_limiter()
    assert found is not None
    assert named == {"num_cpus": 0, "name": "dodeca-limiter", "get_if_exists": True}
    permits = [found.acquire() for _ in range(3)]
    assert permits == [Permit(0.0, number) for number in (1, 2, 3)]
    found.record_response(permits[0], {"x-ratelimit-request-remaining": "0"})
    assert found.acquire().wait > 0, "two are on their way, and none is left"
    found.record_no_response(permits[1])
    assert found.record_rate_limit(permits[2], {}, 1.0) is True
    assert found.record_rate_limit(permits[2], {}, 1e6) is False
    assert limiter.rate_limited == 2


def test_outside_of_a_cluster_there_is_no_shared_limiter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(is_initialized=lambda: False))  # type: ignore[arg-type]
    assert batches._shared_limiter() is None
    monkeypatch.delitem(sys.modules, "ray")
    assert batches._shared_limiter() is None
