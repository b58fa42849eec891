"""Checks of numbers, from Python or numpy. Pure."""

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
