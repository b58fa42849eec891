"""Embeddings of audio and video, for both the request and the task of version 2."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Literal

import numpy as np

from dodeca.video.probe import MediaContent as Content
from dodeca.video.probe import MediaInfo

from ..errors import parameter_invalid
from ..media.analysis import Measurements, analyse
from ..media.scenes import cuts
from ..media.segments import Span, dynamic, fixed
from ..rules.limits import MediaLimits
from ..rules.models import EmbeddingModel
from ..rules.urls import MediaSource
from .embedded import Embedded, timed_tokens
from .vectors import DIMENSIONS, Vector, audio_vector, combined, text_vector, video_vector
from .vocabulary import count_tokens

TimedMediaKind = Literal["audio", "video"]
SEPARATE, FUSED = "separate_embedding", "fused_embedding"

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
    types: list[str] = field(default_factory=lambda: [SEPARATE])
    timed_texts: list[dict[str, Any]] = field(default_factory=list)
    """Texts that are folded into the fused vectors of the segments that they overlap."""

    @property
    def available_options(self) -> list[str]:
        """The requested options that can be embedded."""
        return [o for o in self.options if o in _VECTOR_OF and (o != "audio" or self.has_audio)]

    @property
    def without_uncertainty(self) -> str:
        """Why there is no uncertainty; empty if there is."""
        return "It needs an `embedding_scope` without `asset`." if "asset" in self.scopes else ""

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

    def embed(self, content: Content) -> Embedded:
        """Decode the file once and embed it: clips by option and time, then the whole range.

        Raises BrokenMedia.
        """
        if not self.available_options:
            return Embedded([], np.zeros((0, DIMENSIONS), np.float32))
        analysis = analyse(content, start=self.start_sec, end=self.end_sec)
        rows, vectors = [], []
        for scope in dict.fromkeys("clip" if scope == "local" else scope for scope in self.scopes):
            whole = [(self.start_sec, self.end_sec)]
            spans = whole if scope == "asset" else self.segments(analysis)
            for option in self._row_options():
                for span in spans:
                    place = {"start_sec": span[0], "end_sec": span[1]}
                    rows.append({"embedding_option": option, "embedding_scope": scope, **place})
                    vectors.append(self._vector(analysis, option, span))
        return Embedded(rows, np.stack(vectors), self._tokens())

    def _row_options(self) -> list[str]:
        """Return the options of the rows: those that are available, and `fused`."""
        separate = self.available_options if SEPARATE in self.types else []
        return separate + (["fused"] if FUSED in self.types else [])

    def _vector(self, analysis: Measurements, option: str, span: Span) -> Vector:
        """Return the vector of a time range; a fused one combines all options with the texts."""
        if option != "fused":
            return _VECTOR_OF[option](analysis, *span)
        texts = [text_vector(e["text"]) for e in self.timed_texts if _overlap(e, span)]
        return combined([_VECTOR_OF[o](analysis, *span) for o in self.available_options] + texts)

    def _tokens(self) -> Counter[str]:
        seconds = self.end_sec - self.start_sec
        names = {"visual": "video", "audio": "audio"}
        tokens = Counter(
            {names[o]: timed_tokens(names[o], seconds) for o in self.available_options}
        )
        if self.timed_texts:
            tokens["text"] = sum(count_tokens(entry["text"]) for entry in self.timed_texts)
        return tokens

    def response_metadata(self) -> dict[str, Any]:
        """Return the `metadata` of a response that follow from the plan."""
        result: dict[str, Any] = {}
        if self.kind == "video" and self.strategy == "fixed":
            result["clip_length"] = self.seconds
        result |= {
            "embedding_scopes": self.scopes,
            "embedding_options": self.options,
            "duration": self.duration,
            "start_offset_sec": self.start_sec,
            "end_offset_sec": self.end_sec,
        }
        return result | ({"emulator_note": self.note} if self.note else {})


def plan_embedding(
    model: EmbeddingModel,
    kind: TimedMediaKind,
    block: Mapping[str, Any],
    source: MediaSource,
    limits: MediaLimits,
) -> EmbeddingPlan:
    """Return what a request asks for. Raises ErrorResponse when it is outside the limits."""
    strategy, seconds = _segmentation(model, kind, block.get("segmentation"))
    known = model.options_of(kind)
    options = _selected(kind, block, "embedding_option", known, default=known)
    scopes = _selected(kind, block, "embedding_scope", model.scopes, default=("clip", "asset"))
    types = _selected(kind, block, "embedding_type", (SEPARATE, FUSED), default=(SEPARATE,))
    _check_fused(model, kind, block, options, types)
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
        types=types,
        timed_texts=block.get("time_based_metadata", []),
    )


def _selected(
    kind: TimedMediaKind,
    block: Mapping[str, Any],
    name: str,
    known: Sequence[str],
    *,
    default: Sequence[str],
) -> list[str]:
    """Return the values of an array parameter, each once, in the documented order."""
    given = block.get(name, default)
    if not given:
        raise parameter_invalid(f"{kind}.{name}", why="It should name at least one value.")
    if foreign := [value for value in given if value not in known]:
        why = f"The model does not have `{foreign[0]}`, but {_quoted(known)}."
        raise parameter_invalid(f"{kind}.{name}", why=why)
    return [value for value in known if value in given]


def _check_fused(
    model: EmbeddingModel,
    kind: TimedMediaKind,
    block: Mapping[str, Any],
    options: Sequence[str],
    types: Sequence[str],
) -> None:
    """Raise ErrorResponse unless fused vectors and timed texts go together as they have to."""
    name = f"{kind}.time_based_metadata"
    texts = block.get("time_based_metadata")
    takes_texts = "time_based_metadata" in model.parameters
    if texts is not None and not takes_texts:
        raise parameter_invalid(name, why=f"`{model.name}` does not support it.")
    if texts is not None and FUSED not in types:
        raise parameter_invalid(name, why=f"It needs the `embedding_type` `{FUSED}`.")
    for entry in texts or []:
        if not 0 <= entry["start"] <= entry["end"]:
            why = "An end is not before its start, and none is negative."
            raise parameter_invalid(f"{name}.end", why=why)
        if not entry["text"].strip():
            raise parameter_invalid(f"{name}.text", why="The text is empty.")
    if FUSED in types and not (texts if takes_texts else len(options) > 1):
        needed = "`time_based_metadata`" if takes_texts else "two values of `embedding_option`"
        why = f"`{FUSED}` needs {needed}."
        raise parameter_invalid(f"{kind}.embedding_type", why=why)


def _overlap(entry: Mapping[str, Any], span: Span) -> bool:
    """Whether a timed text overlaps a time range; a moment belongs to the range that it begins."""
    start, end = entry["start"], entry["end"]
    return bool(start < span[1] and (end > span[0] or start == end == span[0]))


def _segmentation(
    model: EmbeddingModel, kind: TimedMediaKind, given: Mapping[str, Any] | None
) -> tuple[str, int]:
    if given is None:
        return model.segmentation[kind]
    is_temporal = "temporal" in model.parameters
    if is_temporal != ("temporal" in given):
        form = "within `temporal`" if is_temporal else "without `temporal`"
        why = f"With `{model.name}` the strategy is given {form}."
        raise parameter_invalid(f"{kind}.segmentation", why=why)
    chosen: Mapping[str, Any] = given["temporal"] if is_temporal else given
    strategy = chosen["strategy"]
    return strategy, chosen[strategy][_DURATION_FIELDS[strategy]]


def _quoted(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


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
