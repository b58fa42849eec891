"""Many jobs at once, against a simulated service on a clock of its own."""

import math
import random
from pathlib import Path
from typing import Any

import httpx
import pytest

from dodeca import AsyncClient, AsyncJob, Embeddings, errors
from dodeca.emulator import samples
from tests.depth import depth
from tests.scripted import Script, Server
from tests.seams import FakeClock, on_clock

pytestmark = pytest.mark.anyio

JOBS = depth(400, deep=1_000)
LATENCY_SEC = 0.05
SEGMENT = {"embedding": [1.0]}


class Service(Server):
    """Embedding tasks that end after a number of seconds, counted from the start of the clock."""

    def __init__(self, clock: FakeClock, lengths: dict[str, float]) -> None:
        self.clock = clock
        self.lengths = lengths
        self._running = sorted(lengths, key=lengths.__getitem__, reverse=True)
        self.failing: set[str] = set()
        self.hidden: set[str] = set()
        self.list_errors: list[int] = []
        """Statuses that the next requests for the list get."""
        self.requests = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        self.clock.now += LATENCY_SEC
        *_, last = request.url.path.split("/")
        if last == "tasks" and self.list_errors:
            return httpx.Response(self.list_errors.pop())
        answer = self._list(request.url.params) if last == "tasks" else self._task(last)
        return httpx.Response(200, json=answer)

    def _task(self, task_id: str) -> dict[str, Any]:
        task: dict[str, Any] = {"_id": task_id, "status": self._status(task_id)}
        if task["status"] == "ready":
            task["data"] = [SEGMENT]
        elif task["status"] == "failed":
            task["error"] = {"message": "the video is broken"}
        return task

    def _list(self, query: httpx.QueryParams) -> dict[str, Any]:
        assert query["status"] == "processing"
        page, limit = int(query["page"]), int(query["page_limit"])
        while self._running and self._status(self._running[-1]) != "processing":
            self._running.pop()
        running = [task_id for task_id in self._running if task_id not in self.hidden]
        items = [
            {"_id": task_id, "status": "processing"}
            for task_id in running[(page - 1) * limit : page * limit]
        ]
        info = {
            "page": page,
            "limit_per_page": limit,
            "total_page": math.ceil(len(running) / limit),
            "total_results": len(running),
        }
        return {"data": items, "page_info": info}

    def _status(self, task_id: str) -> str:
        if self.clock.now < self.lengths[task_id]:
            return "processing"
        return "failed" if task_id in self.failing else "ready"


def client_of(lengths: dict[str, float]) -> tuple[AsyncClient, Service, FakeClock]:
    """A client of a simulated service, on its clock."""
    clock = FakeClock()
    service = Service(clock, lengths)
    client = on_clock(AsyncClient("tlk_test", transport=service), clock)
    return client, service, clock


async def jobs_of(client: AsyncClient, service: Service) -> list[AsyncJob[Embeddings]]:
    """A job for each task; what that took is not counted."""
    jobs = [await client.embed.tasks.retrieve(task_id) for task_id in service.lengths]
    service.requests = 0
    return jobs


async def test_many_jobs_cost_few_requests_and_little_delay() -> None:
    lengths = random.Random(7)
    begun = JOBS * LATENCY_SEC
    tasks = {
        f"t{n}": begun + math.exp(lengths.uniform(math.log(5), math.log(7_200)))
        for n in range(JOBS)
    }
    client, service, clock = client_of(tasks)
    service.failing = {f"t{n}" for n in range(0, JOBS, 10)}
    delays: dict[str, float] = {}
    failed = set()
    async with client:
        jobs = await jobs_of(client, service)
        async for job in client.wait_all(jobs, timeout=3 * 3_600):
            assert job.done
            delays[job.id] = clock.now - tasks[job.id]
            if job.status == "failed":
                failed.add(job.id)
    assert set(delays) == set(tasks)
    assert failed == service.failing
    assert min(delays.values()) >= 0
    assert sum(delays.values()) / JOBS <= 5
    one_by_one = sum(math.ceil((length - begun) / 5) for length in tasks.values())
    assert one_by_one / service.requests >= depth(8, deep=20)


async def test_failures_are_given_and_raised_only_when_asked_for() -> None:
    client, service, _ = client_of({"bad": 7.0, "good": 30.0})
    service.failing = {"bad"}
    async with client:
        found = [job async for job in client.wait_all(await jobs_of(client, service)) if job.done]
    bad, good = found
    assert (bad.id, good.id) == ("bad", "good")
    with pytest.raises(errors.JobFailed, match="the video is broken"):
        bad.result()
    assert len(good.result()) == 1


async def test_jobs_that_are_done_cost_nothing() -> None:
    client, service, clock = client_of({"a": 0.0, "b": 0.0, "late": 20.0})
    service.failing = {"b"}
    async with client:
        jobs = await jobs_of(client, service)
        waiting = aiter(client.wait_all(jobs))
        begun = clock.now
        assert [(await anext(waiting)).id, (await anext(waiting)).id] == ["a", "b"]
        assert (clock.now, service.requests) == (begun, 0)
        assert (await anext(waiting)).id == "late"


