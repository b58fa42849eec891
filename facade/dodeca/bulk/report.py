"""What a bulk run tells: while it goes on, when it has ended, and before it begins."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import attrs

from dodeca.bulk.journal import Failure

DONE, INCOMPLETE, AGAIN = 0, 3, 75


@attrs.frozen
class Refusal:
    """An input that the documented limits exclude."""

    source: str
    reason: str


@attrs.frozen
class Estimate:
    """What a run would do: nothing was sent.

    `inputs` counts those that are not done, `skipped` those that are. `minutes` are those of local
    sounds and films, `unknown_length` counts the URLs and assets whose length the service knows.
    `requests` leaves out looks at running tasks. `refused` would fail by the documented limits.
    """

    inputs: int
    skipped: int
    minutes: float
    unknown_length: int
    requests: int
    refused: Sequence[Refusal]

    def __str__(self) -> str:
        more = f", and {self.unknown_length} of unknown length" if self.unknown_length else ""
        return (
            f"{self.inputs} inputs ({self.skipped} done before), {self.minutes:.1f} minutes"
            f"{more}, {self.requests} requests, {len(self.refused)} outside the limits"
        )


@attrs.define(eq=False)
class Run:
    """A bulk run: what came of its inputs so far.

    `total` counts the inputs, `skipped` those that earlier runs had done, `done` those that this
    one did. `failed` and `unknown` have no vectors; `failures` says why. `minutes` are minutes of
    media. `orphans` counts tasks that may run at the service for nobody, after crashes.
    `stopped` says why a run ended before its inputs did: "quota", "max_minutes" or "unreachable";
    `resume_at` is when a quota is there again.
    """

    vectors: Path
    errors: Path
    total: int = 0
    skipped: int = 0
    done: int = 0
    failed: int = 0
    unknown: int = 0
    minutes: float = 0.0
    orphans: int = 0
    refusals: int = 0
    """ResponseParser 429, each of which was waited for."""
    failures: Sequence[Failure] = ()
    stopped: str | None = None
    resume_at: datetime | None = None
    estimate: Estimate | None = None
    """What a dry run found; None after any other."""
    _began: float = attrs.field(factory=time.monotonic, repr=False)
    _ended: float | None = attrs.field(default=None, repr=False)

    @property
    def left(self) -> int:
        """Inputs that have no result yet, good or bad."""
        return self.total - self.skipped - self.done - self.failed - self.unknown

    @property
    def elapsed_sec(self) -> float:
        """How long the run has taken."""
        return (self._ended or time.monotonic()) - self._began

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self._ended is not None

    @property
    def rate(self) -> float:
        """Inputs that were done per second."""
        return self.done / max(self.elapsed_sec, 1e-9)

    @property
    def eta_sec(self) -> float | None:
        """Seconds until all is done, at the rate so far; None before anything is."""
        return self.left / self.rate if self.done else None

    @property
    def exit_code(self) -> int:
        """0 when every input has its vectors; 75 when the run should be started again; else 3."""
        if self.stopped is not None:
            return AGAIN
        return INCOMPLETE if self.failed or self.unknown or self.left else DONE

    def end(self) -> None:
        """The time stops."""
        self._ended = time.monotonic()

    def __str__(self) -> str:
        parts = [f"{self.done} done", f"{self.skipped} skipped", f"{self.failed} failed"]
        if self.unknown:
            parts.append(f"{self.unknown} unknown")
        parts.append(f"{self.minutes:.1f} minutes")
        if self.eta_sec is not None and self.left:
            parts.append(f"{self.rate:.1f}/s, {self.eta_sec:.0f} s left")
        if self.stopped:
            parts.append(f"stopped: {self.stopped}")
        if self.resume_at:
            parts.append(f"again at {self.resume_at.isoformat(timespec='seconds')}")
        return f"{self.skipped + self.done} of {self.total}: {', '.join(parts)}"
