"""Tables of results: drawn on a terminal, and lines of tab-separated values anywhere else.

On a terminal a table fits the width. Columns that hold nothing are left out, names are shortened in
the middle and sentences are wrapped; where that is not enough, each row becomes a block of lines.
Anywhere else there are no headings, each row has all values in full, and the columns are always the
same, so that programs can count them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum, auto

import attrs
from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table as Drawing
from rich.text import Text

from dodeca.cli.cells import Cell

_GAP = 2  # columns between two cells


class Fit(Enum):
    """How the values of a column become narrower."""

    WHOLE = auto()
    """Not at all: ids, numbers and times."""
    SHORTEN = auto()
    """Shortened in the middle: names."""
    WRAP = auto()
    """Wrapped into several lines: sentences."""
    UNSEEN = auto()
    """Not on a terminal: what is said there in another way."""


_LEAST = {Fit.WHOLE: 10_000, Fit.SHORTEN: 8, Fit.WRAP: 24}
"""The width down to which a column becomes narrower."""


@attrs.frozen
class Column:
    """A column of a table."""

    heading: str
    fit: Fit = Fit.WHOLE
    is_right: bool = False


def names(heading: str) -> Column:
    """A column of names."""
    return Column(heading, Fit.SHORTEN)


def numbers(*headings: str) -> list[Column]:
    """Columns that are aligned to the right."""
    return [Column(heading, is_right=True) for heading in headings]


class Table:
    """Rows of cells, for a terminal (`console.print`) or for programs (`lines`)."""

    def __init__(self, *columns: Column) -> None:
        self._columns = columns
        self._rows: list[Sequence[Cell]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add_row(self, *cells: Cell) -> None:
        """Add a cell for each column."""
        assert len(cells) == len(self._columns)
        self._rows.append(cells)

    def lines(self) -> Iterator[str]:
        """The rows, with tabs between the values."""
        return map(plain_line, self._rows)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        shown = [n for n, column in enumerate(self._columns) if self._is_shown(n, column)]
        widths = self._widths(shown, options.max_width)
        if widths:
            yield self._drawing(widths)
            return
        for number, row in enumerate(self._rows):
            if number:
                yield ""
            yield self._block(row, shown, options.max_width)

    def _is_shown(self, number: int, column: Column) -> bool:
        if column.fit is Fit.UNSEEN:
            return False
        return not self._rows or any(row[number].text for row in self._rows)

    def _widths(self, shown: Sequence[int], width: int) -> dict[int, int] | None:
        """The widths of the columns that are shown; None if they do not fit side by side."""
        found = {
            n: max(cell_len(text) for text in (self._columns[n].heading, *self._texts(n)))
            for n in shown
        }
        while sum(found.values()) + _GAP * (len(found) - 1) > width:
            flexible = [n for n in shown if found[n] > _LEAST[self._columns[n].fit]]
            if not flexible:
                return None
            found[max(flexible, key=found.__getitem__)] -= 1
        return found

    def _texts(self, number: int) -> Iterator[str]:
        return (row[number].text for row in self._rows)

    def _drawing(self, widths: dict[int, int]) -> Drawing:
        drawn = Drawing(
            box=box.SIMPLE_HEAD,
            show_edge=False,
            pad_edge=False,
            padding=(0, _GAP - 1, 0, 0),
            header_style="bold",
            border_style="dim",
        )
        for number, width in widths.items():
            column = self._columns[number]
            drawn.add_column(
                column.heading,
                justify="right" if column.is_right else "left",
                width=width,
                no_wrap=column.fit is not Fit.WRAP,
                overflow="fold",
            )
        for row in self._rows:
            drawn.add_row(*(self._text(row, number, width) for number, width in widths.items()))
        return drawn

    def _block(self, row: Sequence[Cell], shown: Sequence[int], width: int) -> Drawing:
        """A row as lines, each with the heading of a column and its value."""
        label = max(cell_len(self._columns[n].heading) for n in shown)
        drawn = Drawing.grid(padding=(0, _GAP, 0, 0))
        drawn.add_column(style="dim", no_wrap=True)
        drawn.add_column(overflow="fold")
        for number in shown:
            if row[number].text:
                text = self._text(row, number, width - label - _GAP)
                drawn.add_row(self._columns[number].heading, text)
        return drawn

    def _text(self, row: Sequence[Cell], number: int, width: int) -> Text:
        cell = row[number]
        is_name = self._columns[number].fit is Fit.SHORTEN
        return Text(shorten(cell.text, width) if is_name else cell.text, style=cell.style)


def plain_line(cells: Sequence[Cell]) -> str:
    """The values of cells, with tabs between them."""
    return "\t".join(value for cell in cells for value in cell.values)


def shorten(text: str, width: int) -> str:
    """A text of at most this width, whose middle is left out if it is wider."""
    if cell_len(text) <= width:
        return text
    end = (width - 1) - (width - 1) // 2
    return f"{_start(text, width - 1 - end)}…{_start(text[::-1], end)[::-1]}"


def _start(text: str, width: int) -> str:
    """The start of a text that is wider than this."""
    used = 0
    for place, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return text[:place]
    return text
