"""CPU time of alternatives that do the same work, taken in turn so that drift hits all alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping

REPEATS = 5


def medians(
    ways: Mapping[str, Callable[[], object]],
    *,
    repeats: int = REPEATS,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, float]:
    """The median seconds of each way, of CPU time by default, after one run that does not count."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(repeats + 1):
        for name, way in ways.items():
            gc.collect()  # each pays for its own garbage only
            started = clock()
            way()
            if turn:
                spent[name].append(clock() - started)
    return {name: statistics.median(times) for name, times in spent.items()}


async def amedians(
    ways: Mapping[str, Callable[[], Awaitable[object]]], *, repeats: int = REPEATS
) -> dict[str, float]:
    """The same for coroutines."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(repeats + 1):
        for name, way in ways.items():
            gc.collect()
            started = time.process_time()
            await way()
            if turn:
                spent[name].append(time.process_time() - started)
    return {name: statistics.median(times) for name, times in spent.items()}
