"""Text that comes from elsewhere, such as file names."""

from __future__ import annotations

import os


def as_unicode(name: str | os.PathLike[str]) -> str:
    """A file name as valid Unicode; names may hold bytes that are not UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")
