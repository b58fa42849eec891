"""Waiting for jobs, in virtual time: how many requests it costs, and how late the result comes.

Tasks take 5 seconds to 2 hours, log-uniform. The jobs, their schedule and `wait_all` are the real
ones; the service and the clock are simulated.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Set

from dodeca._calls.polling import EMBED_TASK, JobState
from dodeca._sync.job import Job, RunningJobs, wait_all
from tests.benchmarks.report import Goal, Medians, Result
from tests.seams import FakeClock

TASKS = 2_000
TOGETHER = 1_000
PAGE = 50
FIXED_SEC = 5.0
FIXED, OURS, GUIDED = "every 5 s", "dodeca", "dodeca, with an estimate"
EACH, ALL = "each alone, every 5 s", "dodeca, wait_all"


class Service:
    """Tasks that end at their times, and how often somebody asked about them."""

    def __init__(self, ends: list[float], *, estimates: bool = False) -> None:
        self.clock = FakeClock()
        self.requests = 0
        self.late = 0.0
        self._ends = ends
        self._estimates = estimates

    def job(self, number: int) -> Job[int]:
        """A job of one of the tasks."""
        board = RunningJobs("tasks", self._running)
        return Job(EMBED_TASK, self._poll, JobState(str(number), "processing"), self.clock, board)

    def _poll(self, task_id: str) -> JobState[int]:
        self.requests += 1
        end = self._ends[int(task_id)]
        if self.clock.now < end:
            return JobState(task_id, "processing", expected_sec=end if self._estimates else None)
        self.late += self.clock.now - end
        return JobState(task_id, "ready", 1)

    def _running(self, ids: Set[str]) -> Set[str]:
        found = {task_id for task_id in ids if self._ends[int(task_id)] > self.clock.now}
        self.requests += max(1, math.ceil(len(found) / PAGE))
        return found


def run() -> Result:
    """Mean requests for a task, and mean seconds that its result comes late."""
    chance = random.Random(6)
    ends = [math.exp(chance.uniform(math.log(5), math.log(7200))) for _ in range(TASKS)]
    ways: dict[str, Callable[[], tuple[float, float]]] = {
        OURS: lambda: _one_by_one(ends, estimates=False),
        GUIDED: lambda: _one_by_one(ends, estimates=True),
        FIXED: lambda: _fixed(ends),
    }
    found = {name: way() for name, way in ways.items()}
    requests = {name: n for name, (n, _) in found.items()}
    late = {name: sec for name, (_, sec) in found.items()}
    asked = requests[OURS] / requests[FIXED]
    together = {ALL: _together(ends[:TOGETHER]), EACH: _fixed(ends[:TOGETHER])}
    totals = {name: n * TOGETHER for name, (n, _) in together.items()}
    return Result(
        "polling",
        [
            Medians("waiting for one task", requests, "requests", runs={}),
            Medians("waiting for one task: how late", late, "s", runs={}),
            Medians(f"waiting for {TOGETHER:,} tasks", totals, "requests", ALL, runs={}),
            Medians(
                f"waiting for {TOGETHER:,} tasks: how late",
                {name: sec for name, (_, sec) in together.items()},
                "s",
                ALL,
                runs={},
            ),
        ],
        [
            Goal(6, "with an estimate: fewer requests", "≥", 3, requests[FIXED] / requests[GUIDED]),
            Goal(6, "with an estimate: delay, of every 5 s", "≤", 1, late[GUIDED] / late[FIXED]),
            Goal(6, "without one: requests, of every 5 s", "≤", 1, asked),
            Goal(6, "without one: delay, of every 5 s", "≤", 1, late[OURS] / late[FIXED]),
            Goal(6, "1,000 tasks: fewer requests", "≥", 40, totals[EACH] / totals[ALL]),
        ],
        ["The estimate is taken as right; the time of `estimated_time` in an indexing task."],
    )


def _one_by_one(ends: list[float], *, estimates: bool) -> tuple[float, float]:
    requests = late = 0.0
    for end in ends:
        service = Service([end], estimates=estimates)
        service.job(0).wait(timeout=1e6)
        requests += service.requests
        late += service.late
    return requests / len(ends), late / len(ends)


def _fixed(ends: list[float]) -> tuple[float, float]:
    looks = [math.ceil(end / FIXED_SEC) for end in ends]
    late = sum(n * FIXED_SEC - end for n, end in zip(looks, ends, strict=True))
    return sum(looks) / len(ends), late / len(ends)


def _together(ends: list[float]) -> tuple[float, float]:
    service = Service(ends)
    for job in wait_all([service.job(number) for number in range(len(ends))], timeout=1e6):
        assert job.result() == 1
    return service.requests / len(ends), service.late / len(ends)


if __name__ == "__main__":
    run().show()
