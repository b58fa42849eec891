from typing import Any
from urllib.parse import quote

from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    asset_id: str,
    *,
    force: bool | Unset = UNSET,
) -> dict[str, Any]:
    """Delete an asset for good. While indexed assets refer to it the answer is 409, unless `force`
    is set."""

    params: dict[str, Any] = {}

    params["force"] = force

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/assets/{asset_id}".format(
            asset_id=quote(str(asset_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs
