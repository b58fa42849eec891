"""The emulator over a large library: a search, the pages of its lists, what a search leaves behind.

`python -m tests.benchmarks.library` runs it alone. The library has vectors at random, stored as
those of videos are. A search is measured beside its peer, one product of the same matrix and query
in numpy: what it takes beyond that may hardly grow. `DODECA_LIBRARY=1` adds a million vectors,
which take 7 GB.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import numpy as np
import orjson

from dodeca.emulator import Emulator
from tests.benchmarks.measure import highest_memory
from tests.benchmarks.report import Goal, Growth, Result
from tests.emulator.library import planted

VIDEOS = (1_000, 10_000)
CLIPS = (1, 10, 100) if os.environ.get("DODECA_LIBRARY") else (1, 10)
"""Of each video, at the largest number of them."""
MATMUL = "matmul"
OTHERS = 600
"""Searches before one more is measured."""
_DIMENSIONS = 512
_PAGE = 50
_TURNS = 15
_ORIGIN = "https://api.twelvelabs.io/v1.3"
_MODEL = {"model_name": "marengo3.0", "model_options": ["visual"]}


class Library:
    """An emulator with an index of many videos, and requests to it without a connection."""

    def __init__(self, videos: int, clips: int) -> None:
        self.emulator, self.videos = Emulator(), videos
        body = {"index_name": "library", "models": [_MODEL]}
        self.index_id = self.send(self.request("POST", "/indexes", json=body))["_id"]
        self.path = f"/indexes/{self.index_id}"
        random, state = np.random.default_rng(1), self.emulator.state
        with state.database.transaction():
            for number in range(videos):
                vectors = random.standard_normal((clips, _DIMENSIONS), dtype=np.float32)
                vectors /= np.linalg.norm(vectors, axis=1)[:, None]
                found = {"visual": vectors}
                planted(state, self.index_id, found, number=number, rating=number % 10)
        self.send(self.search())  # reads the vectors into memory
        self.matrix = state.vectors.clips(self.index_id).matrices["visual"]
        self.query = random.standard_normal(_DIMENSIONS, dtype=np.float32)

    def request(self, method: str, path: str, **more: Any) -> httpx.Request:
        """Return a request that can be sent several times."""
        request = httpx.Request(method, _ORIGIN + path, headers={"x-api-key": "any"}, **more)
        request.read()
        return request

    def send(self, request: httpx.Request) -> dict[str, Any]:
        """Let the emulator handle a request; return what the response holds."""
        response = self.emulator.handle(request)
        assert response.status_code < 300, response.text
        found: dict[str, Any] = orjson.loads(response.content or b"{}")
        return found

    def search(self, **fields: str) -> httpx.Request:
        """Return a search."""
        given = {"index_id": self.index_id, "search_options": "visual", "query_text": "a red car"}
        form = [(name, (None, text)) for name, text in {**given, **fields}.items()]
        return self.request("POST", "/search", files=form)

    def page(self, path: str, query: str = "", number: int = 1) -> httpx.Request:
        """Return a request for a page of a list."""
        return self.request("GET", f"{path}?page={number}&page_limit={_PAGE}{query}")

    def change(self) -> None:
        """Change a video, so that lists and searches have to take it over."""
        video_id = self.send(self.page(f"{self.path}/videos"))["data"][0]["_id"]
        body = {"user_metadata": {"changed": time.perf_counter()}}
        self.send(self.request("PATCH", f"{self.path}/videos/{video_id}", json=body))

    def kept_of_searches(self) -> int:
        """Return how many bytes the database has of earlier searches."""
        return sum(
            len(orjson.dumps(kept)) for kept in self.emulator.state.database.find("searches")
        )

    def close(self) -> None:
        """Close the emulator."""
        self.emulator.close()


def in_turns(
    ways: Mapping[str, Callable[[], object]], before: Callable[[], object] = lambda: None
) -> dict[str, float]:
    """The fewest CPU milliseconds of each way in some turns, after one that does not count."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(1 + _TURNS):
        for name, way in ways.items():
            before()
            gc.collect()
            began = time.process_time()
            way()
            spent[name].append(1000 * (time.process_time() - began))
    return {name: min(times[1:]) for name, times in spent.items()}


