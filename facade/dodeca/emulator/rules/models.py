"""The models: those that embed on demand, and those of an index with the videos they accept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from dodeca.video.probe import MediaInfo

from ..database import Document
from ..errors import ErrorResponse, parameter_invalid
from .limits import RATIOS, MediaLimits
from .urls import MB, MediaSource

MODEL_NAMES = ("marengo3.0", "marengo2.7", "pegasus1.2")
_LONGEST = {"marengo": 7200, "pegasus": 3600}  # seconds
_LARGEST = {"marengo": 4096 * MB, "pegasus": 2048 * MB}
MAX_TASK = 2048 * MB  # bytes of a video of a task or an import, for any model


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """What a model takes on the endpoints for embeddings, and what it returns."""

    name: str
    dimensions: int
    """Length of a vector."""
    tokens: int
    """Maximum of a text."""
    options: tuple[str, ...]
    """The embedding options of a video."""
    inputs: tuple[str, ...] = ()
    """The input types of `POST /embed-v2`."""
    task_inputs: tuple[str, ...] = ()
    """The input types of `POST /embed-v2/tasks`."""
    sources: tuple[str, ...] = ()
    """The media types in a `multi_input`."""
    scopes: tuple[str, ...] = ("clip", "asset")
    """The embedding scopes of audio and video."""
    segmentation: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """The default strategy of audio and video, with its seconds."""
    image_formats: tuple[str, ...] = ("jpeg", "png")
    """The formats of images; without any, all that can be decoded."""
    parameters: frozenset[str] = frozenset()
    """The parameters of requests that not every model has."""
    shorter: tuple[int, ...] = ()
    """The lengths to which vectors may be cut."""
    is_turned: bool = False
    """Whether its vectors are in a space of their own."""
    has_usage: bool = False
    """Whether responses state the tokens and the length of the vectors."""

    @property
    def lengths(self) -> tuple[int, ...]:
        """The lengths of vectors to choose from."""
        return (*self.shorter, self.dimensions)

    def stated(self, dimension: int) -> dict[str, Any]:
        """Return what the `metadata` of a response say about the length of the vectors."""
        return {"embedding_dimension": dimension} if self.has_usage else {}

    def options_of(self, kind: str) -> tuple[str, ...]:
        """Return the embedding options of audio or video."""
        return tuple(o for o in self.options if kind == "video" or o != "visual")


EMBEDDING_MODELS = {
    model.name: model
    for model in (
        EmbeddingModel("Marengo-retrieval-2.7", 1024, 77, ("visual-text", "audio")),
        EmbeddingModel(
            "marengo3.0",
            512,
            500,
            ("visual", "audio", "transcription"),
            inputs=("text", "image", "text_image", "audio", "video", "multi_input"),
            task_inputs=("audio", "video"),
            sources=("image",),
            segmentation={"audio": ("fixed", 6), "video": ("dynamic", 4)},
        ),
        EmbeddingModel(
            "marengo3.5",
            512,
            2000,
            ("visual", "audio"),
            inputs=("multi_input",),
            task_inputs=("audio", "video", "image", "document"),
            sources=("image", "video", "audio", "document"),
            scopes=("clip", "local", "asset"),
            segmentation={"audio": ("dynamic", 2), "video": ("dynamic", 2)},
            image_formats=(),
            parameters=frozenset(
                (
                    "auto_truncate",
                    "embedding_dimension",
                    "embedding_uncertainty",
                    "temporal",
                    "time_based_metadata",
                )
            ),
            shorter=(128, 256),
            is_turned=True,
            has_usage=True,
        ),
    )
}


def embedding_model(name: str, among: Collection[str]) -> EmbeddingModel:
    """Return a model by name. Raises ErrorResponse unless it is `among` those of the endpoint."""
    if name not in among:
        names = " and ".join(f"`{known}`" for known in among)
        raise parameter_invalid("model_name", why=f"The emulator has {names}.")
    return EMBEDDING_MODELS[name]


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
