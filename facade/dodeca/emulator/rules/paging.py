"""Lists in pages, by the parameters `page` (from 1) and `page_limit`.

A page beyond the last is empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from ..clock import parse_time, timestamp
from ..database import Database, Document, Selection
from ..errors import parameter_invalid

T = TypeVar("T")


def paginate(items: Sequence[T], params: Mapping[str, Any]) -> tuple[Sequence[T], dict[str, int]]:
    """Return the items of the requested page, and its `page_info`."""
    start, stop = _range(params)
    return items[start:stop], _info(params, len(items))


def page_of(
    database: Database, selection: Selection, params: Mapping[str, Any]
) -> tuple[list[Document], dict[str, int]]:
    """Return the documents of the requested page of a list, and its `page_info`."""
    start, stop = _range(params)
    found, total = database.select(selection, start, stop - start)
    return found, _info(params, total)


def _range(params: Mapping[str, Any]) -> tuple[int, int]:
    number, limit = params["page"], params["page_limit"]
    return (number - 1) * limit, number * limit


def _info(params: Mapping[str, Any], total: int) -> dict[str, int]:
    return {
        "page": params["page"],
        "limit_per_page": params["page_limit"],
        "total_page": -(-total // params["page_limit"]),
        "total_results": total,
    }


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
