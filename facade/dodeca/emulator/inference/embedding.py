"""Embeddings of audio and video, for both the request and the task of version 2."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Literal

import numpy as np

from dodeca.video.probe import BrokenMedia, MediaInfo
from dodeca.video.probe import MediaContent as Content

from ..database import Vectors
from ..errors import parameter_invalid, video_file_broken
from ..media.analysis import Measurements, analyse
from ..media.scenes import cuts
from ..media.segments import Span, dynamic, fixed
from ..rules.limits import MediaLimits
from ..rules.urls import MediaSource
from .vectors import DIMENSIONS, Vector, audio_vector, video_vector

TimedMediaKind = Literal["audio", "video"]

_OPTIONS = {"audio": ["audio", "transcription"], "video": ["visual", "audio", "transcription"]}
_DEFAULT_SEGMENTATION = {"audio": ("fixed", 6), "video": ("dynamic", 4)}
_DURATION_FIELDS = {"fixed": "duration_sec", "dynamic": "min_duration_sec"}
_VECTOR_OF: Mapping[str, Callable[[Measurements, float, float], Vector]] = {
    "visual": video_vector,
    "audio": audio_vector,
}
_NO_SPEECH = (
    "Transcription embeddings are left out: the emulator has no speech recognition and invents no"
    " text."
)
_NO_SOUNDTRACK = "Audio embeddings are left out: the file has no soundtrack."


@dataclass(frozen=True, slots=True)
class EmbeddingPlan:
    """What to embed of a file; times in seconds. A task stores it, under these field names."""

    kind: TimedMediaKind
    duration: float
    start_sec: float
    end_sec: float
    options: list[str]
    scopes: list[str]
    strategy: str
    seconds: int
    has_audio: bool

    @property
    def available_options(self) -> list[str]:
        """The requested options that can be embedded."""
        return [o for o in self.options if o in _VECTOR_OF and (o != "audio" or self.has_audio)]

    @property
    def note(self) -> str:
        """What is missing from the response, and why."""
        notes = []
        if "transcription" in self.options:
            notes.append(_NO_SPEECH)
        if "audio" in self.options and not self.has_audio:
            notes.append(_NO_SOUNDTRACK)
        return " ".join(notes)

    def segments(self, analysis: Measurements) -> list[Span]:
        """Divide the time range into clips."""
        if self.strategy == "fixed":
            return fixed(self.start_sec, self.end_sec, self.seconds)
        return dynamic(self.start_sec, self.end_sec, cuts(analysis), self.seconds)


def plan_embedding(
    kind: TimedMediaKind, block: Mapping[str, Any], source: MediaSource, limits: MediaLimits
) -> EmbeddingPlan:
    """Return what a request asks for. Raises ErrorResponse when it is outside the limits."""
    strategy, seconds = _segmentation(kind, block.get("segmentation"))
    options = _selected(kind, block, "embedding_option", _OPTIONS[kind])
    scopes = _selected(kind, block, "embedding_scope", ["clip", "asset"])
    info = limits.check_video(source) if kind == "video" else limits.check_audio(source)
    start, end = _time_range(kind, block, info)
    return EmbeddingPlan(
        kind=kind,
        duration=info.duration or 0.0,
        start_sec=start,
        end_sec=end,
        options=options,
        scopes=scopes,
        strategy=strategy,
        seconds=seconds,
        has_audio=info.has_audio,
    )


def embed(plan: EmbeddingPlan, content: Content) -> tuple[list[dict[str, Any]], Vectors]:
    """Decode the file once; return the rows that describe the vectors, and the (n, 512) vectors.

    Clips come first, by option and time, then the whole range by option. Raises ErrorResponse.
    """
    if not plan.available_options:
        return [], np.zeros((0, DIMENSIONS), np.float32)
    try:
        analysis = analyse(content, start=plan.start_sec, end=plan.end_sec)
    except BrokenMedia:
        raise video_file_broken() from None
    ranges = {"asset": [(plan.start_sec, plan.end_sec)]}
    if "clip" in plan.scopes:
        ranges["clip"] = plan.segments(analysis)
    rows, vectors = [], []
    for scope in plan.scopes:
        for option in plan.available_options:
            for start, end in ranges[scope]:
                rows.append(
                    {
                        "embedding_option": option,
                        "embedding_scope": scope,
                        "start_sec": start,
                        "end_sec": end,
                    }
                )
                vectors.append(_VECTOR_OF[option](analysis, start, end))
    return rows, np.stack(vectors)


def response_metadata(plan: EmbeddingPlan, source: MediaSource) -> dict[str, Any]:
    """Return the `metadata` of a response."""
    result: dict[str, Any] = {"input_type": plan.kind}
    if source.url:
        result["input_url"] = source.url
    elif source.filename:
        result["input_filename"] = source.filename
    if plan.kind == "video" and plan.strategy == "fixed":
        result["clip_length"] = plan.seconds
    result |= {
        "embedding_scopes": plan.scopes,
        "embedding_options": plan.options,
        "duration": plan.duration,
        "start_offset_sec": plan.start_sec,
        "end_offset_sec": plan.end_sec,
    }
    if plan.note:
        result["emulator_note"] = plan.note
    return result


def response_data(rows: Sequence[Mapping[str, Any]], vectors: Vectors) -> list[dict[str, Any]]:
    """Return the `data` of a response."""
    return [{"embedding": v, **row} for row, v in zip(rows, vectors, strict=True)]


def _selected(
    kind: TimedMediaKind, block: Mapping[str, Any], name: str, known: list[str]
) -> list[str]:
    """Return the values of an array parameter, each once, in the documented order."""
    given = block.get(name, known)
    if not given:
        raise parameter_invalid(f"{kind}.{name}", why="It should name at least one value.")
    return [value for value in known if value in given]


def _segmentation(kind: TimedMediaKind, given: Mapping[str, Any] | None) -> tuple[str, int]:
    if given is None:
        return _DEFAULT_SEGMENTATION[kind]
    strategy = given["strategy"]
    return strategy, given[strategy][_DURATION_FIELDS[strategy]]


def _time_range(
    kind: TimedMediaKind, block: Mapping[str, Any], info: MediaInfo
) -> tuple[float, float]:
    """Return the time range; an end within the last started second means the end of the media."""
    duration = info.duration or 0.0
    start, end = float(block.get("start_sec", 0)), float(block.get("end_sec", duration))
    if start >= duration:
        raise parameter_invalid(f"{kind}.start_sec", why=f"The duration is {duration} seconds.")
    if end <= start:
        raise parameter_invalid(f"{kind}.end_sec", why=f"It should be greater than {start}.")
    if end > ceil(duration):
        raise parameter_invalid(f"{kind}.end_sec", why=f"The duration is {duration} seconds.")
    return start, min(end, duration)
