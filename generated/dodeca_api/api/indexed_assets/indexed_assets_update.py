from typing import Any
from urllib.parse import quote

from dodeca_api.models.user_metadata_update import UserMetadataUpdate


def _get_kwargs(
    index_id: str,
    indexed_asset_id: str,
    *,
    body: UserMetadataUpdate,
) -> dict[str, Any]:
    """Set some custom fields and leave the others; null removes a field."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/indexes/{index_id}/indexed-assets/{indexed_asset_id}".format(
            index_id=quote(str(index_id), safe=""),
            indexed_asset_id=quote(str(indexed_asset_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
