from typing import Any
from urllib.parse import quote

import httpx

from dodeca_api.models.analyze_task import AnalyzeTask


def _get_kwargs(
    task_id: str,
) -> dict[str, Any]:
    """The task with its status, its parameters and, once it is ready, its result. `error` explains
    a
    failed or canceled task, and warns when the text of a ready one was cut off."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/analyze/tasks/{task_id}".format(
            task_id=quote(str(task_id), safe=""),
        ),
    }

    return _kwargs


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> AnalyzeTask:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = AnalyzeTask.from_dict(response.json())

        return response_200

    raise ValueError(
        f"GET /analyze/tasks/{{task_id}} documents no answer with status {response.status_code}"
    )
