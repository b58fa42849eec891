"""The embedding models: what their requests look like, and what each of them takes. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from dodeca._base.media_types import Kind
from dodeca.media import MIB
from dodeca.segmentation import Dynamic, Fixed, Quadrants, Sentences, WholePages

MODEL = "marengo3.0"
"""The model of a client that is not told another."""

_BOTH_TYPES = ("separate_embedding", "fused_embedding")


@attrs.frozen
class InputRules:
    """What the block of one kind of input takes: the values of its lists, and its segmentations.

    `sent_options` are sent if the caller names none.
    """

    options: tuple[str, ...]
    scopes: tuple[str, ...]
    types: tuple[str, ...] = ("separate_embedding",)
    segmentations: tuple[type, ...] = ()
    sent_options: tuple[str, ...] | None = None


@attrs.frozen
class EmbeddingModel:
    """One embedding model.

    What it takes is that of the model `like`: itself, or the newest if it is not known here.
    `is_typed` says that `POST /embed-v2` has a block for each kind of input, and not `multi_input`
    alone. `is_temporal` says that the segmentation of audio and video stands under `temporal`.
    `parameters` are those that not every model has, `dimensions` the lengths of its vectors that
    can be asked for. `sources` are the kinds of media in `multi_input`, `tasks` what
    `POST /embed-v2/tasks` embeds. In one call go media of at most `sync_bytes` and `sync_sec`.
    `names_too_long` says that the service has a code for media that are too long for one call; if
    it has none, only media that are known to fit are sent so.
    """

    name: str
    like: str
    is_typed: bool
    is_temporal: bool
    text_tokens: int
    sync_bytes: int
    sync_sec: float
    names_too_long: bool
    sources: tuple[Kind, ...]
    tasks: Mapping[Kind, InputRules]
    dimensions: tuple[int, ...] = ()
    parameters: frozenset[str] = frozenset()

    @property
    def is_known(self) -> bool:
        """Whether the values that it takes are listed here."""
        return self.name == self.like

    def rules(self, kind: Kind) -> InputRules | None:
        """What it takes of a kind of input in a task; None if it does not embed it."""
        return self.tasks.get(kind)


_MARENGO_3_0 = EmbeddingModel(
    name="marengo3.0",
    like="marengo3.0",
    is_typed=True,
    is_temporal=False,
    text_tokens=500,
    sync_bytes=36 * MIB,
    sync_sec=600,
    names_too_long=True,
    sources=("image",),
    tasks={
        "audio": InputRules(("audio", "transcription"), ("clip", "asset"), _BOTH_TYPES, (Fixed,)),
        "video": InputRules(
            ("visual", "audio", "transcription"), ("clip", "asset"), _BOTH_TYPES, (Fixed, Dynamic)
        ),
    },
)
# The documented default of `embedding_option` is contradicted by examples of the service: it is
# always sent.
_MARENGO_3_5 = EmbeddingModel(
    name="marengo3.5",
    like="marengo3.5",
    is_typed=False,
    is_temporal=True,
    text_tokens=2000,
    sync_bytes=32 * MIB,
    sync_sec=30,
    names_too_long=False,
    sources=("image", "video", "audio", "document"),
    tasks={
        "audio": InputRules(
            ("audio",), ("clip", "local", "asset"), _BOTH_TYPES, (Fixed, Dynamic), ("audio",)
        ),
        "video": InputRules(
            ("visual", "audio"),
            ("clip", "local", "asset"),
            _BOTH_TYPES,
            (Fixed, Dynamic),
            ("visual", "audio"),
        ),
        "image": InputRules(("visual",), ("asset",)),
        "document": InputRules(
            ("visual", "text"), ("local", "asset"), segmentations=(WholePages, Quadrants, Sentences)
        ),
    },
    dimensions=(128, 256, 512),
    parameters=frozenset(
        {"embedding_dimension", "embedding_uncertainty", "auto_truncate", "time_based_metadata"}
    ),
)

MODELS: Mapping[str, EmbeddingModel] = {model.name: model for model in (_MARENGO_3_0, _MARENGO_3_5)}
"""The models by their names, the newest last."""


def embedding_model(name: str) -> EmbeddingModel:
    """The model of a name; one that is not known here is taken to be like the newest."""
    newest = list(MODELS.values())[-1]
    return MODELS.get(name) or attrs.evolve(newest, name=name)
