# From tests/_async/test_job.py by scripts/unasync.py; edit that one.
"""Jobs, on a clock that does not make anybody wait."""

import inspect
import random
from typing import Any

import httpx
import pytest

from dodeca import Client, Embeddings, Job, errors
from dodeca._calls.polling import ANALYZE_BATCH, JobState
from dodeca._sync.job import RunningJobs
from tests.scripted import Reply, Script, reply
from tests.seams import FakeClock, on_clock

CREATED = reply({"_id": "t1", "status": "processing"}, status=202)
RUNNING = {"_id": "t1", "status": "processing", "data": None, "metadata": None}
READY = {"_id": "t1", "status": "ready", "data": [{"embedding": [1.0]}]}
FAILED = {"_id": "t1", "status": "failed", "error": {"message": "the video is broken"}}


def client_of(*replies: Reply, clock: FakeClock | None = None) -> Client:
    return on_clock(Client("tlk_test", transport=Script(*replies)), clock)


def test_wait_gives_the_result() -> None:
    with client_of(CREATED, reply(RUNNING), reply(RUNNING), reply(READY)) as client:
        job = client.embed.tasks.video("https://host/a.mp4")
        assert (job.id, job.status, job.done) == ("t1", "processing", False)
        seen: list[str] = []

        def note(job: Job[Embeddings]) -> None:
            seen.append(job.status)

        found = job.wait(on_progress=note)
        assert seen == ["processing", "processing", "ready"]
        assert job.done
        assert found.vectors.shape == (1, 1)


def test_a_failure_is_raised_with_the_reason() -> None:
    with client_of(CREATED, reply(FAILED)) as client:
        job = client.embed.tasks.audio("https://host/a.wav")
        with pytest.raises(errors.JobFailed, match="the video is broken") as caught:
            job.wait()
    assert (caught.value.id, caught.value.status) == ("t1", "failed")


def test_a_deadline_is_kept_and_the_job_can_be_picked_up_again() -> None:
    clock = FakeClock()
    with client_of(CREATED, *(reply(RUNNING) for _ in range(99)), clock=clock) as client:
        job = client.embed.tasks.video("https://host/a.mp4")
        with pytest.raises(errors.WaitTimeout, match="processing"):
            job.wait(timeout=30)
    assert clock.now <= 30
    with client_of(reply(READY)) as client:
        again = client.embed.tasks.retrieve(job.id)
        assert len(again.wait(timeout=0)) == 1


def test_a_deadline_comes_at_any_time_of_the_clock() -> None:
    """A sum of floats can fall short of a deadline by less than the clock can count."""
    starts = random.Random(7)
    for _ in range(300):
        clock = FakeClock()
        clock.now = starts.uniform(0, 1000)
        script = Script(CREATED, *[reply(RUNNING)] * 5)
        with on_clock(Client("tlk_test", transport=script), clock) as client:
            job = client.embed.tasks.video("https://host/a.mp4")
            with pytest.raises(errors.WaitTimeout):
                job.wait(timeout=1.1)
        assert script.left >= 2


@pytest.mark.parametrize("timeout", [None, "1", -1, float("nan"), float("inf")])
def test_a_timeout_that_is_none_is_refused_before_there_is_a_task(timeout: Any) -> None:
    with client_of(CREATED) as client:
        with pytest.raises(errors.InvalidRequestError, match="timeout"):
            client.embed.video("https://host/a.mp4", via="task", timeout=timeout)
        job = client.embed.tasks.video("https://host/a.mp4")
        with pytest.raises(errors.InvalidRequestError, match="timeout"):
            job.wait(timeout=timeout)
        with pytest.raises(errors.InvalidRequestError, match="timeout"):
            next(client.wait_all([job], timeout=timeout))


@pytest.mark.parametrize("word", ["validating", "a word of next year"])
def test_an_unknown_status_counts_as_running(word: str) -> None:
    with client_of(CREATED, reply(RUNNING | {"status": word}), reply(READY)) as client:
        job = client.embed.tasks.video("https://host/a.mp4")
        assert len(job.wait()) == 1


def test_only_an_unknown_status_is_warned_of_and_only_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    replies = [reply(RUNNING | {"status": "novel"})] * 3
    with client_of(CREATED, reply(RUNNING), reply(READY)) as client:
        client.embed.tasks.video("https://host/a.mp4").wait()
    assert caplog.messages == []
    with client_of(CREATED, reply(RUNNING), *replies, reply(READY)) as client:
        client.embed.tasks.video("https://host/a.mp4").wait()
    assert caplog.messages == ["job t1 has the unknown status 'novel'; still waiting"]


