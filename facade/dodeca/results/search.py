"""Results of searches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from dodeca.results._build import IN_PAGE_INFO, Result, date, extra, listed, results_table


@attrs.frozen(repr=False)
class SearchClip(Result):
    """A clip of a video that matches; `start` and `end` are in seconds, rank 1 is the best."""

    video_id: str | None = None
    start: float | None = None
    end: float | None = None
    score: float | None = None
    confidence: str | None = None
    rank: int | None = None
    thumbnail_url: str | None = None
    transcription: str | None = None
    user_metadata: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class SearchHit(SearchClip):
    """A match: a clip, or with `group_by="video"` a video with `id` and `clips`."""

    id: str | None = None
    clips: Sequence[SearchClip] | None = listed(SearchClip)


@attrs.frozen(repr=False)
class SearchPool(Result):
    """What was searched: the index, the number of videos and their total seconds."""

    index_id: str | None = None
    total_count: int | None = None
    total_duration: float | None = None
    extra: Mapping[str, Any] = extra()


@attrs.frozen(repr=False)
class SearchPage(Result):
    """One page of a search. Its tokens are valid until `page_expires_at`.

    `extra` holds other fields of the response, and under "page_info" other fields of that. Items
    that are not as the API documents them are in `malformed` instead, as JSON.
    """

    items: Sequence[SearchHit]
    search_pool: SearchPool | None = None
    limit_per_page: int | None = attrs.field(default=None, metadata=IN_PAGE_INFO)
    total_results: int | None = attrs.field(default=None, metadata=IN_PAGE_INFO)
    total_inner_matches: int | None = attrs.field(default=None, metadata=IN_PAGE_INFO)
    page_expires_at: datetime | None = date(**IN_PAGE_INFO)
    next_page_token: str | None = attrs.field(default=None, metadata=IN_PAGE_INFO)
    prev_page_token: str | None = attrs.field(default=None, metadata=IN_PAGE_INFO)
    malformed: Sequence[Any] = ()
    extra: Mapping[str, Any] = extra()

    def _repr_html_(self) -> str:
        return results_table("Search", self.items, self.total_results)
