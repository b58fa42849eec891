"""Lists in pages: `page` counts from 1, `page_limit` is at most 50."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from .errors import parameter_invalid

MAX_LIMIT = 50

T = TypeVar("T")


def page(items: Sequence[T], params: Mapping[str, Any]) -> tuple[Sequence[T], dict[str, int]]:
    """Return the items of the page that the parameters ask for, and its `page_info`.

    A page beyond the last is empty. Raises Refusal for numbers out of range.
    """
    number, limit = params["page"], params["page_limit"]
    if number < 1:
        raise parameter_invalid("page", why="It should be at least 1.")
    if not 1 <= limit <= MAX_LIMIT:
        raise parameter_invalid("page_limit", why=f"It should be between 1 and {MAX_LIMIT}.")
    info = {
        "page": number,
        "limit_per_page": limit,
        "total_page": -(-len(items) // limit),
        "total_results": len(items),
    }
    return items[(number - 1) * limit : number * limit], info
