"""Vectors made from measurements: named axes first, then shades, then hashed features.

The first axes stand for what can be measured and named (AXES): colours, light, motion, loudness,
pitch. Text reaches the same axes through `vocabulary`, so "red" is close to red images and "loud
high tone" to a whistle; no other understanding is claimed. The next axes are the shades of a coarse
grid of colours, which tell maroon from scarlet. The remaining axes hold a signature of layout,
sound pattern or words, so that similar things are closer.

What can be seen has a fixed size in total: a named axis has the same weight in every image, so that
ranking by one word is ranking by its measurement, and layout has the rest. Two images that have
their colours in common but show different things are therefore about half as similar as copies of
one image.

Everything up to the last step is whole numbers; square root, division and `fsum` are correctly
rounded everywhere. The same input gives the same bits in every process and on every machine. (Two
things before that are computed in floats, the spectrum of sound and, for want of exact decoders,
Opus and Vorbis: they are rounded to steps far coarser than machines differ by.)
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dodeca.video.probe import MediaContent

from ..media.analysis import Measurements, analyse
from ..media.palette import COLOURS, shade_of
from . import vocabulary
from .features import AXES, SHADES, VisualFeatures, audio_features, shades_of, visual_features

VERSION = 2
"""Version of the vectors: stored ones of another version are not comparable with new ones."""

DIMENSIONS = 512
"""Length of a vector by default; version 1 of the API also has 1024."""

Vector = NDArray[np.float32]
Floats = NDArray[np.float64]

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
_WORDS = 0.3  # length of hashed words and sound patterns, relative to the named part
_SHADES = 0.5  # length of the shades, where all colours together have 1
_VISIBLE = 2.6  # squared length of everything seen; the named axes and shades have 1.9 at most
_PLAIN = 160  # how much the shades count in the layout: all of it in an image without contrast
_SPREAD = 4  # axes that each hashed feature touches


def video_vector(
    analysis: Measurements, start: float, end: float, *, dimensions: int = DIMENSIONS
) -> Vector:
    """Return what can be seen from `start` to `end` (seconds): unit length, float32."""
    frames = analysis.frames
    if frames is None or not len(frames.times):
        return _vector({}, {"nothing seen": 1}, dimensions)
    return _visual_vector(visual_features(frames, start, end), dimensions)


def audio_vector(
    analysis: Measurements, start: float, end: float, *, dimensions: int = DIMENSIONS
) -> Vector:
    """Return what can be heard from `start` to `end` (seconds): unit length, float32.

    Without a soundtrack there, it is the vector of silence.
    """
    return _vector(*audio_features(analysis.audio, start, end), dimensions)


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
    shades = [shade for word in found if (shade := shade_of(vocabulary.base_form(word)))]
    return _vector(axes, detail, dimensions, shades_of(np.array(shades).reshape(-1, 3)))


def text_image_vector(text: str, source: MediaContent, *, dimensions: int = DIMENSIONS) -> Vector:
    """Return a text and an image with equal weights: unit length, float32. Raises BrokenMedia."""
    return combined(
        [text_vector(text, dimensions=dimensions), image_vector(source, dimensions=dimensions)]
    )


def combined(vectors: Sequence[Vector]) -> Vector:
    """Return one vector for several, with equal weights: unit length, float32."""
    values = [vector.astype(np.float64) for vector in vectors]
    total = sum(values[1:], values[0])
    return _unit(total if total.any() else values[0])


def visual_shares(analysis: Measurements, start: float, end: float) -> dict[str, int] | None:
    """Return the visual axes of a time range in thousandths; None without video."""
    frames = analysis.frames
    if frames is None or not len(frames.times):
        return None
    return visual_features(frames, start, end).axes


def audio_shares(analysis: Measurements, start: float, end: float) -> dict[str, int] | None:
    """Return the audio axes of a time range in thousandths; None without a soundtrack."""
    return audio_features(analysis.audio, start, end)[0] if analysis.audio else None


def _visual_vector(features: VisualFeatures, dimensions: int) -> Vector:
    """Return what is seen as one vector of unit length."""
    size = _hashed_size(dimensions)
    named = (
        np.array([_WEIGHTS[name] * _length_of(name, features.axes[name]) for name in AXES])
        / 100_000
    )
    roots = _roots(features.shades)
    shades = _scaled(roots, _SHADES)
    plain = {f"shade {index}": int(root) * _PLAIN // 1_000_000 for index, root in enumerate(roots)}
    layout = _hashed(features.layout | plain, size)
    rest = _VISIBLE - math.fsum((named * named).tolist()) - math.fsum((shades * shades).tolist())
    return _unit(np.concatenate([named, shades, _scaled(layout, math.sqrt(rest))]))


def _length_of(name: str, share: int) -> float:
    """Return a share in thousandths as a length: the squares of all colours add up to one."""
    return math.sqrt(share * 1000) if name in COLOURS else share


def _vector(
    axes: Mapping[str, int],
    detail: Mapping[str, int],
    dimensions: int,
    shades: NDArray[np.int64] | None = None,
) -> Vector:
    """Return named axes, hashed features and shades as one vector of unit length."""
    hashed = _hashed(detail, _hashed_size(dimensions))
    named = np.array([axes.get(name, 0) * _WEIGHTS[name] for name in AXES], np.int64)
    if not named.any() and not hashed.any():
        hashed[0] = 1  # no features, or they cancelled out
    middle = _scaled(_roots(shades), _SHADES) if shades is not None else np.zeros(SHADES)
    return _unit(np.concatenate([_scaled(named, 1.0), middle, _scaled(hashed, _WORDS)]))


def _hashed_size(dimensions: int) -> int:
    """Return how many axes are left for hashed features. Raises ValueError."""
    least = len(AXES) + SHADES + _SPREAD
    if dimensions <= least:
        raise ValueError(f"dimensions must be more than {least}, got {dimensions}")
    return dimensions - len(AXES) - SHADES


def _hashed(features: Mapping[str, int], size: int) -> NDArray[np.int64]:
    """Return features added up on the axes that they are hashed to."""
    hashed = np.zeros(size, np.int64)
    for feature, value in features.items():
        for axis, sign in _hashed_axes(feature, size):
            hashed[axis] += sign * value
    return hashed


def _roots(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the square roots of shares of a whole, in millionths: their squares add up."""
    total = int(values.sum())
    roots = [math.isqrt(int(value) * 10**12 // total) if total else 0 for value in values]
    return np.array(roots, np.int64)


def _scaled(values: NDArray[np.int64], length: float) -> Floats:
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


def _unit(values: Floats) -> Vector:
    length = math.sqrt(math.fsum((values * values).tolist()))
    return (values / length).astype(np.float32)
