"""Where one scene ends and the next begins.

A hard cut is one jump among calm neighbours, and what comes after it stays different from what was
before. Motion and noise have no calm neighbours, a fade is many small steps, a flash does not stay:
none of them is a cut. Scenes of fewer than four frames are not told from motion.
"""

import numpy as np
from numpy.typing import NDArray

from .media import Analysis, Frames

_JUMP = 10.0  # smallest mean change of a cell's colour (0..255) that can be a cut
_FACTOR = 3.0  # how far it must stand out from its neighbours
_NEIGHBOURS = 6  # frames looked at on either side,
_NEAR = 1.0  # if they are this near, in seconds
_STAY = 3  # frames on either side whose middle is compared


def cuts(analysis: Analysis) -> list[float]:
    """Times of the first frames of new scenes, in seconds, rising; the first scene has none."""
    frames = analysis.frames
    if frames is None or len(frames.times) < 2:
        return []
    change = frames.change.astype(np.float64) / 16
    candidates = np.flatnonzero(change >= _JUMP)
    return [
        round(float(frames.times[index]), 3)
        for index in candidates
        if change[index] >= _FACTOR * _unrest(change, frames.times, int(index))
        and _stays(frames, int(index))
    ]


def _unrest(change: NDArray[np.float64], times: NDArray[np.float64], index: int) -> float:
    """The third largest change near by: two more cuts may be near without hiding this one."""
    first = max(1, index - _NEIGHBOURS)
    near = np.arange(first, min(len(change), index + _NEIGHBOURS + 1))
    near = near[(near != index) & (np.abs(times[near] - times[index]) <= _NEAR)]
    return float(np.sort(change[near])[-3]) if len(near) >= 3 else 0.0


def _stays(frames: Frames, index: int) -> bool:
    """Whether the middle of the next frames differs from that of the last ones."""
    near = np.abs(frames.times - frames.times[index]) <= _NEAR
    before = frames.cells[max(0, index - _STAY) : index]
    after = frames.cells[index : index + _STAY]
    after = after[near[index : index + _STAY]]
    difference = np.median(after, axis=0) - np.median(before, axis=0)
    return float(np.abs(difference).mean()) >= _JUMP
