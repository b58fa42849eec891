"""The cells of tables: how values are written for people, and how for programs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from dodeca._base.text import format_size, printable
from dodeca._calls.polling import FAILED, FINISHED
from dodeca.embeddings.timeline import format_time

_MODALITY_STYLES = {"visual": "blue", "audio": "yellow", "transcription": "green"}


@attrs.frozen
class Cell:
    """A value as people read it, in a style of rich; and as one value or several for programs."""

    text: str
    style: str
    values: tuple[str, ...]


def cell(text: object, style: str = "", *, values: Iterable[object] | None = None) -> Cell:
    """A cell without control characters; `values` are for programs, if they differ."""
    shown = _plain(text)
    return Cell(shown, style, (shown,) if values is None else tuple(map(_plain, values)))


def modality_cell(modality: str | None) -> Cell:
    """The modality of a segment, in its colour."""
    return cell(modality, _MODALITY_STYLES.get(modality or "", ""))


def status_cell(status: str | None) -> Cell:
    """The status of a task or an asset, in its colour."""
    style = "green" if status in FINISHED else "red" if status in FAILED else "yellow"
    return cell(status, style)


def time_range_cell(start_sec: float | None, end_sec: float | None) -> Cell:
    """Start and end of a segment, to a tenth of a second; for programs two numbers of seconds."""
    values = [_seconds(start_sec), _seconds(end_sec)]
    if start_sec is None or end_sec is None:
        return cell(None, values=values)
    return cell(f"{_with_tenths(start_sec)} - {_with_tenths(end_sec)}", values=values)


def score_cell(score: float | None, highest: float, confidence: str | None = None) -> Cell:
    """A score with a bar for its share of the highest one; the confidence if there is no score."""
    if score is None:
        return cell(confidence)
    bar = _bar(score / highest if highest > 0 else 0.0)
    return cell(f"{score:.3f} {bar}".rstrip(), "cyan", values=[f"{score:.4f}"])


def size_cell(count: int | None) -> Cell:
    """A number of bytes, in units of 1024; for programs in bytes."""
    return cell(None if count is None else format_size(count), values=[count])


def duration_cell(seconds: float | None) -> Cell:
    """A duration; for programs in seconds."""
    return cell(_duration(seconds), values=[_seconds(seconds)])


def frame_cell(width: int | None, height: int | None) -> Cell:
    """Width and height in pixels."""
    return cell(f"{width}x{height}" if width else "")


def date_cell(date: datetime | None) -> Cell:
    """A date and time to the minute; for programs in ISO 8601."""
    text = date.strftime("%Y-%m-%d %H:%M") if date else ""
    return cell(text, values=[date.isoformat() if date else None])


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds < 60 else format_time(seconds)


def _plain(value: object) -> str:
    return "" if value is None else printable(value)


def _bar(share: float, width: int = 10) -> str:
    """A share from 0 to 1 as a bar."""
    whole, half = divmod(round(min(max(share, 0.0), 1.0) * width * 2), 2)
    return "━" * whole + "╸" * half


def _with_tenths(seconds: float) -> str:
    return f"{format_time(seconds)}.{int(seconds * 10) % 10}"


def _seconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(float(seconds), 3)
