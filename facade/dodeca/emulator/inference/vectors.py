"""Vectors made from measurements: named axes first, hashed detail after them.

The first axes stand for what can be measured and named (AXES): colours, light, motion, loudness,
pitch. Text reaches the same axes through `vocabulary`, so "red" is close to red images and "loud
high tone" to a whistle; no other understanding is claimed. The remaining axes hold, at lower
weight, a signature of layout, sound pattern or words, so that similar things are closer.

Everything up to the last step is whole numbers; square root, division and `fsum` are correctly
rounded everywhere. The same input gives the same bits in every process and on every machine. (Two
things before that are computed in floats, the spectrum of sound and, for want of exact decoders,
Opus and Vorbis: they are rounded to steps far coarser than machines differ by.)
"""

import hashlib
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dodeca.video.probe import MediaContent

from ..media.analysis import AudioWindows, Frames, Measurements, analyse
from ..media.audio import BANDS
from ..media.pixels import COLOURS, NEW_SCENE, POINTS
from . import vocabulary

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

DIMENSIONS = 512
"""Length of a vector by default; version 1 of the API also has 1024."""

Vector = NDArray[np.float32]

# Weight of each axis in percent: what people name first weighs most.
_WEIGHTS = dict.fromkeys(AXES, 100) | {
    "bright": 35,
    "dark": 35,
    "colourful": 25,
    "detailed": 30,
    "plain": 20,
    "motion": 40,
    "still": 20,
    "cuts": 40,
    "loud": 70,
    "quiet": 50,
    "tonal": 50,
    "noisy": 80,
    "rhythm": 50,
}
_DETAIL = 0.3  # length of the hashed part, relative to the named part
_CUT_TOLERANCE = 0.1  # seconds at the start of a range that may still show what was before
_AUDIBLE = 40  # lowest level that is not silence, about -57 dB
_SPREAD = 4  # axes that each hashed feature touches


def video_vector(
    analysis: Measurements, start: float, end: float, *, dimensions: int = DIMENSIONS
) -> Vector:
    """Return what can be seen from `start` to `end` (seconds): unit length, float32."""
    frames = analysis.frames
    if frames is None or not len(frames.times):
        return _vector({}, {"nothing seen": 1}, dimensions)
    return _vector(*_visual_features(frames, start, end), dimensions)


def audio_vector(
    analysis: Measurements, start: float, end: float, *, dimensions: int = DIMENSIONS
) -> Vector:
    """Return what can be heard from `start` to `end` (seconds): unit length, float32.

    Without a soundtrack there, it is the vector of silence.
    """
    return _vector(*_audio_features(analysis.audio, start, end), dimensions)


def image_vector(source: MediaContent, *, dimensions: int = DIMENSIONS) -> Vector:
    """Return what an image shows: unit length, float32. Raises BrokenMedia."""
    return video_vector(analyse(source), 0.0, 1.0, dimensions=dimensions)


def text_vector(text: str, *, dimensions: int = DIMENSIONS) -> Vector:
    """Return what a text is about: unit length, float32."""
    found = vocabulary.split_words(text)
    axes = dict.fromkeys(AXES, 0)
    for word in found:
        for axis in vocabulary.axes_of(word):
            axes[axis] += 1000
    detail: dict[str, int] = {}
    for word in found or [text]:
        detail[f"word {word}"] = detail.get(f"word {word}", 0) + 1
    return _vector(axes, detail, dimensions)


def text_image_vector(text: str, source: MediaContent, *, dimensions: int = DIMENSIONS) -> Vector:
    """Return a text and an image with equal weights: unit length, float32. Raises BrokenMedia."""
    both = (
        text_vector(text, dimensions=dimensions).astype(np.float64),
        image_vector(source, dimensions=dimensions).astype(np.float64),
    )
    total = both[0] + both[1]
    return _unit(total if total.any() else both[0])


def visual_shares(analysis: Measurements, start: float, end: float) -> dict[str, int] | None:
    """Return the visual axes of a time range in thousandths; None without video."""
    frames = analysis.frames
    if frames is None or not len(frames.times):
        return None
    return _visual_features(frames, start, end)[0]


