"""What was really created: one line for each thing, whatever became of the answer.

Tests compare it with what a client believes to have created. It is kept with everything else, in
the store, and shown by `GET /emulator/ledger`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .clock import timestamp

if TYPE_CHECKING:
    from .core import Emulator

_COLLECTION = "ledger"
_IDS = ("_id", "task_id", "upload_id")


def note(emulator: Emulator, operation_id: str, answer: Any) -> None:
    """Write down what an operation has created, if its answer names something new."""
    if not operation_id.endswith("_create") or not isinstance(answer, Mapping):
        return
    created = next((answer[name] for name in _IDS if name in answer), None)
    if created is None:
        return
    entry_id = f"{operation_id} {created}"
    with emulator.store.transaction():
        if emulator.store.get(_COLLECTION, entry_id) is None:  # not for a repeated request
            entry = {"operationId": operation_id, "id": created}
            time = timestamp(emulator.clock.now())
            emulator.store.insert(_COLLECTION, {"_id": entry_id, **entry, "time": time})


def entries(emulator: Emulator) -> list[dict[str, Any]]:
    """Return what was created, the oldest first: `operationId`, `id` and `time` of each."""
    names = ("operationId", "id", "time")
    found = reversed(emulator.store.find(_COLLECTION))
    return [{name: entry[name] for name in names} for entry in found]
