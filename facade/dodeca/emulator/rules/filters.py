"""Filters and sort order of lists, by the parameters that lists share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..database import Document
from .paging import time_parameter

_MEASURES = ("duration", "fps", "width", "height", "size")


def filter_videos(documents: Iterable[Document], params: Mapping[str, Any]) -> list[Document]:
    """Return the videos with the measurements and custom fields that the parameters ask for."""
    wanted = {name: params[name] for name in ("filename", *_MEASURES) if name in params}
    ranges = [
        (name, params.get(f"{name}[gte]", float("-inf")), params.get(f"{name}[lte]", float("inf")))
        for name in _MEASURES
        if f"{name}[gte]" in params or f"{name}[lte]" in params
    ]
    custom = params.get("user_metadata", {})

    def fits(document: Document) -> bool:
        system = document["system_metadata"]
        return (
            all(system.get(name) == value for name, value in wanted.items())
            and all(name in system and low <= system[name] <= high for name, low, high in ranges)
            and all(
                _equals_text(document["user_metadata"].get(k), text) for k, text in custom.items()
            )
        )

    return [document for document in documents if fits(document)]


def filter_since(
    documents: Iterable[Document], params: Mapping[str, Any], name: str, field: str | None = None
) -> list[Document]:
    """Return the documents whose time in `field` is at or after the parameter `name`."""
    earliest = time_parameter(params, name)
    if earliest is None:
        return list(documents)
    return [document for document in documents if (document.get(field or name) or "") >= earliest]


def sort_documents(documents: Iterable[Document], params: Mapping[str, Any]) -> list[Document]:
    """Sort documents, given newest first, by the parameters; ties stay in that order."""
    key, newest_first = params["sort_by"], params["sort_option"] == "desc"
    found = list(documents)
    if not newest_first:
        found.reverse()
    return sorted(found, key=lambda document: str(document[key]), reverse=newest_first)


def _equals_text(value: Any, text: str) -> bool:
    """Return whether a custom field has the value that a text of a query means."""
    match value:
        case None:
            return False
        case bool():
            return text == ("true" if value else "false")
        case int() | float():
            try:
                return float(text) == value
            except ValueError:
                return False
        case list():
            return text in value
        case _:
            return bool(value == text)
