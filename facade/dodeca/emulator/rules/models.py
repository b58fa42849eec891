"""The models of an index, and the videos they accept."""

from __future__ import annotations

from typing import Any

from dodeca.video.probe import MediaInfo

from ..database import Document
from ..errors import ErrorResponse
from .limits import RATIOS, MediaLimits
from .urls import MB, MediaSource

MODEL_NAMES = ("marengo3.0", "marengo2.7", "pegasus1.2")
_LONGEST = {"marengo": 7200, "pegasus": 3600}  # seconds
_LARGEST = {"marengo": 4096 * MB, "pegasus": 2048 * MB}
MAX_TASK = 2048 * MB  # bytes of a video of a task or an import, for any model


def family(model_name: str) -> str:
    """Return the family of a model: `marengo` or `pegasus`."""
    return "marengo" if model_name.startswith("marengo") else "pegasus"


def model_of(index: Document, wanted: str) -> dict[str, Any] | None:
    """Return the model of a family that an index has, with its options, or None."""
    models: list[dict[str, Any]] = index["models"]
    return next((model for model in models if family(model["model_name"]) == wanted), None)


def options(index: Document) -> list[str]:
    """Return the options of all the models of an index, each once."""
    return list(dict.fromkeys(o for model in index["models"] for o in model["model_options"]))


def check_video(index: Document, source: MediaSource, *, largest: int | None = None) -> MediaInfo:
    """Probe a video. Raises ErrorResponse unless all models of an index accept it."""
    families = {family(model["model_name"]) for model in index["models"]}
    largest = min([_LARGEST[name] for name in families] + ([largest] if largest else []))
    if source.size > largest:
        text = (
            f"The video is too large. Please use a video with a size less than `{largest}`."
            f" The current size is `{source.size}`."
        )
        raise ErrorResponse(400, "video_filesize_too_large", text)
    return MediaLimits(
        shortest=4,
        longest=min(_LONGEST[name] for name in families),
        largest=(3840, 2160),
        ratio="16:9",
        ratios=RATIOS,
    ).check_video(source)
