"""Cosine similarity: of many rows in float32, of those that matter in float64. Pure.

A float32 product is as fast as memory is read, and its error has a bound. `approximate` scores all
rows with it; only rows within `margin` of the best can be the best, and `exact` scores them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK_ROWS = 2_048  # converted to float64 at a time
_ROUNDING = 2.0**-24  # of one operation in float32
_MIN_NORM, _MAX_NORM = 1e-12, 1e12  # between which squares and products are normal in float32


class RowScales(NamedTuple):
    """What the product of each row with a unit vector is multiplied by to be their cosine.

    `factors` is float32 of shape (n,): 1 by the length of the row. It is 0 for the rows in
    `extreme`, which are zero, or too small or too large for a product in float32.
    """

    factors: NDArray[np.float32]
    extreme: NDArray[np.intp]


def row_scales(vectors: NDArray[np.float32]) -> RowScales:
    """The scales of rows; they take a few bytes a row, and about as long as one search."""
    with np.errstate(all="ignore"):
        norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        is_normal = (norms > _MIN_NORM) & (norms < _MAX_NORM)
        factors = np.where(is_normal, 1 / norms, np.float32(0))
    return RowScales(factors, np.flatnonzero(~is_normal))


def approximate(
    vectors: NDArray[np.float32], scales: RowScales, query: NDArray[np.float64]
) -> NDArray[np.float32]:
    """The cosine of each row with a unit vector, at most half of `margin` from that of `exact`."""
    with np.errstate(all="ignore"):  # of extreme rows
        scores: NDArray[np.float32] = vectors @ query.astype(np.float32)
        scores *= scales.factors
    scores[scales.extreme] = exact(vectors, scales.extreme, query)
    return scores


def exact(
    vectors: NDArray[np.float32], rows: NDArray[np.intp], query: NDArray[np.float64]
) -> NDArray[np.float32]:
    """The cosines of these rows with a unit vector, computed in float64 and rounded once.

    Equal rows have equal scores, wherever they are, as sums by row have one order.
    """
    scores = np.empty(len(rows), np.float32)
    for at in range(0, len(rows), _BLOCK_ROWS):
        wide = vectors[rows[at : at + _BLOCK_ROWS]].astype(np.float64)
        norms = np.linalg.norm(wide, axis=1)
        products = (wide * query).sum(axis=1)
        scores[at : at + _BLOCK_ROWS] = products / np.where(norms == 0, 1, norms)
    return scores


def margin(dimension: int) -> float:
    """How much lower than another a row can score in `approximate`, and not in `exact`.

    Each of the d products and sums is rounded, those of the length, too, and a few more steps; two
    scores can be wrong in opposite directions.
    """
    return 2 * (2 * dimension + 16) * _ROUNDING


def unit_vector(vector: NDArray[np.float32]) -> NDArray[np.float64]:
    """A vector scaled to length 1, in float64; zeros are unchanged."""
    return np.asarray(_unit_rows(vector[np.newaxis])[0])


def cosines(vectors: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """The cosine of each row of `vectors` with each row of `others`, of shape (n, m)."""
    right = unit_rows(others).T
    found = np.empty((len(vectors), len(others)), np.float32)
    for at in range(0, len(vectors), _BLOCK_ROWS):
        np.matmul(
            unit_rows(vectors[at : at + _BLOCK_ROWS]), right, out=found[at : at + _BLOCK_ROWS]
        )
    return found


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1; rows of zeros are unchanged."""
    return _unit_rows(vectors).astype(np.float32)


def _unit_rows(vectors: NDArray[Any]) -> NDArray[np.float64]:
    wide = vectors.astype(np.float64)  # in which the squares of very small numbers are not 0
    norms = np.linalg.norm(wide, axis=1, keepdims=True)
    return np.asarray(wide / np.where(norms == 0, 1, norms))
