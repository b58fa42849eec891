"""What the clients need of threads; `_aconcurrency` has the same for tasks of an event loop."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, cast

T = TypeVar("T")

_NO_MORE = object()

Lock = threading.Lock


class Room:
    """A number of places; who finds none free waits for one.

    Ctrl-C may cost a place, and no more: in the midst of a semaphore it may leave that locked.
    """

    def __init__(self, places: int) -> None:
        self._free: SimpleQueue[None] = SimpleQueue()
        for _ in range(places):
            self.leave()

    def enter(self, timeout: float) -> None:
        """Take a place, or raise `TimeoutError` after so many seconds."""
        try:
            self._free.get(timeout=max(timeout, 0))
        except Empty:
            raise TimeoutError from None

    def leave(self) -> None:
        """Give the place back."""
        self._free.put(None)


class Deadline:
    """A block that ends in time by what it calls: nothing else can end it."""

    def __init__(self, seconds: float) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        pass


class Shield(Deadline):
    """A block that nothing cancels: threads are not cancelled."""

    def __init__(self) -> None:
        pass


def place() -> Hashable:
    """Where connections can be used: a process."""
    return os.getpid()


def gone(place: Hashable) -> bool:
    """Whether connections of that place cannot be used any more."""
    return place != os.getpid()


def run_bounded(call: Callable[[T], None], items: Iterable[T], limit: int) -> None:
    """Run `call` on each item, `limit` at a time; items are taken only as there is room.

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
    """Give `service` to code that blocks."""
    return call(service)
