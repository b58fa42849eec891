from typing import Any
from urllib.parse import quote


def _get_kwargs(
    index_id: str,
) -> dict[str, Any]:
    """Delete an index and every video in it, for good."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/indexes/{index_id}".format(
            index_id=quote(str(index_id), safe=""),
        ),
    }

    return _kwargs
