"""How results look: tables, times, sizes and scores."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from dodeca.cli.exit_status import plain
from dodeca.embeddings.timeline import format_time

TONES = {"visual": "blue", "audio": "yellow", "transcription": "green"}
_MB = 1024 * 1024


def table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    """A table without frills; `right` names the columns of numbers."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", border_style="dim")
    for column in columns:
        is_number = column in right
        made.add_column(
            column,
            justify="right" if is_number else "left",
            no_wrap=is_number or column == "id",
            overflow="fold",
        )
    return made


def cell(text: object, style: str = "") -> Text:
    """Text as it is: neither markup nor control characters."""
    return Text("" if text is None else plain(text), style=style)


def modality(word: str | None) -> Text:
    """The modality of a segment, in its colour."""
    return cell(word, TONES.get(word or "", ""))


def bar(share: float, width: int = 16) -> str:
    """A share from 0 to 1 as a bar."""
    whole, half = divmod(round(min(max(share, 0.0), 1.0) * width * 2), 2)
    return "━" * whole + "╸" * half


def span(start_sec: float | None, end_sec: float | None) -> str:
    """A stretch of time."""
    if start_sec is None or end_sec is None:
        return ""
    return (
        f"{format_time(start_sec)}.{_tenth(start_sec)} - {format_time(end_sec)}.{_tenth(end_sec)}"
    )


def size(count: int | None) -> str:
    """Bytes in the unit that fits."""
    if count is None:
        return ""
    if count >= 1024 * _MB:
        return f"{count / (1024 * _MB):.1f} GB"
    return f"{count / _MB:.1f} MB" if count >= _MB / 10 else f"{max(1, count // 1024)} kB"


def length(seconds: float | None) -> str:
    """A duration."""
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds < 60 else format_time(seconds)


def _tenth(seconds: float) -> int:
    return int(seconds * 10) % 10
