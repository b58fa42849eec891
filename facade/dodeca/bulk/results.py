"""What a bulk run reports: an estimate before, and the counts during and after it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import attrs

from dodeca._base import html
from dodeca._serializable import Serializable
from dodeca.bulk.folders import describe_left_out
from dodeca.bulk.records import Failure

_COMPLETE, _INCOMPLETE, _STOPPED = 0, 3, 75
_LOCAL = {"is_local": True}  # not in `to_dict`


@attrs.frozen
class Rejection(Serializable):
    """An input outside the documented limits."""

    source: str
    reason: str


@attrs.frozen
class Estimate(Serializable):
    """What a run would do; nothing was sent.

    `inputs` counts the inputs to embed, `skipped` those that are already done. `minutes` adds up
    local audio and video; `unknown_length` counts URLs and assets, whose length is not known here.
    `requests` does not count polls of running tasks. `rejected` are inputs outside the documented
    limits.
    """

    inputs: int
    skipped: int
    minutes: float
    unknown_length: int
    requests: int
    rejected: Sequence[Rejection]

    def __str__(self) -> str:
        more = f", and {self.unknown_length} of unknown length" if self.unknown_length else ""
        return (
            f"{self.inputs} inputs ({self.skipped} already done), {self.minutes:.1f} minutes"
            f"{more}, {self.requests} requests, {len(self.rejected)} rejected"
        )


@attrs.define(eq=False)
class Run(Serializable):
    """The state of a bulk run: the numbers of its inputs so far.

    `total` counts the inputs, `skipped` those that earlier runs finished, `done` those that this
    run finished. `failed` and `unknown` inputs have no vectors; `failures` has the reasons, and
    `failed_by_code` the number of failed inputs by error code.
    `minutes` are minutes of media. `orphaned_tasks` counts tasks that may run at the service
    without anyone using their results, after crashes. `stopped` is why a run ended early: "quota",
    "max_minutes" or "unreachable"; `resume_at` is when the quota renews.
    """

    vectors: Path
    errors: Path
    total: int = 0
    skipped: int = 0
    done: int = 0
    failed: int = 0
    failed_by_code: Counter[str] = attrs.field(factory=Counter)
    unknown: int = 0
    minutes: float = 0.0
    orphaned_tasks: int = 0
    rate_limited: int = 0
    """Responses with status 429."""
    failures: Sequence[Failure] = ()
    stopped: str | None = None
    resume_at: datetime | None = None
    left_out: Mapping[str, int] = attrs.field(factory=dict)
    """How many files of folders are no inputs, by extension; "" stands for names without one."""
    estimate: Estimate | None = None
    """The result of a dry run; None otherwise."""
    is_registering: bool = False
    """Whether the inputs are still being read and looked up; `total` has those so far."""
    _began: float = attrs.field(factory=time.monotonic, repr=False, metadata=_LOCAL)
    _ended: float | None = attrs.field(default=None, repr=False, metadata=_LOCAL)

    @property
    def remaining(self) -> int:
        """Inputs without a result so far."""
        return self.total - self.skipped - self.done - self.failed - self.unknown

    @property
    def elapsed_sec(self) -> float:
        """Seconds since all inputs were registered, until the run ended."""
        return (self._ended or time.monotonic()) - self._began

    @property
    def has_ended(self) -> bool:
        """Whether the run has ended."""
        return self._ended is not None

    @property
    def rate(self) -> float:
        """Inputs done per second."""
        return self.done / max(self.elapsed_sec, 1e-9)

    @property
    def eta_sec(self) -> float | None:
        """Estimated seconds until the run ends, at its rate so far; None until an input is done."""
        return self.remaining / self.rate if self.done else None

    @property
    def exit_code(self) -> int:
        """0 if every input has vectors, 75 if the run stopped early and can be resumed, else 3."""
        if self.stopped is not None:
            return _STOPPED
        return _INCOMPLETE if self.failed or self.unknown or self.remaining else _COMPLETE

    def begin(self) -> None:
        """All inputs are registered: start the clock of the run."""
        self.is_registering, self._began = False, time.monotonic()

    def end(self) -> None:
        """Stop the clock of the run."""
        self._ended = time.monotonic()

    def _repr_html_(self) -> str:
        numbers = [("inputs", str(self)), ("vectors", self.vectors), ("errors", self.errors)]
        table = html.pairs("Run", [(name, str(value)) for name, value in numbers])
        if not self.failures:
            return table
        shown = self.failures[: html.ROWS]
        rows = [(failure.source, failure.reason) for failure in shown]
        return table + html.table("Failures", ("source", "reason"), rows, len(self.failures))

    def __str__(self) -> str:
        if self.is_registering:
            return f"registering: {self.total} inputs so far"
        parts = [f"{self.done} done", f"{self.skipped} skipped", self._describe_failed()]
        if self.unknown:
            parts.append(f"{self.unknown} unknown")
        parts.append(f"{self.minutes:.1f} minutes")
        if self.eta_sec is not None and self.remaining:
            parts.append(f"{self.rate:.1f}/s, {self.eta_sec:.0f} s left")
        if self.stopped:
            parts.append(f"stopped: {self.stopped}")
        if self.resume_at:
            parts.append(f"resume at {self.resume_at.isoformat(timespec='seconds')}")
        counts = f"{self.skipped + self.done} of {self.total}: {', '.join(parts)}"
        return counts + describe_left_out(self.left_out)

    def count_failure(self, code: str, number: int) -> None:
        """Count inputs that failed with an error code."""
        self.failed += number
        self.failed_by_code[code] += number

    def _describe_failed(self) -> str:
        """The number of failed inputs, and how many there are of each code."""
        codes = ", ".join(f"{number} {code}" for code, number in self.failed_by_code.most_common())
        return f"{self.failed} failed ({codes})" if codes else f"{self.failed} failed"
