"""What a call costs beside its HTTP, and what lists of many pages cost with it.

`python -m tests.benchmarks.parsing` runs it alone. CPU time of this process.

Calls go through a transport that is given to the client and answers from memory. The same request
through the adapter of such transports alone is subtracted: what is left is building the request,
retries, deadlines and hooks, parsing the response and wrapping the result. The peer is the whole
call of httpx through the same transport, with `json`.

Lists are of 100,000 videos on pages of 50, from a server on loopback, which is another process;
DODECA_BENCH_ITEMS is another number of videos. The peer is httpx with `json`, which parses the same
pages and keeps their dictionaries.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import attrs
import httpx

from dodeca import AsyncClient, Client
from dodeca._async.connections.httpx_adapter import AsyncHttpxAdapter
from dodeca._calls.bodies import RequestBody
from dodeca._http.messages import HttpRequest
from dodeca._sync.connections.httpx_adapter import HttpxAdapter
from tests.benchmarks import calls
from tests.benchmarks.loopback import API_KEY, serving
from tests.benchmarks.measure import amedians, medians
from tests.benchmarks.report import Goal, Medians, Result

ITEMS = int(os.environ.get("DODECA_BENCH_ITEMS", "100000"))
PER_PAGE = 50
INDEX = "6" * 24
HERE = "https://api.twelvelabs.io/v1.3"
OURS, HTTPX, HTTP = "dodeca", "httpx", "its HTTP"
HEAD = {
    "content-type": "application/json",
    "x-request-id": "1f3c",
    "x-ratelimit-request-limit": "50",
    "x-ratelimit-request-remaining": "49",
    "x-ratelimit-request-reset": "60",
}

BEFORE = {
    "embed": (0.91, 0.97),
    "search": (1.53, 1.33),
    "list": (5.25, 4.69),
    "retrieve": (0.73, 0.62),
}
"""What a call beside its HTTP took in commit e735943, of httpx's whole call, sync and async.

