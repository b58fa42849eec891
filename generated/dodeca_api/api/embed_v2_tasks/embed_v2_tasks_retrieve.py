from typing import Any
from urllib.parse import quote


def _get_kwargs(
    task_id: str,
) -> dict[str, Any]:
    """Returns the status of a task and, once it is `ready`, its vectors. A finished task is kept
    for seven days."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/embed-v2/tasks/{task_id}".format(
            task_id=quote(str(task_id), safe=""),
        ),
    }

    return _kwargs
