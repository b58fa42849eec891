"""Rank the clips of an index by how similar they are to a query.

All of it is work on whole columns: besides one product of a matrix and the query, a search of a
hundred thousand clips takes a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..vector_index import Clips
from .scoring import scores
from .vectors import Vector

_STEPS = 10_000  # of scores, which have two decimals and are 100 at most


@dataclass(frozen=True, slots=True)
class Ranking:
    """The clips that match, best first."""

    rows: npt.NDArray[np.int64]
    """The row of each clip."""
    scores: npt.NDArray[np.float64]
    """The score of each clip, 0 to 100."""
    owner: npt.NDArray[np.int32]
    """The video of each clip."""

    def videos(self, *, by_count: bool) -> npt.NDArray[np.int64]:
        """Return the videos, the one with the best or, `by_count`, with the most clips first."""
        first = np.zeros(self.owner.max(initial=-1) + 1, np.int64)
        first[self.owner[::-1]] = np.arange(len(self.owner))[::-1]
        counts = np.bincount(self.owner, minlength=len(first))
        found = np.flatnonzero(counts)
        found = found[np.argsort(first[found], kind="stable")]
        return found[np.argsort(-counts[found], kind="stable")] if by_count else found


def rank(
    clips: Clips,
    selected: npt.NDArray[np.bool_],
    query: Vector,
    options: Sequence[str],
    *,
    require_all: bool,
    least: float = 0.0,
) -> Ranking:
    """Return the clips of the selected videos with a score of `least` or more.

    Equal scores keep the order of videos, the newest first.
    """
    # Without what was added after the last of them, a search gives the same when it is repeated.
    stop = clips.starts[1 + np.flatnonzero(selected).max(initial=-1)]
    matrices = {option: matrix[:stop] for option, matrix in clips.matrices.items()}
    found = scores(query, matrices, options, require_all=require_all)
    is_hit = np.zeros(len(clips.owner), bool)
    is_hit[: len(found)] = selected[clips.owner[: len(found)]] & (found >= least)  # no NaN
    rows = clips.order[is_hit[clips.order]]
    # As whole numbers of two bytes, they are sorted in a time that grows with their number only.
    behind = (_STEPS - np.rint(found[rows] * 100)).astype(np.uint16)
    rows = rows[np.argsort(behind, kind="stable")]
    return Ranking(rows, found[rows], clips.owner[rows])
