"""How often tests repeat themselves: little; with DODECA_DEEP much; with DODECA_SOAK for hours."""

import os
from typing import TypeVar

T = TypeVar("T")

SOAK = bool(os.environ.get("DODECA_SOAK"))
DEEP = SOAK or bool(os.environ.get("DODECA_DEEP"))


def depth(test: T, *, deep: T, soak: T | None = None) -> T:
    """The number for `make test`, `make test-deep` or, where it has one of its own, `make soak`."""
    if SOAK and soak is not None:
        return soak
    return deep if DEEP else test
