"""What media show and sound like, as plain facts that text can be made from.

All numbers are measured; shares are in thousandths and bear the names of `vectors.AXES`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..media.analysis import Analysis, Source, analyse
from ..media.pixels import COLOURS
from ..media.scenes import cuts
from ..media.segments import Segment, dynamic
from .vectors import heard, seen

Shares = Mapping[str, int]
_NOTABLE = 60  # thousandths from which on a colour is worth naming
_SHORTEST_SCENE = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class Facts:
    """A film, a picture, or a stretch of a film."""

    kind: str
    """video or image."""
    start: float
    end: float
    """Seconds; both 0 for an image."""
    seen: Shares | None
    """None where there is no picture."""
    heard: Shares | None
    """None where there is no soundtrack."""
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    scenes: tuple[Facts, ...] = ()
    name: str | None = None
    """What the request calls an image."""

    @property
    def duration(self) -> float:
        """Seconds."""
        return round(self.end - self.start, 3)

    @property
    def parts(self) -> tuple[Facts, ...]:
        """The scenes, or the whole where it has none."""
        return self.scenes or (self,)

    @property
    def colours(self) -> list[str]:
        """The colours worth naming, the most frequent first; at least one if anything is seen."""
        if self.seen is None:
            return []
        shares = self.seen
        ranked = sorted(COLOURS, key=lambda colour: -shares[colour])
        return [c for c in ranked[:3] if shares[c] >= _NOTABLE] or ranked[:1]

    def share(self, axis: str) -> int:
        """Return the thousandths of an axis in what is seen or heard, whichever is more."""
        return max((shares or {}).get(axis, 0) for shares in (self.seen, self.heard))

    def plain(self) -> dict[str, Any]:
        """Return it as data for JSON; `restored` turns it back."""
        return asdict(self)


def restored(data: Mapping[str, Any]) -> Facts:
    """Return the facts that `Facts.plain` wrote down."""
    return Facts(**{**data, "scenes": tuple(restored(scene) for scene in data["scenes"])})


def film(analysis: Analysis, segments: Sequence[Segment] | None = None) -> Facts:
    """Return the facts of a film, by scenes, or by the segments that are given."""
    start, end = analysis.start, analysis.end
    if segments is None:
        segments = dynamic(start, end, cuts(analysis), _SHORTEST_SCENE)
    info = analysis.info
    whole = replace(_part(analysis, start, end), width=info.width, height=info.height, fps=info.fps)
    return replace(whole, scenes=tuple(_part(analysis, *segment) for segment in segments))


def picture(content: Source, name: str | None = None) -> Facts:
    """Return the facts of a picture. Raises BrokenMedia."""
    analysis = analyse(content)
    info = analysis.info
    shares = seen(analysis, 0.0, 1.0)
    return Facts("image", 0.0, 0.0, shares, None, info.width, info.height, name=name)


def _part(analysis: Analysis, start: float, end: float) -> Facts:
    return Facts("video", start, end, seen(analysis, start, end), heard(analysis, start, end))
