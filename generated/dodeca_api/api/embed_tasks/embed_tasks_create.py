from typing import Any

import httpx

from dodeca_api.models.embed_task_create_request import EmbedTaskCreateRequest
from dodeca_api.models.embed_task_created import EmbedTaskCreated


def _get_kwargs(
    *,
    body: EmbedTaskCreateRequest,
) -> dict[str, Any]:
    """Upload a video of 4 seconds to 2 hours and up to 2 GB, or name its public URL, and embed it
    clip by clip. Poll `GET /embed/tasks/{task_id}/status`; the vectors are kept for seven days.
    360x360 to 3840x2160 pixels; an aspect ratio of 1:1, 4:3, 4:5, 5:4, 16:9 or 9:16.
    A last clip of less than 2 seconds is dropped. Start and end offsets go together; a bad
    clip length or an end before the start gives 400 `parameter_invalid`.
    `POST /embed-v2/tasks` is the newer way."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/embed/tasks",
    }

    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> EmbedTaskCreated:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = EmbedTaskCreated.from_dict(response.json())

        return response_200

    raise ValueError(f"POST /embed/tasks documents no answer with status {response.status_code}")
