"""The settings of a bulk run."""

from __future__ import annotations

import numbers
import operator
from typing import Any

import attrs

from dodeca._base.text import did_you_mean, quote
from dodeca.errors import InvalidRequestError


def _integer(value: Any) -> int:
    """An integer of any library."""
    try:
        return operator.index(value)
    except TypeError as exc:
        raise InvalidRequestError(f"concurrency must be an integer, got {quote(value)}") from exc


@attrs.frozen
class RunSettings:
    """The settings of a bulk run; see `client.embed.run`."""

    via: str = "auto"
    engine: str = "local"
    concurrency: int = attrs.field(default=16, converter=_integer)
    on_unknown: str = "stop"
    keep_assets: bool = True
    max_minutes: float | None = None
    retry_failed: bool = False
    reconcile_after_sec: float = 30.0
    spool_bytes: int = 32 * 1024 * 1024
    """Row sets that the journal holds before they are moved to the dataset."""
    part_bytes: int = 64 * 1000 * 1000
    """A part of at least this size gets no more row sets."""

    @property
    def window(self) -> int:
        """How many inputs are in progress at once; running tasks occupy no worker."""
        return 4 * self.concurrency

    def __attrs_post_init__(self) -> None:
        for name, known in (
            ("via", ("auto", "sync", "task")),
            ("engine", ("local", "ray")),
            ("on_unknown", ("stop", "resubmit")),
        ):
            if (value := getattr(self, name)) not in known:
                raise InvalidRequestError(
                    f"{name} must be one of {', '.join(known)}, got {quote(value)}"
                    f"{did_you_mean(value, known)}"
                )
        if not 1 <= self.concurrency <= 256:
            raise InvalidRequestError(
                f"concurrency must be 1 to 256, got {quote(self.concurrency)}"
            )
        limit = self.max_minutes
        if limit is not None and not (isinstance(limit, numbers.Real) and limit >= 0):
            raise InvalidRequestError(f"max_minutes must be 0 or more, got {quote(limit)}")
