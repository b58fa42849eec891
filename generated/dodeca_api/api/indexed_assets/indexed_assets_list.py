from typing import Any
from urllib.parse import quote

from dodeca_api.models.indexed_asset_status_filter import (
    IndexedAssetStatusFilter,
)
from dodeca_api.models.sort_by import SortBy
from dodeca_api.models.sort_order import SortOrder
from dodeca_api.models.user_metadata_filter import UserMetadataFilter
from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    index_id: str,
    *,
    page: int | Unset = UNSET,
    page_limit: int | Unset = UNSET,
    sort_by: SortBy | Unset = UNSET,
    sort_option: SortOrder | Unset = UNSET,
    status: list[IndexedAssetStatusFilter] | Unset = UNSET,
    filename: str | Unset = UNSET,
    duration: float | Unset = UNSET,
    durationgte: float | Unset = UNSET,
    durationlte: float | Unset = UNSET,
    fps: float | Unset = UNSET,
    fpsgte: float | Unset = UNSET,
    fpslte: float | Unset = UNSET,
    width: int | Unset = UNSET,
    widthgte: int | Unset = UNSET,
    widthlte: int | Unset = UNSET,
    height: int | Unset = UNSET,
    heightgte: int | Unset = UNSET,
    heightlte: int | Unset = UNSET,
    size: int | Unset = UNSET,
    sizegte: int | Unset = UNSET,
    sizelte: int | Unset = UNSET,
    created_at: str | Unset = UNSET,
    updated_at: str | Unset = UNSET,
    user_metadata: UserMetadataFilter | Unset = UNSET,
) -> dict[str, Any]:
    """One page of the indexed assets, newest first unless sorted otherwise. All filters given have
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

    json_status: list[str] | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = []
        for status_item_data in status:
            status_item: str = status_item_data
            json_status.append(status_item)

    params["status"] = json_status

    params["filename"] = filename

    params["duration"] = duration

    params["duration[gte]"] = durationgte

    params["duration[lte]"] = durationlte

    params["fps"] = fps

    params["fps[gte]"] = fpsgte

    params["fps[lte]"] = fpslte

    params["width"] = width

    params["width[gte]"] = widthgte

    params["width[lte]"] = widthlte

    params["height"] = height

    params["height[gte]"] = heightgte

    params["height[lte]"] = heightlte

    params["size"] = size

    params["size[gte]"] = sizegte

    params["size[lte]"] = sizelte

    params["created_at"] = created_at

    params["updated_at"] = updated_at

    json_user_metadata: dict[str, Any] | Unset = UNSET
    if not isinstance(user_metadata, Unset):
        json_user_metadata = user_metadata.to_dict()
    if not isinstance(json_user_metadata, Unset):
        params.update(json_user_metadata)

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/indexes/{index_id}/indexed-assets".format(
            index_id=quote(str(index_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs
