"""Lists in pages, by the parameters `page` (from 1) and `page_limit`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def page(items: Sequence[T], params: Mapping[str, Any]) -> tuple[Sequence[T], dict[str, int]]:
    """Return the items of the page that the parameters ask for, and its `page_info`.

    A page beyond the last is empty.
    """
    number, limit = params["page"], params["page_limit"]
    info = {
        "page": number,
        "limit_per_page": limit,
        "total_page": -(-len(items) // limit),
        "total_results": len(items),
    }
    return items[(number - 1) * limit : number * limit], info
