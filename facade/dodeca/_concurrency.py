"""Several calls at a time, a bounded number of them, in threads or in tasks alike."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

import anyio

T = TypeVar("T")

Lock = threading.Lock
AsyncLock = anyio.Lock


def run_bounded(call: Callable[[T], None], items: Iterable[T], limit: int) -> None:
    """Run `call` on each item, `limit` at a time; items are taken only as there is room.

    The first error stops the rest and is raised.
    """
    waiting: set[Future[None]] = set()
    with ThreadPoolExecutor(limit) as pool:
        try:
            for item in items:
                waiting.add(pool.submit(call, item))
                if len(waiting) == limit:
                    waiting = _checked(waiting)
            while waiting:
                waiting = _checked(waiting)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _checked(waiting: set[Future[None]]) -> set[Future[None]]:
    """Those still running, once one has ended; raises the error of one that failed."""
    done, running = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        future.result()
    return running


async def arun_bounded(
    call: Callable[[T], Awaitable[None]], items: Iterable[T], limit: int
) -> None:
    """The same in tasks of an event loop."""
    source = iter(items)

    async def work() -> None:
        for item in source:
            await call(item)

    try:
        async with anyio.create_task_group() as group:
            for _ in range(limit):
                group.start_soon(work)
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
