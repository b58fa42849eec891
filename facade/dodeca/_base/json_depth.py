"""How deep the JSON of a response may be nested: what walks it is recursive. Pure."""

from __future__ import annotations

from itertools import chain
from typing import Any

MAX_DEPTH = 64
_CONTAINERS = frozenset({dict, list})  # JSON parsers return no subclasses of these


def is_too_deep(value: Any) -> bool:
    """Whether a JSON value is nested deeper than the responses of the API are."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [item for item in level if type(item) in _CONTAINERS]
        if not level:
            return False
        children = [item.values() if type(item) is dict else item for item in level]
        level = list(chain.from_iterable(children))
    return True
