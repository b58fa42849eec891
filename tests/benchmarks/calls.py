"""Small calls: the embedding of a text, one after the other, and 64 and 256 at a time.

`python -m tests.benchmarks.calls` runs it alone. CPU time of the client's process, threads of
libraries included; the server is another one, on loopback. Each way ends in a float32 array. The
other clients give bytes, which the parser that a row names makes into it; ours, as installed,
parses with pysimdjson.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack
from typing import Any
from unittest import mock

import httpx
import numpy as np
import orjson

from dodeca import AsyncClient, Client
from dodeca._calls import floats, vector_reader
from tests.benchmarks import peers
from tests.benchmarks.loopback import API_KEY, serving
from tests.benchmarks.measure import Spent, amedians, medians
from tests.benchmarks.report import OURS, Goal, Medians, Result

AT_ONCE = (64, 256)
TEXT = "a man walking a dog along the beach at sunset"
BODY = {"input_type": "text", "model_name": "marengo3.0", "text": {"input_text": TEXT}}
KEY = {"x-api-key": API_KEY}
HTTPX, HTTPX_ALIKE = "httpx + json", "httpx + pysimdjson"
HTTPX2, AIOHTTP = "httpx2 + pysimdjson", "aiohttp + pysimdjson"
URLLIB3, RUST = "urllib3 + pysimdjson", "pyreqwest + pysimdjson"
VENDOR = "twelvelabs"
ORJSON = "dodeca with orjson"
THREADS, URLLIB3_THREADS = "dodeca, threads", "urllib3 + pysimdjson, threads"
SLOW = (HTTPX, HTTPX_ALIKE, HTTPX2, VENDOR)
PATH = "/v1.3/embed-v2"


def answer() -> bytes:
    """One vector of 512 floats, as the service writes it."""
    chance = random.Random(0)
    vector = [round(chance.uniform(-1, 1), 8) for _ in range(512)]
    return json.dumps({"data": [{"embedding": vector}]}).encode()


def run(
    *, calls: int = 400, together: int = 640, repeats: int = 5, at_once: tuple[int, ...] = AT_ONCE
) -> Result:
    """Medians of CPU microseconds for one call."""
    with serving({PATH: answer()}) as server:
        sync = _sync(server, calls, repeats)
        several = {count: _together(server, count, together, repeats) for count in at_once}
    goals = [
        _of("sync", sync, HTTPX, 1.0),
        _of("sync", sync, HTTPX_ALIKE, 1.0),
        Goal(4, "sync: CPU of a call with orjson, of httpx + orjson", "≤", 1.0, _orjson(sync)),
        _of("sync", sync, HTTPX2, 1.0),
        _of("sync", sync, URLLIB3, 1.0),
        _of("sync", sync, RUST, 5.0),
        _of("sync", sync, VENDOR, 0.6),
    ]
    for count, found in several.items():
        for name, least in ((HTTPX, 5.0), (HTTPX_ALIKE, 5.0), (HTTPX2, 2.0)):
            if name in found:
                claim = f"async at {count}: CPU of {name}, of ours"
                goals.append(Goal(4, claim, "≥", least, found[name] / found[OURS]))
        goals.append(_of(f"async at {count}", found, AIOHTTP, 2.0))
        goals.append(_of(f"async at {count}", found, RUST, 5.0))
        threads = found[THREADS] / found[URLLIB3_THREADS]
        goals.append(Goal(4, f"{count} threads: CPU of a call, of {URLLIB3}", "≤", 1.0, threads))
    return Result(
        "calls",
        [
            Medians("embed.text, one after the other", sync, "CPU µs a call"),
            *(
                Medians(f"embed.text, {count} at a time", found, "CPU µs a call")
                for count, found in several.items()
            ),
        ],
        goals,
        [
            "The other clients send and receive bytes, with as many connections as calls at once; "
            "beside the request, ours checks the input, counts against the rate limits, and gives "
            "a typed result. pyreqwest does its HTTP in Rust."
        ],
    )


def _of(how: str, spent: Mapping[str, float], name: str, most: float) -> Goal:
    return Goal(4, f"{how}: CPU of a call, of {name}", "≤", most, spent[OURS] / spent[name])


def _orjson(spent: Mapping[str, float]) -> float:
    return spent[ORJSON] / spent["httpx + orjson"]


def _sync(server: str, calls: int, repeats: int) -> Spent:
    from twelvelabs import TextInputRequest, TwelveLabs

    base_url = server + "/v1.3"
    with ExitStack() as clients:
        ours = clients.enter_context(Client(API_KEY, base_url=base_url))
        vendors = clients.enter_context(httpx.Client(timeout=60, follow_redirects=True))
        vendor = TwelveLabs(api_key=API_KEY, base_url=base_url, httpx_client=vendors)
        text = TextInputRequest(input_text=TEXT)

        def with_us() -> Any:
            return ours.embed.text(TEXT).vectors[0]

        def with_orjson() -> Any:
            with mock.patch.object(vector_reader, "new_parser", lambda: floats.orjson_parser):  # noqa: PT008
                return with_us()

        def with_vendor() -> Any:
            found = vendor.embed.v_2.create(input_type="text", model_name="marengo3.0", text=text)
            return np.array((found.data or [])[0].embedding, np.float32)

        ways: dict[str, Callable[[], Any]] = {OURS: with_us, ORJSON: with_orjson}
        for name, post in peers.posts(server + PATH, KEY, 1, clients).items():
            for parser, read in _readers(name, ("json", "orjson")).items():
                ways[f"{name} + {parser}"] = _posting(post, parser, read)
        ways[VENDOR] = with_vendor
        _check_alike([way() for way in ways.values()])
        many = {name: _many(way, calls) for name, way in ways.items()}
        few = {VENDOR: min(repeats, 2)}
        return medians(many, repeats=repeats, few=few).scaled(1e6 / calls)


def _readers(client: str, others: Sequence[str]) -> dict[str, peers.Read]:
    """By name the parser of ours, and for httpx others, too."""
    wanted = ["pysimdjson", *(others if client == "httpx" else ())]
    return {name: read for name, read in peers.readers().items() if name in wanted}


def _posting(post: peers.Post, parser: str, read: peers.Read) -> Callable[[], Any]:
    return lambda: read(post(_body(parser)))


def _body(parser: str) -> bytes:
    return json.dumps(BODY).encode() if parser == "json" else orjson.dumps(BODY)


def _check_alike(found: list[Any]) -> None:
    for vector in found:
        assert np.array_equal(vector, found[0])


def _many(call: Callable[[], Any], calls: int) -> Callable[[], None]:
    def run() -> None:
        for _ in range(calls):
            call()

    return run


def _together(server: str, at_once: int, calls: int, repeats: int) -> Spent:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        ways = runner.run(_async_ways(server, at_once, stack))
        _check_alike([runner.run(_awaited(way)) for way in ways.values()])
        many = {name: _at_once(way, at_once, calls) for name, way in ways.items()}
        spent = amedians(runner, many, repeats=repeats, few=dict.fromkeys(SLOW, min(repeats, 2)))
        runner.run(stack.aclose())
    threads = _threads(server, at_once, calls, repeats)
    return Spent({**spent, **threads}, spent.runs | threads.runs).scaled(1e6 / calls)


async def _async_ways(
    server: str, at_once: int, clients: AsyncExitStack
) -> dict[str, Callable[[], Awaitable[Any]]]:
    from twelvelabs import AsyncTwelveLabs, TextInputRequest

    base_url = server + "/v1.3"
    ours = await clients.enter_async_context(AsyncClient(API_KEY, base_url=base_url))
    vendors = await clients.enter_async_context(
        httpx.AsyncClient(timeout=60, follow_redirects=True)  # as it makes them itself
    )
    vendor = AsyncTwelveLabs(api_key=API_KEY, base_url=base_url, httpx_client=vendors)
    text = TextInputRequest(input_text=TEXT)

    async def with_us() -> Any:
        return (await ours.embed.text(TEXT)).vectors[0]

    async def with_vendor() -> Any:
        found = await vendor.embed.v_2.create(input_type="text", model_name="marengo3.0", text=text)
        return np.array((found.data or [])[0].embedding, np.float32)

    def posting(post: peers.AsyncPost, parser: str, read: peers.Read) -> Any:
        async def call() -> Any:
            return read(await post(_body(parser)))

        return call

    ways: dict[str, Callable[[], Awaitable[Any]]] = {OURS: with_us}
    for name, post in (await peers.async_posts(server + PATH, KEY, at_once, clients)).items():
        for parser, read in _readers(name, ("json",) if at_once == AT_ONCE[0] else ()).items():
            ways[f"{name} + {parser}"] = posting(post, parser, read)
    return ways | ({VENDOR: with_vendor} if at_once == AT_ONCE[0] else {})  # minutes beyond


async def _awaited(call: Callable[[], Awaitable[Any]]) -> Any:
    return await call()


def _at_once(
    call: Callable[[], Awaitable[Any]], at_once: int, calls: int
) -> Callable[[], Coroutine[Any, Any, None]]:
    async def worker(numbers: Any) -> None:
        for _ in numbers:
            await call()

    async def run() -> None:
        numbers = iter(range(calls))
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker(numbers))

    return run


def _threads(server: str, at_once: int, calls: int, repeats: int) -> Spent:
    """The synchronous clients in as many threads."""
    with ExitStack() as clients:
        ours = clients.enter_context(Client(API_KEY, base_url=server + "/v1.3"))
        post = peers.posts(server + PATH, KEY, at_once, clients)["urllib3"]
        executor = clients.enter_context(ThreadPoolExecutor(at_once))

        def with_urllib3() -> Any:  # a parser belongs to one thread
            return peers.readers()["pysimdjson"](post(_body("pysimdjson")))

        ways = {THREADS: lambda: ours.embed.text(TEXT).vectors[0], URLLIB3_THREADS: with_urllib3}
        _check_alike([way() for way in ways.values()])

        def many(call: Callable[[], Any]) -> Callable[[], None]:
            def run() -> None:
                for done in [executor.submit(call) for _ in range(calls)]:
                    done.result()

            return run

        return medians({name: many(way) for name, way in ways.items()}, repeats=repeats)


if __name__ == "__main__":
    run().show()
