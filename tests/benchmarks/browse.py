"""Libraries: opening the dataset of a run, its first page, and searches whose query is kept.

The dataset has 100,000 segments with metadata, as `dodeca run` writes them. A search is measured
with a kept query, and its peer is what any search in memory needs: the product of the matrix and
the query, and the best of it.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy: idle threads spin, which takes CPU time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dodeca import Client, Embeddings
from dodeca.library import DatasetLibrary, Query, Selection, open_dataset
from tests.benchmarks.measure import Spent, medians, peak_memory
from tests.benchmarks.report import OURS, Goal, Medians, Result

ROWS, DIMENSIONS, PAGE = 100_000, 512, 50
ROWS_OF_VIDEO = 200
"""Clips of 6 seconds in two modalities."""
OPENED, LOADED, PEER = OURS, "Embeddings.load", "pq.read_table and a matrix"
EVERYTHING = Selection()
NUMPY = "numpy: product and argpartition"
QUERY = Query(text="a red car")


def run(*, rows: int = ROWS, repeats: int = 5) -> Result:
    """CPU seconds of each way, and memory."""
    with tempfile.TemporaryDirectory() as name, Client.emulated() as client:
        folder = Path(name) / "library"
        write_run(folder, rows)
        open_dataset(folder, client).search(QUERY)  # keeps the query
        opening = opened(folder, client, repeats=repeats)
        spent = searched(open_dataset(folder, client), repeats=repeats)
        vectors = rows * DIMENSIONS * 4
        held, peak = (each / vectors for each in _memory(folder))
    size = f"{rows:,} segments"
    slowest = max(seconds for way, seconds in spent.items() if way != NUMPY)
    return Result(
        "browse",
        [
            Medians(f"a library of {size}", opening),
            Medians(f"a page of {PAGE} hits of {size}, query kept", spent.scaled(1000), "CPU ms"),
            Medians(
                "memory of an open library, times the vectors",
                {"held": held, "peak": peak},
                "vectors",
                base="",
            ),
        ],
        [
            Goal(15, f"opening {size}, with the first page of hits", "≤", 1, opening[OPENED], " s"),
            Goal(15, "the same, of reading the file", "≤", 1.5, opening[OPENED] / opening[PEER]),
            Goal(15, f"the slowest search of {size}, query kept", "≤", 150, 1000 * slowest, " ms"),
            Goal(15, "a search, of a product", "≤", 2, spent[OURS] / spent[NUMPY]),
            Goal(15, "memory of an open library, of the vectors", "≤", 1.25, held),
        ],
    )


def write_run(folder: Path, rows: int) -> None:
    """A dataset as a bulk run writes it, in one part; its vectors are random."""
    (folder / "vectors").mkdir(parents=True)
    (folder / "journal.sqlite").touch()
    numbers = np.arange(rows)
    video = (numbers // ROWS_OF_VIDEO).tolist()
    start = numbers % ROWS_OF_VIDEO // 2 * 6.0
    vectors = np.random.default_rng(0).standard_normal((rows, DIMENSIONS), np.float32)
    flat = pa.array(vectors.ravel())
    table = pa.table(
        {
            "id": [f"fcad79ad-f581-522f-b22f-{n:012x}" for n in range(rows)],
            "input_id": [f"{n:032x}" for n in video],
            "source": [f"/videos/{n:04}.mp4" for n in video],
            "start_sec": start,
            "end_sec": start + 6,
            "embedding_option": ["visual", "audio"] * (rows // 2),
            "embedding_scope": ["clip"] * rows,
            "model_name": ["marengo3.0"] * rows,
            "vector": pa.FixedSizeListArray.from_arrays(flat, DIMENSIONS),
            "place": [f"place {n % 20}" for n in video],
            "rating": [n % 5 for n in video],
        }
    )
    few = [name for name in table.column_names if name not in ("id", "vector")]
    pq.write_table(
        table,
        folder / "vectors" / "part-00000.parquet",
        compression={name: "none" if name == "vector" else "zstd" for name in table.column_names},
        use_dictionary=few,
        row_group_size=4_000,
    )


def opened(folder: Path, client: Client, *, repeats: int) -> Spent:
    """CPU seconds until the first page of hits is there, and of what only reads the file."""

    def first_page() -> None:
        library = open_dataset(folder, client)
        assert library.sources
        assert library.metadata_columns
        library.search(QUERY, limit=PAGE)

    def matrix() -> None:
        column = pq.read_table(folder / "vectors")["vector"].combine_chunks()
        column.flatten().to_numpy().reshape(-1, DIMENSIONS).sum()

    ways: dict[str, Callable[[], object]] = {
        OPENED: first_page,
        LOADED: lambda: Embeddings.load(folder),
        PEER: matrix,
    }
    return medians(ways, repeats=repeats)


def searched(library: DatasetLibrary, *, repeats: int) -> Spent:
    """CPU seconds of a page of hits; most are of a query whose scores are not held."""
    rows = library.embeddings
    vectors, ids = rows.vectors, library.segment_ids
    query = rows[7].vector
    combined = Selection(weights={"visual": 0.7, "audio": 0.3})
    some = Selection(metadata={"rating": 3}, options=["visual"], min_score=0.0)
    library.search(QUERY, combined)  # what all searches share is made

    def product() -> None:
        scores = vectors @ query
        scores[np.argpartition(scores, -PAGE)[-PAGE:]].sort()

    numbers = itertools.count()

    def another() -> Query:
        """A segment whose scores are not held."""
        return Query(segment=ids[next(numbers) * 11 % len(ids)])

    def new(selection: Selection = EVERYTHING, offset: int = 0) -> None:
        library.search(another(), selection, offset=offset, limit=PAGE)

    def timeline() -> None:
        library.scale(another())
        for source in library.sources[:10]:
            library.timeline(source.id, QUERY)

    ways: Mapping[str, Callable[[], object]] = {
        OURS: new,
        "dodeca, by moment with weights": lambda: new(combined),
        "dodeca, of a rating and a modality": lambda: new(some),
        "dodeca, the tenth page": lambda: new(offset=9 * PAGE),
        "dodeca, the next page of a query": lambda: library.search(QUERY, offset=PAGE, limit=PAGE),
        "dodeca, the first page of a kept query": lambda: library.search(QUERY, limit=PAGE),
        "dodeca, the scale and ten timelines": timeline,
        NUMPY: product,
    }
    return medians(ways, repeats=repeats)


def _memory(folder: Path) -> tuple[int, int]:
    """Bytes that a library takes, and its peak, in a process where nothing has taken any before."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_memory_here, (folder,))


def _memory_here(folder: Path) -> tuple[int, int]:
    small = folder.with_name("small")
    write_run(small, ROWS_OF_VIDEO)
    held: list[DatasetLibrary] = []
    with Client.emulated() as client:
        open_dataset(small, client).search(QUERY)  # all is loaded

        def way() -> None:
            library = open_dataset(folder, client)
            library.search(Query(segment=library.segment_ids[0]))
            held.append(library)

        before = _resident()
        peak = peak_memory(way)
        return _resident() - before, peak


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    run().show()
