from typing import Any
from urllib.parse import quote

import httpx

from dodeca_api.models.presigned_urls import PresignedUrls
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


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> PresignedUrls:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = PresignedUrls.from_dict(response.json())

        return response_200

    raise ValueError(
        f"POST /assets/multipart-uploads/{{upload_id}}/presigned-urls documents no answer with status {response.status_code}"
    )
