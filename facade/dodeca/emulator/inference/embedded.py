"""What an embedding returns: rows, vectors in the space of the model, and what was read for them.

The service publishes no tokenizer for media: an image, a page and a second of video count as 258
tokens here, a second of audio as 32.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from ..database import Vectors
from ..rules.models import EmbeddingModel
from .space import turned, uncertainty

SINGLE: dict[str, Any] = {
    "embedding_option": None,
    "embedding_scope": None,
    "start_sec": None,
    "end_sec": None,
}
"""The row of a vector that stands for all of an input: it names no part."""
IMAGE_TOKENS = 258
"""Of an image, a page or a second of video."""
AUDIO_TOKENS = 32
"""Of a second of audio."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """The vectors of one input and the rows that describe them."""

    rows: Sequence[Mapping[str, Any]]
    vectors: Vectors
    """(n, 512), in the space of Marengo 3.0."""
    tokens: Counter[str] = field(default_factory=Counter)
    """What was read, by kind of content."""
    is_truncated: bool = False
    """Whether text was cut to the context window."""

    @property
    def usage(self) -> dict[str, Any]:
        """The `usage` of a response."""
        usage = {"input_tokens": dict(self.tokens), "truncated": self.is_truncated}
        return usage | ({"truncation_reason": "model_context_window"} if self.is_truncated else {})

    def vectors_of(self, model: EmbeddingModel, dimension: int) -> Vectors:
        """Return the vectors in the space of a model: the first numbers, not normalised again."""
        vectors = turned(self.vectors) if model.is_turned else self.vectors
        return vectors[:, :dimension]


def timed_tokens(kind: str, seconds: float) -> int:
    """Return the tokens of some seconds of `video` or `audio`."""
    return ceil(seconds) * (IMAGE_TOKENS if kind == "video" else AUDIO_TOKENS)


def response_data(
    rows: Sequence[Mapping[str, Any]], vectors: Vectors, *, with_uncertainty: bool = False
) -> list[dict[str, Any]]:
    """Return the `data` of a response, one entry for each vector."""
    entries = [{"embedding": v, **row} for row, v in zip(rows, vectors, strict=True)]
    if with_uncertainty:
        for entry, unsure in zip(entries, uncertainty(vectors), strict=True):
            entry["embedding_uncertainty"] = unsure
    return entries
