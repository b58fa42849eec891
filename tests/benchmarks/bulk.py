"""Bulk runs: what a text costs beside `embed.texts`, commits, resuming, registering, memory.

`python -m tests.benchmarks.bulk` runs it alone. The emulator is a process of its own, without a
limit. Libraries to resume are written with a service that answers at once.

`DODECA_BENCH_LONG=1` measures resuming to 1,000,000 inputs, and sends 100,000 texts of a manifest
and 20,000 images to the emulator: half an hour, and 4 GB of disk.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from dodeca import Client, Embeddings
from dodeca._sync.bulk_service import BulkService
from dodeca.bulk.inputs import input_key
from dodeca.bulk.options import EmbedOptions
from dodeca.bulk.results import Run
from dodeca.bulk.run import embed_inputs
from dodeca.bulk.settings import RunSettings
from tests.benchmarks.measure import highest_memory, medians
from tests.benchmarks.report import OURS, Goal, Growth, Medians, Result

LONG = bool(os.environ.get("DODECA_BENCH_LONG"))
TEXTS = 1_000
REPEATS = 7
SIZES = (10_000, 100_000, 1_000_000)
CONCURRENCY = 16
COMMITS_A_SECOND = 50  # at most, and one for each three quarters of the slots
MANY = {"texts": 100_000, "images": 20_000}
TEXTS_API = "embed.texts"
READ = "csv and a hash"


def run(
    *,
    texts: int = TEXTS,
    repeats: int = REPEATS,
    sizes: tuple[int, ...] = SIZES if LONG else SIZES[:2],
) -> Result:
    """One text, commits, and resuming; with `DODECA_BENCH_LONG`, many inputs."""
    with tempfile.TemporaryDirectory() as folder:
        one, commits = _one_text(Path(folder), texts, repeats)
        resumed, first_report = _resume(Path(folder), sizes)
    ours = resumed.values[OURS]
    largest = max(value for value in ours if value is not None)
    goals = [
        Goal(
            12,
            "CPU of one text, of that in `embed.texts`",
            "≤",
            1.3,
            one.ratio(OURS, TEXTS_API),
            why_not="each result is written twice, to the journal and to a part",
        ),
        Goal(12, "commits, of those that are allowed", "≤", 1, commits),
        Goal(12, "resuming an input that is finished", "≤", 25, largest, " µs"),
        Goal(12, "inputs registered before the first report", "≤", 1_000, first_report, ""),
    ]
    tables = [one]
    if LONG:
        tables.append(_many())
    return Result("bulk", tables, goals, growth=[resumed])


def _one_text(folder: Path, number: int, repeats: int) -> tuple[Medians, float]:
    """CPU of a text in a run and in `embed.texts`, and the commits of a run, of those allowed."""
    texts = [f"text number {n}" for n in range(number)]
    outs = iter(range(1_000_000))
    allowed: list[float] = []
    with _emulator() as url, Client("key", base_url=url) as client:

        def bulk() -> None:
            count = _Commits()
            inputs = ({"text": text} for text in texts)
            found = _embed(client, inputs, folder / f"run {next(outs)}", hook=count)
            assert found.exit_code == 0
            most = found.elapsed_sec * COMMITS_A_SECOND + number / (0.75 * CONCURRENCY)
            allowed.append(count.commits / most)

        ways: dict[str, Callable[[], object]] = {
            OURS: bulk,
            TEXTS_API: lambda: client.embed.texts(texts, concurrency=CONCURRENCY),
        }
        spent = medians(ways, repeats=repeats, summary=min)
    table = Medians("One text of many", spent.scaled(1e6 / number), "CPU µs")
    return table, max(allowed)


class _Commits:
    """Counts commits by the points that a run passes."""

    def __init__(self) -> None:
        self.commits = 0
        self._last = ""

    def __call__(self, point: str) -> None:
        when, _, what = point.partition(" the commit of ")
        if what:  # else, a point of a step in another thread
            self.commits += when == "after" and self._last == "before"
            self._last = when


def _embed(client: Client, inputs: Any, out: Path, **more: Any) -> Run:
    service, options = BulkService(client._transport), EmbedOptions()
    chosen = RunSettings(concurrency=CONCURRENCY)
    return embed_inputs(service, inputs, out, options=options, settings=chosen, **more)


class _AtOnce:
    """A service that answers at once, with vectors of the usual length."""

    def __init__(self) -> None:
        numbers = np.random.default_rng(1).random(512)
        self._found = Embeddings.from_items([{"embedding": numbers.tolist()}])

    def embed(self, kind: str, source: Any, options: EmbedOptions) -> Any:
        return self._found, {}


def _resume(folder: Path, sizes: tuple[int, ...]) -> tuple[Growth, float]:
    """CPU of an input that is finished, by how many there are; inputs before the first report.

    The peer reads the manifest with the csv of Python, and hashes what identifies an input.
    """
    service: Any = _AtOnce()
    reports: list[Run] = []
    values: dict[str, list[float | None]] = {OURS: [], READ: []}
    for size in sizes:
        manifest, out = folder / f"{size}.csv", folder / f"out {size}"
        write_manifest(manifest, size)

        def resume(manifest: Path = manifest, out: Path = out, **more: Any) -> Run:
            chosen = RunSettings(concurrency=256)
            options = EmbedOptions()
            return embed_inputs(service, manifest, out, options=options, settings=chosen, **more)

        def note(found: Run) -> None:
            reports.append(attrs.evolve(found))

        assert resume(progress=note).done == size
        ways: dict[str, Callable[[], object]] = {OURS: resume, READ: lambda: read_keys(manifest)}  # noqa: B023
        spent = medians(ways, repeats=3 if size < SIZES[-1] else 1, summary=min)
        for way, seconds in spent.items():
            values[way].append(seconds / size * 1e6)
    first = next(found.total for found in reports if found.is_registering)
    return Growth(
        "Resuming inputs that are finished", sizes, values, "CPU µs an input", READ
    ), first


def write_manifest(path: Path, number: int) -> None:
    """A table of so many texts, with a column of metadata."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["text", "language"])
        for n in range(number):
            writer.writerow([f"text number {n}, a man walking a dog in the park", "en"])


