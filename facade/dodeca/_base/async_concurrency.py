"""Limits, deadlines and concurrent calls for event loops; `concurrency` has those for threads.

Only the asynchronous client imports it.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Hashable, Iterable
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.from_thread
import anyio.to_thread

T = TypeVar("T")

AsyncLock = anyio.Lock


class AsyncSemaphore:
    """Limits how many requests run at once; waits for a free slot."""

    def __init__(self, slots: int) -> None:
        self._free = anyio.Semaphore(slots, fast_acquire=True)

    async def acquire(self, timeout: float) -> None:
        """Take a slot, or raise `TimeoutError` after `timeout` seconds."""
        try:
            self._free.acquire_nowait()
        except anyio.WouldBlock:
            with anyio.fail_after(timeout):
                await self._free.acquire()

    def release(self) -> None:
        """Give the slot back."""
        self._free.release()


async def async_within(seconds: float, call: Callable[[], Awaitable[T]]) -> T:
    """Await a call; after `seconds` it is cancelled, and `TimeoutError` raised."""
    async with asyncio.timeout(seconds):
        return await call()


class AsyncShield:
    """A block that runs to its end, even in a task that is being cancelled."""

    def __init__(self) -> None:
        self._scope = anyio.CancelScope(shield=True)

    async def __aenter__(self) -> None:
        self._scope.__enter__()

    async def __aexit__(self, *error: Any) -> bool | None:
        return self._scope.__exit__(*error)


def connection_scope() -> Hashable:
    """What connections belong to: an event loop in a process; None outside of asyncio."""
    try:
        return os.getpid(), asyncio.get_running_loop()
    except RuntimeError:
        return None


def is_stale_scope(scope: Any) -> bool:
    """Whether connections of that scope can no longer be used."""
    process, loop = scope
    return bool(process != os.getpid() or loop.is_closed())


async def run_bounded(call: Callable[[T], Awaitable[None]], items: Iterable[T], limit: int) -> None:
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


async def run_blocking(service: object, call: Callable[[Any], T]) -> T:
    """Run blocking code in a thread and let it call an async service as if it were synchronous.

    The service's methods run in the event loop. When the task is cancelled, the next call of the
    service raises, and the function waits until the code has ended.
    """
    running: asyncio.Future[T] | None = None
    async with anyio.from_thread.BlockingPortal() as portal:
        proxy = _Blocking(portal.call, service)
        running = asyncio.ensure_future(anyio.to_thread.run_sync(call, proxy))
        try:
            await asyncio.wait([running])
        except BaseException:
            await portal.stop(cancel_remaining=True)
            async with AsyncShield():
                await asyncio.wait([running])
            running.exception()  # else asyncio logs it as never retrieved
            raise
    assert running is not None
    return running.result()  # outside the portal, which would wrap its error


def blocking(service: object) -> Any:
    """A service whose methods block, in any thread; an event loop in a thread runs them."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True, name="dodeca-loop").start()

    def call(method: Callable[..., Any], *args: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(method(*args), loop).result()

    return _Blocking(call, service)


class _Blocking:
    """Blocking methods over the async methods of a service."""

    def __init__(self, call: Callable[..., Any], service: object) -> None:
        self._call = call
        self._service = service

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._call, getattr(self._service, name))
