"""`POST /embed-v2`: embeddings of text, images, audio and video in the response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ..errors import parameter_invalid, parameter_not_provided
from ..inference import embedding
from ..inference.vectors import Vector, image_vector, text_image_vector, text_vector
from ..inference.vocabulary import count_tokens
from ..rules import limits
from ..state import Call, Handler, Reply
from .media_sources import open_source

MAX_TOKENS = 500
SMALLEST_IMAGE = 128  # pixels on either side
REQUEST_LIMITS = limits.MediaLimits(shortest=0, longest=600)
_BLOCKS = ("text", "image", "text_image", "audio", "video")
_NEWER = ("multi_input", "document", "auto_truncate")
_NEWER_PARTS = ("embedding_type", "time_based_metadata")


def create(call: Call) -> Reply:
    """Handle `POST /embed-v2`."""
    kind, block = requested_input(call.body)
    match kind:
        case "text":
            return 200, {"data": [_single(text_vector(_text(kind, block)))]}
        case "image" | "text_image":
            return 200, _image(call, kind, block)
        case _:
            return 200, _clips(call, cast(embedding.TimedMediaKind, kind), block)


def requested_input(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the input type of a request and its object. Raises ErrorResponse."""
    if body["model_name"] != "marengo3.0":
        raise parameter_invalid("model_name", why="The emulator has `marengo3.0` only.")
    kind = body["input_type"]
    if kind not in _BLOCKS:
        raise parameter_invalid("input_type", why=f"`marengo3.0` does not embed `{kind}` here.")
    if kind not in body:
        raise parameter_not_provided(kind)
    if foreign := [name for name in _BLOCKS if name in body and name != kind]:
        why = f"Only `{kind}` belongs to the given `input_type`."
        raise parameter_invalid(*foreign, why=why)
    block: Mapping[str, Any] = body[kind]
    newer = [name for name in _NEWER if name in body]
    newer += [f"{kind}.{name}" for name in _NEWER_PARTS if name in block]
    newer += [f"{kind}.embedding_scope"] * ("local" in block.get("embedding_scope", ()))
    newer += [f"{kind}.segmentation.temporal"] * ("temporal" in block.get("segmentation", ()))
    if newer:
        raise parameter_invalid(*newer, why="`marengo3.0` does not support it here.")
    return kind, block


def _text(kind: str, block: Mapping[str, Any]) -> str:
    text: str = block["input_text"]
    if not text.strip():
        raise parameter_invalid(f"{kind}.input_text", why="The text is empty.")
    if count_tokens(text) > MAX_TOKENS:
        why = f"The text token length should be less than or equal to {MAX_TOKENS}."
        raise parameter_invalid(f"{kind}.input_text", why=why)
    return text


def _image(call: Call, kind: str, block: Mapping[str, Any]) -> dict[str, Any]:
    text = _text(kind, block) if kind == "text_image" else None
    with open_source(
        call.state, block["media_source"], kind="image", field=f"{kind}.media_source"
    ) as source:
        limits.check_image(source, smallest=SMALLEST_IMAGE)
        content = source.content
        vector = text_image_vector(text, content) if text else image_vector(content)
        metadata = {"input_type": kind}
        if source.url:
            metadata["input_url"] = source.url
        elif source.filename:
            metadata["input_filename"] = source.filename
        return {"data": [_single(vector)], "metadata": metadata}


def _clips(call: Call, kind: embedding.TimedMediaKind, block: Mapping[str, Any]) -> dict[str, Any]:
    with open_source(
        call.state, block["media_source"], kind=kind, field=f"{kind}.media_source"
    ) as source:
        plan = embedding.plan_embedding(kind, block, source, REQUEST_LIMITS)
        rows, vectors = embedding.embed(plan, source.content)
        return {
            "data": embedding.response_data(rows, vectors),
            "metadata": embedding.response_metadata(plan, source),
        }


def _single(vector: Vector) -> dict[str, Any]:
    return {
        "embedding": vector,
        "embedding_option": None,
        "embedding_scope": None,
        "start_sec": None,
        "end_sec": None,
    }


HANDLERS: Mapping[str, Handler] = {"embed_v2_create": create}
