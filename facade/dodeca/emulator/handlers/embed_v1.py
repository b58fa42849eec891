"""`POST /embed`, version 1: embeddings of a text, an image and an audio file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dodeca.video.probe import BrokenMedia

from ..errors import ErrorResponse, parameter_invalid, parameter_not_provided
from ..inference.vectors import Vector, audio_vector, image_vector, text_vector
from ..inference.vocabulary import count_tokens, first_tokens, last_tokens
from ..media.analysis import analyse
from ..requests.bodies import UploadedFile
from ..rules import limits
from ..rules.models import EmbeddingModel, embedding_model
from ..rules.urls import MediaSource, open_url, too_large
from ..state import Call, Handler, Reply
from .media_sources import MAX_FILE, MAX_OTHER_IMAGE

SMALLEST_IMAGE = 64  # pixels on either side
_AUDIO = limits.MediaLimits(shortest=0, longest=2 * 3600)


MODELS = ("Marengo-retrieval-2.7", "marengo3.0")


def create(call: Call) -> Reply:
    """Handle `POST /embed`; an unusable image or audio file fails on its own."""
    body, model = call.body, embedding_model(call.body["model_name"], MODELS)
    response: dict[str, Any] = {"model_name": body["model_name"]}
    if "text" in body:
        response["text_embedding"] = _text(body, model)
    if "image_url" in body or "image_file" in call.files:
        response["image_embedding"] = _embedding_of(call, "image", MAX_OTHER_IMAGE, _image(model))
    if "audio_url" in body or "audio_file" in call.files:
        start = body.get("audio_start_offset_sec", 0.0)
        response["audio_embedding"] = _embedding_of(call, "audio", MAX_FILE, _audio(model, start))
    if len(response) == 1:
        raise parameter_not_provided(why="Give a text, an image or audio.")
    return 200, response


@contextmanager
def open_file(call: Call, name: str, limit: int) -> Iterator[MediaSource]:
    """Open the file of the parameters `{name}_url` or `{name}_file`; the URL wins.

    Raises ErrorResponse when it is missing, cannot be read or has more than `limit` bytes.
    """
    url, upload = call.body.get(f"{name}_url"), call.files.get(f"{name}_file")
    if url is not None:
        with open_url(call.state, url, field=f"{name}_url", limit=limit) as source:
            yield source
    elif upload is not None:
        yield uploaded_source(upload, f"{name}_file", limit)
    else:
        raise parameter_not_provided(f"{name}_file", why=f"Or give a `{name}_url`.")


def uploaded_source(upload: UploadedFile, field: str, limit: int) -> MediaSource:
    """Return an uploaded file as a source. Raises ErrorResponse beyond `limit` bytes."""
    if upload.size > limit:
        raise too_large(field, limit)
    return MediaSource(upload.path, field, filename=upload.filename, temporary=True)


def _text(body: Mapping[str, Any], model: EmbeddingModel) -> dict[str, Any]:
    text, truncate = body["text"], body.get("text_truncate", "end")
    if not text.strip():
        raise parameter_invalid("text", why="The text is empty.")
    if count_tokens(text) > model.tokens:
        if truncate == "none":
            why = f"The text token length should be less than or equal to {model.tokens}."
            raise parameter_invalid("text", why=why)
        cut = last_tokens if truncate == "start" else first_tokens
        text = cut(text, model.tokens)
    return {"segments": [{"float": text_vector(text, dimensions=model.dimensions)}]}


def _embedding_of(
    call: Call, name: str, limit: int, segment: Callable[[MediaSource], dict[str, Any]]
) -> dict[str, Any]:
    """Return the embedding of a file, or the error message in its place."""
    response: dict[str, Any] = {}
    if url := call.body.get(f"{name}_url"):
        response["metadata"] = {"input_url": url}
    elif upload := call.files.get(f"{name}_file"):
        response["metadata"] = {"input_filename": upload.filename}
    try:
        with open_file(call, name, limit) as source:
            response["segments"] = [segment(source)]
    except ErrorResponse as error:
        response["error_message"] = error.message
    return response


def _image(model: EmbeddingModel) -> Callable[[MediaSource], dict[str, Any]]:
    def segment(source: MediaSource) -> dict[str, Any]:
        limits.check_image(source, smallest=SMALLEST_IMAGE)
        try:
            return {"float": image_vector(source.content, dimensions=model.dimensions)}
        except BrokenMedia:
            raise parameter_invalid(source.field, why="The image cannot be read.") from None

    return segment


def _audio(model: EmbeddingModel, start: float) -> Callable[[MediaSource], dict[str, Any]]:
    def segment(source: MediaSource) -> dict[str, Any]:
        duration = _AUDIO.check_audio(source).duration or 0.0
        if start >= duration:
            why = f"The duration is {duration} seconds."
            raise parameter_invalid("audio_start_offset_sec", why=why)
        try:
            analysis = analyse(source.content, start=start)
        except BrokenMedia:
            raise parameter_invalid(source.field, why="The audio file cannot be read.") from None
        vector: Vector = audio_vector(analysis, start, duration, dimensions=model.dimensions)
        return {"float": vector, "start_offset_sec": start, "end_offset_sec": duration}

    return segment


HANDLERS: Mapping[str, Handler] = {"embed_create": create}
