"""Search in vectors that are in memory, and choosing rows of them.

The tables end at a million rows, which take 3 GB. `python -m tests.benchmarks.search 5000000` goes
on to five million, which take 13 GB.
"""

from __future__ import annotations

import functools
import os
import pickle
import sys
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy: idle threads spin, which takes CPU time

import attrs
import faiss
import numpy as np

from dodeca import Embeddings
from dodeca.embeddings.labels import Labels
from tests.benchmarks.measure import Spent, medians
from tests.benchmarks.report import OURS, Goal, Growth, Medians, Result

DIMENSIONS, K, SIZES = 512, 10, (10_000, 100_000, 1_000_000)
MODALITIES, SEGMENTS = ("visual", "audio", "transcription", "fused"), 5  # of each, in a video
ROWS_OF_VIDEO = SEGMENTS * len(MODALITIES)
WEIGHTS = {"visual": 0.7, "audio": 0.3}
MOMENT, FIRST = "dodeca, by moment with weights", "dodeca, the first search"
NUMPY, FAISS = "numpy: product and argpartition", "faiss IndexFlatIP"
MASK, CONCATENATE, TOLIST = "a mask", "numpy.concatenate", "tolist"
RECORD_FLOATS = 16  # in each of a million dicts


@attrs.frozen
class BySize:
    """What was measured with so many rows; memory in times the vectors."""

    search: Spent
    filter: Spent
    first_search_memory: float


