"""How a bulk run goes about it."""

from __future__ import annotations

import attrs

from dodeca.errors import InvalidRequestError


@attrs.frozen
class Settings:
    """How a run goes about it."""

    via: str = "auto"
    engine: str = "local"
    concurrency: int = 16
    on_unknown: str = "stop"
    keep_assets: bool = True
    max_minutes: float | None = None
    retry_failed: bool = False
    settle_sec: float = 30.0
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
        if self.max_minutes is not None and not self.max_minutes >= 0:
            raise InvalidRequestError(f"max_minutes is 0 or more, got {self.max_minutes!r}")
