"""Finds scene changes.

A hard cut is one jump among calmer frames, and what follows stays different from what was before.
Motion and noise have no calm frames around them, a fade has many steps, a flash does not stay: none
of them is a cut. Scenes of less than a third of a second cannot be distinguished from motion.
"""

import numpy as np
from numpy.typing import NDArray

from .analysis import Frames, Measurements
from .pixels import NEW_SCENE

_FACTOR = 2.5  # how much a cut must exceed its neighbours
_NEIGHBOURS = 6  # frames on either side
_NEAR = 1.0  # maximum distance of neighbours in seconds
_BLUR = 0.1  # seconds within which two cuts are one
_STAY = 5  # frames on either side whose medians are compared


def cuts(analysis: Measurements) -> list[float]:
    """Return the start times of all scenes but the first, in seconds, ascending."""
    frames = analysis.frames
    if frames is None:
        return []
    found: list[int] = []
    for index in np.flatnonzero(frames.change >= NEW_SCENE).tolist():
        if _jumps(frames, index) and _stays(frames, index) and not _blurred(frames, found, index):
            found.append(index)
    return [round(float(frames.times[index]), 3) for index in found]


def _blurred(frames: Frames, found: list[int], index: int) -> bool:
    """Return whether this is the second half of a cut blurred by a change of frame rate."""
    if not found or found[-1] != index - 1:
        return False
    return bool(frames.times[index] - frames.times[index - 1] < _BLUR)


def _jumps(frames: Frames, index: int) -> bool:
    """Return whether the change exceeds all but two nearby, and all but one adjacent."""
    around = _largest(frames, index, _NEIGHBOURS, 3)
    beside = _largest(frames, index, 2, 2)
    return int(frames.change[index]) >= _FACTOR * max(around, beside)


def _largest(frames: Frames, index: int, reach: int, rank: int) -> int:
    """Return the change of a rank (1 is the largest) within reach on either side."""
    near = np.arange(max(1, index - reach), min(len(frames.times), index + reach + 1))
    near = near[(near != index) & (np.abs(frames.times[near] - frames.times[index]) <= _NEAR)]
    return int(np.sort(frames.change[near])[-rank]) if len(near) >= rank else 0


def _stays(frames: Frames, index: int) -> bool:
    """Return whether the median of the next frames differs from that of the last ones."""
    before: NDArray[np.uint8] = frames.cells[max(0, index - _STAY) : index]
    near = frames.times[index : index + _STAY] <= frames.times[index] + _NEAR
    after = frames.cells[index : index + _STAY][near]
    difference = np.abs(np.median(after, axis=0) - np.median(before, axis=0)).mean() * 16
    return float(difference) >= max(NEW_SCENE, int(frames.change[index]) / 3)
