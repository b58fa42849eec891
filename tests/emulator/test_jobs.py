import threading
from collections.abc import Iterator
from typing import Any

import pytest

from dodeca.emulator import ByCount, Emulator, Instant, RealTime, VirtualClock
from dodeca.emulator.clock import timestamp
from dodeca.emulator.database import Database, Document
from dodeca.emulator.errors import ErrorResponse
from dodeca.emulator.jobs import Jobs, TaskWork

STAGES = ("queued", "indexing")


@pytest.fixture
def store() -> Iterator[Database]:
    store = Database()
    yield store
    store.close()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def task(store: Database, clock: VirtualClock) -> Document:
    created = timestamp(clock.now())
    document = {"_id": "a", "status": "queued", "created_at": created, "polls": 0, "duration": 10}
    store.insert("tasks", document)
    return document


def refresh(
    jobs: Jobs, store: Database, work: TaskWork, *, polled: bool = True, timeout: float = 10
) -> Document:
    document = store.get("tasks", "a")
    assert document
    return jobs.refresh("tasks", document, stages=STAGES, work=work, polled=polled, timeout=timeout)


def ready(task: Document) -> dict[str, Any]:
    return {"status": "ready"}


def test_polls_move_a_task_through_its_stages(store: Database, clock: VirtualClock) -> None:
    jobs = Jobs(store, clock, ByCount(4))
    task(store, clock)
    assert refresh(jobs, store, ready, polled=False)["status"] == "queued"
    seen = [refresh(jobs, store, ready)["status"] for _ in range(5)]
    assert seen == ["queued", "indexing", "indexing", "ready", "ready"]


def test_time_moves_a_task_through_its_stages(store: Database, clock: VirtualClock) -> None:
    jobs = Jobs(store, clock, RealTime(1))
    task(store, clock)
    assert refresh(jobs, store, ready)["status"] == "queued"
    clock.advance(5)
    assert refresh(jobs, store, ready)["status"] == "indexing"
    clock.advance(5)
    done = refresh(jobs, store, ready)
    assert (done["status"], done["updated_at"]) == ("ready", "2025-01-01T00:00:10.000Z")


def test_work_is_done_once_however_many_poll(store: Database, clock: VirtualClock) -> None:
    jobs = Jobs(store, clock, ByCount(1))
    task(store, clock)
    calls: list[str] = []
    everybody_polls = threading.Barrier(8)
    statuses: list[str] = []

    def work(task: Document) -> dict[str, Any]:
        calls.append(task["_id"])
        return {"status": "ready"}

    def person() -> None:
        everybody_polls.wait()
        statuses.append(refresh(jobs, store, work)["status"])

    threads = [threading.Thread(target=person) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == ["a"]
    assert statuses == ["ready"] * 8


def test_a_poll_does_not_wait_for_long_work(store: Database, clock: VirtualClock) -> None:
    jobs = Jobs(store, clock, ByCount(1))
    task(store, clock)
    may_finish = threading.Event()

    def work(task: Document) -> dict[str, Any]:
        may_finish.wait(10)
        return {"status": "ready"}

    assert refresh(jobs, store, work, timeout=0.01)["status"] == "indexing"
    may_finish.set()
    assert refresh(jobs, store, work)["status"] == "ready"


def test_a_list_waits_once_for_all(
    store: Database, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dodeca.emulator.jobs.MAX_WAIT", 0.2)
    jobs = Jobs(store, clock, Instant())
    document = task(store, clock)
    others = [{**document, "_id": str(number)} for number in range(20)]
    for other in others:
        store.insert("tasks", other)
    may_finish = threading.Event()

    def work(task: Document) -> dict[str, Any]:
        may_finish.wait(60)
        return {"status": "ready"}

    timeouts: list[float] = []
    refresh_one = jobs.refresh

    def recorded(*args: Any, timeout: float, **options: Any) -> Document:
        timeouts.append(timeout)
        return refresh_one(*args, timeout=timeout, **options)

    monkeypatch.setattr(jobs, "refresh", recorded)
    seen = jobs.refresh_all("tasks", [document, *others], stages=STAGES, work=work)
    assert sum(timeouts) < 0.4
    assert {task["status"] for task in seen} == {"indexing"}
    may_finish.set()
    assert refresh(jobs, store, work)["status"] == "ready"


def test_a_list_counts_as_a_poll_but_the_console_does_not(
    store: Database, clock: VirtualClock
) -> None:
    jobs = Jobs(store, clock, ByCount(2))
    document = task(store, clock)

    def listed() -> str:
        (seen,) = jobs.refresh_all("tasks", [document], stages=STAGES, work=ready)
        return str(seen["status"])

    with jobs.uncounted():
        assert [listed() for _ in range(3)] == ["queued"] * 3
    assert [listed() for _ in range(3)] == ["indexing", "ready", "ready"]


def test_an_error_response_fails_the_task_with_its_message(
    store: Database, clock: VirtualClock
) -> None:
    jobs = Jobs(store, clock, ByCount(1))
    task(store, clock)

    def work(task: Document) -> dict[str, Any]:
        raise ErrorResponse(400, "video_file_broken", "Cannot read video file.")

    failed = refresh(jobs, store, work)
    assert failed["status"] == "failed"
    assert failed["error"] == {"message": "Cannot read video file."}


def test_a_fault_fails_the_task_without_details(
    store: Database, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = Jobs(store, clock, ByCount(1))
    task(store, clock)

    def work(task: Document) -> dict[str, Any]:
        raise RuntimeError("secret detail")

    assert refresh(jobs, store, work)["error"] == {"message": "Internal server error."}
    assert "secret detail" in caplog.text


def test_work_that_was_interrupted_starts_over(store: Database, clock: VirtualClock) -> None:
    first, second = (Jobs(store, clock, ByCount(1)) for _ in range(2))
    task(store, clock)
    may_finish = threading.Event()

    def endless(task: Document) -> dict[str, Any]:
        may_finish.wait(10)
        raise RuntimeError

    assert refresh(first, store, endless, timeout=0.01)["status"] == "indexing"
    first.close()
    assert refresh(second, store, ready)["status"] == "ready"
    may_finish.set()


def test_a_closed_emulator_starts_no_work(store: Database, clock: VirtualClock) -> None:
    jobs = Jobs(store, clock, ByCount(1))
    task(store, clock)
    jobs.close()
    assert refresh(jobs, store, ready, timeout=1)["status"] == "indexing"


def test_work_that_ends_after_its_emulator_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    begun, released = threading.Event(), threading.Event()

    def work(task: Document) -> dict[str, Any]:
        begun.set()
        released.wait()
        return {"status": "ready"}

    with Emulator() as emulator:
        clock = VirtualClock()
        task(emulator.state.database, clock)
        refresh(emulator.state.jobs, emulator.state.database, work, timeout=0)
        begun.wait()
    released.set()
    for thread in threading.enumerate():
        if thread.name == "dodeca-job":
            thread.join()
    assert caplog.messages == []
