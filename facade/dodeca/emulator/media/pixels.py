"""One decoded frame as a few integers: colours by name, layout, detail, motion.

1152 points on a grid are read from each frame, 24 in each of 8 by 6 cells, for any size, pixel
format and rotation. Everything is integer arithmetic on the output of the decoder, so the same
frame gives the same numbers on every machine.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from .palette import COLOURS, colour_names

Ints = NDArray[Any]

ROWS, COLUMNS = 6, 8
CELLS = ROWS * COLUMNS
_SIDE_Y, _SIDE_X = 4, 6  # points in a cell
POINTS = CELLS * _SIDE_Y * _SIDE_X

_MOVED = 8  # smallest change of a point's light that counts, 0..255; codecs cause less

NEW_SCENE = 160
"""Smallest `difference` of the cells of two frames that may be of different scenes."""

_PLANAR = re.compile(r"(yuvj?a?4\d\dp|gbra?p|gray)(\d+)?(le|be)?")
# Packed formats: bytes per point, and where its three components are in it.
_PACKED = {
    "rgb24": (3, (0, 1, 2)),
    "bgr24": (3, (2, 1, 0)),
    "rgba": (4, (0, 1, 2)),
    "bgra": (4, (2, 1, 0)),
    "rgb0": (4, (0, 1, 2)),
    "bgr0": (4, (2, 1, 0)),
}
_EXACT = Interpolation.POINT | Interpolation.ACCURATE_RND | Interpolation.BITEXACT


@dataclass(frozen=True)
class FrameMeasures:
    """The measurements of one frame."""

    cells: Ints
    """(48, 3) uint8: mean red, green and blue of each cell, row by row."""
    colours: Ints
    """(12,) uint16: how many of the POINTS have each of COLOURS."""
    detail: int
    """Mean step of light between adjacent points, in sixteenths of a step of 0..255."""
    light: Ints
    """(POINTS,) uint8: the light of each point, to compare with the next frame."""


def measure_frame(frame: av.VideoFrame) -> FrameMeasures:
    """Measure a decoded frame, with the rotation of its metadata applied."""
    name = frame.format.name
    readable = name in _PACKED or _PLANAR.fullmatch(name)
    if not readable or any(plane.line_size <= 0 for plane in frame.planes):
        # Rare pixel formats go through the scaler, with the flags that make it exact.
        frame = frame.reformat(format="rgb24", interpolation=int(_EXACT))
        name = "rgb24"
    points = _points(frame, name)
    means = points.reshape(3, CELLS, -1).sum(axis=2, dtype=np.int32)
    means = (means + POINTS // CELLS // 2) // (POINTS // CELLS)
    if name.startswith(("yuv", "gray")):
        matrix, full = _conventions(frame, name)
        names, light = _yuv_names(matrix, full), points[0]
        means = _rgb(means, matrix, full)
    else:
        names, light = _rgb_names(), points[1]  # green is nearly light
    boxes = points >> 3
    index = boxes[0].astype(np.intp) << 10 | boxes[1].astype(np.intp) << 5 | boxes[2]
    return FrameMeasures(
        cells=np.ascontiguousarray(means.T.astype(np.uint8)),
        colours=np.bincount(names[index], minlength=len(COLOURS)).astype(np.uint16),
        detail=difference(light[1:], light[:-1]),
        light=light,
    )


def difference(before: Ints, after: Ints) -> int:
    """Return the mean absolute difference of two arrays, in sixteenths of a step of 0..255."""
    steps = np.abs(after.astype(np.int16) - before.astype(np.int16))
    return int(steps.sum(dtype=np.int64)) * 16 // steps.size


def moved_share(before: Ints, after: Ints) -> int:
    """Return how many of the points differ in light between two frames, in thousandths."""
    steps = np.abs(after.astype(np.int16) - before.astype(np.int16))
    return int(np.count_nonzero(steps > _MOVED)) * 1000 // steps.size


def _points(frame: av.VideoFrame, name: str) -> Ints:
    """Return (3, POINTS) uint8: the three components at the points of the grid, by cell."""
    points = np.empty((3, POINTS), np.uint8)
    points[1:] = 128  # no colour, for grey frames that have luma only
    turns = round(frame.rotation / 90) % 4
    if packed := _PACKED.get(name):
        step, offsets = packed
        data = _values(frame.planes[0], np.uint8)
        grid = _grid(frame.width, frame.height, frame.planes[0].line_size, step, turns)
        for row, offset in enumerate(offsets):
            points[row] = data[grid + offset]
        return points
    for row, component in enumerate(frame.format.components[:3]):
        if component.is_alpha:
            break
        plane = frame.planes[component.plane]
        if component.bits == 8:
            grid = _grid(component.width, component.height, plane.line_size, 1, turns)
            points[row] = _values(plane, np.uint8)[grid]
        else:
            grid = _grid(component.width, component.height, plane.line_size // 2, 1, turns)
            values = _values(plane, ">u2" if frame.format.is_big_endian else "<u2")[grid]
            points[row] = values >> (component.bits - 8)
    return points


def _values(plane: Any, kind: Any) -> Ints:
    """Return the buffer of a plane as an array, without a copy."""
    return np.frombuffer(plane, kind)


@lru_cache(maxsize=64)
def _grid(width: int, height: int, line: int, step: int, turns: int) -> Ints:
    """Return the positions of the points in the buffer of a plane, by cell of the upright frame.

    `turns` are the quarter turns, counterclockwise, that make the frame upright.
    """
    across, down = (height, width) if turns % 2 else (width, height)
    points_y, points_x = ROWS * _SIDE_Y, COLUMNS * _SIDE_X
    y = ((2 * np.arange(points_y) + 1) * down // (2 * points_y))[:, None]
    x = ((2 * np.arange(points_x) + 1) * across // (2 * points_x))[None, :]
    row, column = (
        (y, x),
        (x, width - 1 - y),
        (height - 1 - y, width - 1 - x),
        (height - 1 - x, y),
    )[turns]
    upright = row * line + column * step
    cells = upright.reshape(ROWS, _SIDE_Y, COLUMNS, _SIDE_X).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(cells).reshape(-1)


def _conventions(frame: av.VideoFrame, name: str) -> tuple[int, bool]:
    """Return the matrix (601 or 709) and the range of a frame; by default what players assume."""
    stated = int(frame.colorspace)
    if stated in {1, 9, 10}:  # BT.709, BT.2020
        matrix = 709
    elif stated in {4, 5, 6, 7}:  # BT.470, BT.601
        matrix = 601
    else:
        matrix = 709 if min(frame.width, frame.height) >= 720 else 601
    jpeg = int(frame.color_range) == 2 or name.startswith("yuvj")
    return matrix, jpeg or (name.startswith("gray") and int(frame.color_range) == 0)


def _rgb(yuv: Ints, matrix: int, full: bool) -> Ints:
    """Convert (3, n) luma and chroma to (3, n) red, green, blue, 0..255, in fixed point."""
    factors, offset = _matrix(matrix, full)
    rgb: Ints = (factors @ yuv.astype(np.int32) + offset) >> 10
    return np.minimum(np.maximum(rgb, 0), 255)


@cache
def _matrix(matrix: int, full: bool) -> tuple[Ints, Ints]:
    """Return the factors and offsets of the conversion, in 1/1024."""
    # Red from V, green from U and from V, blue from U.
    red, green_u, green_v, blue = {
        601: (1436, 352, 731, 1815),
        709: (1613, 192, 479, 1900),
    }[matrix]
    factors = np.array([[1024, 0, red], [1024, -green_u, -green_v], [1024, blue, 0]])
    if not full:
        factors = factors * 255 // np.array([219, 224, 224])
    zero = np.array([[0 if full else 16], [128], [128]])
    return factors.astype(np.int32), (512 - factors @ zero).astype(np.int32)


@cache
def _axis() -> Ints:
    """Return (3, 32768) the centres of boxes of three components, in the order of the tables."""
    middle = np.arange(32) * 8 + 4
    return np.stack(
        [part.reshape(-1) for part in np.meshgrid(middle, middle, middle, indexing="ij")]
    )


@cache
def _yuv_names(matrix: int, full: bool) -> Ints:
    return colour_names(_rgb(_axis(), matrix, full))


@cache
def _rgb_names() -> Ints:
    return colour_names(_axis())
