"""Build a page of a search from its response."""

from __future__ import annotations

from typing import Any

from dodeca._base.response_info import ResponseInfo, with_response
from dodeca._base.text import quote
from dodeca.errors import InvalidResponseError
from dodeca.results._build import (
    build_items,
    build_result,
    json_object,
    other_fields,
    take_page_info,
)
from dodeca.results.search import SearchHit, SearchPage, SearchPool


def build_search_page(body: Any, info: ResponseInfo | None = None) -> SearchPage:
    """Build a page of a search from its response.

    Raises:
        InvalidResponseError: there is no list of hits, or the token of the next page is no text.
    """
    rest = other_fields(json_object(body, "page of a search"))
    known = take_page_info(SearchPage, rest)
    if not isinstance(token := known["next_page_token"], str | None):
        raise InvalidResponseError(f"the token of the next page is not text: {quote(token)}")
    pool = rest.pop("search_pool", None)
    good, bad = build_items(SearchHit, rest.pop("data", None), info)
    page = SearchPage(
        good,
        None if pool is None else build_result(SearchPool, pool, info),
        **known,
        malformed=bad or (),
        extra=rest,
    )
    return with_response(page, info)
