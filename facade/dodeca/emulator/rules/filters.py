"""Filters and sort order of lists as SQL, by the parameters that lists share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson

from ..database import Condition, Document
from .paging import time_parameter

_MEASURES = ("duration", "fps", "width", "height", "size")
_FIELD = """EXISTS (SELECT 1 FROM json_each(body, '$.user_metadata') AS field
  WHERE field.key = ? AND CASE field.type
    WHEN 'true' THEN ? = 'true'
    WHEN 'false' THEN ? = 'false'
    WHEN 'null' THEN 0
    WHEN 'array' THEN EXISTS (SELECT 1 FROM json_each(field.value) AS item WHERE item.value = ?)
    WHEN 'text' THEN field.value = ?
    ELSE field.value = ?
  END)"""


def filter_videos(params: Mapping[str, Any]) -> list[Condition]:
    """Return the conditions for the measurements and custom fields that the parameters ask for."""
    equal = [(f"{name} = ?", name) for name in ("filename", *_MEASURES)]
    least = [(f"{name} >= ?", f"{name}[gte]") for name in _MEASURES]
    most = [(f"{name} <= ?", f"{name}[lte]") for name in _MEASURES]
    found: list[Condition] = [
        (sql, (params[name],)) for sql, name in (*equal, *least, *most) if name in params
    ]
    for name, text in params.get("user_metadata", {}).items():
        found.append((_FIELD, (name, text, text, text, text, _number(text))))
    return found


def filter_since(
    params: Mapping[str, Any], name: str, column: str | None = None
) -> list[Condition]:
    """Return the condition that a time is at or after the parameter `name`, if it is given."""
    earliest = time_parameter(params, name)
    return [] if earliest is None else [(f"{column or name} >= ?", (earliest,))]


def filter_until(params: Mapping[str, Any], name: str, column: str) -> list[Condition]:
    """Return the condition that a time is at or before the parameter `name`, if it is given."""
    latest = time_parameter(params, name)
    return [] if latest is None else [(f"{column} <= ?", (latest,))]


def with_status(wanted: Collection[str], running: Iterable[Document]) -> list[Condition]:
    """Return the condition for statuses, if any are wanted.

    `running` have their current status, which need not be the stored one.
    """
    if not wanted:
        return []
    known = {task["_id"]: task["status"] in wanted for task in running}
    matching = orjson.dumps([task_id for task_id, is_wanted in known.items() if is_wanted])
    sql = (
        "id IN (SELECT value FROM json_each(?)) OR status IN (SELECT value FROM json_each(?))"
        " AND id NOT IN (SELECT value FROM json_each(?))"
    )
    values = (matching, orjson.dumps([*wanted]), orjson.dumps([*known]))
    return [(sql, tuple(text.decode() for text in values))]


def order_of(params: Mapping[str, Any]) -> str:
    """Return the order of the parameters; what is equal is in the order in which it was added."""
    column, direction = params["sort_by"], params["sort_option"].upper()
    return f"{column} {direction}, seq {direction}"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
