"""The request bodies of `/embed-v2` and `/embed-v2/tasks`, from checked values. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import attrs

from dodeca._base.media_types import Kind
from dodeca._base.text import quote
from dodeca._calls import limits, params
from dodeca._calls.bodies import Base64Slot
from dodeca._calls.embedding_models import EmbeddingModel, embedding_model
from dodeca._calls.operation import or_unset
from dodeca.errors import InvalidMediaError, InvalidRequestError
from dodeca.media import Media, MediaLike, source_name
from dodeca_api import models
from dodeca_api.types import UNSET

MAX_SOURCES = 10
_REFERENCE = re.compile(r"<@([^<>]*)>")

Block = (
    models.AsyncAudioInputRequest
    | models.AsyncVideoInputRequest
    | models.AsyncImageInputRequest
    | models.DocumentInputRequest
)
"""What a request says of one input other than text."""


@attrs.frozen
class RequestOptions:
    """What holds for a whole request: the model, and what it returns beside and as vectors."""

    model: EmbeddingModel
    embedding_dimension: int | None = None
    embedding_uncertainty: bool | None = None
    auto_truncate: bool | None = None


def request_options(
    model_name: str,
    *,
    embedding_dimension: int | None = None,
    embedding_uncertainty: bool | None = None,
    auto_truncate: bool | None = None,
) -> RequestOptions:
    """Checked options of a request; what the model does not have and is False is left out.

    Raises:
        InvalidRequestError: the model does not have one of them, or it has another type.
    """
    model = embedding_model(params.string("model_name", model_name))
    params.flag("embedding_uncertainty", embedding_uncertainty)
    params.flag("auto_truncate", auto_truncate)
    params.integer("embedding_dimension", embedding_dimension, 1)
    values: dict[str, Any] = {
        "embedding_dimension": embedding_dimension,
        "embedding_uncertainty": embedding_uncertainty,
        "auto_truncate": auto_truncate,
    }
    if not model.parameters >= {name for name, value in values.items() if value}:
        given = ", ".join(f"{name}={quote(value)}" for name, value in values.items() if value)
        raise InvalidRequestError(f"{model.name} has no {given}")
    if embedding_dimension is not None and model.is_known:
        known = [str(each) for each in model.dimensions]
        params.choice("embedding_dimension", str(embedding_dimension), known)
    return RequestOptions(model, **{n: v for n, v in values.items() if n in model.parameters})


def text(input_text: str, options: RequestOptions) -> models.CreateEmbeddingsRequest:
    """The body that embeds a text."""
    if not options.model.is_typed:
        params.string("input_text", input_text)
        return _multi_input(input_text, (), options)
    block = models.TextInputRequest(input_text=_text(input_text, options))
    return _body("text", options, text=block)


def image(media: MediaLike, options: RequestOptions) -> models.CreateEmbeddingsRequest:
    """The body that embeds an image."""
    if not options.model.is_typed:
        return _multi_input(None, [_Source("image", Media.of(media))], options)
    block = models.ImageInputRequest(media_source=_image_source(media, options))
    return _body("image", options, image=block)


def text_image(
    input_text: str, media: MediaLike, options: RequestOptions
) -> models.CreateEmbeddingsRequest:
    """The body that embeds a text and an image into one vector."""
    if not options.model.is_typed:
        params.string("input_text", input_text)
        return _multi_input(input_text, [_Source("image", Media.of(media))], options)
    block = models.TextImageInputRequest(
        media_source=_image_source(media, options), input_text=_text(input_text, options)
    )
    return _body("text_image", options, text_image=block)


def multi_input(
    input_text: str | None,
    media: Mapping[str, MediaLike] | Iterable[MediaLike],
    options: RequestOptions,
) -> tuple[models.CreateEmbeddingsRequest, str | None]:
    """The body that embeds a text, media, or both into one vector; the source of an only media.

    Raises:
        InvalidRequestError: a documented rule is broken.
    """
    if isinstance(media, Mapping):
        named = cast(Mapping[str, MediaLike], media)
        sources = [_source(item, _source_name(name)) for name, item in named.items()]
    else:
        sources = [_source(item) for item in params.as_list("media", media)]
    only = source_name(sources[0].media) if len(sources) == 1 else None
    return _multi_input(input_text, sources, options), only


def one_source(kind: Kind, media: Media, options: RequestOptions) -> models.CreateEmbeddingsRequest:
    """The `multi_input` body that embeds one media whole, into one vector."""
    return _multi_input(None, [_Source(kind, media)], options)


def typed(kind: Kind, block: Block, options: RequestOptions) -> models.CreateEmbeddingsRequest:
    """The body that embeds audio or video in one call, by a model with typed blocks."""
    return _body(kind, options, **{kind: block})


def task(kind: Kind, block: Block, options: RequestOptions) -> models.CreateAsyncEmbeddingRequest:
    """The body that embeds media as a task."""
    return models.CreateAsyncEmbeddingRequest(
        input_type=kind,
        model_name=options.model.name,
        embedding_dimension=or_unset(options.embedding_dimension),
        embedding_uncertainty=or_unset(options.embedding_uncertainty),
        **{kind: block},  # type: ignore[arg-type]
    )


def media_source(media: Media) -> models.MediaSource:
    """Where the service finds the media; local media is sent along as base64."""
    return models.MediaSource(**_source_fields(media))


@attrs.frozen
class _Source:
    """One of the media of a `multi_input`."""

    kind: Kind
    media: Media
    name: str | None = None

    @property
    def format(self) -> str:
        """The kind, of documents whose format is known "pdf" or "text"."""
        if self.kind != "document":
            return self.kind
        return limits.document_format(self.media) or "document"


def _multi_input(
    input_text: str | None, sources: Sequence[_Source], options: RequestOptions
) -> models.CreateEmbeddingsRequest:
    model = options.model
    if input_text is None and not sources:
        raise InvalidRequestError("multi_input needs a text, media or both")
    if len(sources) > MAX_SOURCES:
        raise InvalidRequestError(
            f"multi_input takes at most {MAX_SOURCES} media, got {len(sources)}"
        )
    for item in sources:
        if item.kind not in model.sources:
            allowed = ", ".join(model.sources)
            raise InvalidRequestError(
                f"{model.name} takes in multi_input only {allowed}, got {item.kind}: "
                f"{quote(item.media)}"
            )
        limits.check(item.media, limits.Endpoint.EMBED, item.kind, model.name)
    if input_text is not None:
        _check_references(_text(input_text, options), sources)
    _check_combination(input_text, sources, options)
    block = models.MultiInputRequest(
        input_text=or_unset(input_text),
        media_sources=[
            models.MultiInputMediaSource(
                media_type=item.kind,
                name=or_unset(item.name),
                **_source_fields(item.media),
            )
            for item in sources
        ]
        or UNSET,
    )
    return _body("multi_input", options, multi_input=block)


def _check_references(input_text: str, sources: Sequence[_Source]) -> None:
    names = {item.name for item in sources if item.name is not None}
    for name in _REFERENCE.findall(input_text):
        if name not in names:
            known = ", ".join(sorted(map(quote, names))) or "no names"
            raise InvalidRequestError(
                f"the text refers to {quote(name)}, but the media have {known}; name them by a "
                "mapping, {name: media}"
            )


def _check_combination(
    input_text: str | None, sources: Sequence[_Source], options: RequestOptions
) -> None:
    formats = [item.format for item in sources]
    pieces = len(sources) + (input_text is not None)
    if "pdf" in formats and pieces > 1:
        raise InvalidRequestError("a PDF file must be the only input: no text, no other media")
    is_text_only = all(name in ("pdf", "text", "document") for name in formats)
    if sources and is_text_only and pieces > 1:
        raise InvalidRequestError(
            "a text or Markdown file counts as text, and several texts cannot be embedded into one "
            "vector: send one of them alone, or add an image, audio or video"
        )
    if input_text is None and len({item.kind for item in sources}) > 1:
        kinds = ", ".join(item.kind for item in sources)
        raise InvalidRequestError(f"media of different kinds need a text, got {kinds} without one")
    if options.embedding_uncertainty and (
        any(item.kind == "document" for item in sources) or (sources and pieces > len(sources))
    ):
        raise InvalidRequestError(
            "embedding_uncertainty is for a text alone or media alone, without documents"
        )


def _body(input_type: str, options: RequestOptions, **block: Any) -> models.CreateEmbeddingsRequest:
    return models.CreateEmbeddingsRequest(
        input_type=input_type,  # type: ignore[arg-type]
        model_name=options.model.name,
        auto_truncate=or_unset(options.auto_truncate),
        embedding_uncertainty=or_unset(options.embedding_uncertainty),
        embedding_dimension=or_unset(options.embedding_dimension),
        **block,
    )


def _source_fields(media: Media) -> dict[str, Any]:
    if media.source_url is not None:
        return {"url": media.source_url}
    if media.asset_id is not None:
        return {"asset_id": media.asset_id}
    return {"base64_string": Base64Slot(media)}


def _image_source(media: MediaLike, options: RequestOptions) -> models.MediaSource:
    found = Media.of(media)
    limits.check(found, limits.Endpoint.EMBED, "image", options.model.name)
    return media_source(found)


def _source_name(name: str) -> str:
    return params.matching("a name of media", name, r"[^<>]+", "text without < and >")


def _source(media: MediaLike, name: str | None = None) -> _Source:
    found = Media.of(media)
    kind = limits.known_type(found)
    if kind is None:
        hint = 'give it, as in Media.asset(..., kind="image")'
        raise InvalidMediaError(f"the kind of {quote(found)} is unknown: {hint}")
    return _Source(kind, found, name)


def _text(input_text: str, options: RequestOptions) -> str:
    """No token spans two words, so a text of more words than tokens is too long."""
    most, words = options.model.text_tokens, len(params.string("input_text", input_text).split())
    if words > most and not options.auto_truncate:
        raise InvalidRequestError(f"a text has at most {most} tokens, got {words} words")
    return input_text
