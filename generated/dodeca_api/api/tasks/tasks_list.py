from typing import Any

from dodeca_api.models.sort_by import SortBy
from dodeca_api.models.sort_order import SortOrder
from dodeca_api.models.task_status_filter import (
    TaskStatusFilter,
)
from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    *,
    page: int | Unset = UNSET,
    page_limit: int | Unset = UNSET,
    sort_by: SortBy | Unset = UNSET,
    sort_option: SortOrder | Unset = UNSET,
    index_id: str | Unset = UNSET,
    status: list[TaskStatusFilter] | Unset = UNSET,
    filename: str | Unset = UNSET,
    duration: float | Unset = UNSET,
    width: int | Unset = UNSET,
    height: int | Unset = UNSET,
    created_at: str | Unset = UNSET,
    updated_at: str | Unset = UNSET,
) -> dict[str, Any]:
    """One page of the indexing tasks, newest first unless sorted otherwise. All filters given have
    to match; `status` may be repeated to allow several."""

    params: dict[str, Any] = {}

    params["page"] = page

    params["page_limit"] = page_limit

    json_sort_by: str | Unset = UNSET
    if not isinstance(sort_by, Unset):
        json_sort_by = sort_by

    params["sort_by"] = json_sort_by

    json_sort_option: str | Unset = UNSET
    if not isinstance(sort_option, Unset):
        json_sort_option = sort_option

    params["sort_option"] = json_sort_option

    params["index_id"] = index_id

    json_status: list[str] | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = []
        for status_item_data in status:
            status_item: str = status_item_data
            json_status.append(status_item)

    params["status"] = json_status

    params["filename"] = filename

    params["duration"] = duration

    params["width"] = width

    params["height"] = height

    params["created_at"] = created_at

    params["updated_at"] = updated_at

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/tasks",
        "params": params,
    }

    return _kwargs
