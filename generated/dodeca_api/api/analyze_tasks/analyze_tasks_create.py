from typing import Any

from dodeca_api.models.analyze_task_create_request import AnalyzeTaskCreateRequest
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
