"""What was observed in media, as plain data from which text is generated.

All numbers are measured. Shares are in thousandths, by the names of `vectors.AXES`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from dodeca.video.probe import MediaContent

from ..media.analysis import Measurements, analyse
from ..media.palette import COLOURS
from ..media.scenes import cuts
from ..media.segments import Span, dynamic
from .vectors import audio_shares, visual_shares

Shares = Mapping[str, int]
_NOTABLE = 60  # thousandths; rarer colours are not named
_SHORTEST_SCENE = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class Observation:
    """What was observed of a video, a range of one, or an image. Tasks store these field names."""

    kind: str
    """video or image."""
    start: float
    end: float
    """Seconds; both 0 for an image."""
    seen: Shares | None
    """What it shows; None without video."""
    heard: Shares | None
    """What it sounds like; None without a soundtrack."""
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    scenes: tuple[Observation, ...] = ()
    name: str | None = None
    """Name of an image in the request."""

    @property
    def duration(self) -> float:
        """Seconds."""
        return round(self.end - self.start, 3)

    @property
    def parts(self) -> tuple[Observation, ...]:
        """The scenes, or itself without any."""
        return self.scenes or (self,)

    @property
    def colours(self) -> list[str]:
        """The most frequent colours, most frequent first; at least one if there is video."""
        if self.seen is None:
            return []
        shares = self.seen
        ranked = sorted(COLOURS, key=lambda colour: -shares[colour])
        return [c for c in ranked[:3] if shares[c] >= _NOTABLE] or ranked[:1]

    def share(self, axis: str) -> int:
        """Return the larger of the visual and the audio share of an axis, in thousandths."""
        return max((shares or {}).get(axis, 0) for shares in (self.seen, self.heard))

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON data, for `observation_from_dict`."""
        return asdict(self)


def observation_from_dict(data: Mapping[str, Any]) -> Observation:
    """Return the observation that `Observation.to_dict` turned into data."""
    return Observation(
        **{**data, "scenes": tuple(observation_from_dict(scene) for scene in data["scenes"])}
    )


def observe_video(analysis: Measurements, segments: Sequence[Span] | None = None) -> Observation:
    """Observe a decoded video, by scenes or by the given segments."""
    start, end = analysis.start, analysis.end
    if segments is None:
        segments = dynamic(start, end, cuts(analysis), _SHORTEST_SCENE)
    video = _observe_range(analysis, start, end)
    return replace(video, scenes=tuple(_observe_range(analysis, *segment) for segment in segments))


def observe_image(content: MediaContent, name: str | None = None) -> Observation:
    """Decode and observe an image. Raises BrokenMedia."""
    analysis = analyse(content)
    info = analysis.info
    shares = visual_shares(analysis, 0.0, 1.0)
    return Observation("image", 0.0, 0.0, shares, None, info.width, info.height, name=name)


def _observe_range(analysis: Measurements, start: float, end: float) -> Observation:
    info = analysis.info
    return Observation(
        "video",
        start,
        end,
        visual_shares(analysis, start, end),
        audio_shares(analysis, start, end),
        info.width,
        info.height,
        info.fps,
    )
