"""The access log: one line of JSON for each request, and the last ones for the front page."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import asdict, dataclass

import orjson

log: logging.Logger = logging.getLogger("dodeca.emulator.access_log")
MAX_ENTRIES = 50  # requests


@dataclass(frozen=True, slots=True)
class Access:
    """One request and its response."""

    time: str
    method: str
    path: str
    operation: str | None
    """The operationId, None for a path that the API does not have."""
    status: int | None
    """None if the connection broke."""
    ms: float
    """From the end of the request to the start of the response."""
    request_id: str


class AccessLog:
    """Writes to the logger `dodeca.emulator.access_log` and keeps the last requests."""

    def __init__(self) -> None:
        self.last: deque[Access] = deque(maxlen=MAX_ENTRIES)

    def add(self, access: Access) -> None:
        """Log a request."""
        self.last.append(access)
        if log.isEnabledFor(logging.INFO):
            log.info(orjson.dumps(asdict(access)).decode())
