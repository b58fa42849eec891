"""`POST /embed-v2`: embeddings of text, images, audio, video and documents in the response."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from dodeca.video.probe import BrokenMedia

from ..errors import parameter_invalid, parameter_not_provided, video_file_broken
from ..inference import embedding
from ..inference.embedded import SINGLE, response_data
from ..inference.images import SMALLEST
from ..inference.vectors import Vector, image_vector, text_image_vector, text_vector
from ..inference.vocabulary import count_tokens
from ..rules import limits
from ..rules.models import EMBEDDING_MODELS, EmbeddingModel, embedding_model
from ..rules.multi_input import check_uncertainty
from ..state import Call, Handler, Reply
from .media_sources import open_source, source_name
from .multi_input import embed_together

MODELS = ("marengo3.0", "marengo3.5")
MAX_TOKENS = EMBEDDING_MODELS["marengo3.0"].tokens
REQUEST_LIMITS = limits.MediaLimits(shortest=0, longest=600)
_BLOCKS = ("text", "image", "text_image", "audio", "video", "multi_input", "document")
_PARAMETERS = ("auto_truncate", "embedding_dimension", "embedding_uncertainty")
"""What not every model has."""


def create(call: Call) -> Reply:
    """Handle `POST /embed-v2`."""
    model, dimension = requested_model(call.body)
    kind, block = requested_input(call.body, model, model.inputs)
    match kind:
        case "text":
            return 200, {"data": [_single(text_vector(_text(kind, block)))]}
        case "image" | "text_image":
            return 200, _image(call, kind, block)
        case "multi_input":
            return 200, _together(call, model, dimension, block)
        case _:
            return 200, _clips(call, model, cast(embedding.TimedMediaKind, kind), block)


def requested_model(body: Mapping[str, Any]) -> tuple[EmbeddingModel, int]:
    """Return the model of a request and the length of its vectors.

    Raises ErrorResponse for parameters that the model does not have.
    """
    model = embedding_model(body["model_name"], MODELS)
    for name in _PARAMETERS:
        if body.get(name) and name not in model.parameters:
            raise parameter_invalid(name, why=f"`{model.name}` does not support it.")
    dimension: int = body.get("embedding_dimension", model.dimensions)
    if dimension not in model.lengths:
        lengths = ", ".join(map(str, model.lengths))
        raise parameter_invalid("embedding_dimension", why=f"It is one of {lengths}.")
    return model, dimension


def requested_input(
    body: Mapping[str, Any], model: EmbeddingModel, inputs: Collection[str]
) -> tuple[str, Mapping[str, Any]]:
    """Return the input type of a request, which is among `inputs`, and its object.

    Raises ErrorResponse.
    """
    kind = body["input_type"]
    if kind not in inputs:
        names = ", ".join(f"`{name}`" for name in inputs)
        raise parameter_invalid("input_type", why=f"With `{model.name}` it is one of {names}.")
    if kind not in body:
        raise parameter_not_provided(kind)
    if foreign := [name for name in _BLOCKS if name in body and name != kind]:
        why = f"Only `{kind}` belongs to the given `input_type`."
        raise parameter_invalid(*foreign, why=why)
    return kind, body[kind]


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
        limits.check_image(source, smallest=SMALLEST)
        content = source.content
        vector = text_image_vector(text, content) if text else image_vector(content)
        return {"data": [_single(vector)], "metadata": {"input_type": kind} | source_name(source)}


def _together(
    call: Call, model: EmbeddingModel, dimension: int, block: Mapping[str, Any]
) -> dict[str, Any]:
    unsure = bool(call.body.get("embedding_uncertainty"))
    if unsure:
        check_uncertainty(block)
    truncate = bool(call.body.get("auto_truncate"))
    found = embed_together(call.state, model, block, truncate=truncate)
    vectors = found.vectors_of(model, dimension)
    response = {
        "data": response_data(found.rows, vectors, with_uncertainty=unsure),
        "metadata": {"input_type": "multi_input"} | model.stated(dimension),
    }
    return response | ({"usage": found.usage} if model.has_usage else {})


def _clips(
    call: Call, model: EmbeddingModel, kind: embedding.TimedMediaKind, block: Mapping[str, Any]
) -> dict[str, Any]:
    with open_source(
        call.state, block["media_source"], kind=kind, field=f"{kind}.media_source"
    ) as source:
        plan = embedding.plan_embedding(model, kind, block, source, REQUEST_LIMITS)
        try:
            found = plan.embed(source.content)
        except BrokenMedia:
            raise video_file_broken() from None
        return {
            "data": response_data(found.rows, found.vectors),
            "metadata": {"input_type": kind} | source_name(source) | plan.response_metadata(),
        }


def _single(vector: Vector) -> dict[str, Any]:
    return {"embedding": vector} | SINGLE


HANDLERS: Mapping[str, Handler] = {"embed_v2_create": create}
