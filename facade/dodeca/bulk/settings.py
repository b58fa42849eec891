"""How a bulk run goes about it."""

from __future__ import annotations

import numbers
import operator
from typing import Any

import attrs

from dodeca.errors import InvalidRequestError


def _whole(value: Any) -> int:
    """Whole numbers of any library, and no others."""
    try:
        return operator.index(value)
    except TypeError as exc:
        raise InvalidRequestError(f"concurrency is a whole number, got {value!r}") from exc


@attrs.frozen
class Settings:
    """How a run goes about it."""

    via: str = "auto"
    engine: str = "local"
    concurrency: int = attrs.field(default=16, converter=_whole)
    on_unknown: str = "stop"
    keep_assets: bool = True
    max_minutes: float | None = None
    retry_failed: bool = False
    reconcile_after_sec: float = 30.0
    spool_bytes: int = 32 * 1024 * 1024

    @property
    def window(self) -> int:
        """How many inputs are begun at a time; tasks at the service need no worker."""
        return 4 * self.concurrency

    def __attrs_post_init__(self) -> None:
        for name, known in (
            ("via", ("auto", "sync", "task")),
            ("engine", ("local", "ray")),
            ("on_unknown", ("stop", "resubmit")),
        ):
            if (value := getattr(self, name)) not in known:
                raise InvalidRequestError(f"{name} is any of {', '.join(known)}, got {value!r}")
        if not 1 <= self.concurrency <= 256:
            raise InvalidRequestError(f"concurrency is 1 to 256, got {self.concurrency!r}")
        most = self.max_minutes
        if most is not None and not (isinstance(most, numbers.Real) and most >= 0):
            raise InvalidRequestError(f"max_minutes is 0 or more, got {most!r}")
