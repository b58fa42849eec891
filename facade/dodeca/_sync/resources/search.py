# From facade/dodeca/_async/resources/search.py by scripts/unasync.py; edit that one.
"""Search: `/search`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dodeca._base.html import Methods
from dodeca._base.response_info import ResponseInfo, evolve
from dodeca._base.text import quote
from dodeca._calls import library_requests, limits, params
from dodeca._calls.bodies import file_field
from dodeca._calls.operation import RawResponse, Request, request
from dodeca._sync.transport import Transport
from dodeca.errors import InvalidMediaError, InvalidRequestError
from dodeca.media import Media, MediaLike
from dodeca.results import Index, SearchHit, SearchPage, build_search_page
from dodeca_api import models
from dodeca_api.api.indexes import indexes_retrieve
from dodeca_api.api.search import search_create, search_retrieve
from dodeca_api.models.search_group_by import SEARCH_GROUP_BY_VALUES
from dodeca_api.models.search_operator import SEARCH_OPERATOR_VALUES
from dodeca_api.models.search_option import SEARCH_OPTION_VALUES
from dodeca_api.models.search_sort_option import SEARCH_SORT_OPTION_VALUES
from dodeca_api.models.search_threshold import SEARCH_THRESHOLD_VALUES
from dodeca_api.models.transcription_option import TRANSCRIPTION_OPTION_VALUES
from dodeca_api.types import UNSET, File, Unset


class SearchResults:
    """The hits of a search, fetched page by page during iteration."""

    def __init__(
        self,
        transport: Transport,
        first: SearchPage,
        metadata: bool | None,
        limit: int | None = None,
    ) -> None:
        self._transport = transport
        self._metadata = metadata
        self._limit = limit
        self.first_page = _cut(first, limit)

    @property
    def response(self) -> ResponseInfo | None:
        """The response with the first page; each page knows its own.

        >>> hits = client.search(index.id, "red", search_options=["visual"])
        >>> hits.response.status
        200
        """
        return self.first_page.response

    def pages(self) -> Iterator[SearchPage]:
        """Yield the pages; the first is already here, each further one takes a request.

        With the `limit` of the search, the last page ends there, and no further one is fetched.

        >>> hits = client.search(index.id, "red", search_options=["visual"], page_limit=2)
        >>> [len(page.items) for page in hits.pages()]
        [2, 2]

        Raises:
            BadRequestError: the token of a page expired (`search_page_token_expired`).
        """
        page, left = self.first_page, self._limit
        seen: set[str] = set()
        yield page
        while page.items and (token := page.next_page_token) and token not in seen:
            if left is not None and (left := left - len(page.items)) <= 0:
                return
            seen.add(token)
            call = _page_call(token, self._metadata)
            page = _cut(self._transport.fetch(call, _read_page), left)
            yield page

    def __iter__(self) -> Iterator[SearchHit]:
        for page in self.pages():
            for hit in page.items:
                yield hit

    def __repr__(self) -> str:
        page = self.first_page
        total = "" if page.total_results is None else f" of {page.total_results}"
        return f"<SearchResults: {len(page.items)}{total} hits here; iterate them>"

    def _repr_html_(self) -> str:
        return self.first_page._repr_html_()


class Search(Methods):
    """Searches the videos of an index by text, by images, or both."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._offered: dict[str, list[Any]] = {}

    def __call__(
        self,
        index_id: str,
        query_text: str | None = None,
        *,
        search_options: Sequence[str] | None = None,
        query_media: MediaLike | Sequence[MediaLike] | None = None,
        transcription_options: Sequence[str] | None = None,
        group_by: str | None = None,
        operator: str | None = None,
        filter: Mapping[str, Any] | None = None,
        threshold: str | None = None,
        sort_option: str | None = None,
        adjust_confidence_level: float | None = None,
        limit: int | None = None,
        page_limit: int | None = None,
        include_user_metadata: bool | None = None,
    ) -> SearchResults:
        """Search an index (`POST /search`).

        `search_options` is any of "visual", "audio" and "transcription"; the index must support
        them. By default they are all that the index supports: the client retrieves the index before
        its first search in it, and remembers them, since they cannot change.
        `query_media` is one to ten images, all files or all URLs: JPEG or PNG of at least
        64x64 pixels and at most 5 MB. `transcription_options` is any of "lexical" and "semantic".
        `group_by` is "clip" or "video"; `operator` combines the search options by "or" or "and".
        `filter` selects by `id`, technical properties and user metadata:
        `{"id": ["…"], "duration": {"gte": 10}, "category": "news"}`. No hits, and a field that
        only user metadata can have, give a warning: it may be misspelt. `threshold` ("high",
        "medium", "low", "none"), `sort_option` ("score", "clip_count") and
        `adjust_confidence_level` (0 to 1) are for Marengo 2.7. The results are at most `limit`
        hits, by default all. Iterating them fetches pages of `page_limit` hits, at most 50, which
        by default follow from `limit`: as few requests as possible.

        >>> hits = client.search(index.id, "something green", limit=1)
        >>> [(hit.start, hit.end) for hit in hits]
        [(9.0, 15.0)]

        Raises:
            InvalidRequestError: there is no query, a parameter is out of bounds, or
                `search_options` is left out and the index has no model for searches.
            BadRequestError: the index does not support an option, or the filter is invalid.
        """
        files, urls = _query_media(query_media)
        text = params.optional("query_text", query_text)
        if isinstance(text, Unset) and not files and not urls:
            raise InvalidRequestError("a search needs query_text, query_media or both")
        options = params.choices("search_options", search_options, SEARCH_OPTION_VALUES)
        body = models.SearchRequest(
            index_id=params.string("index_id", index_id),
            search_options=[] if isinstance(options, Unset) else options,
            query_text=text,
            query_media_type="image" if files or urls else UNSET,
            query_media_file=_files(files),
            query_media_url=urls or UNSET,
            transcription_options=params.choices(
                "transcription_options", transcription_options, TRANSCRIPTION_OPTION_VALUES
            ),
            group_by=params.choice("group_by", group_by, SEARCH_GROUP_BY_VALUES),
            operator=params.choice("operator", operator, SEARCH_OPERATOR_VALUES),
            filter_=UNSET if filter is None else params.json_text("filter", filter),
            threshold=params.choice("threshold", threshold, SEARCH_THRESHOLD_VALUES),
            sort_option=params.choice("sort_option", sort_option, SEARCH_SORT_OPTION_VALUES),
            adjust_confidence_level=params.number(
                "adjust_confidence_level", adjust_confidence_level, 0, documented=1
            ),
            page_limit=library_requests.page_limit(limit, page_limit),
            include_user_metadata=params.flag("include_user_metadata", include_user_metadata),
        )
        if search_options is None:
            body.search_options = self._options_of(index_id)
        call = request(search_create, body=body)
        first = self._transport.fetch(call, _read_page)
        if not first.items:
            library_requests.warn_of_metadata_filter(filter)
        return SearchResults(self._transport, first, include_user_metadata, limit)

    def retrieve(self, page_token: str, *, include_user_metadata: bool | None = None) -> SearchPage:
        """Get one page of an earlier search by its token (`GET /search/{page_token}`).

        >>> hits = client.search(index.id, "red", search_options=["visual"], page_limit=2)
        >>> page = client.search.retrieve(hits.first_page.next_page_token)
        >>> page.items[0].rank
        3

        Raises:
            BadRequestError: the token expired (`search_page_token_expired`).
        """
        call = _page_call(page_token, include_user_metadata)
        return self._transport.fetch(call, _read_page)

    def _options_of(self, index_id: str) -> list[Any]:
        """The search options that an index supports; they are those of its models for ever."""
        if index_id not in self._offered:
            found = self._transport.result(Index, request(indexes_retrieve, index_id))
            self._offered[index_id] = library_requests.search_options(found)
        return self._offered[index_id]


