"""The cache of thumbnails and transcoded ranges: made once, bounded, and errors are not kept."""

import threading

import anyio
import anyio.lowlevel
import pytest

from dodeca.browse.cache import Cache


def test_a_value_is_made_once_however_many_ask_at_the_same_time() -> None:
    made: list[str] = []
    everyone_asked = threading.Event()

    def make(key: str) -> bytes:
        made.append(key)
        assert everyone_asked.wait(30)
        return key.encode()

    async def ask() -> list[bytes]:
        cache = Cache(make, max_size=100, size_of=len)
        found: list[bytes] = []

        async def one() -> None:
            found.append(await cache.get("key"))

        async with anyio.create_task_group() as tasks:
            for _ in range(16):
                tasks.start_soon(one)
            await anyio.lowlevel.checkpoint()
            tasks.start_soon(anyio.to_thread.run_sync, everyone_asked.set)
        return found

    assert anyio.run(ask) == [b"key"] * 16
    assert made == ["key"]


def test_the_least_recent_values_go_first() -> None:
    made: list[int] = []
    gone: list[bytes] = []

    def make(key: int) -> bytes:
        made.append(key)
        return bytes(key)

    async def ask() -> None:
        cache = Cache(make, max_size=100, size_of=len, discard=gone.append)
        for key in (40, 50, 40, 30):  # 50 is the least recent one when there is too much
            await cache.get(key)
        assert cache.size == 70
        assert gone == [bytes(50)]
        await cache.get(40)
        await cache.get(200)  # larger than everything: it alone stays
        assert cache.size == 200
        await cache.get(200)

    anyio.run(ask)
    assert made == [40, 50, 30, 200]


def test_errors_are_raised_to_all_and_not_kept() -> None:
    made: list[str] = []

    def make(key: str) -> bytes:
        made.append(key)
        raise ValueError(key)

    async def ask() -> None:
        cache = Cache(make, max_size=100, size_of=len)
        for _ in range(2):
            with pytest.raises(ValueError, match="key"):
                await cache.get("key")
        assert cache.size == 0

    anyio.run(ask)
    assert made == ["key", "key"]
