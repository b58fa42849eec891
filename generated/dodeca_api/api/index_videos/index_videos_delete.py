from typing import Any
from urllib.parse import quote


def _get_kwargs(
    index_id: str,
    video_id: str,
) -> dict[str, Any]:
    """Remove the video and all that was made of it from the index, for good. A finished indexing
    task can be deleted only after this."""

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/indexes/{index_id}/videos/{video_id}".format(
            index_id=quote(str(index_id), safe=""),
            video_id=quote(str(video_id), safe=""),
        ),
    }

    return _kwargs
