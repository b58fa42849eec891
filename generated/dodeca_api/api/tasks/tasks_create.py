from typing import Any

from dodeca_api.models.task_create_request import TaskCreateRequest


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
