"""One decoded picture as a few integers: colours by name, layout, detail, motion.

2304 points on a grid are read from each picture, 48 in each of 8 by 6 cells, whatever its size,
pixel format or rotation. Everything is integer arithmetic on what the decoder put out, so the same
picture gives the same numbers on every machine.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

Ints = NDArray[Any]

COLOURS = (
    "red",
    "orange",
    "yellow",
    "green",
    "cyan",
    "blue",
    "purple",
    "pink",
    "brown",
    "white",
    "grey",
    "black",
)
"""The colours told apart, in the order in which they are counted."""

ROWS, COLUMNS = 6, 8
CELLS = ROWS * COLUMNS
_SIDE_Y, _SIDE_X = 6, 8  # points in a cell
POINTS = CELLS * _SIDE_Y * _SIDE_X

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
class Picture:
    """What one picture comes to."""

    cells: Ints
    """(48, 3) uint8: mean red, green and blue of each cell, row by row."""
    colours: Ints
    """(12,) uint16: how many of the 2304 points have each of COLOURS."""
    detail: int
    """Mean difference of a point's light from its cell's, in sixteenths of a step of 0..255."""
    light: Ints
    """(2304,) int16: the light of each point, to measure motion against the next picture."""


def picture(frame: av.VideoFrame) -> Picture:
    """Measure one decoded frame, upright: a rotation in its metadata is undone."""
    name = frame.format.name
    readable = name in _PACKED or _PLANAR.fullmatch(name)
    if not readable or any(plane.line_size <= 0 for plane in frame.planes):
        frame = _converted(frame)
        name = "rgb24"
    first, second, third = _components(frame, name)
    if name.startswith("yuv") or name.startswith("gray"):
        matrix, full = _conventions(frame, name)
        names, light = _yuv_names(matrix, full), first
        cells = _rgb(*_means(first, second, third), matrix, full)
    else:
        names, light = _rgb_names(), second  # green is most of what the eye calls light
        cells = np.stack(_means(first, second, third), axis=1)
    bits = (first >> 3).astype(np.int32) << 10
    bits |= (second >> 3).astype(np.int32) << 5
    bits |= third >> 3
    light = light.astype(np.int16)
    by_cell = light.reshape(CELLS, -1)
    middle = (by_cell.sum(axis=1, dtype=np.int32) // by_cell.shape[1]).astype(np.int16)
    spread = int(np.abs(by_cell - middle[:, None]).sum(dtype=np.int64))
    return Picture(
        cells=cells.astype(np.uint8),
        colours=np.bincount(names[bits], minlength=len(COLOURS)).astype(np.uint16),
        detail=spread * 16 // POINTS,
        light=light,
    )


def motion(before: Ints, after: Ints) -> int:
    """Mean change of light between two pictures, in sixteenths of a step of 0..255."""
    return int(np.abs(after - before).sum(dtype=np.int64)) * 16 // POINTS


def _converted(frame: av.VideoFrame) -> av.VideoFrame:
    """Rare pixel formats go through the scaler, with the flags that make it exact."""
    return frame.reformat(format="rgb24", interpolation=int(_EXACT))


def _components(frame: av.VideoFrame, name: str) -> tuple[Ints, Ints, Ints]:
    """The three components at the grid's points as uint8, cell by cell."""
    turns = round(frame.rotation / 90) % 4
    if packed := _PACKED.get(name):
        step, offsets = packed
        data = np.frombuffer(frame.planes[0], np.uint8)  # type: ignore[arg-type]
        grid = _grid(frame.width, frame.height, frame.planes[0].line_size, step, turns)
        return data[grid + offsets[0]], data[grid + offsets[1]], data[grid + offsets[2]]
    parts = []
    for component in frame.format.components[:3]:
        if component.is_alpha:
            break
        plane = frame.planes[component.plane]
        wide = component.bits > 8
        kind = (">u2" if frame.format.is_big_endian else "<u2") if wide else np.uint8
        data = np.frombuffer(plane, kind)  # type: ignore[call-overload]
        line = plane.line_size // 2 if wide else plane.line_size
        points = data[_grid(component.width, component.height, line, 1, turns)]
        parts.append((points >> (component.bits - 8)).astype(np.uint8) if wide else points)
    if len(parts) < 3:  # grey: no colour
        parts = [parts[0], *[np.full(POINTS, 128, np.uint8)] * 2]
    return parts[0], parts[1], parts[2]


