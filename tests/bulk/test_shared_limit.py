"""One key, many processes: the table of the simulation, and four real ones with the emulator."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.benchmarks.shared_limit import row
from tests.bulk.library import ROOT, server
from tests.depth import DEEP, SOAK

RATE = 20  # few enough for a busy machine
LEARN_SEC, TOGETHER_SEC, ALONE_SEC, SETTLE_SEC = 30.0, 40.0, 20.0, 10.0
PROGRAM = """
import json, sys, time
from dodeca import Client
url, until = sys.argv[1], float(sys.argv[2])
accepted, limited = [], []
with Client("key", base_url=url) as client:
    number = 0
    while time.time() < until:
        before = client._transport.limiter.rate_limited
        client.embed.texts([f"text {number} {n}" for n in range(8)], concurrency=4)
        accepted += [time.time()] * 8
        limited += [time.time()] * (client._transport.limiter.rate_limited - before)
        number += 1
print(json.dumps([accepted, limited]))
"""


@pytest.mark.skipif(not DEEP, reason="takes a minute: part of make test-deep")
@pytest.mark.parametrize("processes", [1, 2, 4, 8, 16])
@pytest.mark.parametrize(
    ("service", "rate"),
    [
        ("windows of a second", 100),
        ("windows of a second", 200),
        ("windows of a minute", 5),
        ("windows of a minute", 20),
        ("windows of a minute", 100),
    ],
)
def test_processes_share_the_limits_that_the_headers_show(
    service: str, rate: int, processes: int
) -> None:
    found, misses = row(service, rate, processes, headers=True)
    assert not misses, found


@pytest.mark.skipif(not DEEP, reason="takes a minute: part of make test-deep")
@pytest.mark.parametrize("service", ["windows of a second", "a bucket of a second"])
@pytest.mark.parametrize(("rate", "processes"), [(100, 1), (100, 2), (200, 4)])
def test_processes_share_limits_of_which_only_429_tells(
    service: str, rate: int, processes: int
) -> None:
    found, misses = row(service, rate, processes, headers=False)
    assert not misses, found


@pytest.mark.skipif(not SOAK, reason="real time on a quiet machine: part of make soak")
def test_four_processes_share_a_limit_and_the_last_soon_has_all_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with server(tmp_path, "--limit", f"{RATE}/second") as url:
        begin = time.time() + LEARN_SEC
        end = begin + TOGETHER_SEC
        last = end + SETTLE_SEC + ALONE_SEC
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, url, str(until)], cwd=ROOT, stdout=subprocess.PIPE
            )
            for until in (last, end, end, end)
        ]
        found = [json.loads(process.communicate()[0]) for process in processes]

    def count(times: list[float], begin: float, end: float) -> int:
        return sum(begin <= when < end for when in times)

    accepted = [count(one[0], begin, end) for one in found]
    limited = sum(count(one[1], begin, end) for one in found)
    total = sum(accepted) / TOGETHER_SEC / RATE
    slowest = min(accepted) * len(accepted) / sum(accepted)
    share = limited / (limited + sum(accepted))
    alone = count(found[0][0], end + SETTLE_SEC, last) / ALONE_SEC / RATE
    with capsys.disabled():
        print(f"\n{total:.0%} of the limit, slowest {slowest:.0%} of the mean, {share:.1%} 429;"
              f" alone {alone:.0%}")  # fmt: skip
    assert total >= 0.8
    assert slowest >= 0.5
    assert share <= 0.05
    assert alone >= 0.8
