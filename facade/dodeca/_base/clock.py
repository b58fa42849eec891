"""The clock of transports and jobs; tests replace it, so that they need not wait."""

from __future__ import annotations

import time


class Clock:
    """Monotonic time for deadlines; Unix time only to compare with dates from the service."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes backwards."""
        return time.monotonic()

    def wall(self) -> float:
        """Unix time in seconds."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Block the thread for so many seconds."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait without blocking the event loop."""
        import anyio  # only the asynchronous client loads it

        await anyio.sleep(seconds)
