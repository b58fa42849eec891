"""How results look in notebooks: plain tables, everything in them escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

_LONGEST = 120  # characters of a cell
ROWS = 12
"""How many rows of something long are shown."""


class Methods:
    """How a group of methods looks: their names, and `(...)` where it is itself called."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {', '.join(self._names())}>"

    def _repr_html_(self) -> str:
        found = {"(...)": "__call__"}
        own = [(n, getattr(type(self), found.get(n, n))) for n in self._names()]
        rows = [(name, _first_line(value)) for name, value in own]
        return pairs(type(self).__name__, rows)

    def _names(self) -> list[str]:
        own = sorted(name for name in vars(type(self)) if not name.startswith("_"))
        return ["(...)", *own] if callable(self) else own


def _first_line(value: Any) -> str:
    return str(value.__doc__ or "").partition("\n")[0]


def paragraph(text: str) -> str:
    """A line of text as HTML."""
    return f"<p>{_cell(text)}</p>"


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], total: int) -> str:
    """A table of the first rows; `total` is how many there are."""
    shown = list(rows)
    more = f"<p>{total - len(shown):,} more</p>" if total > len(shown) else ""
    head = "".join(f"<th>{_cell(heading)}</th>" for heading in headings)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in shown
    )
    return (
        f"<p><b>{_cell(title)}</b></p><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>{more}"
    )


def pairs(title: str, values: Iterable[tuple[str, Any]]) -> str:
    """A table of names and values."""
    body = "".join(f"<tr><th>{_cell(k)}</th><td>{_cell(v)}</td></tr>" for k, v in values)
    return f"<p><b>{_cell(title)}</b></p><table><tbody>{body}</tbody></table>"


def short(value: Any, limit: int = _LONGEST) -> str:
    """A value as text of bounded length."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _cell(value: Any) -> str:
    from html import escape  # which loads all entities there are

    text = "" if value is None else short(value)
    return escape(text.encode("utf-8", "replace").decode())
