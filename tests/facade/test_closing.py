"""Whoever closes a client closes what it holds: connections, transports, emulators."""

from __future__ import annotations

import sqlite3
from typing import Any

import anyio
import httpx
import pytest

from dodeca import AsyncClient, Client
from dodeca.emulator import Emulator
from dodeca.errors import ConfigurationError
from tests.faults.both import CLIENTS
from tests.faults.raw import Raw, http
from tests.scripted import EMBEDDED, Server
from tests.seams import REAL_TIME

pytestmark = pytest.mark.anyio


class Closing(Server):
    """A transport that counts how often it is closed."""

    closed = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=EMBEDDED)

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


async def close(client: Client | AsyncClient, *, by_block: bool = False) -> None:
    if isinstance(client, AsyncClient):
        if by_block:
            async with client:
                return
        await client.aclose()
    elif by_block:
        with client:
            return
    else:
        client.close()


async def embed(client: Client | AsyncClient) -> None:
    if isinstance(client, AsyncClient):
        await client.embed.text("red")
    else:
        await anyio.to_thread.run_sync(client.embed.text, "red")


@CLIENTS
@pytest.mark.parametrize("by_block", [False, True])
async def test_a_client_closes_the_transport_that_it_was_given(kind: Any, by_block: bool) -> None:
    transport = Closing()
    client = kind("key", transport=transport)
    await embed(client)
    assert transport.closed == 0
    await close(client, by_block=by_block)
    assert transport.closed == 1
    with pytest.raises(ConfigurationError, match="closed"):
        await embed(client)


@CLIENTS
async def test_a_client_closes_its_connections(kind: Any) -> None:
    raw = Raw(lambda _: http())
    with raw.serving() as url:
        client = kind("key", base_url=url)
        await embed(client)
        await embed(client)
        assert (raw.connections, len(raw.open)) == (1, 1)
        await close(client)
        for _ in range(6_000):
            if not raw.open:
                break
            await REAL_TIME.asleep(0.01)
        assert not raw.open


@CLIENTS
async def test_only_an_emulator_of_its_own_ends_with_a_client(kind: Any) -> None:
    own, shared = kind.emulated(), Emulator()
    guest = kind.emulated(shared)
    for client in (own, guest):
        await embed(client)
        await close(client)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        own._owned.state.database.get("assets", "a")
    assert shared.state.database.get("assets", "a") is None
    shared.close()
