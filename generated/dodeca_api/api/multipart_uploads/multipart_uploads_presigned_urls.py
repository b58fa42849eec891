from typing import Any
from urllib.parse import quote

from dodeca_api.models.presigned_urls_request import PresignedUrlsRequest


def _get_kwargs(
    upload_id: str,
    *,
    body: PresignedUrlsRequest,
) -> dict[str, Any]:
    """Fresh URLs, valid for an hour, for 1 to 50 consecutive chunks: those that the session did
    not
    start with, those whose URL has expired, and those whose upload failed."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/assets/multipart-uploads/{upload_id}/presigned-urls".format(
            upload_id=quote(str(upload_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
