"""The media files of a folder, and a count of the files that are left out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from dodeca._base.media_types import kind_of, mime_type_of
from dodeca._base.text import as_unicode, cut
from dodeca.bulk.paths import JOURNAL
from dodeca.errors import InvalidRequestError

_SHOWN = 10


def describe_left_out(counts: Mapping[str, int]) -> str:
    """How many files were left out, by extension: the end of a line, empty if there are none."""
    if not counts:
        return ""
    shown = [
        f"{number} {suffix or 'without extension'}"
        for suffix, number in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]
    more = f" and {len(shown) - _SHOWN} more extensions" if len(shown) > _SHOWN else ""
    return f"; left out: {', '.join(shown[:_SHOWN])}{more}"


def media_files(folder: Path, left_out: Counter[str]) -> Iterator[Path]:
    """All image, audio and video files below a folder, sorted by name.

    Other files are counted in `left_out`, by extension. Hidden files and folders are passed over,
    and so are the datasets of runs.

    Raises:
        InvalidRequestError: a folder cannot be read.
    """
    for place, folders, names in os.walk(folder, onerror=_raise_unreadable):
        if JOURNAL in names and Path(place) != folder:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith("."):
                continue
            if kind_of(mime_type_of(name)) in ("image", "audio", "video"):
                yield Path(place, name)
            else:
                left_out[cut(as_unicode(Path(name).suffix.lower()), 20)] += 1


def _raise_unreadable(error: OSError) -> None:
    raise InvalidRequestError(f"cannot read the folder {error.filename}: {error}") from error