def library(count: int, dimensions: int = DIMENSIONS) -> Embeddings:
    """Segments of videos, one modality after the other, as the service returns them."""
    vectors = np.random.default_rng(0).random((count, dimensions), dtype=np.float32)
    vectors -= 0.5
    place = np.arange(count) % ROWS_OF_VIDEO
    start = (place % SEGMENTS * 6).astype(np.float64)
    videos = range(-(-count // ROWS_OF_VIDEO))
    return Embeddings(
        vectors=vectors,
        embedding_option=Labels((place // SEGMENTS).astype(np.int16), MODALITIES),
        embedding_scope=Labels.same("clip", count),
        start_sec=start,
        end_sec=start + 6,
        extra=({} for _ in range(count)),
        model_name="marengo3.0",
        source_id=Labels(
            np.arange(count, dtype=np.int32) // ROWS_OF_VIDEO,
            [f"videos/{number}.mp4" for number in videos],
        ),
    )


def run(sizes: Sequence[int] = SIZES) -> Result:
    """CPU seconds of each way and of its peer, in turns; how they grow; memory."""
    middle = library(SIZES[1])
    flat, joined, recorded = with_faiss(middle), concat(5_000), records(middle[:10_000])
    row = pickle.dumps(library(20_000 * ROWS_OF_VIDEO, 4)[7:8])
    slice_bytes = allocated(functools.partial(middle.__getitem__, slice(0, 50_000)))
    del middle
    found = {size: at_size(size) for size in sizes}
    last = found[sizes[-1]].first_search_memory
    return Result(
        "search",
        [
            Medians(f"{SIZES[1]:,} x {DIMENSIONS}, k = {K}", flat, base=NUMPY),
            Medians(f"concat of 5,000 videos of {ROWS_OF_VIDEO} rows", joined),
            Medians(f"records of 10,000 rows of {DIMENSIONS} floats", recorded),
        ],
        [
            *(goal for size, at in found.items() for goal in _goals(size, at)),
            Goal(10, f"memory of a first search of {sizes[-1]:,}, of the vectors", "≤", 0.1, last),
            Goal(10, "memory of a slice of 50,000 rows", "≤", 1, slice_bytes / 1e6, " MB"),
            Goal(10, "a row of 20,000 videos, pickled", "≤", 4, len(row) / 1e3, " kB"),
            Goal(
                10, f"concat of 5,000 videos, of {CONCATENATE}", "≤", 2, _ratio(joined, CONCATENATE)
            ),
            Goal(10, f"records, of {TOLIST}", "≤", 1.3, _ratio(recorded, TOLIST)),
        ],
        ["All ways compute on one thread."],
        [
            _growth("search, vectors", found, "search", (OURS, NUMPY, FIRST)),
            _growth("search by moment, vectors", found, "search", (MOMENT, NUMPY)),
            _growth("filter(option=…), rows", found, "filter", (OURS, MASK)),
            Growth(
                f"records, rows of {RECORD_FLOATS} floats",
                SIZES,
                {OURS: [records_ms(size) for size in SIZES]},
                runs=2,
            ),
        ],
    )


def _goals(size: int, at: BySize) -> list[Goal]:
    if size < SIZES[1]:
        return []
    return [
        Goal(10, f"search of {size:,}, of a product", "≤", 1.5, _ratio(at.search, NUMPY)),
        Goal(
            10,
            f"by moment with weights, {size:,}, of a product",
            "≤",
            3,
            _ratio(at.search, NUMPY, MOMENT),
        ),
        Goal(10, f"filter of {size:,} rows, of a mask", "≤", 1.3, _ratio(at.filter, MASK)),
    ]


def _ratio(spent: Mapping[str, float], peer: str, way: str = OURS) -> float:
    return spent[way] / spent[peer]


def _growth(title: str, found: Mapping[int, BySize], name: str, ways: Sequence[str]) -> Growth:
    spent: list[Spent] = [getattr(at, name) for at in found.values()]
    return Growth(
        title,
        list(found),
        {way: [each[way] * 1e3 for each in spent] for way in ways},
        base=ways[1],
        runs=min(each.runs[ways[0]] for each in spent),
    )


def at_size(size: int, repeats: int = 5) -> BySize:
    """Search and filter of so many rows."""
    rows = library(size)
    query = rows.vectors[size // 2] + np.float32(0.1)
    first = allocated(lambda: again(rows).search(query, K, weights=WEIGHTS))
    searched = medians(search_ways(rows, query), repeats=repeats, summary=min)
    mask = rows.embedding_option.is_("audio")
    filtered = medians(
        {OURS: lambda: rows.filter(option="audio"), MASK: lambda: rows.vectors[mask]},
        repeats=repeats,
        summary=min,
    )
    return BySize(searched, filtered, first / rows.vectors.nbytes)


def allocated(way: Callable[[], Any]) -> int:
    """Bytes that a way allocates at most; what is resident would hide reused memory."""
    tracemalloc.start()
    way()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def search_ways(rows: Embeddings, query: Any) -> dict[str, Callable[[], Any]]:
    """Ways to search; the bare product ranks rows as if all had one length."""
    return {
        OURS: lambda: rows.search(query, K),
        NUMPY: lambda: np.argpartition(-(rows.vectors @ query), K)[:K],
        MOMENT: lambda: rows.search(query, K, weights=WEIGHTS),
        FIRST: lambda: again(rows).search(query, K),
    }


def again(rows: Embeddings) -> Embeddings:
    """The same vectors, in embeddings that have not been searched."""
    return rows[:]


def with_faiss(rows: Embeddings, repeats: int = 9) -> Spent:
    """The same search, also by an index of faiss, which holds a copy of the vectors."""
    query = rows.vectors[7] + np.float32(0.1)
    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatIP(rows.dimension)
    index.add(rows.vectors)
    ways = search_ways(rows, query)
    ways[FAISS] = lambda: index.search(query[np.newaxis], K)
    return medians(ways, repeats=repeats, summary=min)


def concat(videos: int, repeats: int = 7) -> Spent:
    """The rows of videos that were read one by one, each with vectors and labels of its own."""
    parts = {f"{n}.mp4": pickle.loads(pickle.dumps(_video())) for n in range(videos)}
    vectors = [part.vectors for part in parts.values()]
    return medians(
        {OURS: lambda: Embeddings.concat(parts), CONCATENATE: lambda: np.concatenate(vectors)},
        repeats=repeats,
        summary=min,
    )


def _video() -> Embeddings:
    return library(ROWS_OF_VIDEO)


def records(rows: Embeddings, repeats: int = 5) -> Spent:
    """Rows as dicts, and only their vectors as lists."""
    return medians({OURS: rows.records, TOLIST: rows.vectors.tolist}, repeats=repeats, summary=min)


def records_ms(size: int) -> float:
    """Milliseconds of rows with few floats, so that a million of them fit into memory."""
    return medians({OURS: library(size, RECORD_FLOATS).records}, repeats=2, summary=min)[OURS] * 1e3


if __name__ == "__main__":
    run((*SIZES, *map(int, sys.argv[1:]))).show()