@cache
def _grid(width: int, height: int, line: int, step: int, turns: int) -> Ints:
    """Positions of the points in a plane's buffer, ordered by cell of the upright picture."""
    across, down = (height, width) if turns % 2 else (width, height)
    y = (2 * np.arange(ROWS * _SIDE_Y) + 1) * down // (2 * ROWS * _SIDE_Y)
    x = (2 * np.arange(COLUMNS * _SIDE_X) + 1) * across // (2 * COLUMNS * _SIDE_X)
    where = np.arange(height)[:, None] * line + np.arange(width)[None, :] * step
    upright = np.rot90(where, turns)[np.ix_(y, x)]
    cells = upright.reshape(ROWS, _SIDE_Y, COLUMNS, _SIDE_X).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(cells).reshape(-1)


def _means(*parts: Ints) -> list[Ints]:
    size = POINTS // CELLS
    return [
        (part.reshape(CELLS, size).sum(axis=1, dtype=np.int32) + size // 2) // size
        for part in parts
    ]


def _conventions(frame: av.VideoFrame, name: str) -> tuple[int, bool]:
    """Which matrix (601 or 709) and range the numbers are in; unsaid, what players assume."""
    stated = int(frame.colorspace)
    if stated in {1, 9, 10}:  # BT.709, BT.2020
        matrix = 709
    elif stated in {4, 5, 6, 7}:  # BT.470, BT.601
        matrix = 601
    else:
        matrix = 709 if min(frame.width, frame.height) >= 720 else 601
    jpeg = int(frame.color_range) == 2 or name.startswith("yuvj")
    return matrix, jpeg or (name.startswith("gray") and int(frame.color_range) == 0)


def _rgb(y: Ints, u: Ints, v: Ints, matrix: int, full: bool) -> Ints:
    """(n, 3) int red, green, blue of luma and chroma, in fixed point."""
    # Red from V, green from U and V, blue from U, in 1/256; for limited range times 255/224.
    factors = {601: (359, 88, 183, 454), 709: (403, 48, 120, 475)}[matrix]
    y, u, v = y.astype(np.int32), u.astype(np.int32) - 128, v.astype(np.int32) - 128
    if not full:
        y = ((y - 16) * 255 + 109) // 219
        factors = tuple(factor * 255 // 224 for factor in factors)
    red, green_u, green_v, blue = factors
    channels = (
        y + ((red * v + 128) >> 8),
        y - ((green_u * u + green_v * v + 128) >> 8),
        y + ((blue * u + 128) >> 8),
    )
    return np.clip(np.stack(channels, axis=-1), 0, 255)


@cache
def _axis() -> tuple[Ints, Ints, Ints]:
    """The middles of 32 x 32 x 32 boxes of three components, in the order of the tables."""
    middle = np.arange(32) * 8 + 4
    first, second, third = np.meshgrid(middle, middle, middle, indexing="ij")
    return first.reshape(-1), second.reshape(-1), third.reshape(-1)


@cache
def _yuv_names(matrix: int, full: bool) -> Ints:
    return colour_names(_rgb(*_axis(), matrix, full))


@cache
def _rgb_names() -> Ints:
    return colour_names(np.stack(_axis(), axis=-1))


def colour_names(rgb: Ints) -> Ints:
    """Index into COLOURS of each (n, 3) red, green, blue; integer hue, saturation and value."""
    red, green, blue = (rgb[:, channel].astype(np.int32) for channel in range(3))
    top, low = rgb.max(axis=1).astype(np.int32), rgb.min(axis=1).astype(np.int32)
    chroma = top - low
    safe = np.maximum(chroma, 1)
    hue = np.where(
        top == red,
        60 * (green - blue) // safe,
        np.where(top == green, 120 + 60 * (blue - red) // safe, 240 + 60 * (red - green) // safe),
    )
    hue %= 360
    bounds = np.array([14, 42, 68, 165, 198, 258, 292, 346])
    by_hue = np.array([COLOURS.index(n) for n in (*COLOURS[:8], "red")])
    index = by_hue[np.searchsorted(bounds, hue, side="right")]
    warm = (hue >= 14) & (hue < 50)
    pale = (chroma * 2 < top) & (top > 170) & ((hue >= 320) | (hue < 14))
    index = np.where(warm & (top < 170), COLOURS.index("brown"), index)
    index = np.where(pale, COLOURS.index("pink"), index)
    shade = np.where(top >= 196, "white", "grey")
    dull = (chroma < 24) | (chroma * 6 < top)
    index = np.where(dull & (shade == "white"), COLOURS.index("white"), index)
    index = np.where(dull & (shade == "grey"), COLOURS.index("grey"), index)
    return np.where(top < 48, COLOURS.index("black"), index).astype(np.uint8)
