"""Lists in pages, by the parameters `page` (from 1) and `page_limit`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from ..clock import parse_time, timestamp
from ..errors import parameter_invalid

T = TypeVar("T")


def paginate(items: Sequence[T], params: Mapping[str, Any]) -> tuple[Sequence[T], dict[str, int]]:
    """Return the items of the requested page, and its `page_info`.

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


def time_parameter(params: Mapping[str, Any], name: str) -> str | None:
    """Return a time parameter as a timestamp, which can be compared with those of documents.

    None when it is not given. Raises ErrorResponse when it is not a date and time.
    """
    if name not in params:
        return None
    try:
        return timestamp(parse_time(params[name]))
    except (ValueError, OverflowError):
        raise parameter_invalid(name, why="It should be an RFC 3339 date and time.") from None
