"""The space of Marengo 3.5: the vectors of 3.0, turned, and how unsure their numbers are.

The turn is a fixed orthogonal map: what is close in one space is as close in the other, and vectors
of the two spaces have nothing in common. It spreads every axis over all the numbers, so that the
first 128 or 256 of them still tell what is close. All of it is sums of whole numbers, which are
exact in any order: the same input gives the same bits on every machine.
"""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np

from ..database import Vectors
from .vectors import DIMENSIONS, Floats

_SEEDS = (b"marengo3.5 first", b"marengo3.5 second")
_STEP = 2.0**-30  # to which numbers are rounded; their sums stay below 2**53 steps
_SHARPNESS = np.float32(16)  # how fast uncertainty falls as a number grows


def turned(vectors: Vectors) -> Vectors:
    """Return (n, 512) vectors of Marengo 3.0 as those of Marengo 3.5, of the same lengths."""
    whole = np.rint(vectors.astype(np.float64) / _STEP)
    return (whole @ _turn() * (_STEP / DIMENSIONS)).astype(np.float32)


def uncertainty(vectors: Vectors) -> Vectors:
    """Return how unsure each number of (n, d) vectors is, from 0 to 1: small ones are least sure.

    It is made up, for want of a model that knows, but has the documented shape and order.
    """
    return (1 / (1 + _SHARPNESS * np.abs(vectors))).astype(np.float32)


@cache
def _turn() -> Floats:
    """Return the (512, 512) map, 512 times too long: two Hadamard transforms with random signs."""
    transform = np.ones((1, 1))
    while len(transform) < DIMENSIONS:
        transform = np.block([[transform, transform], [transform, -transform]])
    first, second = (
        1.0 - 2 * np.unpackbits(np.frombuffer(_digest(seed), np.uint8)) for seed in _SEEDS
    )
    turn: Floats = (first[:, None] * transform * second) @ transform
    return turn


def _digest(seed: bytes) -> bytes:
    return hashlib.shake_256(seed).digest(DIMENSIONS // 8)
