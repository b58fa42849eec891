"""Pages of tasks, newest first. Being listed counts as a poll of those that are running."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..database import Condition, Document, Selection
from ..jobs import TaskWork
from ..rules import filters
from ..rules.paging import page_of
from ..state import State


def list_tasks(
    state: State,
    params: Mapping[str, Any],
    collection: str,
    conditions: Sequence[Condition],
    stages: Sequence[str],
    work: TaskWork,
) -> tuple[list[Document], dict[str, int]]:
    """Return a page of the tasks that meet conditions and have the `status` of the parameters."""
    running = state.database.running(collection, *conditions)
    refreshed = state.jobs.refresh_all(collection, running, stages=stages, work=work)
    wanted = [params["status"]] if "status" in params else []
    every = (*conditions, *filters.with_status(wanted, refreshed))
    items, info = page_of(state.database, Selection(collection, every), params)
    current = {task["_id"]: task for task in refreshed}
    return [current.get(task["_id"], task) for task in items], info
