"""How similar the clips of videos are to a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dodeca.video.probe import MediaContent

from ..database import Vectors
from .vectors import Vector, image_vector, text_vector

LEVELS = ("high", "medium", "low", "extremely low")
_MIN_SCORES = (45.0, 25.0, 12.5)  # of the first three levels, at an adjustment of 0.5


def query_vector(text: str | None, images: Sequence[MediaContent], dimensions: int) -> Vector:
    """Return one vector for a text, images, or both; the text weighs as much as all images."""
    total = np.zeros(dimensions)
    if images:
        total += _unit(sum(image_vector(image, dimensions=dimensions) for image in images))
    if text:
        total += text_vector(text, dimensions=dimensions)
    return _unit(total)


def scores(
    query: Vector, found: Mapping[str, Vectors], options: Sequence[str], *, require_all: bool
) -> NDArray[np.float64]:
    """Return the score of each clip, 0 to 100: of its best option, or its worst to `require_all`.

    `found` has the vectors of the clips by option. `require_all` matches nothing if an option is
    not among them. A vector of NaN stands for one that is missing: a clip is NaN where all are
    missing, or one to `require_all`.
    """
    parts = [found[option] @ query for option in options if option in found]
    if not parts or (require_all and len(parts) < len(options)):
        return np.zeros(0)
    similarity = reduce(np.minimum if require_all else np.fmax, parts)
    rounded: NDArray[np.float64] = np.clip(similarity.astype(np.float64) * 100, 0, 100).round(2)
    return rounded


def confidence(score: float, adjustment: float) -> str:
    """Return the level of a score; a lower adjustment (0 to 1) gives a higher level."""
    for level, least in zip(LEVELS, _MIN_SCORES, strict=False):
        if score >= least * adjustment / 0.5:
            return level
    return LEVELS[-1]


def least_score(threshold: str, adjustment: float | None) -> float:
    """Return the lowest score of the level that a threshold names; 0 for `none`."""
    if threshold == "none" or adjustment is None:
        return 0.0
    return _MIN_SCORES[LEVELS.index(threshold)] * adjustment / 0.5


def _unit(values: Any) -> Vector:
    length = float(np.linalg.norm(values))
    unit: Vector = (values / length if length else values).astype(np.float32)
    return unit