def read_keys(path: Path) -> int:
    """The number of different keys of the texts of a manifest."""
    options = EmbedOptions().as_json
    with path.open(newline="", encoding="utf-8") as stream:
        rows = csv.DictReader(stream)
        return len({input_key("text", row["text"], "text", options) for row in rows})


def _many() -> Medians:
    """Many texts of a manifest and many images: a process of its own for each."""
    values: dict[str, float] = {}
    with _emulator() as url:
        for kind, number in MANY.items():
            command = [sys.executable, "-m", "tests.benchmarks.bulk", kind, str(number), url]
            found = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds, memory, commits, parts = map(float, found.stdout.split())
            what = f"{number:,} {kind}"
            values |= {
                f"{what}: inputs a second": number / seconds,
                f"{what}: MB of memory": memory / 1e6,
                f"{what}: commits": commits,
                f"{what}: parts": parts,
            }
    return Medians("Many inputs, an emulator without a limit", values, "", "")


def send_many(kind: str, number: int, url: str) -> None:
    """Run so many inputs; prints seconds, bytes of memory, commits and parts."""
    with tempfile.TemporaryDirectory() as name, Client("key", base_url=url) as client:
        folder, commits = Path(name), _Commits()
        if kind == "texts":
            inputs = folder / "inputs.csv"
            write_manifest(inputs, number)
        else:
            inputs = folder / "images"
            write_images(inputs, number)
        began = time.perf_counter()
        found = _embed(client, inputs, folder / "out", hook=commits)
        seconds = time.perf_counter() - began
        assert found.done == number
        parts = len([*(folder / "out" / "vectors").iterdir()])
    print(seconds, highest_memory(), commits.commits, parts)


def write_images(folder: Path, number: int) -> None:
    """So many images that differ; decoders ignore what follows the last block."""
    from dodeca.emulator import samples

    folder.mkdir()
    one = samples.image(folder / "one.png", "red", (128, 128))
    content = one.read_bytes()
    one.unlink()
    for n in range(number):
        (folder / f"{n:06d}.png").write_bytes(content + str(n).encode())


@contextmanager
def _emulator() -> Iterator[str]:
    command = [sys.executable, "-m", "dodeca.emulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.kill()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        send_many(sys.argv[1], int(sys.argv[2]), sys.argv[3])
    else:
        run().show()
