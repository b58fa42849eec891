from typing import Any
from urllib.parse import quote

from dodeca_api.models.indexed_asset_create_request import IndexedAssetCreateRequest


def _get_kwargs(
    index_id: str,
    *,
    body: IndexedAssetCreateRequest,
) -> dict[str, Any]:
    """Start indexing an asset whose status is `ready`. The answer comes at once; poll
    `GET /indexes/{index_id}/indexed-assets/{indexed_asset_id}` until `ready` or `failed`.
    The file must satisfy every model of the index; 404 when the asset or the index is not
    there."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/indexes/{index_id}/indexed-assets".format(
            index_id=quote(str(index_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
