from typing import Any
from urllib.parse import quote


def _get_kwargs(
    index_id: str,
    indexed_asset_id: str,
) -> dict[str, Any]:
    """Remove it and all that was made of it from the index, for good. The asset itself stays."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/indexes/{index_id}/indexed-assets/{indexed_asset_id}".format(
            index_id=quote(str(index_id), safe=""),
            indexed_asset_id=quote(str(indexed_asset_id), safe=""),
        ),
    }

    return _kwargs
