from typing import Any

from dodeca_api.models.search_request import SearchRequest


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
