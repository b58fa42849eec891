"""What time alone does to batches of analyses and to their tasks.

24 hours after its creation the tasks of a batch that have not ended are canceled; 30 days after it
the batch is deleted with its tasks. A task that was due before its batch expired has ended in time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ..clock import parse_time, timestamp
from ..state import State

BATCHES = "analyze_batches"
TASKS = "analyze_tasks"
LIFE = timedelta(hours=24)
RETENTION = timedelta(days=30)
STAGES = ("queued", "pending", "processing")

CANCELED: Mapping[str, Any] = {
    "status": "canceled",
    "error": {"code": "user_canceled", "message": "The analysis was canceled."},
    "media": None,
}
"""The fields of a task that a user cancels."""


def apply(state: State) -> None:
    """Cancel the tasks of expired batches, and delete old batches."""
    database, now = state.database, state.clock.now()
    expired = ("expires_at <= ?", (timestamp(now),))
    for task in database.running(TASKS, expired):
        if state.jobs.progress(task, at=parse_time(task["expires_at"])) < 1:
            error = {"code": "batch_expired", "message": "The batch expired before the analysis."}
            ended = {**CANCELED, "error": error, "updated_at": task["expires_at"]}
            state.jobs.end(TASKS, task["_id"], STAGES, ended)
    old = ("created_at <= ?", (timestamp(now - RETENTION),))
    for batch in database.find(BATCHES, ("expires_at IS NOT NULL", ()), old):
        delete(state, batch["_id"])


def delete(state: State, batch_id: str) -> None:
    """Delete a batch and its tasks."""
    database = state.database
    with database.transaction():
        for task in database.find(TASKS, batch_id=batch_id):
            database.delete(TASKS, task["_id"])
        database.delete(BATCHES, batch_id)
