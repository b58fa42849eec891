# Derived from facade/dodeca/_async/pages.py by scripts/unasync.py; edit that one.
"""Lists that the service gives page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from dodeca.results import Page

T = TypeVar("T")


class Pages(Generic[T]):
    """The items of a list, fetched page by page as they are iterated.

    Iterate it for the items of all pages from the first one asked for; `pages()` gives the pages.
    """

    def __init__(self, fetch: Callable[[int], Page[T]], first: int) -> None:
        self._fetch = fetch
        self._first = first

    def pages(self) -> Iterator[Page[T]]:
        """The pages, each with its items and the totals of the list.

        Raises:
            APIError: the service answered with an error status.
        """
        number = self._first
        while True:
            page = self._fetch(number)
            yield page
            number += 1
            if not page.items or number > (page.total_page or 0):
                return

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            for item in page.items:
                yield item
