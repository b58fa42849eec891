"""Files and start-up: loading Parquet, the cache beside it, the first command, a long plot.

`DODECA_BENCH_ROWS=500000` measures loading with as many rows (100,000 otherwise), and
`DODECA_BENCH_CACHE_ROWS=1000000` the cache; each needs about three times the vectors in memory.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from dodeca import Embeddings
from dodeca.embeddings.labels import Labels
from tests.benchmarks.measure import Spent, medians, peak_memory
from tests.benchmarks.report import Goal, Medians, Result

ROWS = int(os.environ.get("DODECA_BENCH_ROWS", "100000"))
CACHE_ROWS = int(os.environ.get("DODECA_BENCH_CACHE_ROWS", "100000"))
DIMENSIONS = 512
PARTS = 20
SEGMENTS = 3_600
_A_PART = 500  # rows of one source

OURS, PEER, BY_PARTS = "dodeca", "pq.read_table", f"dodeca, {PARTS} parts"
CACHED, SEARCHED = "dodeca with its cache", "dodeca with its cache, and a search"
EMBED, HELP, IMPORTS = "a first embed", "dodeca --help", "import typer, rich"
BARS, BARE = "a bar a segment", "a bare PolyCollection"

OLD_EMBED = 23.8
"""How many times as long as `import typer, rich` the first embed took before it was made faster
(commit e735943): the best of five runs of each in turn, on two cores, Python 3.11.
"""

_BIN = Path(sys.executable).parent
_FIRST_USE = """
import sys, time
from dodeca import Embeddings
made = Embeddings.from_items([{"embedding": [0.5] * 512, "start_sec": 0}])
path, what = sys.argv[1:]
began = time.process_time()
if what == "write":
    made.to_parquet(path)
else:
    Embeddings.load(path)
print(time.process_time() - began, "pandas" in sys.modules)
"""


def run(*, rows: int = ROWS, cache_rows: int = CACHE_ROWS, repeats: int = 3) -> Result:
    """CPU seconds of each way, and peaks of memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_dataset(folder / "one.parquet", rows, 1)
        write_dataset(folder / "parts", rows, PARTS)
        loading = load(folder, repeats=repeats)
        peaks = {
            way: _peak(way, folder) / (rows * DIMENSIONS * 4) for way in (OURS, BY_PARTS, PEER)
        }
        dataset = folder / "parts"
        if cache_rows != rows:
            dataset = folder / "cached"
            write_dataset(dataset, cache_rows, PARTS)
        mapped = cached(dataset, repeats=repeats)
        first = first_use(folder / "first.parquet", repeats=repeats)
        cold = start(folder, repeats=repeats)
    plots = plot(repeats=repeats)
    size = f"{rows:,} x {DIMENSIONS}"
    return Result(
        "files",
        [
            Medians(f"loading {size}", loading),
            Medians("peak memory, times the vectors", peaks, "vectors"),
            Medians(f"loading {cache_rows:,} x {DIMENSIONS} of {PARTS} parts", mapped, base=CACHED),
            Medians("the first of a process", first, "CPU s", base=""),
            Medians("commands, the best run", cold, base=IMPORTS),
            Medians(f"a plot of {SEGMENTS:,} segments, with its PNG", plots),
        ],
        [
            Goal(11, f"load of {size}, of pq.read_table", "≤", 1.2, loading[OURS] / loading[PEER]),
            Goal(11, f"the same of {PARTS} parts", "≤", 1.2, loading[BY_PARTS] / loading[PEER]),
            Goal(11, "peak memory of load, of the vectors", "≤", 1.6, peaks[OURS]),
            Goal(
                11,
                f"load with its cache and search of {cache_rows:,} rows",
                "≤",
                1,
                mapped[SEARCHED],
                " s",
            ),
            *(
                Goal(11, f"the first {what} of a process", "≤", 0.2, first[what], " s")
                for what in first
            ),
            Goal(
                11,
                "a first embed with --emulated and -o, of what it was",
                "≤",
                0.5,
                cold[EMBED] / cold[IMPORTS] / OLD_EMBED,
            ),
            Goal(11, "dodeca --help, of import typer, rich", "≤", 1.2, cold[HELP] / cold[IMPORTS]),
            Goal(11, f"a plot of {SEGMENTS:,} segments with its PNG", "≤", 0.5, plots[OURS], " s"),
        ],
        [
            f"What the first embed was is kept as {OLD_EMBED:g} times `{IMPORTS}`. The cache is a "
            "mapped file: its search reads the vectors for the first time."
        ],
    )


