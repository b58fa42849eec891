"""CPU time of alternatives that do the same work, taken in turn so that drift hits all alike."""

from __future__ import annotations

import asyncio
import gc
import os
import statistics
import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

REPEATS = 5
_ENOUGH_SEC = 0.25


class Spent(dict[str, float]):
    """Seconds of each way, and the number of runs of which each is the median."""

    def __init__(self, seconds: Mapping[str, float], runs: Mapping[str, int]) -> None:
        super().__init__(seconds)
        self.runs = dict(runs)

    def scaled(self, factor: float) -> Spent:
        """The same in another unit, or for a part of the work."""
        return Spent({name: seconds * factor for name, seconds in self.items()}, self.runs)


def medians(
    ways: Mapping[str, Callable[[], object]],
    *,
    repeats: int = REPEATS,
    few: Mapping[str, int] | None = None,
    clock: Callable[[], float] = time.process_time,
    summary: Callable[[list[float]], float] = statistics.median,
) -> Spent:
    """The median seconds of each way, of CPU time by default, after one run that does not count.

    `summary=min` takes the best run instead, which other processes have disturbed least.

    A way that takes little is run several times in a row, so that what the one before has left in
    the caches and the heap does not decide. `few` names ways that take long, and how often they run
    instead.
    """
    most = {name: (few or {}).get(name, repeats) for name in ways}
    spent: dict[str, list[float]] = {name: [] for name in ways}
    in_a_row = dict.fromkeys(ways, 1)
    for turn in range(repeats + 1):
        for name, way in ways.items():
            if turn > most[name]:
                continue
            gc.collect()  # each pays for its own garbage only
            started = clock()
            for _ in range(in_a_row[name]):
                way()
            seconds = (clock() - started) / in_a_row[name]
            if turn or not most[name]:
                spent[name].append(seconds)
            else:
                in_a_row[name] = max(round(_ENOUGH_SEC / max(seconds, 1e-6)), 1)
    return Spent(
        {name: summary(times) for name, times in spent.items()},
        {name: len(times) for name, times in spent.items()},
    )


def amedians(
    runner: asyncio.Runner,
    ways: Mapping[str, Callable[[], Coroutine[Any, Any, object]]],
    *,
    repeats: int = REPEATS,
    few: Mapping[str, int] | None = None,
    summary: Callable[[list[float]], float] = statistics.median,
) -> Spent:
    """The same for coroutines."""

    def blocking(way: Callable[[], Coroutine[Any, Any, object]]) -> Callable[[], object]:
        return lambda: runner.run(way())

    blocked = {name: blocking(way) for name, way in ways.items()}
    return medians(blocked, repeats=repeats, few=few, summary=summary)


def peak_memory(way: Callable[[], object]) -> int:
    """Bytes of memory that a way takes on top of what the process had, at most (Linux only)."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest mark
    before = _memory("VmRSS")
    kept = way()
    after = _memory("VmHWM")
    del kept
    return after - before


def highest_memory() -> int:
    """Bytes of memory that this process has had at most (Linux only).

    `ru_maxrss` begins at what the parent had when it started the process.
    """
    return _memory("VmHWM")


def _memory(field: str) -> int:
    for line in Path(f"/proc/{os.getpid()}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise LookupError(field)
