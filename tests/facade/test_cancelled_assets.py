"""A temporary asset is deleted even if its task is cancelled."""

import asyncio
from pathlib import Path

import anyio
import pytest

from dodeca import AsyncClient

pytestmark = pytest.mark.anyio


async def hold(client: AsyncClient, path: Path, held: anyio.Event) -> None:
    """Use an asset until somebody cancels it."""
    async with client.assets.temporary(path):
        held.set()
        await anyio.sleep_forever()


async def test_a_scope_that_is_cancelled_deletes_its_asset(sample_files: Path) -> None:
    held = anyio.Event()
    async with AsyncClient.emulated() as client:
        async with anyio.create_task_group() as group:
            group.start_soon(hold, client, sample_files / "purple.jpg", held)
            await held.wait()
            group.cancel_scope.cancel()
        assert [asset async for asset in client.assets.list()] == []


async def test_a_task_that_is_cancelled_deletes_its_asset(sample_files: Path) -> None:
    held = anyio.Event()
    async with AsyncClient.emulated() as client:
        task = asyncio.create_task(hold(client, sample_files / "purple.jpg", held))
        await held.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [asset async for asset in client.assets.list()] == []
