"""The `filter` of a search: selects videos by measurements and custom fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from ..database import Document
from ..errors import ErrorResponse

VideoPredicate = Callable[[Document], bool]

_MEASURES = ("duration", "width", "height", "size", "filename")


def parse(text: str | None) -> VideoPredicate | None:
    """Return the predicate of a filter; None without a filter. Raises ErrorResponse."""
    if not text:
        return None
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise search_filter_invalid() from None
    if not isinstance(given, dict):
        raise search_filter_invalid()
    tests = [_predicate(name, wanted) for name, wanted in given.items()]
    return lambda video: all(test(video) for test in tests)


def search_filter_invalid() -> ErrorResponse:
    """Return the error for a malformed filter."""
    text = (
        "Filter used in search is invalid. Please use the valid filter syntax by following"
        " filtering documentation."
    )
    return ErrorResponse(400, "search_filter_invalid", text)


def _predicate(name: str, wanted: Any) -> VideoPredicate:
    match wanted:
        case str() | bool() | int() | float():
            return lambda video: _equals(_value(video, name), wanted)
        case [*ids] if name == "id" and all(isinstance(item, str) for item in ids):
            return lambda video: video["_id"] in ids
        case dict() if name != "id" and _is_range(wanted):
            low, high = wanted.get("gte", float("-inf")), wanted.get("lte", float("inf"))
            return lambda video: _within(_value(video, name), low, high)
        case _:
            raise search_filter_invalid()


def _is_range(wanted: Mapping[str, Any]) -> bool:
    return (
        bool(wanted) and wanted.keys() <= {"gte", "lte"} and all(map(_is_number, wanted.values()))
    )


def _value(video: Document, name: str) -> Any:
    if name == "id":
        return video["_id"]
    return video["system_metadata" if name in _MEASURES else "user_metadata"].get(name)


def _equals(value: Any, wanted: str | bool | float) -> bool:
    if isinstance(value, list):
        return wanted in value
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def _within(value: Any, low: float, high: float) -> bool:
    return _is_number(value) and bool(low <= value <= high)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
