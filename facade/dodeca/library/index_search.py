"""Searches of an index: what makes two the same, and their hits as they are fetched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import attrs

from dodeca._base.text import quote
from dodeca.errors import InvalidRequestError
from dodeca.library.values import Query, Selection

if TYPE_CHECKING:
    from dodeca.results import SearchHit
    from dodeca.types import SearchResults


class IndexSearch:
    """A search of the service: its hits are fetched as they are needed, and kept."""

    def __init__(self, results: SearchResults, min_score: float | None) -> None:
        self.hits: list[SearchHit] = []
        self.total = results.first_page.total_results if min_score is None else None
        self._rest: Iterator[SearchHit] = _at_least(results, min_score)

    def first(self, count: int) -> list[SearchHit]:
        """The first hits, at most `count`."""
        while len(self.hits) < count and (hit := next(self._rest, None)) is not None:
            self.hits.append(hit)
        return self.hits[:count]


def search_key(query: Query, selection: Selection) -> str:
    """What makes two searches the same: their parameters."""
    values = attrs.asdict(query) | attrs.asdict(selection)
    if query.image is not None:
        values["image"] = hashlib.sha256(query.image).hexdigest()
    return json.dumps(values, sort_keys=True, default=repr)


def _at_least(hits: Iterable[SearchHit], min_score: float | None) -> Iterator[SearchHit]:
    """Hits that score at least so much.

    Raises:
        InvalidRequestError: hits of this index have no scores.
    """
    for hit in hits:
        if min_score is not None and hit.score is None:
            raise InvalidRequestError(
                f"the model of this index ranks without scores; got min_score={quote(min_score)}"
            )
        if min_score is None or (hit.score or 0.0) >= min_score:
            yield hit
