"""Checks of numbers, from Python, numpy or text. Pure."""

from __future__ import annotations

import math
from numbers import Real


def is_finite(value: object) -> bool:
    """Whether it is a finite real number, from Python or numpy, that fits into a float."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def parse_quantity(text: str | None) -> float | None:
    """The finite number of 0 or more that a text holds; None if it holds none."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
