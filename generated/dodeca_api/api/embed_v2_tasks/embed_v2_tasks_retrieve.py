from typing import Any
from urllib.parse import quote

import httpx

from dodeca_api.models.embedding_task_response import EmbeddingTaskResponse


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


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> EmbeddingTaskResponse:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = EmbeddingTaskResponse.from_dict(response.json())

        return response_200

    raise ValueError(
        f"GET /embed-v2/tasks/{{task_id}} documents no answer with status {response.status_code}"
    )
