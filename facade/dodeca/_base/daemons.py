"""Calls that cannot be interrupted, in threads that nobody has to wait for."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


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

    threading.Thread(target=run, daemon=True, name="dodeca-call").start()
    return future


def run_until(call: Callable[[], T], seconds: float) -> T:
    """Run a call for at most `seconds`, then leave it behind and raise `TimeoutError`."""
    if seconds <= 0:
        raise TimeoutError("the deadline of the call")
    return start(call).result(seconds)