@pytest.mark.parametrize("wait", [Job.wait, Client.wait_all])
def test_a_wait_lasts_an_hour_where_nothing_else_is_said(wait: Any) -> None:
    assert inspect.signature(wait).parameters["timeout"].default == 3600.0


def test_an_error_status_ends_the_wait_at_once() -> None:
    gone = reply({"error": {"code": "resource_not_exist", "message": "gone"}}, status=404)
    with client_of(CREATED, gone) as client:
        job = client.embed.tasks.video("https://host/a.mp4")
        with pytest.raises(errors.NotFoundError):
            job.wait()


def test_an_outage_does_not_end_the_wait() -> None:
    outage = [httpx.Response(503) for _ in range(6)]
    with client_of(CREATED, *outage, httpx.ConnectError("refused"), reply(READY)) as client:
        job = client.embed.tasks.video("https://host/a.mp4")
        assert len(job.wait()) == 1


def test_an_outage_that_lasts_is_named_at_the_deadline() -> None:
    with client_of(CREATED, *(httpx.Response(503) for _ in range(999))) as client:
        job = client.embed.tasks.video("https://host/a.mp4")
        with pytest.raises(errors.WaitTimeout) as caught:
            job.wait(timeout=60)
    assert isinstance(caught.value.__cause__, errors.ServerError)


def test_a_look_that_is_put_off_beyond_the_deadline_ends_the_wait() -> None:
    later = [reply({}, status=429, headers=[("Retry-After", "7200")]) for _ in range(9)]
    clock = FakeClock()
    with client_of(CREATED, *later, clock=clock) as client:
        job = client.embed.tasks.video("https://host/a.mp4")
        with pytest.raises(errors.WaitTimeout) as caught:
            job.wait(timeout=3600)
    assert clock.now < 10
    assert isinstance(caught.value.__cause__, errors.RateLimitError)


def test_lists_follow_their_pages() -> None:
    def page(number: int, *ids: str) -> Reply:
        items: list[dict[str, Any]] = [
            {"_id": i, "status": "ready", "created_at": "2026-01-02T03:04:05Z", "novel": 1}
            for i in ids
        ]
        info = {"page": number, "limit_per_page": 2, "total_page": 2, "total_results": 3}
        return reply({"data": items, "page_info": info})

    script = Script(page(1, "a", "b"), page(2, "c"))
    with Client("tlk_test", transport=script) as client:
        tasks = client.embed.tasks.list(status="ready", started_at="2 Jan 2026", page_limit=2)
        found = [task for task in tasks]
    assert [task.id for task in found] == ["a", "b", "c"]
    assert found[0].created_at is not None
    assert found[0].created_at.isoformat() == "2026-01-02T03:04:05+00:00"
    assert found[0].extra == {"novel": 1}
    assert script.lines == [
        f"GET /v1.3/embed-v2/tasks?started_at=2026-01-02T00%3A00%3A00Z&status=ready"
        f"&page={number}&page_limit=2"
        for number in (1, 2)
    ]


PAGE_INFO = {"page": 1, "limit_per_page": 50, "total_page": 1, "total_results": 0}
NO_JOBS = reply({"data": [], "page_info": PAGE_INFO})
VECTORS = {"data": [{"embedding": [1.0]}]}
VIDEO_VECTORS = {"video_embedding": {"segments": [{"float": [1.0]}]}}

AT = "2026-01-02T03:04:05Z"

# What starts a job of each kind, and what is asked for where it has ended in a state.
KINDS: dict[str, Any] = {
    "assets": (lambda client: client.assets.job("t1"), {}),
    "tasks": (lambda client: client.tasks.retrieve("t1"), {}),
    "indexed assets": (lambda client: client.indexes.assets.job("i1", "t1"), {}),
    "embed tasks": (lambda client: client.embed.tasks.retrieve("t1"), VECTORS),
    "embed tasks of the first API": (lambda client: client.embed_v1.tasks.retrieve("t1"), {}),
    "analyze tasks": (
        lambda client: client.analyze.tasks.retrieve("t1"),
        {"task_id": "t1", "created_at": AT},
    ),
}


def ended(kind: str, status: str) -> list[Reply]:
    """The responses to a poll of a job that has ended."""
    answer = {"_id": "t1", "status": status, "novel": 1, **KINDS[kind][1]}
    of_first_api = kind == "embed tasks of the first API" and status in ("ready", "completed")
    return [reply(answer), *([reply({"_id": "t1"} | VIDEO_VECTORS)] if of_first_api else [])]


