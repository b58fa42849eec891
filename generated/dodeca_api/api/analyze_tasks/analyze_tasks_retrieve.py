from typing import Any
from urllib.parse import quote


def _get_kwargs(
    task_id: str,
) -> dict[str, Any]:
    """The task with its status, its parameters and, once it is ready, its result. `error` explains
    a
    failed or canceled task, and warns when the text of a ready one was cut off."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/analyze/tasks/{task_id}".format(
            task_id=quote(str(task_id), safe=""),
        ),
    }

    return _kwargs
