"""Many texts: 10,000 against the emulator, which lets so many a second through.

`python -m tests.benchmarks.texts` runs it alone. The emulator is a process of its own; what counts
is the CPU time of the client's process from the first text to the last vector. The vendor's loop
sends some hundred texts to an emulator without a limit, before each of ours and after the last,
and is scaled to one text.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import attrs
import numpy as np

from dodeca import AsyncClient, Client
from dodeca.batch import Batch
from tests.benchmarks.measure import Spent
from tests.benchmarks.report import Goal, Medians, Result

TEXTS = 10_000
RATE = 300  # a second
SAMPLE = 300  # texts of the vendor's loop
AT_ONCE = 8  # more than enough, as the service is near
VENDOR = "twelvelabs"


@attrs.frozen
class Run:
    """What it took to embed all texts."""

    seconds: float
    cpu: float
    refused: int
    batch: Batch

    @property
    def share(self) -> float:
        """Of the rate that the service allows."""
        return len(self.batch) / self.seconds / RATE

    @property
    def share_refused(self) -> float:
        """Of all answers, those that were 429."""
        return self.refused / (len(self.batch) + self.refused)


def run(*, texts: int = TEXTS, sample: int = SAMPLE) -> Result:
    """Rate, refusals, order, and CPU microseconds of a text."""
    inputs = [f"text number {n}" for n in range(texts)]
    with _emulator() as free:
        expected = _expected(free, inputs[:: max(texts // 50, 1)])
        vendors, avendors = [_vendor(free, inputs[:sample])], [_avendor(free, inputs[:sample])]
        with _emulator("--limit", f"{RATE}/second") as url:
            sync = _sync(url, inputs)
        vendors.append(_vendor(free, inputs[:sample]))
        avendors.append(_avendor(free, inputs[:sample]))
        with _emulator("--limit", f"{RATE}/second") as url:
            several = asyncio.run(_async(url, inputs))
        vendors.append(_vendor(free, inputs[:sample]))
        avendors.append(_avendor(free, inputs[:sample]))
    each, aeach = sync.cpu / texts, several.cpu / texts
    vendor, avendor = statistics.median(vendors), statistics.median(avendors)
    goals = []
    for name, one in (("sync", sync), ("async", several)):
        _check_order(one.batch, expected)
        goals += [
            Goal(7, f"{name}: of the {RATE}/s allowed", "≥", 90, one.share * 100, "%"),
            Goal(7, f"{name}: answers 429", "≤", 2, one.share_refused * 100, "%"),
            Goal(7, f"{name}: texts lost or failed", "≤", 0, len(one.batch.errors), ""),
        ]
    goals += [
        Goal(7, "sync: the vendor's loop, CPU of ours", "≥", 7, vendor / each),
        Goal(7, "async: the vendor's loop, CPU of ours", "≥", 10, avendor / aeach),
    ]
    tables = [
        Medians("embed.texts (threads)", _micro(each, vendors), "CPU µs a text"),
        Medians(f"embed.texts (async, {AT_ONCE})", _micro(aeach, avendors), "CPU µs a text"),
    ]
    return Result("texts", tables, goals)


def _micro(ours: float, theirs: Sequence[float]) -> Spent:
    """One long run of ours; a short one of the vendor's before, between and after."""
    spent = Spent(
        {"dodeca": ours, VENDOR: statistics.median(theirs)}, {"dodeca": 1, VENDOR: len(theirs)}
    )
    return spent.scaled(1e6)


@contextmanager
def _emulator(*options: str) -> Iterator[str]:
    command = [sys.executable, "-m", "dodeca.emulator", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.kill()


def _expected(url: str, some: Sequence[str]) -> Any:
    """The vectors of every so-many-th text, from single calls."""
    with Client("key", base_url=url) as client:
        return np.concatenate([client.embed.text(text).vectors for text in some])


def _check_order(batch: Batch, expected: Any) -> None:
    found = batch.vectors
    assert found.shape == (len(batch), expected.shape[1])
    assert np.array_equal(found[:: max(len(batch) // 50, 1)], expected), "in another order"


def _sync(url: str, inputs: Sequence[str]) -> Run:
    with Client("key", base_url=url) as client:
        client.embed.text("a first one, which connects")
        began, cpu = time.perf_counter(), time.process_time()
        batch = client.embed.texts(inputs, concurrency=AT_ONCE)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        return Run(seconds, cpu, client._transport.limiter.rate_limited, batch)


async def _async(url: str, inputs: Sequence[str]) -> Run:
    async with AsyncClient("key", base_url=url) as client:
        await client.embed.text("a first one, which connects")
        began, cpu = time.perf_counter(), time.process_time()
        batch = await client.embed.texts(inputs, concurrency=AT_ONCE)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        return Run(seconds, cpu, client._transport.limiter.rate_limited, batch)


def _vendor(url: str, inputs: Sequence[str]) -> float:
    """CPU seconds of one text in the vendor's loop."""
    from twelvelabs import TextInputRequest, TwelveLabs

    client = TwelveLabs(api_key="key", base_url=url)

    def loop() -> None:
        for text in inputs:
            found = client.embed.v_2.create(
                input_type="text",
                model_name="marengo3.0",
                text=TextInputRequest(input_text=text),
            )
            np.array((found.data or [])[0].embedding, np.float32)

    return _timed(loop) / len(inputs)


def _avendor(url: str, inputs: Sequence[str]) -> float:
    """The same for so many at a time in an event loop."""
    from twelvelabs import AsyncTwelveLabs, TextInputRequest

    async def loop() -> None:
        client = AsyncTwelveLabs(api_key="key", base_url=url)
        room = asyncio.Semaphore(AT_ONCE)

        async def one(text: str) -> None:
            async with room:
                found = await client.embed.v_2.create(
                    input_type="text",
                    model_name="marengo3.0",
                    text=TextInputRequest(input_text=text),
                )
            np.array((found.data or [])[0].embedding, np.float32)

        async with asyncio.TaskGroup() as group:
            for text in inputs:
                group.create_task(one(text))

    return _timed(lambda: asyncio.run(loop())) / len(inputs)


def _timed(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


if __name__ == "__main__":
    run().show()
