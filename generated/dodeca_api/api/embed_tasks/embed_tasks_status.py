from typing import Any
from urllib.parse import quote


def _get_kwargs(
    task_id: str,
) -> dict[str, Any]:
    """`processing`, `ready` or `failed`, without the vectors. An id that is not well formed gives
    400 `parameter_invalid`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/embed/tasks/{task_id}/status".format(
            task_id=quote(str(task_id), safe=""),
        ),
    }

    return _kwargs
