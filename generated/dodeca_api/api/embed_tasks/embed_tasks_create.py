from typing import Any

from dodeca_api.models.embed_task_create_request import EmbedTaskCreateRequest


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
