"""Colours by name: the words of each colour, each with the red, green and blue it stands for.

A colour in an image has the name of the closest of them, and a word in a text is close to images of
its own shade: "maroon" to maroon rather than to any red.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]

PALETTE: dict[str, dict[str, str]] = {
    "red": {
        "red": "ff0000 d62424 c01818 bf4c4c",
        "scarlet": "ff2400",
        "crimson": "dc143c",
        "ruby": "b01038",
        "maroon": "800000",
        "burgundy": "6e0a20 722f37",
        "vermilion": "e34234",
        "cherry": "c41e3a",
        "tomato": "f04a30",
        "blood": "8a0303",
    },
    "orange": {
        "orange": "ffa500 ff8000 f08c1e",
        "tangerine": "f28500",
        "amber": "ffb000",
        "apricot": "fbb37a ffd8b0",
        "carrot": "ed7a20",
        "pumpkin": "f06a18",
        "rust": "b7410e",
    },
    "yellow": {
        "yellow": "ffff00 f0d732 e8e040",
        "golden": "f0c000",
        "gold": "ffd700",
        "lemon": "fff44f f5f0a0",
        "banana": "ffe75a",
        "khaki": "f0e68c",
        "mustard": "d9b020",
        "sunflower": "ffc820",
    },
    "green": {
        "green": "008000 28a03c 3a7a3a 90ee90 b8e0a8",
        "emerald": "30b868",
        "lime": "00ff00 bfff00 66ff33",
        "olive": "808000",
        "jade": "00a86b",
        "grass": "5a9a32",
        "forest": "1e5a28 1e4a3a",
        "leaf": "4a8c2a",
        "meadow": "6ab04c",
        "lawn": "7cc030",
        "jungle": "0f4020",
    },
    "cyan": {
        "cyan": "00ffff 28bec8",
        "turquoise": "40e0d0",
        "teal": "008080",
        "aqua": "20f0f0",
        "aquamarine": "7fffd4",
    },
    "blue": {
        "blue": "0000ff 2446d2 3060a0",
        "azure": "007fff",
        "navy": "000080 14284a",
        "cobalt": "0047ab",
        "sapphire": "0f52ba",
        "sky": "87ceeb 5aa8e8 c0d8f0",
        "ocean": "0060a0",
        "sea": "206a90",
        "water": "3a88b8",
    },
    "purple": {
        "purple": "800080 8232be 6a2a8a",
        "violet": "ee82ee 8a2be2",
        "indigo": "4b0082 3a2a9a",
        "lilac": "c8a2c8",
        "lavender": "e6e6fa b490e0",
        "mauve": "b080c0",
        "plum": "7a3070",
    },
    "pink": {
        "pink": "ffc0cb f06eb4",
        "magenta": "ff00ff e030c0",
        "fuchsia": "f02090",
        "rose": "f06090",
        "rosy": "e8a0b0",
        "salmon": "fa8072",
    },
    "brown": {
        "brown": "a52a2a 73461e 8b4513 5a3a1a",
        "chocolate": "7b3f00",
        "coffee": "4e3524",
        "wooden": "a0703c",
        "wood": "966f33",
        "earth": "7a5a3a",
        "soil": "4a3220",
        "mud": "6a5030",
        "chestnut": "80402c",
        "sepia": "704214",
        "tan": "d2b48c",
    },
    "white": {
        "white": "ffffff f0f0f0",
        "snow": "fafafa",
        "snowy": "f4f8fc",
        "ivory": "fffff0",
        "milk": "f8f6f0",
        "milky": "f0ece4",
        "cream": "fff6d8",
        "beige": "f5f5dc",
    },
    "grey": {
        "grey": "808080 606060 a0a0a0",
        "gray": "7c7c7c",
        "silver": "c0c0c0",
        "ash": "b2beb5",
        "concrete": "8f8f8a",
        "foggy": "cdd0d2",
        "fog": "d2d5d7",
    },
    "black": {
        "black": "000000 101010 202020",
        "ebony": "181410",
        "coal": "1a1a1c",
    },
}
"""The words of each colour with their shades in hexadecimal; a text means the first one."""

COLOURS: tuple[str, ...] = tuple(PALETTE)
"""The colours distinguished, in the order of all counts."""


def shade_of(word: str) -> tuple[int, int, int] | None:
    """Return the red, green and blue that a word stands for, 0..255; None if it is no colour."""
    return _shades().get(word)


def colour_names(rgb: Ints) -> Ints:
    """Return the index into COLOURS of each column of (3, n) RGB: that of the closest shade."""
    shades, owners = _examples()
    columns = rgb.astype(np.int32)
    closest = np.zeros(columns.shape[1], np.uint8)
    least = np.full(columns.shape[1], np.iinfo(np.int32).max, np.int32)
    for shade, owner in zip(shades, owners, strict=True):
        distance = _distance(columns, shade)
        nearer = distance < least
        closest[nearer], least[nearer] = owner, distance[nearer]
    return closest


def _distance(rgb: Ints, shade: tuple[int, int, int]) -> Ints:
    """Return squared distances in which hue counts for more than light.

    Light as in luma, and two differences of colours for the hue: greyish things stay grey, and a
    dark red is closer to red than to dark blue.
    """
    red, green, blue = (rgb[i] - shade[i] for i in range(3))
    light = (2 * red + 4 * green + blue) // 7
    squares: Ints = light**2 + (red - green) ** 2 + (red + green - 2 * blue) ** 2 // 4
    return squares


@cache
def _shades() -> dict[str, tuple[int, int, int]]:
    return {
        word: _rgb(shades.split()[0])
        for words in PALETTE.values()
        for word, shades in words.items()
    }


@cache
def _examples() -> tuple[list[tuple[int, int, int]], list[int]]:
    """Return every shade with the index of its colour."""
    pairs = [
        (_rgb(shade), index)
        for index, words in enumerate(PALETTE.values())
        for shades in words.values()
        for shade in shades.split()
    ]
    return [shade for shade, _ in pairs], [index for _, index in pairs]


def _rgb(text: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(text)
    return red, green, blue
