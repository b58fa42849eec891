from typing import Any
from urllib.parse import quote


def _get_kwargs(
    task_id: str,
) -> dict[str, Any]:
    """Delete a task and its result, for good. A task in progress gives 409."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/analyze/tasks/{task_id}".format(
            task_id=quote(str(task_id), safe=""),
        ),
    }

    return _kwargs
