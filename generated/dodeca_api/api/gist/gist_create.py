from typing import Any

import httpx

from dodeca_api.models.gist_request import GistRequest
from dodeca_api.models.gist_response import GistResponse


def _get_kwargs(
    *,
    body: GistRequest,
) -> dict[str, Any]:
    """Suggest a title, topics and hashtags for an indexed video. The index needs a Pegasus model.
    429 with an empty body when the rate limit is reached.
    Retired by the service: use `POST /analyze` with a `response_format`."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/gist",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> GistResponse:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = GistResponse.from_dict(response.json())

        return response_200

    raise ValueError(f"POST /gist documents no answer with status {response.status_code}")
