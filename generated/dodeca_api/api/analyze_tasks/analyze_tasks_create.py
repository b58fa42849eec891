from typing import Any

import httpx

from dodeca_api.models.analyze_task_create_request import AnalyzeTaskCreateRequest
from dodeca_api.models.analyze_task_created import AnalyzeTaskCreated
from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    *,
    body: AnalyzeTaskCreateRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    """Generate text about a video of up to 2 hours (4 hours when at most 2 of them are looked at)
    or about images, or, in the mode `time_based_metadata`, cut a video into described segments.
    Poll `GET /analyze/tasks/{task_id}` until `ready`, `failed` or `canceled`.
    Acceptance is no promise: a video that cannot be used may fail the task later.
    Bad or conflicting parameters give 400 `parameter_invalid`."""
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/analyze/tasks",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


# The documented statuses of a success.
_SUCCESSES = (202,)


def _parse_response(*, response: httpx.Response) -> AnalyzeTaskCreated:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 202:
        response_202 = AnalyzeTaskCreated.from_dict(response.json())

        return response_202

    raise ValueError(f"POST /analyze/tasks documents no answer with status {response.status_code}")
