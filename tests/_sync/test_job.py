# From tests/_async/test_job.py by scripts/unasync.py; edit that one.
"""Jobs, on a clock that does not make anybody wait."""

import inspect
import random
from typing import Any

import httpx
import pytest

from dodeca import Client, Embeddings, Job, errors
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