async def test_no_jobs_are_no_wait() -> None:
    client, service, clock = client_of({})
    async with client:
        assert [job async for job in client.wait_all([]) if job] == []
    assert (clock.now, service.requests) == (0.0, 0)


async def test_a_job_that_the_list_does_not_show_is_waited_for_all_the_same() -> None:
    client, service, clock = client_of({"hidden": 60.0, "shown": 30.0})
    service.hidden = {"hidden"}
    async with client:
        found = [
            (job.id, job.status, clock.now)
            async for job in client.wait_all(await jobs_of(client, service))
        ]
    assert [(job_id, status) for job_id, status, _ in found] == [
        ("shown", "ready"),
        ("hidden", "ready"),
    ]
    assert 60 <= found[1][2] <= 66


async def test_the_deadline_ends_the_wait_and_names_a_job() -> None:
    client, service, clock = client_of({"quick": 8.0, "slow": 7_200.0})
    async with client:
        waiting = aiter(client.wait_all(await jobs_of(client, service), timeout=60))
        assert (await anext(waiting)).id == "quick"
        with pytest.raises(errors.WaitTimeout, match="job slow was still 'processing'"):
            await anext(waiting)
    assert clock.now <= 61


async def test_jobs_of_several_kinds_are_waited_for_together() -> None:
    client, service, _ = client_of({"a": 7.0, "b": 12.0})
    other, elsewhere, clock = client_of({"a": 9.0})
    elsewhere.clock = service.clock
    on_clock(other, service.clock)
    async with client, other:
        jobs = await jobs_of(client, service) + await jobs_of(other, elsewhere)
        found = [job async for job in client.wait_all(jobs) if job.done]
    assert sorted(job.id for job in found) == ["a", "a", "b"]
    assert clock.now == 0.0


async def test_lists_move_an_emulator_that_counts_looks(tmp_path: Path) -> None:
    samples.audio(tmp_path / "tone.mp3", [samples.Tone(5.0, 440)])
    async with on_clock(AsyncClient.emulated(media=tmp_path, pace="3")) as client:
        jobs = [await client.embed.tasks.audio(tmp_path / "tone.mp3") for _ in range(2)]
        found = [job.status async for job in client.wait_all(jobs)]
    assert found == ["ready", "ready"]


async def test_an_outage_of_the_list_does_not_end_the_wait(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client, service, _ = client_of({"a": 30.0, "b": 30.0})
    service.list_errors = [503] * 3
    async with client:
        jobs = await jobs_of(client, service)
        found = [job.id async for job in client.wait_all(jobs) if job.done]
    assert sorted(found) == ["a", "b"]
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [text.partition(":")[0] for text in told] == ["2 jobs could not be polled"]


async def test_a_list_that_is_refused_ends_the_wait() -> None:
    client, service, _ = client_of({"a": 30.0})
    service.list_errors = [403]
    async with client:
        jobs = await jobs_of(client, service)
        with pytest.raises(errors.AuthenticationError):
            _ = [job async for job in client.wait_all(jobs)]


async def test_assets_are_waited_for_together(tmp_path: Path) -> None:
    """They can be listed by id, in pages."""
    clock = FakeClock()
    polled: list[str] = []

    class Assets(Server):
        def answer(self, request: httpx.Request) -> httpx.Response:
            query = request.url.params
            *_, last = request.url.path.split("/")
            if last != "assets":
                polled.append(last)
                return httpx.Response(200, json=asset(last))
            ids = query.get_list("asset_ids")
            info = {"page": 1, "limit_per_page": 50, "total_page": 1, "total_results": len(ids)}
            listed = [asset(name) for name in ids]
            return httpx.Response(200, json={"data": listed, "page_info": info})

    def asset(name: str) -> dict[str, Any]:
        is_ready = clock.now >= (20 if name == "early" else 90)
        return {"_id": name, "status": "ready" if is_ready else "processing"}

    async with on_clock(AsyncClient("tlk_test", transport=Assets()), clock) as client:
        jobs = [await client.assets.job(name) for name in ("early", "late")]
        polled.clear()
        found = [(job.id, clock.now) async for job in client.wait_all(jobs)]
    assert [name for name, _ in found] == ["early", "late"]
    assert 20 <= found[0][1] < 90 <= found[1][1] < 105
    assert polled == ["early", "late"], "what a list shows as running is not polled"


@pytest.mark.parametrize("jobs", [["t1"], "t1", 5, None, [None]])
async def test_ids_are_no_jobs(jobs: Any) -> None:
    async with AsyncClient("tlk_test", transport=Script()) as client:
        with pytest.raises(errors.InvalidRequestError, match="job"):
            await anext(aiter(client.wait_all(jobs)))
