from typing import Any
from urllib.parse import quote

import httpx

from dodeca_api.models.embed_task_status_response import EmbedTaskStatusResponse


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


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> EmbedTaskStatusResponse:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = EmbedTaskStatusResponse.from_dict(response.json())

        return response_200

    raise ValueError(
        f"GET /embed/tasks/{{task_id}}/status documents no answer with status {response.status_code}"
    )
