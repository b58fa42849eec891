"""How a command ends: the exit status, and one line that says why."""

from __future__ import annotations

import os
import unicodedata
from enum import IntEnum

from dodeca.errors import AuthenticationError, ConfigurationError, RateLimitError


class Status(IntEnum):
    """Exit statuses, for scripts to branch on."""

    OK = 0
    ERROR = 1
    USAGE = 2
    SOME_REFUSED = 3
    TRY_LATER = 75  # EX_TEMPFAIL of sysexits.h
    INTERRUPTED = 130


ENDS_ALL = (AuthenticationError, ConfigurationError, RateLimitError)
"""Errors after which further inputs would fare no better."""


_TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def status_of(error: Exception) -> Status:
    """The exit status for an error."""
    return Status.TRY_LATER if isinstance(error, RateLimitError) else Status.ERROR


def line_of(error: Exception) -> str:
    """An error in one line."""
    text = str(error) or type(error).__name__
    if isinstance(error, RateLimitError) and error.retry_after:
        text += f"; try again in {error.retry_after:.0f} s"
    return " ".join(text.split())


def plain(text: object, *, keep: str = "") -> str:
    """Text without what a terminal would obey, such as a file name or a word of a server's."""
    unknown = "\N{REPLACEMENT CHARACTER}"
    return "".join(unknown if _acts(char) and char not in keep else char for char in str(text))


def readable(name: object) -> str:
    """A file name as valid Unicode; names may hold other bytes."""
    return os.fsencode(str(name)).decode("utf-8", "replace")


def _acts(char: str) -> bool:
    """Whether a character moves, colours or turns round what others show."""
    if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"):
        return True
    return unicodedata.bidirectional(char) in _TURNS
