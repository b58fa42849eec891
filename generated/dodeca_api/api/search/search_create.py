from typing import Any

import httpx

from dodeca_api.models.search_request import SearchRequest
from dodeca_api.models.search_results import SearchResults


def _get_kwargs(
    *,
    body: SearchRequest,
) -> dict[str, Any]:
    """Find moments by text, by up to ten images, or (Marengo 3.0) by both together. Images are
    JPEG or PNG of at least 64x64 pixels and at most 5 MB. Text may have 500 tokens with Marengo
    3.0, 77 with Marengo 2.7. Further pages come from `GET /search/{page_token}` at no charge.
    400 `index_not_supported_for_search` without a Marengo model in the index,
    `search_option_not_supported` for options the index lacks, `search_filter_invalid` for a bad
    filter; 429 with an empty body when the rate limit is reached."""
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/search",
    }

    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


# The documented statuses of a success.
_SUCCESSES = (200,)


def _parse_response(*, response: httpx.Response) -> SearchResults:
    """Parse a documented success; any other status is a ValueError."""
    if response.status_code == 200:
        response_200 = SearchResults.from_dict(response.json())

        return response_200

    raise ValueError(f"POST /search documents no answer with status {response.status_code}")
