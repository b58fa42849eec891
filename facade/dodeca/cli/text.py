"""Text that is safe to print on a terminal."""

from __future__ import annotations

import unicodedata

_BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


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
