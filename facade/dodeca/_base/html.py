"""HTML for notebooks: plain tables with every value escaped."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

_IMAGE_WIDTH = 160  # pixels
_MAX_CELL = 120  # characters of a cell
ROWS = 12
"""The number of rows that a table shows at most."""


class Methods:
    """The repr of a group of methods: their names, with `(...)` if the group can be called."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {', '.join(self._names())}>"

    def _repr_html_(self) -> str:
        found = {"(...)": "__call__"}
        own = [(n, getattr(type(self), found.get(n, n))) for n in self._names()]
        rows = [(name, _first_line(value)) for name, value in own]
        return pairs(type(self).__name__, rows)

    def _names(self) -> list[str]:
        names = {name for cls in type(self).__mro__ for name in vars(cls)}
        own = sorted(name for name in names if not name.startswith("_"))
        return ["(...)", *own] if callable(self) else own


def _first_line(value: Any) -> str:
    return str(value.__doc__ or "").partition("\n")[0]


class Image(str):
    """The address of an image, which a table shows instead of the text."""

    __slots__ = ()

    @classmethod
    def of_jpeg(cls, content: bytes) -> Image:
        """An image that the page holds."""
        return cls(f"data:image/jpeg;base64,{base64.b64encode(content).decode()}")


def paragraph(text: str) -> str:
    """A paragraph of text as HTML."""
    return f"<p>{_cell(text)}</p>"


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], total: int) -> str:
    """A table of these rows; `total` is how many there are in all."""
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
    """A table of names and values, one pair a row."""
    body = "".join(f"<tr><th>{_cell(k)}</th><td>{_cell(v)}</td></tr>" for k, v in values)
    return f"<p><b>{_cell(title)}</b></p><table><tbody>{body}</tbody></table>"


def short(value: Any, limit: int = _MAX_CELL) -> str:
    """A value as text of at most `limit` characters."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _cell(value: Any) -> str:
    from html import escape  # slow to import: it loads all HTML entities

    if isinstance(value, Image):
        source = escape(value.encode("utf-8", "replace").decode())
        return f'<img src="{source}" width="{_IMAGE_WIDTH}" alt="">'
    text = "" if value is None else short(value)
    return escape(text.encode("utf-8", "replace").decode())