def _page_call(page_token: str, metadata: bool | None) -> Request:
    return request(
        search_retrieve,
        page_token,
        include_user_metadata=params.flag("include_user_metadata", metadata),
    )


def _read_page(response: RawResponse) -> SearchPage:
    return build_search_page(response.json(), response.info)


def _cut(page: SearchPage, limit: int | None) -> SearchPage:
    """A page of at most `limit` hits."""
    if limit is None or len(page.items) <= limit:
        return page
    return evolve(page, items=page.items[:limit])


def _files(media: Sequence[Media]) -> list[File] | Unset:
    files = [file for item in media if not isinstance(file := file_field(item), Unset)]
    return files or UNSET


def _query_media(
    query_media: MediaLike | Sequence[MediaLike] | None,
) -> tuple[list[Media], list[str]]:
    """Check the images of a query, and split them into files and URLs."""
    if query_media is None:
        return [], []
    if isinstance(query_media, Sequence) and not isinstance(query_media, str):
        media = [Media.of(item) for item in params.as_list("query_media", query_media)]
    else:
        media = [Media.of(query_media)]
    for item in media:
        if item.asset_id is not None:
            raise InvalidMediaError(f"query_media must be files or URLs, got {quote(item)}")
        limits.check(item, limits.Endpoint.SEARCH, "image")
    files = [item for item in media if item.is_local]
    urls = [item.source_url for item in media if item.source_url is not None]
    if files and urls:
        raise InvalidRequestError(
            f"query_media must be all files or all URLs, got {len(files)} and {len(urls)} of them"
        )
    params.integer("the number of images in query_media", len(media), documented=10)
    return files, urls