def audio_shares(analysis: Measurements, start: float, end: float) -> dict[str, int] | None:
    """Return the audio axes of a time range in thousandths; None without a soundtrack."""
    return _audio_features(analysis.audio, start, end)[0] if analysis.audio else None


def _visual_features(
    frames: Frames, start: float, end: float
) -> tuple[dict[str, int], dict[str, int]]:
    """Return axes in thousandths, and the layout as features to hash."""
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
        # Without the change from the frame before; a cut may be found a frame late.
        inside = frames.times[part] > start + _CUT_TOLERANCE
        change, moves = frames.change[part][inside], frames.motion[part][inside]
        moved = int(moves.sum(dtype=np.int64)) * 40 // total  # per 40 ms
        axes["motion"], axes["still"] = _ramp(moved, 4, 40), _ramp(-moved, -8, -1)
        usual = int(np.sort(change)[len(change) // 2]) if len(change) else 0
        jumps = int((change >= max(NEW_SCENE, 3 * usual)).sum())
        axes["cuts"] = _ramp(jumps * 10_000_000 // total, 0, 4000)  # 1000 at 4 in 10 s
    middle = rgb.sum(axis=0) // len(rgb)
    layout = (rgb - middle).reshape(-1)
    features = {f"cell {index}": int(value) for index, value in enumerate(layout)}
    features |= {f"colour {index}": int(value - 128) * 4 for index, value in enumerate(middle)}
    return axes, features


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


def _audio_features(
    sound: AudioWindows | None, start: float, end: float
) -> tuple[dict[str, int], dict[str, int]]:
    """Return axes in thousandths, and the pattern of the bands as features to hash."""
    axes = dict.fromkeys(AXES, 0)
    first = last = 0
    if sound is not None:
        middles = sound.times + sound.window / 2
        first, last = (int(i) for i in np.searchsorted(middles, (start, end)))
    if sound is None or first == last:
        return axes | {"silence": 1000}, {}
    levels = sound.levels[first:last].astype(np.int64)
    sounding = levels >= _AUDIBLE
    count, audible = len(levels), int(sounding.sum())
    axes["silence"] = axes["quiet"] = (count - audible) * 1000 // count
    if not audible:
        return axes, {}
    bands = sound.bands[first:last][sounding].astype(np.int64)
    tonal = sound.tonal[first:last][sounding].astype(np.int64)
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


def _vector(axes: Mapping[str, int], detail: Mapping[str, int], dimensions: int) -> Vector:
    """Return named axes and hashed features as one vector of unit length."""
    if dimensions <= len(AXES) + _SPREAD:
        raise ValueError(f"dimensions must be more than {len(AXES) + _SPREAD}, got {dimensions}")
    size = dimensions - len(AXES)
    hashed = np.zeros(size, np.int64)
    for feature, value in detail.items():
        for axis, sign in _hashed_axes(feature, size):
            hashed[axis] += sign * value
    named = np.array([axes.get(name, 0) * _WEIGHTS[name] for name in AXES], np.int64)
    if not named.any() and not hashed.any():
        hashed[0] = 1  # no features, or they cancelled out
    return _unit(np.concatenate([_scaled(named, 1.0), _scaled(hashed, _DETAIL)]))


def _scaled(values: NDArray[np.int64], length: float) -> NDArray[np.float64]:
    """Return integers scaled to a length, or all zero."""
    own = math.sqrt(int((values**2).sum()))
    return values / own * length if own else values.astype(np.float64)


@lru_cache(maxsize=8192)
def _hashed_axes(feature: str, size: int) -> tuple[tuple[int, int], ...]:
    """Return the axes that a feature is hashed to, each with a sign."""
    digest = hashlib.blake2b(
        feature.encode(errors="surrogatepass"), digest_size=4 * _SPREAD
    ).digest()
    numbers = (int.from_bytes(digest[i : i + 4], "big") for i in range(0, len(digest), 4))
    return tuple(((number >> 1) % size, 1 if number & 1 else -1) for number in numbers)


def _unit(values: NDArray[np.float64]) -> Vector:
    length = math.sqrt(math.fsum((values * values).tolist()))
    return (values / length).astype(np.float32)
