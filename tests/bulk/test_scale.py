"""Many inputs: close to the service's limit, and in no more memory than few.

`make soak` takes 20,000; the ordinary run is a tenth of that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dodeca.emulator import samples
from tests.bulk.library import ROOT, server

SOAK = bool(os.environ.get("DODECA_SOAK"))
MANY = 20_000 if SOAK else 2_000
RATE = 250
PROGRAM = """
import json, resource, sys
from pathlib import Path
from dodeca import Client
url, folder, out, number = sys.argv[1:]
number = int(number)
pictures = sorted(Path(folder).iterdir())[: number // 10]
texts = ({"text": f"text number {n}"} for n in range(number - len(pictures)))
def inputs():
    yield from texts
    yield from pictures
with Client("key", base_url=url) as client:
    run = client.embed.run(inputs(), out=out, concurrency=32)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([run.done, run.rate_limited, run.elapsed_sec, peak, run.exit_code]))
"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many pictures that differ; decoders ignore what follows the last block."""
    folder = tmp_path_factory.mktemp("pictures")
    one = samples.image(folder / "one.png", "red", (128, 128)).read_bytes()
    for number in range(MANY // 10):
        (folder / f"{number:05d}.png").write_bytes(one + str(number).encode())
    (folder / "one.png").unlink()
    return folder


def run(url: str, pictures: Path, out: Path, number: int) -> dict[str, Any]:
    arguments = [url, str(pictures), str(out), str(number)]
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
    names = ("done", "refusals", "seconds", "peak", "exit_code")
    told = dict(zip(names, json.loads(found.stdout), strict=True))
    assert (told["done"], told["exit_code"]) == (number, 0)
    assert pq.read_table(out / "vectors", columns=["id"]).num_rows == number
    return told


def test_close_to_the_limit(
    tmp_path: Path, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with server(tmp_path, "--limit", f"{RATE}/second") as url:
        told = run(url, pictures, tmp_path / "out", MANY)
    rate, share = MANY / told["seconds"], told["refusals"] / (MANY + told["refusals"])
    with capsys.disabled():
        print(f"\n{MANY} inputs: {rate / RATE:.1%} of {RATE}/s, {share:.2%} of the answers 429")
    # The first seconds, in which the limit is learnt, weigh more where there are fewer.
    assert rate >= (0.9 if SOAK else 0.7) * RATE
    assert share < 0.02


def test_memory_is_flat(tmp_path: Path, pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with server(tmp_path) as url:
        few = run(url, pictures, tmp_path / "few", MANY // 10)
        many = run(url, pictures, tmp_path / "many", MANY)
    with capsys.disabled():
        print(f"\npeak: {few['peak'] / 1024:.0f} MB at {MANY // 10}, {many['peak'] / 1024:.0f} MB")
    assert many["peak"] < 1.2 * few["peak"]
