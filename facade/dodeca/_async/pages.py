"""Lists that the service gives page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Generic, TypeVar

from dodeca._async.transport import AsyncTransport
from dodeca._base import html
from dodeca._calls import params
from dodeca._calls.operation import Request
from dodeca.results import Page, page_of

T = TypeVar("T")
R = TypeVar("R")

# Pages in a row with nothing new. One or two come when a list has grown at its head meanwhile, and
# what was to be found stands behind them; after more than that it goes round in circles.
_IDLE = 3


class AsyncPages(Generic[T]):
    """The items of a list, fetched page by page as they are iterated.

    Iterate it for the items of all pages from the first one asked for, each once, should the list
    move on meanwhile; `pages()` gives the pages.
    """

    def __init__(
        self, fetch: Callable[[int], Awaitable[Page[T]]], first: int, what: str = "results"
    ) -> None:
        self._fetch = fetch
        self._first = first
        self._what = what

    async def pages(self) -> AsyncIterator[Page[T]]:
        """The pages, each with its items and the totals of the list.

        >>> [page.total_results async for page in client.indexes.list(index_name="films").pages()]
        [1]

        Raises:
            APIError: the service answered with an error status.
        """
        number, idle = self._first, 0
        seen: set[Any] = set()
        while True:
            page = await self._fetch(number)
            yield page
            number += 1
            ids = {_identity(item) for item in page.items}
            idle = idle + 1 if ids <= seen else 0
            if not ids or idle >= _IDLE or number > (page.total_page or 0):
                return
            seen |= ids

    async def __aiter__(self) -> AsyncIterator[T]:
        seen: set[Any] = set()
        async for page in self.pages():
            for item in page.items:
                if (identity := _identity(item)) not in seen:
                    seen.add(identity)
                    yield item

    def __repr__(self) -> str:
        return f"<Pages of {self._what} from page {self._first}; iterate them>"

    def _repr_html_(self) -> str:
        return html.paragraph(repr(self)[1:-1])  # nothing is fetched to be looked at


def _identity(item: Any) -> Any:
    """The id of an item; what has none is like no other."""
    return getattr(item, "id", None) or object()


def paginate(
    transport: AsyncTransport,
    cls: type[R],
    page: int,
    page_limit: int,
    call: Callable[[int], Request[Any]],
) -> AsyncPages[R]:
    """A list of results, from the request that fetches one of its pages.

    Raises:
        InvalidRequestError: a page or a page limit out of bounds.
    """
    params.page_limit(page, page_limit)
    call(page)  # checks the filters now, not at the first iteration

    async def fetch(number: int) -> Page[R]:
        return page_of(cls, await transport.send(call(number)))

    return AsyncPages(fetch, page, cls.__name__)
