from typing import Any

from dodeca_api.models.asset_create_request import AssetCreateRequest


def _get_kwargs(
    *,
    body: AssetCreateRequest,
) -> dict[str, Any]:
    """Upload a local file of up to 200 MB (`method` direct) or let the service fetch a public URL
    of up to 4 GB (`method` url); images may have 32 MB. Larger local files go through
    `POST /assets/multipart-uploads`.
    The answer comes before the file is checked: poll `GET /assets/{asset_id}` until the status
    is `ready` or `failed`. A bad combination of fields or an unsupported file gives 400."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/assets",
    }

    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs
