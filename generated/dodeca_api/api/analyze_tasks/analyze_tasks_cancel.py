from typing import Any
from urllib.parse import quote


def _get_kwargs(
    task_id: str,
) -> dict[str, Any]:
    """Cancel a task that has not ended, for good; a task that is canceled already is answered like
    the first time. One that is ready or has failed gives 409, and so does one of a batch."""

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/analyze/tasks/{task_id}/cancel".format(
            task_id=quote(str(task_id), safe=""),
        ),
    }

    return _kwargs
