"""Text that comes from elsewhere, such as arguments and file names."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from typing import Any
from urllib.parse import SplitResult, urlsplit

QUOTED = 200
"""Characters of an argument that an error quotes."""

_BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def cut(text: str, length: int) -> str:
    """A text of at most `length` characters; what was cut off is an ellipsis."""
    return text if len(text) <= length else text[: length - 1] + "…"


def quote(value: object) -> str:
    """The repr of a value for an error, cut to 200 characters.

    A value without one, such as a list nested too deeply, is shown by its type.
    """
    short = value[:QUOTED] if isinstance(value, str | bytes | bytearray) else value
    try:
        return cut(repr(short), QUOTED)
    except Exception:  # a class of the caller may raise anything
        return f"<{type(value).__name__}>"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that this one was meant to be; None if it is like none of them.

    They differ in case only, or at least four fifths of the letters of both match in order. Other
    digits make another word: a new version is no typo.
    """
    from difflib import get_close_matches

    by_folded = {each.casefold(): each for each in known if _digits(each) == _digits(word)}
    found = get_close_matches(word.strip().casefold(), by_folded, n=1, cutoff=0.8)
    return by_folded[found[0]] if found else None


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """The end of an error about a word: the known one that it was meant to be, if there is one."""
    found = nearest(word, known) if isinstance(word, str) else None
    return "" if found is None else f"; did you mean {found!r}?"


def _digits(word: str) -> list[str]:
    return re.findall(r"\d", word)


def as_unicode(name: str | os.PathLike[str]) -> str:
    """A file name as valid Unicode; names may hold bytes that are not UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


def one_line(text: str) -> str:
    """A text on one line of valid Unicode: without control characters and repeated spaces."""
    shown = (" " if _is_control(char) else char for char in valid_unicode(text))
    return " ".join("".join(shown).split())


def valid_unicode(value: Any) -> Any:
    """A value of JSON in which all text is valid Unicode."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {valid_unicode(name): valid_unicode(item) for name, item in value.items()}
    return [valid_unicode(item) for item in value] if isinstance(value, list) else value


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


def split_url(url: str) -> SplitResult | None:
    """The parts of a URL; None for a text that is none, such as `http://[`."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def printable(text: object, *, keep: str = "") -> str:
    """Replace control characters, as in file names and responses, except those in `keep`."""
    replacement = "\N{REPLACEMENT CHARACTER}"
    return "".join(
        replacement if _is_control(char) and char not in keep else char for char in str(text)
    )


def _is_control(char: str) -> bool:
    """Whether a character could move the cursor, change colours or reorder other characters."""
    if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"):
        return True
    return unicodedata.bidirectional(char) in _BIDI_CONTROLS
