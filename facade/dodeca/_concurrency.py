"""Several calls at a time, a bounded number of them, in threads or in tasks alike."""

from __future__ import annotations

import os
import threading
from collections.abc import Awaitable, Callable, Hashable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.lowlevel

T = TypeVar("T")

Lock = threading.Lock
AsyncLock = anyio.Lock


class Room:
    """A number of places; who finds none free waits for one."""

    def __init__(self, places: int) -> None:
        self._free = threading.Semaphore(places)

    def enter(self, timeout: float) -> None:
        """Take a place, or raise `TimeoutError` after so many seconds."""
        if not self._free.acquire(timeout=timeout):
            raise TimeoutError("all connections are in use")

    def leave(self) -> None:
        """Give the place back."""
        self._free.release()


class AsyncRoom:
    """The same for tasks of an event loop, whose deadline is a cancellation."""

    def __init__(self, places: int) -> None:
        self._free = anyio.Semaphore(places, fast_acquire=True)

    async def enter(self, timeout: float) -> None:
        """Take a place."""
        await self._free.acquire()

    def leave(self) -> None:
        """Give the place back."""
        self._free.release()


class Deadline:
    """A block that ends in time by what it calls: sockets know their own deadline."""

    def __init__(self, seconds: float) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        pass


class AsyncDeadline:
    """A block that is cancelled after so many seconds, and raises `TimeoutError` then."""

    def __init__(self, seconds: float) -> None:
        self._scope = anyio.CancelScope(deadline=anyio.current_time() + seconds)

    async def __aenter__(self) -> None:
        self._scope.__enter__()

    async def __aexit__(self, *error: Any) -> bool | None:
        swallowed = self._scope.__exit__(*error)
        if self._scope.cancelled_caught:
            raise TimeoutError("the deadline of the call")
        return swallowed


class Shield(Deadline):
    """A block that nothing cancels: threads are not cancelled."""

    def __init__(self) -> None:
        pass


class AsyncShield:
    """A block that is carried out whole, even in a task that is being cancelled."""

    def __init__(self) -> None:
        self._scope = anyio.CancelScope(shield=True)

    async def __aenter__(self) -> None:
        self._scope.__enter__()

    async def __aexit__(self, *error: Any) -> bool | None:
        return self._scope.__exit__(*error)


def place() -> Hashable:
    """Where connections can be used: a process."""
    return os.getpid()


def aplace() -> Hashable:
    """Where connections can be used: an event loop of a process."""
    return os.getpid(), anyio.lowlevel.current_token()


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


def run_blocking(service: object, call: Callable[[Any], T]) -> T:
    """Give `service` to code that blocks."""
    return call(service)


async def arun_blocking(service: object, call: Callable[[Any], T]) -> T:
    """The same for a service whose methods are asynchronous: to the code they block, too.

    The code runs in a thread, the methods in the event loop. When the task is cancelled, the
    next method that is called raises.
    """
    from anyio import from_thread, to_thread

    async with from_thread.BlockingPortal() as portal:
        found: T = await to_thread.run_sync(call, _Blocking(portal, service))
    return found


class _Blocking:
    """An object whose methods wait for those of another, which are asynchronous."""

    def __init__(self, portal: Any, service: object) -> None:
        self._portal = portal
        self._service = service

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._portal.call, getattr(self._service, name))
