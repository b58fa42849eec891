"""`POST /embed`, the first version: a text, an image and a sound, several of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..errors import ErrorResponse, parameter_invalid, parameter_not_provided
from ..inference.vectors import Vector, audio_vector, image_vector, text_vector
from ..inference.vocabulary import count_tokens, first_tokens, last_tokens
from ..media.analysis import BrokenMedia, analyse
from ..requests.bodies import Upload
from ..rules import limits
from ..rules.urls import Source, from_url, too_large
from ..state import Call, Handler, Reply
from .media_sources import MAX_FILE, MAX_IMAGE

SMALLEST_IMAGE = 64  # pixels on either side
_AUDIO = limits.Limits(shortest=0, longest=2 * 3600)


@dataclass(frozen=True, slots=True)
class Model:
    """What sets the two models apart."""

    dimensions: int
    tokens: int
    """The longest text."""
    options: tuple[str, ...]
    """What a vector of a clip can describe."""


MODELS = {
    "Marengo-retrieval-2.7": Model(1024, 77, ("visual-text", "audio")),
    "marengo3.0": Model(512, 500, ("visual", "audio", "transcription")),
}


def model(name: str) -> Model:
    """Return what a model is like. Raises ErrorResponse when the emulator does not have it."""
    if name not in MODELS:
        names = " and ".join(f"`{known}`" for known in MODELS)
        raise parameter_invalid("model_name", why=f"The emulator has {names}.")
    return MODELS[name]


def create(call: Call) -> Reply:
    """Answer `POST /embed`; an image or a sound that cannot be used fails alone."""
    body, chosen = call.body, model(call.body["model_name"])
    answer: dict[str, Any] = {"model_name": body["model_name"]}
    if "text" in body:
        answer["text_embedding"] = _text(body, chosen)
    if "image_url" in body or "image_file" in call.files:
        answer["image_embedding"] = _part(call, "image", MAX_IMAGE, _image(chosen))
    if "audio_url" in body or "audio_file" in call.files:
        start = body.get("audio_start_offset_sec", 0.0)
        answer["audio_embedding"] = _part(call, "audio", MAX_FILE, _audio(chosen, start))
    if len(answer) == 1:
        raise parameter_not_provided(why="Give a text, an image or a sound.")
    return 200, answer


@contextmanager
def given(call: Call, name: str, limit: int) -> Iterator[Source]:
    """Provide the file of the parameters `{name}_url` and `{name}_file`; the URL wins.

    Raises ErrorResponse: when it cannot be had, or has more than `limit` bytes.
    """
    url, upload = call.body.get(f"{name}_url"), call.files.get(f"{name}_file")
    if url is not None:
        with from_url(call.state, url, field=f"{name}_url", limit=limit) as source:
            yield source
    elif upload is not None:
        yield uploaded(upload, f"{name}_file", limit)
    else:
        raise parameter_not_provided(f"{name}_file", why=f"Or give a `{name}_url`.")


def uploaded(upload: Upload, field: str, limit: int) -> Source:
    """Return a file of a form as a source. Raises ErrorResponse beyond `limit` bytes."""
    if upload.size > limit:
        raise too_large(field, limit)
    return Source(upload.path, field, filename=upload.filename, temporary=True)


def _text(body: Mapping[str, Any], model: Model) -> dict[str, Any]:
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


def _part(
    call: Call, name: str, limit: int, segment: Callable[[Source], dict[str, Any]]
) -> dict[str, Any]:
    """Return the embedding of a file, or why there is none."""
    answer: dict[str, Any] = {}
    if url := call.body.get(f"{name}_url"):
        answer["metadata"] = {"input_url": url}
    elif upload := call.files.get(f"{name}_file"):
        answer["metadata"] = {"input_filename": upload.filename}
    try:
        with given(call, name, limit) as source:
            answer["segments"] = [segment(source)]
    except ErrorResponse as refusal:
        answer["error_message"] = refusal.message
    return answer


def _image(model: Model) -> Callable[[Source], dict[str, Any]]:
    def segment(source: Source) -> dict[str, Any]:
        limits.image(source, smallest=SMALLEST_IMAGE)
        try:
            return {"float": image_vector(source.content, dimensions=model.dimensions)}
        except BrokenMedia:
            raise parameter_invalid(source.field, why="The image cannot be read.") from None

    return segment


def _audio(model: Model, start: float) -> Callable[[Source], dict[str, Any]]:
    def segment(source: Source) -> dict[str, Any]:
        duration = _AUDIO.audio(source).duration or 0.0
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
