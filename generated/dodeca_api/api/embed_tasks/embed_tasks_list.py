from typing import Any

from dodeca_api.models.embed_task_status_filter import (
    EmbedTaskStatusFilter,
)
from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    *,
    started_at: str | Unset = UNSET,
    ended_at: str | Unset = UNSET,
    status: EmbedTaskStatusFilter | Unset = UNSET,
    page: int | Unset = UNSET,
    page_limit: int | Unset = UNSET,
) -> dict[str, Any]:
    """One page of the embedding tasks, newest first; without times those of the last seven days."""

    params: dict[str, Any] = {}

    params["started_at"] = started_at

    params["ended_at"] = ended_at

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status

    params["status"] = json_status

    params["page"] = page

    params["page_limit"] = page_limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/embed/tasks",
        "params": params,
    }

    return _kwargs
