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
    """Their rows."""
    scores: npt.NDArray[np.float64]
    """The score of each row, 0 to 100."""

    def videos(self, owner: npt.NDArray[np.int32], *, by_count: bool) -> npt.NDArray[np.int64]:
        """Return the videos, the one with the best or, `by_count`, with the most clips first.

        `owner` is the video of each clip in the ranking.
        """
        first = np.zeros(owner.max(initial=-1) + 1, np.int64)
        first[owner[::-1]] = np.arange(len(owner))[::-1]
        counts = np.bincount(owner, minlength=len(first))
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
    is_hit[: len(found)] = found >= least  # NaN is not
    if not selected.all():
        is_hit &= selected[clips.owner]
    rows = clips.order if is_hit.all() else clips.order[is_hit[clips.order]]
    # As whole numbers of two bytes, they are sorted in a time that grows with their number only.
    behind = (_STEPS - np.rint(found[rows] * 100)).astype(np.uint16)
    return Ranking(rows[np.argsort(behind, kind="stable")], found)
