"""Embeddings of images as tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dodeca.video.probe import MediaContent

from ..errors import parameter_invalid
from ..rules.limits import check_image
from ..rules.models import EmbeddingModel
from ..rules.urls import MediaSource
from .embedded import IMAGE_TOKENS, Embedded
from .vectors import image_vector

SMALLEST = 128
"""Pixels on either side of an image to embed."""
_ONLY = {
    "embedding_option": ["visual"],
    "embedding_scope": ["asset"],
    "embedding_type": ["separate_embedding"],
}


@dataclass(frozen=True, slots=True)
class ImagePlan:
    """An image has one embedding. A task stores the plan, under these field names."""

    kind: str = "image"
    duration: float = 0.0

    @property
    def without_uncertainty(self) -> str:
        """Why there is no uncertainty; empty if there is."""
        return ""

    def response_metadata(self) -> dict[str, Any]:
        """Return the `metadata` of a response that follow from the plan."""
        return {"embedding_options": ["visual"], "embedding_scopes": ["asset"]}

    def embed(self, content: MediaContent) -> Embedded:
        """Embed the image. Raises BrokenMedia."""
        row = dict.fromkeys(("start_sec", "end_sec"))
        row = {"embedding_option": "visual", "embedding_scope": "asset"} | row
        return Embedded([row], image_vector(content)[None], Counter(image=IMAGE_TOKENS))


def plan_image(model: EmbeddingModel, block: Mapping[str, Any], source: MediaSource) -> ImagePlan:
    """Return what a request asks for. Raises ErrorResponse when it is outside the limits."""
    for name, only in _ONLY.items():
        if block.get(name, only) != only:
            raise parameter_invalid(f"image.{name}", why=f"For an image it is `{only[0]}`.")
    check_image(source, smallest=SMALLEST, formats=model.image_formats)
    return ImagePlan()
