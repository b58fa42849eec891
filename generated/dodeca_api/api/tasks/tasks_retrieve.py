from typing import Any
from urllib.parse import quote

import httpx

from dodeca_api.models.task_detail import TaskDetail


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


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> TaskDetail:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = TaskDetail.from_dict(response.json())

        return response_200

    raise ValueError(
        f"GET /tasks/{{task_id}} documents no answer with status {response.status_code}"
    )
