from typing import Any

from dodeca_api.models.asset_type_filter import AssetTypeFilter
from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    *,
    page: int | Unset = UNSET,
    page_limit: int | Unset = UNSET,
    asset_ids: list[str] | Unset = UNSET,
    asset_types: list[AssetTypeFilter] | Unset = UNSET,
    filename: str | Unset = UNSET,
) -> dict[str, Any]:
    """One page of the account's assets, newest first. Several filters narrow it together."""

    params: dict[str, Any] = {}

    params["page"] = page

    params["page_limit"] = page_limit

    json_asset_ids: list[str] | Unset = UNSET
    if not isinstance(asset_ids, Unset):
        json_asset_ids = asset_ids

    params["asset_ids"] = json_asset_ids

    json_asset_types: list[str] | Unset = UNSET
    if not isinstance(asset_types, Unset):
        json_asset_types = []
        for asset_types_item_data in asset_types:
            asset_types_item: str = asset_types_item_data
            json_asset_types.append(asset_types_item)

    params["asset_types"] = json_asset_types

    params["filename"] = filename

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/assets",
        "params": params,
    }

    return _kwargs
