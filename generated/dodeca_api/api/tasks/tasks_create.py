from typing import Any

import httpx

from dodeca_api.models.task_create_request import TaskCreateRequest
from dodeca_api.models.task_created import TaskCreated


def _get_kwargs(
    *,
    body: TaskCreateRequest,
) -> dict[str, Any]:
    """Upload a video of up to 2 GB, or name its public URL, and index it in one go. Poll
    `GET /tasks/{task_id}` until the status is `ready` or `failed`.
    360x360 to 3840x2160 pixels; an aspect ratio of 1:1, 4:3, 4:5, 5:4, 16:9 or 9:16; 4 seconds
    to 2 hours with Marengo, to 1 hour with Pegasus; the stricter limit counts. Violations give
    400 with `video_resolution_too_low`,
    `video_duration_too_short`, `video_file_broken` and the like, or a failed task.
    Assets and indexed assets are the newer way."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/tasks",
    }

    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> TaskCreated:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = TaskCreated.from_dict(response.json())

        return response_200

    raise ValueError(f"POST /tasks documents no answer with status {response.status_code}")
