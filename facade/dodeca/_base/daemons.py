"""Calls that cannot be interrupted, in threads that nobody has to wait for."""

from __future__ import annotations

import contextvars
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")

_idle: list[SimpleQueue[Callable[[], None]]] = []
"""The queues of threads that wait for a call: to start a thread costs more than most calls."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # a fork copies the queues, not the threads


def start(call: Callable[[], T]) -> Future[T]:
    """Run a call in a daemon thread, so that no exit of a loop or a process waits for it."""
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()  # so that nobody cancels what goes on in the thread
    context = contextvars.copy_context()

    def run() -> None:
        try:
            future.set_result(context.run(call))
        except BaseException as exc:
            future.set_exception(exc)

    try:
        calls = _idle.pop()
    except IndexError:
        calls = SimpleQueue()
        threading.Thread(target=_work, args=(calls,), daemon=True, name="dodeca-call").start()
    calls.put(run)
    return future


def run_until(call: Callable[[], T], seconds: float) -> T:
    """Run a call for at most `seconds`, then leave it behind and raise `TimeoutError`."""
    if seconds <= 0:
        raise TimeoutError("the deadline of the call")
    return start(call).result(seconds)


def _work(calls: SimpleQueue[Callable[[], None]]) -> None:
    while True:
        calls.get()()
        _idle.append(calls)
