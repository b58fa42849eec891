from typing import Any

from dodeca_api.models.multipart_upload_create_request import (
    MultipartUploadCreateRequest,
)


def _get_kwargs(
    *,
    body: MultipartUploadCreateRequest,
) -> dict[str, Any]:
    """Open a session for a file of up to 10 GB (older service versions: 4 GB). The answer reserves
    an asset id and gives the chunk size and presigned URLs for the first chunks, or for all.
    Each chunk is sent with PUT to its URL, with `upload_headers` and without the API key; the
    ETag of the answer is its proof. URLs work once and for one hour, the session for 24 hours."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/assets/multipart-uploads",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs
