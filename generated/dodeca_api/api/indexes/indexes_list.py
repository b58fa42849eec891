from typing import Any

from dodeca_api.models.model_family import ModelFamily
from dodeca_api.models.sort_by import SortBy
from dodeca_api.models.sort_order import SortOrder
from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    *,
    page: int | Unset = UNSET,
    page_limit: int | Unset = UNSET,
    sort_by: SortBy | Unset = UNSET,
    sort_option: SortOrder | Unset = UNSET,
    index_name: str | Unset = UNSET,
    model_options: str | Unset = UNSET,
    model_family: ModelFamily | Unset = UNSET,
    created_at: str | Unset = UNSET,
    updated_at: str | Unset = UNSET,
) -> dict[str, Any]:
    """One page of the account's indexes. Several filters narrow it together."""

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

    params["index_name"] = index_name

    params["model_options"] = model_options

    json_model_family: str | Unset = UNSET
    if not isinstance(model_family, Unset):
        json_model_family = model_family

    params["model_family"] = json_model_family

    params["created_at"] = created_at

    params["updated_at"] = updated_at

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/indexes",
        "params": params,
    }

    return _kwargs
