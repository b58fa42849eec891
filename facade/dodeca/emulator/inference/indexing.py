"""Index a video: its clips and their vectors, computed once and stored.

Marengo 3.0 has clips by scene and 512 floats, Marengo 2.7 clips of six seconds and 1024 floats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dodeca.video.probe import BrokenMedia

from ..database import Vectors
from ..errors import video_file_broken
from ..media.analysis import analyse
from ..media.scenes import cuts
from ..media.segments import Span, dynamic, fixed
from .vectors import audio_vector, video_vector

_NAMES = {
    "marengo3.0": {"visual": "visual", "audio": "audio"},
    "marengo2.7": {"visual": "visual-text", "audio": "audio"},
}
_DIMENSIONS = {"marengo3.0": 512, "marengo2.7": 1024}
_MAKERS: Mapping[str, Callable[..., Any]] = {"visual": video_vector, "audio": audio_vector}
_CLIP = 6  # seconds, with Marengo 2.7
_SHORTEST = 4  # seconds, with Marengo 3.0


def dimensions(model_name: str) -> int:
    """Return how many floats the vectors of a Marengo model have."""
    return _DIMENSIONS[model_name]


def embedding_names(model: Mapping[str, Any]) -> dict[str, str]:
    """Return the embedding options of a Marengo model, each with the option of `index_video`.

    `transcription` has no vectors: the emulator has no speech recognition.
    """
    names = _NAMES[model["model_name"]]
    found = {names[option]: option for option in model["model_options"]}
    if model["model_name"] == "marengo3.0" and "audio" in found:
        found["transcription"] = "transcription"
    return found


def index_video(path: Path, model: Mapping[str, Any]) -> tuple[list[Span], list[str], Vectors]:
    """Decode a video once; return its clips, the options it has, and the vectors.

    The vectors of all clips for the first option come first. Raises ErrorResponse.
    """
    try:
        analysis = analyse(path)
    except BrokenMedia:
        raise video_file_broken() from None
    duration = analysis.info.duration or 0.0
    if model["model_name"] == "marengo3.0":
        clips = dynamic(0.0, duration, cuts(analysis), _SHORTEST)
    else:
        clips = fixed(0.0, duration, _CLIP)
    made = [o for o in model["model_options"] if o == "visual" or analysis.info.has_audio]
    size = dimensions(model["model_name"])
    vectors = [
        _MAKERS[option](analysis, start, end, dimensions=size)
        for option in made
        for start, end in clips
    ]
    return clips, made, np.stack(vectors) if vectors else np.zeros((0, size), np.float32)
