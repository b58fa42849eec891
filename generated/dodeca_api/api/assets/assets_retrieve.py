from typing import Any
from urllib.parse import quote


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
