"""Tables of results, and how times, sizes and scores are written in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from dodeca._base import text
from dodeca.cli.text import printable
from dodeca.embeddings.timeline import format_time

if TYPE_CHECKING:
    from datetime import datetime

_MODALITY_STYLES = {"visual": "blue", "audio": "yellow", "transcription": "green"}
_STATUS_STYLES = {"ready": "green", "failed": "red", "canceled": "red"}


def new_table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    """An empty table; `right` names the right-aligned columns."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", border_style="dim")
    for column in columns:
        is_right = column in right
        table.add_column(
            column,
            justify="right" if is_right else "left",
            no_wrap=is_right or column == "id",
            overflow="fold",
        )
    return table


def cell(text: object, style: str = "") -> Text:
    """Text without markup and control characters."""
    return Text("" if text is None else printable(text), style=style)


def modality_cell(modality: str | None) -> Text:
    """The modality of a segment, in its colour."""
    return cell(modality, _MODALITY_STYLES.get(modality or "", ""))


def status_cell(status: str | None) -> Text:
    """The status of a task or an asset, in its colour."""
    return cell(status, _STATUS_STYLES.get(status or "", "yellow"))


def bar(share: float, width: int = 16) -> str:
    """A share from 0 to 1 as a bar."""
    whole, half = divmod(round(min(max(share, 0.0), 1.0) * width * 2), 2)
    return "━" * whole + "╸" * half


def time_range(start_sec: float | None, end_sec: float | None) -> str:
    """Start and end of a segment, to a tenth of a second."""
    if start_sec is None or end_sec is None:
        return ""
    return f"{_with_tenths(start_sec)} - {_with_tenths(end_sec)}"


def format_size(count: int | None) -> str:
    """A number of bytes, in units of 1024."""
    return "" if count is None else text.format_size(count)


def format_duration(seconds: float | None) -> str:
    """A duration."""
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds < 60 else format_time(seconds)


def format_date(date: datetime | None) -> str:
    """A date and time, to the minute."""
    return date.strftime("%Y-%m-%d %H:%M") if date else ""


def _with_tenths(seconds: float) -> str:
    return f"{format_time(seconds)}.{int(seconds * 10) % 10}"
