"""Text that comes from elsewhere, such as arguments and file names."""

from __future__ import annotations

import os
import re

QUOTED = 200
"""Characters of an argument that an error quotes."""


def cut(text: str, length: int) -> str:
    """A text of at most `length` characters; what was cut off is an ellipsis."""
    return text if len(text) <= length else text[: length - 1] + "…"


def quote(value: object) -> str:
    """The repr of a value for an error, cut to 200 characters."""
    short = value[:QUOTED] if isinstance(value, str | bytes | bytearray) else value
    return cut(repr(short), QUOTED)


def as_unicode(name: str | os.PathLike[str]) -> str:
    """A file name as valid Unicode; names may hold bytes that are not UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


def format_size(count: float) -> str:
    """A number of bytes in the largest unit that fits, in steps of 1024, to three digits or so."""
    units = ["GiB", "MiB", "KiB", "B"]
    unit = units.pop()
    while count >= 1024 and units:
        count, unit = count / 1024, units.pop()
    return f"{f'{count:.{1 if count < 100 else 0}f}'.removesuffix('.0')} {unit}"


def base_name(name: str) -> str:
    """A file name without its folders, of any platform."""
    last = re.split(r"[/\\]", name)[-1]
    return "" if last in (".", "..") else last
