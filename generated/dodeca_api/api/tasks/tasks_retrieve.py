from typing import Any
from urllib.parse import quote


def _get_kwargs(
    task_id: str,
) -> dict[str, Any]:
    """The task with its status and, once known, the metadata and the stream of its video."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/tasks/{task_id}".format(
            task_id=quote(str(task_id), safe=""),
        ),
    }

    return _kwargs
