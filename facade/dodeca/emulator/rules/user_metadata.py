"""Custom fields of assets and videos: flat, with plain values or arrays of strings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from ..errors import parameter_invalid

RESERVED = ("duration", "filename", "fps", "height", "model_names", "size", "video_title", "width")
"""Names of what the service measures, which no custom field may have."""

_NAME = "user_metadata"


def parse(text: str | None) -> dict[str, Any]:
    """Parse the JSON text of custom fields in a form. Raises ErrorResponse."""
    if text is None:
        return {}
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise parameter_invalid(_NAME, why="It is not valid JSON.") from None
    if not isinstance(value, dict) or not all(map(_is_plain, value.values())):
        why = "It should be an object of strings, numbers, booleans and arrays of strings."
        raise parameter_invalid(_NAME, why=why)
    return value


def without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields without empty ones, for a new resource."""
    return {name: value for name, value in values.items() if value not in ("", [], None)}


def initial(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a new video. Raises ErrorResponse."""
    return without_empty(check_names(values))


def merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return old fields with changes applied; null removes one. Raises ErrorResponse."""
    return {name: v for name, v in {**old, **check_names(changes)}.items() if v is not None}


def check_names(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields. Raises ErrorResponse when one has a reserved name."""
    if reserved := [name for name in values if name in RESERVED]:
        names = "`, `".join(reserved)
        raise parameter_invalid(_NAME, why=f"It cannot set what the service measures: `{names}`.")
    return values


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return value is None or isinstance(value, str | int | float | bool)