This module measured it in a copy of that commit (`git archive e735943`), in turns with the code
that followed it: the medians of three or four runs. It needs the clients and the adapter only.
"""
WHY_NOT = {"embed": "(most of it is reading the vector, which was fast before)"}


def video(number: int) -> dict[str, Any]:
    """A video in a list, as the service describes it."""
    return {
        "_id": f"{number:024x}",
        "asset_id": f"{number:024x}",
        "created_at": "2025-03-01T12:00:00.123Z",
        "updated_at": "2025-03-01T12:00:00Z",
        "indexed_at": "2025-03-01T12:03:00Z",
        "system_metadata": {
            "filename": f"video-{number}.mp4",
            "duration": 93.5,
            "fps": 30.0,
            "width": 1920,
            "height": 1080,
            "size": 12_345_678,
            "model_names": ["marengo3.0"],
        },
        "user_metadata": {"category": "news", "season": number},
    }


def page(number: int, total: int) -> bytes:
    """One page of a list of so many videos."""
    first = (number - 1) * PER_PAGE
    info = {
        "page": number,
        "limit_per_page": PER_PAGE,
        "total_page": -(-total // PER_PAGE),
        "total_results": total,
    }
    items = [video(n) for n in range(first, min(first + PER_PAGE, total))]
    return json.dumps({"data": items, "page_info": info}).encode()


def hits() -> bytes:
    """One page of a search."""
    clips = [
        {
            "video_id": f"{n:024x}",
            "start": float(n),
            "end": n + 4.0,
            "rank": n + 1,
            "thumbnail_url": f"https://media.example/{n}.jpg",
            "transcription": "what is said in it",
        }
        for n in range(10)
    ]
    info = {
        "limit_per_page": 10,
        "total_results": 40,
        "page_expires_at": "2025-03-01T12:00:00Z",
        "next_page_token": "next-1",
    }
    pool = {"index_id": INDEX, "total_count": 4, "total_duration": 300.0}
    return json.dumps({"data": clips, "page_info": info, "search_pool": pool}).encode()


def index() -> bytes:
    """An index."""
    models = [{"model_name": "marengo3.0", "model_options": ["visual", "audio"]}]
    return json.dumps(
        {
            "_id": INDEX,
            "index_name": "films",
            "models": models,
            "addons": ["thumbnail"],
            "video_count": 1,
            "total_duration": 20.0,
            "created_at": "2025-03-01T12:00:00.123Z",
            "updated_at": "2025-03-01T12:00:00Z",
        }
    ).encode()


BODIES = {
    "/v1.3/embed-v2": calls.answer(),
    "/v1.3/search": hits(),
    f"/v1.3/indexes/{INDEX}/videos": page(1, PER_PAGE),
    f"/v1.3/indexes/{INDEX}": index(),
}


class FromMemory(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers from memory."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to a path."""
        body = httpx.ByteStream(BODIES[request.url.path])
        return httpx.Response(200, headers=HEAD, stream=body)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The same."""
        return self.handle_request(request)


@attrs.frozen
class Kind:
    """One kind of call: ours, and how httpx sends the same."""

    method: str
    path: str
    options: dict[str, Any]
    call: Callable[[Client], object]
    acall: Callable[[AsyncClient], Awaitable[object]]


async def _first_page(client: AsyncClient) -> object:
    return [video async for video in client.indexes.videos.list(INDEX, page_limit=PER_PAGE)]


SEARCH = {"index_id": INDEX, "search_options": "visual", "query_text": "a red car"}
KINDS = {
    "embed": Kind(
        "POST",
        "/embed-v2",
        {"json": calls.BODY},
        lambda client: client.embed.text(calls.TEXT),
        lambda client: client.embed.text(calls.TEXT),
    ),
    "search": Kind(
        "POST",
        "/search",
        {"files": {name: (None, value) for name, value in SEARCH.items()}},
        lambda client: client.search(INDEX, "a red car", search_options=["visual"]),
        lambda client: client.search(INDEX, "a red car", search_options=["visual"]),
    ),
    "list": Kind(
        "GET",
        f"/indexes/{INDEX}/videos",
        {"params": {"page": 1, "page_limit": PER_PAGE}},
        lambda client: list(client.indexes.videos.list(INDEX, page_limit=PER_PAGE)),
        _first_page,
    ),
    "retrieve": Kind(
        "GET",
        f"/indexes/{INDEX}",
        {},
        lambda client: client.indexes.retrieve(INDEX),
        lambda client: client.indexes.retrieve(INDEX),
    ),
}


def run(*, repeats: int = 9, items: int = ITEMS) -> Result:
    """CPU of calls, and of lists."""
    tables, goals = [], []
    for name, kind in KINDS.items():
        for place, (way, spent) in enumerate(
            {"sync": _sync(kind, repeats), "async": _async(kind, repeats)}.items()
        ):
            beside = (spent[OURS] - spent[HTTP]) / spent[HTTPX]
            tables.append(Medians(f"{name}, {way}", spent.scaled(1e6), "CPU µs a call", base=HTTPX))
            claim = f"{name}, {way}: CPU beside its HTTP, of what it was"
            ratio = beside / BEFORE[name][place]
            goals.append(Goal(14, claim, "≤", 0.6, ratio, why_not=WHY_NOT.get(name, "")))
    for table in lists(items=items):
        tables.append(table)
        ratio = table.ratio(OURS, HTTPX)
        goals.append(Goal(14, f"{table.title}: of httpx + json", "≤", 1.5, ratio))
    return Result("parsing", tables, goals)


def lists(*, items: int) -> list[Medians]:
    """CPU microseconds of an item, sync and async."""
    paths = {
        f"/v1.3/indexes/{INDEX}/videos?page={n}&page_limit={PER_PAGE}": page(n, items)
        for n in range(1, -(-items // PER_PAGE) + 1)
    }
    with serving(paths) as server:
        ways = {way: iterate(server + "/v1.3", items) for way, iterate in _ITERATED.items()}
    return [
        Medians(f"{items:,} videos of pages, {way}", spent.scaled(1e6 / items), "CPU µs an item")
        for way, spent in ways.items()
    ]


def _sync(kind: Kind, repeats: int) -> Any:
    adapter, request = HttpxAdapter(FromMemory()), _request(kind)
    with (
        Client(API_KEY, base_url=HERE, transport=FromMemory()) as ours,
        httpx.Client(transport=FromMemory(), headers={"x-api-key": API_KEY}) as plain,
    ):

        def with_us() -> object:
            return kind.call(ours)

        def its_http() -> bytes:
            return b"".join(adapter.send(request()).stream)

        def with_httpx() -> Any:
            return plain.request(kind.method, HERE + kind.path, **kind.options).json()

        with_us()  # all is loaded, so that a first run says how long one takes
        ways = {OURS: with_us, HTTP: its_http, HTTPX: with_httpx}
        return medians(ways, repeats=repeats, summary=min)


def _async(kind: Kind, repeats: int) -> Any:
    adapter, request = AsyncHttpxAdapter(FromMemory()), _request(kind)
    ours = AsyncClient(API_KEY, base_url=HERE, transport=FromMemory())
    plain = httpx.AsyncClient(transport=FromMemory(), headers={"x-api-key": API_KEY})

    async def with_us() -> None:
        await kind.acall(ours)

    async def its_http() -> None:
        response = await adapter.send(request())
        b"".join([piece async for piece in response.stream])

    async def with_httpx() -> None:
        response = await plain.request(kind.method, HERE + kind.path, **kind.options)
        response.json()

    ways = {OURS: with_us, HTTP: its_http, HTTPX: with_httpx}
    with asyncio.Runner() as runner:
        runner.run(with_us())  # all is loaded
        many = {name: _many(way) for name, way in ways.items()}
        spent = amedians(runner, many, repeats=repeats, summary=min).scaled(1 / MANY)
        runner.run(ours.aclose())
        runner.run(plain.aclose())
    return spent


MANY = 50  # calls in one run of an event loop


def _many(way: Callable[[], Awaitable[None]]) -> Callable[[], Coroutine[Any, Any, None]]:
    async def run() -> None:
        for _ in range(MANY):
            await way()

    return run


def _request(kind: Kind) -> Callable[[], HttpRequest]:
    """Makes the request of a call, whose head and body have been built."""
    request = httpx.Request(kind.method, HERE + kind.path, **kind.options)
    body = RequestBody("application/json", [request.read()])
    headers = {**request.headers, "x-api-key": API_KEY}
    return lambda: HttpRequest(kind.method, request.url, headers, body, 60.0)


def _listed(base_url: str, items: int) -> Any:
    with Client(API_KEY, base_url=base_url) as ours, httpx.Client(headers=calls.KEY) as plain:

        def with_us() -> None:
            videos = ours.indexes.videos.list(INDEX, page_limit=PER_PAGE)
            assert sum(1 for video in videos if video.id) == items

        def with_httpx() -> None:
            number, found = 1, 0
            while found < items:
                params = {"page": number, "page_limit": PER_PAGE}
                response = plain.get(f"{base_url}/indexes/{INDEX}/videos", params=params)
                found += sum(1 for video in response.json()["data"] if video["_id"])
                number += 1

        return medians({OURS: with_us, HTTPX: with_httpx}, repeats=3, summary=min)


def _alisted(base_url: str, items: int) -> Any:
    ours = AsyncClient(API_KEY, base_url=base_url)
    plain = httpx.AsyncClient(headers=calls.KEY)

    async def with_us() -> None:
        videos = ours.indexes.videos.list(INDEX, page_limit=PER_PAGE)
        assert len([1 async for video in videos if video.id]) == items

    async def with_httpx() -> None:
        number, found = 1, 0
        while found < items:
            params = {"page": number, "page_limit": PER_PAGE}
            response = await plain.get(f"{base_url}/indexes/{INDEX}/videos", params=params)
            found += sum(1 for video in response.json()["data"] if video["_id"])
            number += 1

    with asyncio.Runner() as runner:
        spent = amedians(runner, {OURS: with_us, HTTPX: with_httpx}, repeats=3, summary=min)
        runner.run(ours.aclose())
        runner.run(plain.aclose())
    return spent


_ITERATED = {"sync": _listed, "async": _alisted}


if __name__ == "__main__":
    run().show()
