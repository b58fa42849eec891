from typing import Any
from urllib.parse import quote


def _get_kwargs(
    task_id: str,
) -> dict[str, Any]:
    """Delete a task that is `ready` or `failed`, for good. The video of a ready task has to be
    deleted first. Anything else gives 400 `task_cannot_be_deleted`."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/tasks/{task_id}".format(
            task_id=quote(str(task_id), safe=""),
        ),
    }

    return _kwargs
