"""Limits, deadlines and concurrent calls for threads; `async_concurrency` has the async ones."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, cast

from dodeca._base import daemons

T = TypeVar("T")

_NO_MORE = object()

Lock = threading.Lock


class Semaphore:
    """Limits how many requests run at once; waits for a free slot.

    A queue of slots instead of a `threading.Semaphore`: Ctrl-C can leave that locked for good, and
    costs at most one slot here.
    """

    def __init__(self, slots: int) -> None:
        self._free: SimpleQueue[None] = SimpleQueue()
        for _ in range(slots):
            self.release()

    def acquire(self, timeout: float) -> None:
        """Take a slot, or raise `TimeoutError` after `timeout` seconds."""
        try:
            self._free.get(timeout=max(timeout, 0))
        except Empty:
            raise TimeoutError from None

    def release(self) -> None:
        """Give the slot back."""
        self._free.put(None)


def within(seconds: float, call: Callable[[], T]) -> T:
    """Run a call; after `seconds` it is left behind in its thread, and `TimeoutError` raised."""
    return daemons.run_until(call, seconds)


class Shield:
    """Does nothing: threads are never cancelled."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        pass


def connection_scope() -> Hashable:
    """What connections belong to: a process."""
    return os.getpid()


def is_stale_scope(scope: Hashable) -> bool:
    """Whether connections of that scope can no longer be used."""
    return scope != os.getpid()


def run_bounded(call: Callable[[T], None], items: Iterable[T], limit: int) -> None:
    """Run `call` on each item, `limit` at a time, and read items only when they can run.

    The first error stops the rest and is raised.
    """
    source, turn, ended = iter(items), Lock(), threading.Event()

    def work() -> None:
        try:
            while not ended.is_set():
                with turn:
                    item = next(source, _NO_MORE)
                if item is _NO_MORE:
                    return
                call(cast(T, item))
        except BaseException:
            ended.set()
            raise

    with ThreadPoolExecutor(limit) as pool:
        try:
            workers = [pool.submit(work) for _ in range(limit)]
            for worker in as_completed(workers):
                worker.result()
        finally:
            ended.set()


def run_blocking(service: object, call: Callable[[Any], T]) -> T:
    """Run blocking code with a blocking service."""
    return call(service)


def blocking(service: T) -> T:
    """A service whose methods block; these do."""
    return service
