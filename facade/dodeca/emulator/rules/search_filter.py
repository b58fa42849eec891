"""The `filter` of a search: selects videos by measurements and custom fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from ..database import Document
from ..errors import ErrorResponse

ValueTest = Callable[[Any], bool]
"""Whether a field passes, by its value; None if a video does not have it."""

_MEASURES = ("duration", "width", "height", "size", "filename")


def parse(text: str | None) -> dict[str, ValueTest]:
    """Return the test of each field in a filter. Raises ErrorResponse."""
    if not text:
        return {}
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise search_filter_invalid() from None
    if not isinstance(given, dict):
        raise search_filter_invalid()
    return {name: _predicate(name, wanted) for name, wanted in given.items()}


def value_of(video: Document, name: str) -> Any:
    """Return the field of a video that a filter names; None if it does not have it."""
    if name == "id":
        return video["_id"]
    return video["system_metadata" if name in _MEASURES else "user_metadata"].get(name)


def search_filter_invalid() -> ErrorResponse:
    """Return the error for a malformed filter."""
    text = (
        "Filter used in search is invalid. Please use the valid filter syntax by following"
        " filtering documentation."
    )
    return ErrorResponse(400, "search_filter_invalid", text)


def _predicate(name: str, wanted: Any) -> ValueTest:
    match wanted:
        case str():
            return lambda value: value == wanted or (isinstance(value, list) and wanted in value)
        case bool():
            return lambda value: value is wanted
        case int() | float():
            return lambda value: value == wanted and not isinstance(value, bool)
        case [*ids] if name == "id" and all(isinstance(item, str) for item in ids):
            return frozenset(ids).__contains__
        case dict() if name != "id" and _is_range(wanted):
            low, high = wanted.get("gte", float("-inf")), wanted.get("lte", float("inf"))
            return lambda value: _is_number(value) and bool(low <= value <= high)
        case _:
            raise search_filter_invalid()


def _is_range(wanted: Mapping[str, Any]) -> bool:
    return (
        bool(wanted) and wanted.keys() <= {"gte", "lte"} and all(map(_is_number, wanted.values()))
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
