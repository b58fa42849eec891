"""Custom fields of assets and videos: flat, with plain values or arrays of strings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from ..errors import parameter_invalid

MEASURED = ("duration", "filename", "fps", "height", "model_names", "size", "video_title", "width")
"""What the service measures itself: no custom field may have such a name."""

_NAME = "user_metadata"


def parse(text: str | None) -> dict[str, Any]:
    """Read the JSON text in which forms carry custom fields. Raises ErrorResponse."""
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


def kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that something new begins with: empty ones are left out."""
    return {name: value for name, value in values.items() if value not in ("", [], None)}


def first(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a new video begins with. Raises ErrorResponse."""
    return kept(checked(values))


def merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return old fields with some of them set anew; null removes one. Raises ErrorResponse."""
    return {name: v for name, v in {**old, **checked(changes)}.items() if v is not None}


def checked(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields when none has a name of what is measured. Raises ErrorResponse."""
    if taken := [name for name in values if name in MEASURED]:
        names = "`, `".join(taken)
        raise parameter_invalid(_NAME, why=f"It cannot set what the service measures: `{names}`.")
    return values


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return value is None or isinstance(value, str | int | float | bool)
