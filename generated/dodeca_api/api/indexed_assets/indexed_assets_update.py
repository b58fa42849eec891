from typing import Any
from urllib.parse import quote

import httpx

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


# The documented statuses of a success.
_SUCCESSES = (204,)


def _parse_response(*, response: httpx.Response) -> None:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 204:
        return None
    raise ValueError(
        f"PATCH /indexes/{{index_id}}/indexed-assets/{{indexed_asset_id}} documents no answer with status {response.status_code}"
    )
