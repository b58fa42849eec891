from typing import Any
from urllib.parse import quote

import httpx

from dodeca_api.models.asset_detail import AssetDetail


def _get_kwargs(
    asset_id: str,
) -> dict[str, Any]:
    """The asset with its status and, once it is ready, size, duration, stream, thumbnail and
    technical metadata. A failed asset carries the reason in `error`."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/assets/{asset_id}".format(
            asset_id=quote(str(asset_id), safe=""),
        ),
    }

    return _kwargs


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> AssetDetail:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = AssetDetail.from_dict(response.json())

        return response_200

    raise ValueError(
        f"GET /assets/{{asset_id}} documents no answer with status {response.status_code}"
    )
