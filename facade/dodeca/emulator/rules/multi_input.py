"""The rules of `multi_input`: which text and sources can be combined into one vector."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import parameter_invalid, parameter_not_provided
from .models import EmbeddingModel

FIELD = "multi_input.media_sources"
_REFERENCE = re.compile(r"<@([^<>]*)>")


def check_sources(model: EmbeddingModel, block: Mapping[str, Any]) -> None:
    """Raise ErrorResponse for what is wrong whatever the sources contain."""
    text: str | None = block.get("input_text")
    sources: Sequence[Mapping[str, Any]] = block.get("media_sources", [])
    if text is None and not sources:
        raise parameter_not_provided("multi_input.input_text", why="Or give `media_sources`.")
    if text is not None and not text.strip():
        raise parameter_invalid("multi_input.input_text", why="The text is empty.")
    kinds = [source["media_type"] for source in sources]
    if foreign := [kind for kind in kinds if kind not in model.sources]:
        why = f"`{model.name}` does not take `{foreign[0]}`."
        raise parameter_invalid(f"{FIELD}.media_type", why=why)
    if text is None and len(set(kinds) - {"document"}) > 1:
        why = "Sources of different types need an `input_text`."
        raise parameter_invalid("multi_input", why=why)
    _check_names(text or "", [source["name"] for source in sources if "name" in source])


def check_formats(text: str | None, formats: Sequence[str]) -> None:
    """Raise ErrorResponse for documents that stand with the wrong company.

    `formats` are those of the sources: `pdf`, `text`, or another for other media.
    """
    if "pdf" in formats and (text is not None or len(formats) > 1):
        raise parameter_invalid("multi_input", why="A PDF has to be the only source, without text.")
    pieces = len(formats) + (text is not None)
    if pieces > 1 and set(formats) <= {"text"}:
        why = "Text is combined with an image, a video or audio, not with other text alone."
        raise parameter_invalid("multi_input", why=why)


def check_uncertainty(block: Mapping[str, Any]) -> None:
    """Raise ErrorResponse for an input that has no uncertainty."""
    sources = block.get("media_sources", [])
    if sources and "input_text" in block:
        why = "There is none of text and media together."
        raise parameter_invalid("embedding_uncertainty", why=why)
    if any(source["media_type"] == "document" for source in sources):
        raise parameter_invalid("embedding_uncertainty", why="There is none of documents.")


def without_references(text: str) -> str:
    """Return a text without its `<@name>`: the sources speak for themselves."""
    return _REFERENCE.sub(" ", text)


def _check_names(text: str, names: Sequence[str]) -> None:
    if len(set(names)) < len(names):
        raise parameter_invalid(f"{FIELD}.name", why="A name is given more than once.")
    for name in _REFERENCE.findall(text):
        if name not in names:
            why = f"No source has the name `{name[:200]}`."
            raise parameter_invalid("multi_input.input_text", why=why)
