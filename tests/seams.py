"""All that tests change inside a client: clock, limits, shown warnings. No other test does."""

from contextvars import ContextVar
from typing import TypeVar

import attrs
import pytest

from dodeca import AsyncClient, Client
from dodeca._base.clock import Clock
from dodeca._calls.rate_limit import Limiter

REAL_TIME = Clock()
C = TypeVar("C", Client, AsyncClient)


class FakeClock(Clock):
    """A clock on which sleeping takes no time, but counts."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    async def asleep(self, seconds: float) -> None:
        self.now += seconds


class CallClock(Clock):
    """A fake clock of which each thread and each task has its own time.

    So calls that are made at once do not use up each other's deadlines.
    """

    def __init__(self) -> None:
        self._now = ContextVar("now", default=0.0)

    def monotonic(self) -> float:
        return self._now.get()

    def sleep(self, seconds: float) -> None:
        self._now.set(self._now.get() + seconds)

    async def asleep(self, seconds: float) -> None:
        self._now.set(self._now.get() + seconds)


def on_clock(client: C, clock: Clock | None = None) -> C:
    """The same client on another clock, if none is given on a fake one of its own.

    Deadlines and pauses follow that clock; a socket waits for what is left on it, in real time.
    """
    clock = FakeClock() if clock is None else clock
    client._transport.clock, client._transport.limiter = clock, Limiter(clock.monotonic)
    return client


def set_timeout(client: Client | AsyncClient, seconds: float) -> None:
    """Let the calls to come have another deadline than those before."""
    settings = attrs.evolve(client._transport.settings, timeout=seconds)
    client._transport.settings = settings


def upload_in_chunks_from(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Let files of more bytes than this be uploaded in chunks."""
    for tree in ("_async", "_sync"):
        monkeypatch.setattr(f"dodeca.{tree}.resources.assets.DIRECT_BYTES", size)


def allow_connections(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let new clients open so many connections to an origin at a time."""
    for tree in ("_async", "_sync"):
        monkeypatch.setattr(f"dodeca.{tree}.connections.pool._LIMIT", number)


def warn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget which warnings this process has shown."""
    monkeypatch.setattr("dodeca._base.warn_once._shown", set())


def wait_for_emulated_work(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let a poll of an emulator of this process wait so long for the work behind a task."""
    monkeypatch.setattr("dodeca.emulator.jobs.MAX_WAIT", seconds)
