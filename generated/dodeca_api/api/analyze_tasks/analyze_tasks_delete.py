from typing import Any
from urllib.parse import quote

import httpx


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


# The documented statuses of a success.
_SUCCESSES = (204,)


def _parse_response(*, response: httpx.Response) -> None:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 204:
        return None
    raise ValueError(
        f"DELETE /analyze/tasks/{{task_id}} documents no answer with status {response.status_code}"
    )
