"""What the clients need of an event loop; `_concurrency` has the same for threads.

Only the asynchronous client loads it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Hashable, Iterable
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.from_thread
import anyio.to_thread

T = TypeVar("T")

AsyncLock = anyio.Lock


class AsyncRoom:
    """A number of places; who finds none free waits for one."""

    def __init__(self, places: int) -> None:
        self._free = anyio.Semaphore(places, fast_acquire=True)

    async def enter(self, timeout: float) -> None:
        """Take a place, or raise `TimeoutError` after so many seconds."""
        try:
            self._free.acquire_nowait()
        except anyio.WouldBlock:
            with anyio.fail_after(timeout):
                await self._free.acquire()

    def leave(self) -> None:
        """Give the place back."""
        self._free.release()


AsyncDeadline = asyncio.timeout
"""A block that is cancelled after so many seconds, and raises `TimeoutError` then."""


class AsyncShield:
    """A block that is carried out whole, even in a task that is being cancelled."""

    def __init__(self) -> None:
        self._scope = anyio.CancelScope(shield=True)

    async def __aenter__(self) -> None:
        self._scope.__enter__()

    async def __aexit__(self, *error: Any) -> bool | None:
        return self._scope.__exit__(*error)


def aplace() -> Hashable:
    """Where connections can be used: an event loop of a process."""
    return os.getpid(), asyncio.get_running_loop()


def agone(place: Any) -> bool:
    """Whether connections of that place cannot be used any more."""
    process, loop = place
    return bool(process != os.getpid() or loop.is_closed())


async def arun_bounded(
    call: Callable[[T], Awaitable[None]], items: Iterable[T], limit: int
) -> None:
    """Run `call` on each item, `limit` at a time; the first error stops the rest and is raised."""
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


async def arun_blocking(service: object, call: Callable[[Any], T]) -> T:
    """Give code that blocks a service whose methods are asynchronous: to the code they block, too.

    The code runs in a thread, the methods in the event loop. When the task is cancelled, the
    next method that is called raises, and the end of the code is waited for.
    """
    running: asyncio.Future[T] | None = None
    async with anyio.from_thread.BlockingPortal() as portal:
        blocking = _Blocking(portal, service)
        running = asyncio.ensure_future(anyio.to_thread.run_sync(call, blocking))
        try:
            await asyncio.wait([running])
        except BaseException:
            await portal.stop(cancel_remaining=True)
            async with AsyncShield():
                await asyncio.wait([running])
            running.exception()  # asyncio logs what nobody has seen
            raise
    assert running is not None
    return running.result()  # outside, where nothing wraps its error


class _Blocking:
    """An object whose methods wait for those of another, which are asynchronous."""

    def __init__(self, portal: Any, service: object) -> None:
        self._portal = portal
        self._service = service

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._portal.call, getattr(self._service, name))
