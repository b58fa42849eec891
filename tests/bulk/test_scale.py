"""Many inputs: close to the service's limit, and in no more memory than few.

`make test` sends a few hundred, `make test-deep` 2,000, and `make soak` 20,000; only the last
compares the rate with the limit, since that needs a machine that does nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dodeca.emulator import samples
from tests.bulk.library import DEEP, ROOT, SOAK, server

MANY = 20_000 if SOAK else 2_000 if DEEP else 500
RATE = 250
PROGRAM = """
import json, resource, sys
from pathlib import Path
from dodeca import Client
url, folder, out, number = sys.argv[1:]
number = int(number)
images = sorted(Path(folder).iterdir())[: number // 10]
texts = ({"text": f"text number {n}"} for n in range(number - len(images)))
def inputs():
    yield from texts
    yield from images
with Client("key", base_url=url) as client:
    run = client.embed.run(inputs(), out=out, concurrency=32)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([run.done, run.rate_limited, run.elapsed_sec, peak, run.exit_code]))
"""


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many images that differ; decoders ignore what follows the last block."""
    folder = tmp_path_factory.mktemp("images")
    one = samples.image(folder / "one.png", "red", (128, 128)).read_bytes()
    for number in range(MANY // 10):
        (folder / f"{number:05d}.png").write_bytes(one + str(number).encode())
    (folder / "one.png").unlink()
    return folder


def run(url: str, images: Path, out: Path, number: int) -> dict[str, Any]:
    arguments = [url, str(images), str(out), str(number)]
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
    names = ("done", "rate_limited", "seconds", "peak", "exit_code")
    ended = dict(zip(names, json.loads(found.stdout), strict=True))
    assert (ended["done"], ended["exit_code"]) == (number, 0)
    assert pq.read_table(out / "vectors", columns=["id"]).num_rows == number
    return ended


def test_close_to_the_limit(
    tmp_path: Path, images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with server(tmp_path, "--limit", f"{RATE}/second") as url:
        ended = run(url, images, tmp_path / "out", MANY)
    rate = MANY / ended["seconds"]
    share = ended["rate_limited"] / (MANY + ended["rate_limited"])
    with capsys.disabled():
        print(f"\n{MANY} inputs: {rate / RATE:.1%} of {RATE}/s, {share:.2%} of the responses 429")
    # The second in which the limit is learnt weighs more where there are fewer.
    assert share < (0.02 if DEEP else 0.1)
    if SOAK:
        assert rate >= 0.9 * RATE


@pytest.mark.skipif(not DEEP, reason="few inputs show no growth: part of make test-deep")
def test_memory_is_flat(tmp_path: Path, images: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with server(tmp_path) as url:
        few = run(url, images, tmp_path / "few", MANY // 10)
        many = run(url, images, tmp_path / "many", MANY)
    with capsys.disabled():
        print(f"\npeak: {few['peak'] / 1024:.0f} MB at {MANY // 10}, {many['peak'] / 1024:.0f} MB")
    assert many["peak"] < 1.2 * few["peak"]
