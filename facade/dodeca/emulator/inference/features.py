"""What is measured in a time range, as whole numbers: named axes and finer features.

Axes are in thousandths. Everything here is integer arithmetic on what `media` measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..media.analysis import LAG, AudioWindows, Frames
from ..media.audio import BANDS
from ..media.palette import COLOURS
from ..media.pixels import NEW_SCENE, POINTS

AXES: tuple[str, ...] = (
    *COLOURS,
    "bright",
    "dark",
    "colourful",
    "detailed",
    "plain",
    "motion",
    "still",
    "cuts",
    "loud",
    "quiet",
    "silence",
    "high pitch",
    "low pitch",
    "tonal",
    "noisy",
    "rhythm",
)
"""Names of the first axes of every vector, in order."""

SHADES = 5**3
"""Length of what `shades_of` returns."""

_MOST_FRAMES = 64  # of a range whose shades are counted
_HOLD = 1000  # milliseconds that motion between two frames lasts at most
_STILL = 4  # largest share of moved points, in thousandths, that is no motion
_CUT_TOLERANCE = 0.1  # seconds at the start of a range that may still show what was before
_AUDIBLE = 40  # lowest level that is not silence, about -57 dB

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class VisualFeatures:
    """What can be seen in a time range."""

    axes: dict[str, int]
    """The visual axes in thousandths."""
    shades: Ints
    """(SHADES,) how much of each shade there is."""
    layout: dict[str, int]
    """What is where, apart from the mean colour."""


def visual_features(frames: Frames, start: float, end: float) -> VisualFeatures:
    """Return what can be seen from `start` to `end`, in seconds."""
    first, weights = _visible_frames(frames, start, end)
    part = slice(first, first + len(weights))
    total = int(weights.sum())
    axes = dict.fromkeys(AXES, 0)
    counts = _weighted(frames.colours[part], weights)
    for name, count in zip(COLOURS, counts, strict=True):
        axes[name] = int(count) * 1000 // (total * POINTS)
    cells = _weighted(frames.cells[part].reshape(len(weights), -1), weights) // total
    rgb = cells.reshape(-1, 3)
    light = int((rgb * (30, 59, 11)).sum()) // (100 * len(rgb))
    axes["bright"], axes["dark"] = _ramp(light, 130, 220), _ramp(-light, -100, -25)
    colour = int((rgb.max(axis=1) - rgb.min(axis=1)).sum()) // len(rgb)
    axes["colourful"] = _ramp(colour, 30, 150)
    detail = int(_weighted(frames.detail[part, None], weights)[0]) // total
    axes["detailed"], axes["plain"] = _ramp(detail, 60, 400), _ramp(-detail, -100, -10)
    if len(frames.times) > 1:
        axes |= _motion(frames, first, weights, start)
    some = np.linspace(0, len(weights) - 1, min(len(weights), _MOST_FRAMES)).astype(np.intp)
    shades = sum(shades_of(frames.cells[first + row]) * int(weights[row]) for row in some.tolist())
    layout = (rgb - rgb.sum(axis=0) // len(rgb)).reshape(-1)
    features = {f"cell {index}": int(value) for index, value in enumerate(layout)}
    return VisualFeatures(axes, np.asarray(shades, np.int64), features)


def shades_of(rgb: NDArray[Any]) -> Ints:
    """Return (SHADES,) how close some (n, 3) colours are to the shades of a coarse grid."""
    scaled = rgb.astype(np.int64) * 4
    below = np.minimum(scaled // 255, 3)
    beyond = scaled - below * 255
    shades = np.zeros(SHADES, np.int64)
    for corner in range(8):
        upper = np.array([corner >> 2 & 1, corner >> 1 & 1, corner & 1])
        share = np.where(upper, beyond, 255 - beyond).prod(axis=1)
        np.add.at(shades, (below + upper) @ np.array([25, 5, 1]), share)
    return shades


def _motion(frames: Frames, first: int, weights: Ints, start: float) -> dict[str, int]:
    """Return the axes of time: motion by area, stillness by time, cuts by number.

    A frame counts for the time since the frame before it, a second at most. Where a scene begins,
    the frames that would be compared with the scene before do not count; nor does the last step,
    of which nothing is known.
    """
    rows = np.arange(first, first + len(weights))
    total = int(weights.sum())
    change = frames.change[rows]
    inside = frames.times[rows] > start + _CUT_TOLERANCE
    usual = int(np.sort(change[inside])[inside.sum() // 2]) if inside.any() else 0
    jump = change >= max(NEW_SCENE, 3 * usual)
    before = np.searchsorted(frames.times, frames.times[rows] - LAG + 0.0005, side="right") - 1
    before = np.maximum(before, 0)
    jumps_until = np.concatenate([[0], np.cumsum(jump)])
    within = before >= first
    since = jumps_until[1:] - jumps_until[np.where(within, before - first + 1, 0)]
    valid = within & (since == 0) & (rows > first)
    held = np.zeros(len(rows), np.int64)
    held[1:] = np.clip(np.rint(np.diff(frames.times[rows]) * 1000), 0, _HOLD).astype(np.int64)
    time = total - int(held[~valid].sum()) - min(int(weights[-1]), int(held.max()))
    axes = dict.fromkeys(("motion", "still"), 0)
    if time > 0:
        moved = frames.motion[rows].astype(np.int64)
        area = min(1000, int((moved * held)[valid].sum()) // time)
        moving = int(held[valid & (moved > _STILL)].sum())
        # The root separates little motion from none, and never saturates.
        axes = {"motion": math.isqrt(area * 1000), "still": max(0, time - moving) * 1000 // time}
    jumps = int((jump & inside).sum())
    return axes | {"cuts": _ramp(jumps * 10_000_000 // total, 0, 4000)}  # 1000 at 4 in 10 s


def _visible_frames(frames: Frames, start: float, end: float) -> tuple[int, NDArray[np.int64]]:
    """Return the index of the first frame visible in a range, and the milliseconds of each."""
    begin = round(start * 1000)
    stop = max(round(end * 1000), begin + 1)
    bounds = ((begin + 0.5) / 1000, (stop - 0.5) / 1000)  # times are exact to the millisecond
    first, last = (int(index) for index in np.searchsorted(frames.times, bounds))
    first = max(0, first - 1)
    shown = np.rint(frames.times[first : max(last, first + 1)] * 1000).astype(np.int64)
    return first, np.maximum(np.diff(np.maximum(shown, begin), append=stop), 1)


def _weighted(values: NDArray[Any], weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the exact weighted sum of the rows, a few thousand at a time."""
    total = np.zeros(values.shape[1], np.int64)
    for start in range(0, len(values), 4096):
        part = slice(start, start + 4096)
        total += (values[part] * weights[part, None]).sum(axis=0)
    return total


