from typing import Any
from urllib.parse import quote


def _get_kwargs(
    index_id: str,
) -> dict[str, Any]:
    """The index with its models, its number of videos and their total length."""

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/indexes/{index_id}".format(
            index_id=quote(str(index_id), safe=""),
        ),
    }

    return _kwargs
