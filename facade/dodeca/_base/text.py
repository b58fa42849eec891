"""Text that comes from elsewhere, such as file names."""

from __future__ import annotations

import os


def cut(text: str, length: int) -> str:
    """A text of at most `length` characters; what was cut off is an ellipsis."""
    return text if len(text) <= length else text[: length - 1] + "…"


def as_unicode(name: str | os.PathLike[str]) -> str:
    """A file name as valid Unicode; names may hold bytes that are not UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


def format_size(count: float) -> str:
    """A number of bytes in the largest unit that fits, of steps of 1024."""
    units = ["GiB", "MiB", "KiB", "B"]
    unit = units.pop()
    while count >= 1024 and units:
        count, unit = count / 1024, units.pop()
    return f"{f'{count:.1f}'.removesuffix('.0')} {unit}"
