from typing import Any
from urllib.parse import quote

from dodeca_api.models.user_metadata_update import UserMetadataUpdate


def _get_kwargs(
    index_id: str,
    video_id: str,
    *,
    body: UserMetadataUpdate,
) -> dict[str, Any]:
    """Set some custom fields of a video and leave the others; null removes a field. Fields that
    the service measures (duration, filename, fps, height, model_names, size, video_title,
    width) cannot be set."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/indexes/{index_id}/videos/{video_id}".format(
            index_id=quote(str(index_id), safe=""),
            video_id=quote(str(video_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