def audio_features(
    audio: AudioWindows | None, start: float, end: float
) -> tuple[dict[str, int], dict[str, int]]:
    """Return axes in thousandths, and the pattern of the bands as features to hash."""
    axes = dict.fromkeys(AXES, 0)
    first = last = 0
    if audio is not None:
        middles = audio.times + audio.window / 2
        first, last = (int(i) for i in np.searchsorted(middles, (start, end)))
    if audio is None or first == last:
        return axes | {"silence": 1000}, {}
    levels = audio.levels[first:last].astype(np.int64)
    sounding = levels >= _AUDIBLE
    count, audible = len(levels), int(sounding.sum())
    axes["silence"] = axes["quiet"] = (count - audible) * 1000 // count
    if not audible:
        return axes, {}
    bands = audio.bands[first:last][sounding].astype(np.int64)
    tonal = audio.tonal[first:last][sounding].astype(np.int64)
    loudness = int(levels[sounding].sum()) // audible
    axes["loud"] = _ramp(loudness, 76, 104) * audible // count
    axes["quiet"] += _ramp(-loudness, -80, -50) * audible // count
    axes["tonal"] = int(tonal.sum()) * 1000 // (255 * count)
    axes["noisy"] = int((255 - tonal).sum()) * 1000 // (255 * count)
    # The strongest band of each window is its pitch, weighted by how tonal the window is.
    strongest = bands.argmax(axis=1)
    axes["high pitch"] = _share(strongest, 7, 11, tonal, count)
    axes["low pitch"] = _share(-strongest, -5, -2, tonal, count)
    # Rhythm is how often the level rises, however regularly.
    rises = np.clip(np.diff(levels), 0, 24)
    axes["rhythm"] = _ramp(int(rises.sum()) * 100 // count, 100, 350)
    pattern = np.maximum(bands.sum(axis=0) // audible, 20)
    features = {f"band {i}": int(v) for i, v in enumerate(pattern - int(pattern.sum()) // BANDS)}
    return axes, features


def _share(values: Any, low: int, high: int, tones: Any, count: int) -> int:
    """Return the mean over `count` windows, in thousandths, of a ramp over values times tones."""
    ramp = np.clip((values - low) * 1000 // (high - low), 0, 1000)
    return int((ramp * tones).sum()) // (255 * count)


def _ramp(value: int, low: int, high: int) -> int:
    """Return 0 up to `low`, 1000 from `high` on, linear between them."""
    return min(1000, max(0, (value - low) * 1000 // (high - low)))