def searches(library: Library) -> dict[str, float]:
    """Searches of each kind beside the product of a matrix and a query."""
    requests = {
        "search": library.search(),
        "search by video": library.search(group_by="video"),
        "search with a filter": library.search(filter='{"rating": {"gte": 5}}'),
    }
    ways: dict[str, Callable[[], object]] = {
        name: lambda request=request: library.send(request)  # type: ignore[misc]
        for name, request in requests.items()
    }
    return in_turns({**ways, MATMUL: lambda: library.matrix @ library.query})


def pages(library: Library) -> dict[str, float]:
    """A page of each list, as often as nothing changes, and after a change."""
    videos, last = f"{library.path}/videos", library.videos // _PAGE
    requests = {
        "videos": library.page(videos),
        "last page": library.page(videos, number=last),
        "longer than a second": library.page(videos, "&duration[gte]=1"),
        "indexed assets": library.page(f"{library.path}/indexed-assets"),
        "tasks": library.page("/tasks"),
        "indexes": library.page("/indexes"),
    }
    ways: dict[str, Callable[[], object]] = {
        name: lambda request=request: library.send(request)  # type: ignore[misc]
        for name, request in requests.items()
    }
    every = [library.page(videos, number=number) for number in range(1, last + 1)]

    def all_pages() -> None:
        for request in every:
            library.send(request)

    found = in_turns(ways)
    found["each of all pages"] = in_turns({"all": all_pages}, library.change)["all"] / last
    changed = in_turns({"videos": ways["videos"]}, library.change)
    return {**found, "videos, after a change": changed["videos"]}


def run(
    videos: tuple[int, ...] = VIDEOS, clips: tuple[int, ...] = CLIPS, others: int = OTHERS
) -> Result:
    """Measure small and large libraries; the goals are those of the largest number of videos."""
    small = Library(videos[0], 10)
    by_videos, listed = [searches(small)], [pages(small)]
    small.close()
    by_vectors = []
    for count in clips:
        library = Library(videos[-1], count)
        by_vectors.append(searches(library))
        if count == 10:
            by_videos.append(by_vectors[-1])
            listed.append(pages(library))
            kept = library.kept_of_searches()
            for _ in range(others):
                library.send(library.search())
            left = (library.kept_of_searches() - kept) / others / 1000
            again = searches(library)["search"]
        library.close()
    size, spent = f"{videos[-1]:,} videos, {10 * videos[-1]:,} vectors", by_videos[-1]
    goals = [
        Goal(13, f"a search of {size}, beyond one matmul", "≤", 5, beyond(spent), " ms"),
        Goal(13, f"the same after {others} other searches", "≤", 1.2, again / spent["search"]),
        Goal(13, "what a search leaves behind", "≤", 10, left, " kB"),
        Goal(13, f"a page of {videos[-1]:,} videos", "≤", 5, listed[-1]["videos"], " ms"),
        Goal(13, "the slowest page of a list", "≤", 5, max(listed[-1].values()), " ms"),
        Goal(13, f"each of all pages, as many as of {videos[0]:,} videos", "≤", 1.5, grown(listed)),
    ]
    tables = [
        Growth("videos of 10 clips", videos, columns(by_videos), "CPU ms", MATMUL, _TURNS),
        Growth(
            f"vectors of {videos[-1]:,} videos",
            [videos[-1] * count for count in clips],
            columns(by_vectors),
            "CPU ms",
            MATMUL,
            _TURNS,
        ),
        Growth(f"pages of {_PAGE} of so many videos", videos, columns(listed), runs=_TURNS),
    ]
    memory = f"Peak of memory: {highest_memory() / 1e6:,.0f} MB, with the database in memory, too."
    return Result("library", [], goals, [memory], tables)


def beyond(spent: Mapping[str, float]) -> float:
    """What a search takes beside the product of the matrix and the query."""
    return spent["search"] - spent[MATMUL]


def grown(listed: list[dict[str, float]]) -> float:
    """How much longer each of all pages takes in the larger library."""
    small, large = (each["each of all pages"] for each in listed)
    return large / small


def columns(found: list[dict[str, float]]) -> dict[str, list[float | None]]:
    """Return what was measured at each size by what it is of."""
    return {name: [each[name] for each in found] for name in found[0]}


if __name__ == "__main__":
    run().show()
