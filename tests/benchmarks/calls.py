"""Small calls: the embedding of a text, one after the other and 64 at a time.

`python -m tests.benchmarks.calls` runs it alone. CPU time of the client's process; the server is
another one, on loopback.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import httpx

from dodeca import AsyncClient, Client
from tests.benchmarks.loopback import API_KEY, serving
from tests.benchmarks.measure import Spent, amedians, medians
from tests.benchmarks.report import Goal, Medians, Result

AT_ONCE = 64
TEXT = "a man walking a dog along the beach at sunset"
BODY = {"input_type": "text", "model_name": "marengo3.0", "text": {"input_text": TEXT}}
KEY = {"x-api-key": API_KEY}
HTTPX = "httpx"
VENDOR = "twelvelabs"


def answer() -> bytes:
    """One vector of 512 floats, as the service writes it."""
    chance = random.Random(0)
    vector = [round(chance.uniform(-1, 1), 8) for _ in range(512)]
    return json.dumps({"data": [{"embedding": vector}]}).encode()


def run(*, calls: int = 400, together: int = 640, repeats: int = 5) -> Result:
    """Medians of CPU microseconds for one call."""
    with serving({"/v1.3/embed-v2": answer()}) as server:
        sync = _sync(server + "/v1.3", calls, repeats)
        several = _together(server + "/v1.3", together, repeats)
    return Result(
        "calls",
        [
            Medians("embed.text, one after the other", sync, "CPU µs a call"),
            Medians(f"embed.text, {AT_ONCE} at a time (async)", several, "CPU µs a call"),
        ],
        [
            Goal(4, "sync: CPU of a call, of httpx's", "≤", 1.0, sync["dodeca"] / sync[HTTPX]),
            Goal(
                4, "sync: CPU of a call, of the vendor's", "≤", 0.6, sync["dodeca"] / sync[VENDOR]
            ),
            Goal(
                4,
                f"async at {AT_ONCE}: httpx's CPU, of ours",
                "≥",
                5.0,
                several[HTTPX] / several["dodeca"],
            ),
        ],
    )


def _sync(base_url: str, calls: int, repeats: int) -> Spent:
    from twelvelabs import TextInputRequest, TwelveLabs

    with (
        Client(API_KEY, base_url=base_url) as ours,
        httpx.Client(headers=KEY) as plain,
        httpx.Client(timeout=60, follow_redirects=True) as vendors,
    ):
        vendor = TwelveLabs(api_key=API_KEY, base_url=base_url, httpx_client=vendors)
        text = TextInputRequest(input_text=TEXT)

        def with_httpx() -> Any:
            return plain.post(f"{base_url}/embed-v2", json=BODY).json()["data"][0]["embedding"]

        def with_vendor() -> Any:
            found = vendor.embed.v_2.create(input_type="text", model_name="marengo3.0", text=text)
            return (found.data or [])[0].embedding

        ways: dict[str, Callable[[], Any]] = {
            "dodeca": lambda: ours.embed.text(TEXT).vectors,
            HTTPX: with_httpx,
            VENDOR: with_vendor,
        }
        spent = medians({name: _many(way, calls) for name, way in ways.items()}, repeats=repeats)
    return spent.scaled(1e6 / calls)


def _many(call: Callable[[], Any], calls: int) -> Callable[[], None]:
    def run() -> None:
        for _ in range(calls):
            call()

    return run


def _together(base_url: str, calls: int, repeats: int) -> Spent:
    from twelvelabs import AsyncTwelveLabs, TextInputRequest

    ours, plain = AsyncClient(API_KEY, base_url=base_url), httpx.AsyncClient(headers=KEY)
    vendors = httpx.AsyncClient(timeout=60, follow_redirects=True)  # as it makes them itself
    vendor = AsyncTwelveLabs(api_key=API_KEY, base_url=base_url, httpx_client=vendors)
    text = TextInputRequest(input_text=TEXT)

    async def with_us() -> Any:
        return (await ours.embed.text(TEXT)).vectors

    async def with_httpx() -> Any:
        response = await plain.post(f"{base_url}/embed-v2", json=BODY)
        return response.json()["data"][0]["embedding"]

    async def with_vendor() -> Any:
        found = await vendor.embed.v_2.create(input_type="text", model_name="marengo3.0", text=text)
        return (found.data or [])[0].embedding

    ways = {"dodeca": with_us, HTTPX: with_httpx, VENDOR: with_vendor}
    with asyncio.Runner() as runner:
        spent = amedians(
            runner, {name: _at_once(way, calls) for name, way in ways.items()}, repeats=repeats
        )
        runner.run(ours.aclose())
        runner.run(plain.aclose())
        runner.run(vendors.aclose())
    return spent.scaled(1e6 / calls)


def _at_once(
    call: Callable[[], Awaitable[Any]], calls: int
) -> Callable[[], Coroutine[Any, Any, None]]:
    async def worker(numbers: Any) -> None:
        for _ in numbers:
            await call()

    async def run() -> None:
        numbers = iter(range(calls))
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(worker(numbers))

    return run


if __name__ == "__main__":
    run().show()
