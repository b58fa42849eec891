"""Other HTTP clients, each as a function that posts a JSON body and returns that of the response.

Each is used as its own pages advise for speed: one client for all calls, as many connections as
calls at once, bytes in and bytes out. Our client is made as people make it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, ExitStack
from typing import Any

import aiohttp
import httpx
import httpx2
import numpy as np
import orjson
import pyreqwest.client
import simdjson
import urllib3

Post = Callable[[bytes], bytes]
AsyncPost = Callable[[bytes], Awaitable[bytes]]
Read = Callable[[bytes], Any]


def posts(
    url: str, headers: Mapping[str, str], at_once: int, clients: ExitStack
) -> dict[str, Post]:
    """The synchronous clients."""
    sent = {**headers, "content-type": "application/json"}
    old = clients.enter_context(httpx.Client(headers=sent, limits=_limits(httpx, at_once)))
    new = clients.enter_context(httpx2.Client(headers=sent, limits=_limits(httpx2, at_once)))
    pool = clients.enter_context(urllib3.PoolManager(headers=sent, maxsize=at_once, block=True))
    rust = clients.enter_context(
        pyreqwest.client.SyncClientBuilder().default_headers(sent).error_for_status(True).build()
    )

    def with_urllib3(body: bytes) -> bytes:
        response = pool.request("POST", url, body=body)
        assert response.status == 200
        return response.data

    return {
        "httpx": lambda body: old.post(url, content=body).raise_for_status().content,
        "httpx2": lambda body: new.post(url, content=body).raise_for_status().content,
        "urllib3": with_urllib3,
        "pyreqwest": lambda body: bytes(rust.post(url).body_bytes(body).build().send().bytes()),
    }


async def async_posts(
    url: str, headers: Mapping[str, str], at_once: int, clients: AsyncExitStack
) -> dict[str, AsyncPost]:
    """The asynchronous clients."""
    sent = {**headers, "content-type": "application/json"}
    enter = clients.enter_async_context
    old = await enter(httpx.AsyncClient(headers=sent, limits=_limits(httpx, at_once)))
    new = await enter(httpx2.AsyncClient(headers=sent, limits=_limits(httpx2, at_once)))
    session = await enter(
        aiohttp.ClientSession(headers=sent, connector=aiohttp.TCPConnector(limit=at_once))
    )
    rust = await enter(
        pyreqwest.client.ClientBuilder().default_headers(sent).error_for_status(True).build()
    )

    async def with_httpx(body: bytes) -> bytes:
        return (await old.post(url, content=body)).raise_for_status().content

    async def with_httpx2(body: bytes) -> bytes:
        return (await new.post(url, content=body)).raise_for_status().content

    async def with_aiohttp(body: bytes) -> bytes:
        async with session.post(url, data=body) as response:
            response.raise_for_status()
            return await response.read()

    async def with_pyreqwest(body: bytes) -> bytes:
        return bytes(await (await rust.post(url).body_bytes(body).build().send()).bytes())

    return {
        **{"httpx": with_httpx, "httpx2": with_httpx2},
        **{"aiohttp": with_aiohttp, "pyreqwest": with_pyreqwest},
    }


def _limits(module: Any, at_once: int) -> Any:
    return module.Limits(max_connections=at_once, max_keepalive_connections=at_once)


def readers() -> dict[str, Read]:
    """By the name of the JSON parser, what makes a response of one vector a float32 array."""
    parser = simdjson.Parser()

    def with_simdjson(body: bytes) -> Any:
        found = parser.parse(body)
        vector = np.frombuffer(found.at_pointer("/data/0/embedding").as_buffer(of_type="d"))
        del found  # the parser is used again
        return vector.astype(np.float32)

    return {
        "json": lambda body: _first(json.loads(body)),
        "orjson": lambda body: _first(orjson.loads(body)),
        "pysimdjson": with_simdjson,
    }


def _first(found: Any) -> Any:
    return np.array(found["data"][0]["embedding"], np.float32)