def write_dataset(path: Path, rows: int, parts: int) -> None:
    """Random vectors of videos of 500 segments: one file, or a folder of parts."""
    chance = np.random.default_rng(0)
    if parts > 1:
        path.mkdir()
    for part in range(parts):
        numbers = np.arange(rows * part // parts, rows * (part + 1) // parts)
        sources = Labels(
            (numbers // _A_PART - numbers[0] // _A_PART).astype(np.int32),
            [f"/videos/{n}.mp4" for n in range(numbers[0] // _A_PART, numbers[-1] // _A_PART + 1)],
        )
        Embeddings(
            vectors=chance.standard_normal((len(numbers), DIMENSIONS), np.float32),
            embedding_option=Labels((numbers % 2).astype(np.int16), ("visual", "audio")),
            embedding_scope=Labels.same("clip", len(numbers)),
            start_sec=numbers % _A_PART * 2.0,
            end_sec=numbers % _A_PART * 2.0 + 2,
            extra=({},) * len(numbers),
            model_name="marengo3.0",
            source_id=sources,
            source=sources,
            ids=tuple(f"fcad79ad-f581-522f-b22f-{n:012x}" for n in numbers),
        ).to_parquet(path / f"part-{part:05}.parquet" if parts > 1 else path)


def load(folder: Path, *, repeats: int) -> Spent:
    """CPU seconds of loading one file, the same in parts, and of Arrow."""
    return medians(
        {way: lambda way=way: _loading(way, folder) for way in (OURS, BY_PARTS, PEER)},  # type: ignore[misc]
        repeats=repeats,
    )


def cached(path: Path, *, repeats: int) -> Spent:
    """CPU seconds of loading a dataset from its cache, also with a first search."""
    query = np.ones(DIMENSIONS, np.float32)
    Embeddings.load(path, cache=True)
    return medians(
        {
            CACHED: lambda: Embeddings.load(path, cache=True),
            SEARCHED: lambda: Embeddings.load(path, cache=True).search(query, k=10),
            OURS: lambda: Embeddings.load(path),
        },
        repeats=repeats,
    )


def first_use(path: Path, *, repeats: int) -> Spent:
    """CPU seconds of the first `to_parquet` and the first `load` of a process."""
    found: dict[str, list[float]] = {"to_parquet": [], "load": []}
    for _ in range(repeats):
        for name, what in (("to_parquet", "write"), ("load", "read")):
            command = [sys.executable, "-c", _FIRST_USE, path, what]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds, has_pandas = done.stdout.split()
            if has_pandas == "True":
                raise AssertionError(f"{name} imports pandas")
            found[name].append(float(seconds))
    return Spent(
        {name: float(np.median(seconds)) for name, seconds in found.items()},
        dict.fromkeys(found, repeats),
    )


def start(folder: Path, *, repeats: int) -> Spent:
    """CPU seconds of commands in processes of their own; the best run of each."""
    embed = ["--emulated", "embed", "red", "--as", "text", "-o", str(folder / "x.parquet")]
    return medians(
        {
            EMBED: lambda: _command([str(_BIN / "dodeca"), *embed]),
            HELP: lambda: _command([str(_BIN / "dodeca"), "--help"]),
            IMPORTS: lambda: _command([sys.executable, "-c", "import typer, rich"]),
        },
        repeats=repeats,
        clock=_cpu_of_children,
        summary=min,
    )


def plot(*, repeats: int) -> Spent:
    """CPU seconds of a plot of two hours and its PNG, and what matplotlib needs for its bars."""
    chance = np.random.default_rng(0)
    found = Embeddings.from_items(
        [
            {"embedding": row, "start_sec": 2 * n, "end_sec": 2 * n + 2}
            for n, row in enumerate(chance.standard_normal((SEGMENTS, 64)))
        ]
    )
    query = found[SEGMENTS // 2 : SEGMENTS // 2 + 1]
    heights = found.similarity(query)[:, 0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plot.png"
        return medians(
            {
                OURS: lambda: found.plot(query).savefig(path),
                BARE: lambda: _bare(_as_collection, found.start_sec, heights).savefig(path),
                BARS: lambda: _bare(_as_bars, found.start_sec, heights).savefig(path),
            },
            repeats=repeats,
            few={BARS: 0},
        )


def _loading(way: str, folder: Path) -> object:
    if way == PEER:
        return pq.read_table(folder / "one.parquet")
    return Embeddings.load(folder / ("parts" if way == BY_PARTS else "one.parquet"))


def _command(command: Sequence[str]) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _bare(draw: Callable[..., object], start: np.ndarray, heights: np.ndarray) -> Figure:
    figure = Figure(figsize=(10, 2.2), layout="constrained")
    axes = figure.subplots()
    draw(axes, start, heights)
    axes.set_xlim(0, start[-1] + 2)
    axes.set_ylim(-1, 1)
    return figure


def _as_collection(axes: object, start: np.ndarray, heights: np.ndarray) -> None:
    zero = 0 * heights
    corners = [(start, zero), (start, heights), (start + 2, heights), (start + 2, zero)]
    boxes = np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)
    axes.add_collection(PolyCollection(boxes))  # type: ignore[attr-defined]


def _as_bars(axes: object, start: np.ndarray, heights: np.ndarray) -> None:
    axes.bar(start, heights, 2, align="edge")  # type: ignore[attr-defined]


def _peak(way: str, folder: Path) -> int:
    """Measured in a process of its own, where nothing has taken memory before."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_peak_here, (way, folder))


def _peak_here(way: str, folder: Path) -> int:
    small = folder / "small.parquet"
    Embeddings.from_items([{"embedding": [1.0]}]).to_parquet(small)
    Embeddings.load(small)  # all is loaded
    pq.read_table(small)
    return peak_memory(lambda: _loading(way, folder))


if __name__ == "__main__":
    run().show()
