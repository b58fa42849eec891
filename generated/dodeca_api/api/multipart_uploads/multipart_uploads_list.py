from typing import Any

import httpx

from dodeca_api.models.multipart_upload_list import MultipartUploadList
from dodeca_api.types import UNSET, Unset


def _get_kwargs(
    *,
    page: int | Unset = UNSET,
    page_limit: int | Unset = UNSET,
) -> dict[str, Any]:
    """One page of the upload sessions that are not complete."""

    params: dict[str, Any] = {}

    params["page"] = page

    params["page_limit"] = page_limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/assets/multipart-uploads",
        "params": params,
    }

    return _kwargs


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> MultipartUploadList:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = MultipartUploadList.from_dict(response.json())

        return response_200

    raise ValueError(
        f"GET /assets/multipart-uploads documents no answer with status {response.status_code}"
    )
