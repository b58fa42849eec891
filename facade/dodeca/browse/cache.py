"""A bounded cache of what takes a thread to make: thumbnails, transcoded media, waveforms."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

import anyio.to_thread

K = TypeVar("K")
V = TypeVar("V")


def _keep(_: object) -> None:
    """Discard a value that needs no more than to be forgotten."""


class Cache(Generic[K, V]):
    """Values by key, made once even if many ask at the same time; the least recent ones go first.

    `make` runs in a thread; its errors are raised and not kept. At most `max_size` is held, as
    `size_of` counts; the newest value stays however large it is. `discard` gets what is removed. An
    instance belongs to one event loop.
    """

    def __init__(
        self,
        make: Callable[[K], V],
        *,
        max_size: int,
        size_of: Callable[[V], int],
        discard: Callable[[V], None] = _keep,
    ) -> None:
        self._make = make
        self._max_size = max_size
        self._size_of = size_of
        self._discard = discard
        self._values: OrderedDict[K, V] = OrderedDict()
        self._running: dict[K, asyncio.Task[V]] = {}
        self.size = 0

    async def get(self, key: K) -> V:
        """The value of a key, made if it is not there."""
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key]
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._fill(key))
            self._running[key] = task
            task.add_done_callback(partial(self._forget, key))
        return await asyncio.shield(task)  # others may wait for it when this request is cancelled

    async def _fill(self, key: K) -> V:
        value = await anyio.to_thread.run_sync(self._make, key)
        self._values[key] = value
        self.size += self._size_of(value)
        while self.size > self._max_size and len(self._values) > 1:
            _, oldest = self._values.popitem(last=False)
            self.size -= self._size_of(oldest)
            self._discard(oldest)
        return value

    def _forget(self, key: K, task: asyncio.Task[V]) -> None:
        del self._running[key]
        if not task.cancelled():
            task.exception()  # it was raised to those who asked, if they are still there
