"""The ledger: every resource that was created, whether or not the response arrived.

Tests compare it with what a client believes to have created. It is kept in the database, and
`GET /emulator/ledger` shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .clock import Clock, timestamp
from .database import Database

_COLLECTION = "ledger"
_IDS = ("_id", "task_id", "upload_id", "batch_id")


class Ledger:
    """Records what operations create; safe to use from many threads."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record(self, operation_id: str, payload: Any) -> None:
        """Add what an operation has created, if its response names something new."""
        if not operation_id.endswith("_create") or not isinstance(payload, Mapping):
            return
        created = next((payload[name] for name in _IDS if name in payload), None)
        if created is None:
            return
        entry_id = f"{operation_id} {created}"
        with self._database.transaction():
            if self._database.get(_COLLECTION, entry_id) is None:  # not for a repeated request
                entry = {"operationId": operation_id, "id": created}
                time = timestamp(self._clock.now())
                self._database.insert(_COLLECTION, {"_id": entry_id, **entry, "time": time})

    def entries(self) -> list[dict[str, Any]]:
        """Return what was created, oldest first: `operationId`, `id` and `time` of each."""
        names = ("operationId", "id", "time")
        found = reversed(self._database.find(_COLLECTION))
        return [{name: entry[name] for name in names} for entry in found]