@pytest.mark.parametrize("status", ["ready", "completed"])
@pytest.mark.parametrize("kind", KINDS)
def test_jobs_of_every_kind_end_with_a_result(kind: str, status: str) -> None:
    script = Script(*ended(kind, status))
    with on_clock(Client("tlk_test", transport=script)) as client:
        job = KINDS[kind][0](client)
        assert (job.status, job.done) == (status, True)
        assert job.wait(timeout=0) is not None
        assert [each for each in client.wait_all([job])] == [job]
        assert job.extra["novel"] == 1
    assert script.left == 0


@pytest.mark.parametrize("status", ["failed", "canceled", "cancelled", "expired", "rejected"])
@pytest.mark.parametrize("kind", KINDS)
def test_jobs_of_every_kind_end_without_one(kind: str, status: str) -> None:
    with on_clock(Client("tlk_test", transport=Script(*ended(kind, status)))) as client:
        job = KINDS[kind][0](client)
        assert job.done
        with pytest.raises(errors.JobFailed) as caught:
            job.wait(timeout=0)
    assert (caught.value.id, caught.value.status) == ("t1", status)


def test_a_batch_that_was_canceled_or_expired_returns_what_is_ready() -> None:
    def poll(_: str) -> JobState[str]:
        raise AssertionError("it has ended")

    def none(_: Any) -> Any:
        raise AssertionError("it has ended")

    running = RunningJobs("batches", none)
    for status in ("completed", "canceled", "expired"):
        state = JobState("b1", status, "3 of 5 are ready")
        job = Job(ANALYZE_BATCH, poll, state, FakeClock(), running)
        assert job.done
        assert job.wait(timeout=0) == "3 of 5 are ready"
    for status in ("pending", "processing", "canceling", "a word to come"):
        state = JobState("b1", status, "0 of 5 are ready")
        assert not Job(ANALYZE_BATCH, poll, state, FakeClock(), running).done
    rejected = Job(ANALYZE_BATCH, poll, JobState("b1", "rejected"), FakeClock(), running)
    with pytest.raises(errors.JobFailed):
        rejected.result()


def test_many_jobs_end_in_states_that_lists_do_not_show() -> None:
    """A job that expires is no longer among the running ones, and a poll says how it ended."""
    states = ["processing", "processing", "expired", "completed"]
    polls = [reply({"_id": f"t{n}", "status": state} | VECTORS) for n, state in enumerate(states)]
    script = Script(
        *polls[:2], NO_JOBS, *[reply({"_id": "t", "status": s} | VECTORS) for s in states[2:]]
    )
    with on_clock(Client("tlk_test", transport=script)) as client:
        jobs = [client.embed.tasks.retrieve(f"t{n}") for n in range(2)]
        found = [job.status for job in client.wait_all(jobs)]
    assert found == ["expired", "completed"]


def test_assets_in_an_unknown_state_still_run() -> None:
    listed = [{"_id": "a1", "status": "transcoding"}, {"_id": "a2", "status": "completed"}]
    script = Script(
        *[reply({"_id": f"a{n}", "status": "processing"}) for n in (1, 2)],
        reply({"data": listed, "page_info": PAGE_INFO}),
        reply({"_id": "a2", "status": "completed"}),
        reply({"data": listed[:1], "page_info": PAGE_INFO}),
        NO_JOBS,
        reply({"_id": "a1", "status": "ready"}),
    )
    with on_clock(Client("tlk_test", transport=script)) as client:
        jobs = [client.assets.job(f"a{n}") for n in (1, 2)]
        assert [job.id for job in client.wait_all(jobs)] == ["a2", "a1"]


def test_an_import_with_files_in_an_unknown_state_still_runs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    files = [{"filename": "a.mp4", "video_id": "v1", "created_at": AT}]
    states = ("ready", "validating", "pending", "queued", "indexing", "failed", "not_imported")
    none: dict[str, Any] = {name: [] for name in states}
    moved = none | {"transcoding": files, "novel": [1]}
    client = client_of(reply(none | {"queued": files}), *[reply(moved)] * 2, reply(none))
    with client:
        job = client.imports.job("t1", "i1")
        assert job.status == "indexing"
        assert job.refresh().status == "transcoding"
        assert job.extra["transcoding"] == moved["transcoding"]
        job.wait()
    assert job.status == "ready"
    assert caplog.messages == ["job t1 has the unknown status 'transcoding'; still waiting"]


def test_what_is_said_before_the_result_is_in_extra() -> None:
    about = {"metadata": {"duration": 9.5, "novel": 1}, "queue": {"position": 3}}
    error = {"message": "the video is broken", "hint": "film it again"}
    with client_of(reply(RUNNING | about), reply(FAILED | {"error": error})) as client:
        job = client.embed.tasks.retrieve("t1")
        assert job.extra == about
        job.refresh()
    assert job.extra == {"error": error}
