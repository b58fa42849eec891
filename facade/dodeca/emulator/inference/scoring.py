"""How near the clips of videos are to a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..database import Vectors
from ..media.analysis import Source
from .vectors import Vector, image_vector, text_vector

LEVELS = ("high", "medium", "low", "extremely low")
_AT_LEAST = (60.0, 40.0, 20.0)  # scores of the first three, at an adjustment of one half


def query_vector(text: str | None, images: Sequence[Source], dimensions: int) -> Vector:
    """Return a text, pictures, or both as one vector: the text weighs as much as all pictures."""
    total = np.zeros(dimensions)
    if images:
        total += _unit(sum(image_vector(image, dimensions=dimensions) for image in images))
    if text:
        total += text_vector(text, dimensions=dimensions)
    return _unit(total)


def scores(
    query: Vector, found: Mapping[str, Vectors], options: Sequence[str], *, every: bool
) -> NDArray[np.float64]:
    """Return how well each clip fits, 0 to 100: by its best option, or its worst if `every`.

    `found` has the vectors of the clips by option; with an option missing, `every` fits nothing.
    """
    parts = [found[option] @ query for option in options if option in found]
    if not parts or (every and len(parts) < len(options)):
        return np.zeros(0)
    nearness = (np.min if every else np.max)(np.stack(parts), axis=0)
    rounded: NDArray[np.float64] = np.clip(nearness.astype(np.float64) * 100, 0, 100).round(2)
    return rounded


def confidence(score: float, adjustment: float) -> str:
    """Return a score in words; the lower the adjustment (0 to 1), the better they are."""
    for level, least in zip(LEVELS, _AT_LEAST, strict=False):
        if score >= least * adjustment / 0.5:
            return level
    return LEVELS[-1]


def _unit(values: Any) -> Vector:
    length = float(np.linalg.norm(values))
    unit: Vector = (values / length if length else values).astype(np.float32)
    return unit
