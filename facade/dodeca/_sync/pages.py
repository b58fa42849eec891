# From facade/dodeca/_async/pages.py by scripts/unasync.py; edit that one.
"""Paginated lists."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from dodeca._base import html
from dodeca._calls import params
from dodeca._calls.operation import Request
from dodeca._sync.transport import Transport
from dodeca.results import Page

T = TypeVar("T")
R = TypeVar("R")

# Stop after this many pages in a row without new items. One or two are normal when items were added
# at the head of the list during iteration; more mean that the pages repeat. Going back to
# earlier pages has the same limit.
_IDLE = 3


class Pages(Generic[T]):
    """The items of a list, fetched page by page during iteration.

    Iterating yields the items of all pages from the requested one on, each item once even if the
    list changes meanwhile: items can be deleted in the loop. `pages()` yields the pages.
    """

    def __init__(
        self, fetch: Callable[[int], Page[T]], first: int, item_name: str = "results"
    ) -> None:
        self._fetch = fetch
        self._first = first
        self._item_name = item_name
        self._first_page: Page[T] | None = None  # once it was fetched

    def pages(self) -> Iterator[Page[T]]:
        """Yield the pages, each with its items and the totals of the list.

        If the list became shorter since the page before, the pages to which the following items
        moved are fetched again.

        >>> [page.total_results for page in client.indexes.list(index_name="films").pages()]
        [1]

        Raises:
            APIError: the service returned an error status.
        """
        number, furthest, idle, vain_returns = self._first, 0, 0, 0
        total: int | None = None
        seen: set[Any] = set()
        while True:
            page = self._fetch(number)
            moved = _pages_moved(total, page)
            total = page.total_results
            self._first_page = self._first_page or page
            if moved and number > self._first and vain_returns < _IDLE:
                number, vain_returns = max(self._first, number - moved), vain_returns + 1
                continue
            yield page
            ids = {_identity(item) for item in page.items}
            if not ids <= seen:
                idle = vain_returns = 0
            elif number > furthest:
                idle += 1
            furthest = max(furthest, number)
            if not ids or idle >= _IDLE or _is_last(number, page):
                return
            number += 1
            seen |= ids

    def __iter__(self) -> Iterator[T]:
        seen: set[Any] = set()
        for page in self.pages():
            for item in page.items:
                if (identity := _identity(item)) not in seen:
                    seen.add(identity)
                    yield item

    def __repr__(self) -> str:
        return f"<Pages of {self._item_name} from page {self._first}; iterate them>"

    def _repr_html_(self) -> str:
        # display fetches nothing
        shown = "" if self._first_page is None else self._first_page._repr_html_()
        return html.paragraph(repr(self)[1:-1]) + shown


def _is_last(number: int, page: Page[Any]) -> bool:
    """Whether a page is the last: by the number of pages, else if it has room for more items."""
    if page.total_page is not None:
        return number >= page.total_page
    return len(page.items) + len(page.malformed) < (page.limit_per_page or math.inf)


def _pages_moved(total: int | None, page: Page[Any]) -> int:
    """How many pages further to the front an item can be, since the list had `total` items."""
    if total is None or page.total_results is None or page.total_results >= total:
        return 0
    return -(-(total - page.total_results) // max(page.limit_per_page or len(page.items), 1))


def _identity(item: Any) -> Any:
    """The id of an item; an item without one counts as unique."""
    return getattr(item, "id", None) or object()


def paginate(
    transport: Transport,
    cls: type[R],
    page: int,
    page_limit: int,
    call: Callable[[int], Request],
) -> Pages[R]:
    """List results with the request for each page number that `call` makes.

    Raises:
        InvalidRequestError: a filter, `page` or `page_limit` is out of bounds.
    """
    params.page_limit(page, page_limit)
    call(page)  # check the filters now, not at the first iteration

    def fetch(number: int) -> Page[R]:
        return transport.page(cls, call(number))

    return Pages(fetch, page, cls.__name__)
