"""How deep the JSON of a response may be nested: what walks it is recursive. Pure."""

from __future__ import annotations

from typing import Any

MAX_DEPTH = 64


def is_too_deep(value: Any) -> bool:
    """Whether a JSON value is nested deeper than the responses of the API are."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True
