"""Time, as the transports and the jobs see it: replaceable, so that tests need not wait."""

from __future__ import annotations

import time


class Clock:
    """Monotonic time for deadlines; wall time only to read dates that the service sends."""

    def monotonic(self) -> float:
        """Seconds that never go backwards."""
        return time.monotonic()

    def wall(self) -> float:
        """Unix time."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait, blocking the thread."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait, letting the event loop go on."""
        import anyio  # only the asynchronous client loads it

        await anyio.sleep(seconds)
