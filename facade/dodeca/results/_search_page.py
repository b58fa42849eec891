"""Build a page of a search from its response."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from dodeca._base.response_info import ResponseInfo, with_response
from dodeca._base.text import quote
from dodeca.errors import InvalidResponseError
from dodeca.results._build import (
    Result,
    build_items,
    build_result,
    date,
    extra,
    json_object,
    other_fields,
)
from dodeca.results.search import SearchHit, SearchPage, SearchPool


@attrs.frozen(repr=False)
class _PageInfo(Result):
    limit_per_page: int | None = None
    total_results: int | None = None
    total_inner_matches: int | None = None
    page_expires_at: datetime | None = date()
    next_page_token: str | None = None
    prev_page_token: str | None = None
    extra: Mapping[str, Any] = extra()


def build_search_page(body: Any, info: ResponseInfo | None = None) -> SearchPage:
    """Build a page of a search from its response.

    Raises:
        InvalidResponseError: there is no list of hits, or the token of the next page is no text.
    """
    rest = other_fields(json_object(body, "page of a search"))
    about = build_result(_PageInfo, rest.pop("page_info", {}))
    if not isinstance(token := about.next_page_token, str | None):
        raise InvalidResponseError(f"the token of the next page is not text: {quote(token)}")
    pool = rest.pop("search_pool", None)
    good, bad = build_items(SearchHit, rest.pop("data", None), info)
    known = attrs.asdict(about, recurse=False)
    if unknown := known.pop("extra"):
        rest["page_info"] = unknown
    page = SearchPage(
        good,
        None if pool is None else build_result(SearchPool, pool, info),
        **known,
        malformed=bad or (),
        extra=rest,
    )
    return with_response(page, info)
