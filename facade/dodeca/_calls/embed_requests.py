"""The request bodies of `/embed-v2` and `/embed-v2/tasks`, from checked values. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, TypeVar, cast

from dodeca._base.text import quote
from dodeca._calls import limits
from dodeca._calls.bodies import Base64Slot
from dodeca._calls.operation import or_unset
from dodeca._calls.params import choices, flag, integer, number, string, strings
from dodeca.errors import InvalidRequestError
from dodeca.media import Media, MediaLike
from dodeca.segmentation import Dynamic, Fixed, Segmentation
from dodeca_api import models
from dodeca_api.models.audio_input_request_embedding_option_items import (
    AUDIO_INPUT_REQUEST_EMBEDDING_OPTION_ITEMS_VALUES as AUDIO_OPTIONS,
)
from dodeca_api.models.audio_input_request_embedding_scope_items import (
    AUDIO_INPUT_REQUEST_EMBEDDING_SCOPE_ITEMS_VALUES as AUDIO_SCOPES,
)
from dodeca_api.models.video_input_request_embedding_option_items import (
    VIDEO_INPUT_REQUEST_EMBEDDING_OPTION_ITEMS_VALUES as VIDEO_OPTIONS,
)
from dodeca_api.models.video_input_request_embedding_scope_items import (
    VIDEO_INPUT_REQUEST_EMBEDDING_SCOPE_ITEMS_VALUES as VIDEO_SCOPES,
)
from dodeca_api.types import Unset

MODEL = "marengo3.0"
TEXT_WORDS = 500

E = TypeVar("E")

AudioOption = Literal["audio", "transcription"] | str
VideoOption = Literal["visual", "audio", "transcription"] | str
Scope = Literal["clip", "asset"] | str


def text(input_text: str, model_name: str) -> models.CreateEmbeddingsRequest:
    """The body that embeds a text."""
    return models.CreateEmbeddingsRequest(
        input_type="text",
        model_name=_model(model_name),
        text=models.TextInputRequest(input_text=_text(input_text)),
    )


def image(media: MediaLike, model_name: str) -> models.CreateEmbeddingsRequest:
    """The body that embeds an image."""
    return models.CreateEmbeddingsRequest(
        input_type="image",
        model_name=_model(model_name),
        image=models.ImageInputRequest(media_source=_image_source(media)),
    )


def text_image(
    input_text: str, media: MediaLike, model_name: str
) -> models.CreateEmbeddingsRequest:
    """The body that embeds a text and an image into one vector."""
    return models.CreateEmbeddingsRequest(
        input_type="text_image",
        model_name=_model(model_name),
        text_image=models.TextImageInputRequest(
            media_source=_image_source(media), input_text=_text(input_text)
        ),
    )


def audio(
    media: Media,
    *,
    model_name: str,
    start_sec: float | None,
    end_sec: float | None,
    segmentation: Fixed | None,
    embedding_option: Sequence[AudioOption] | None,
    embedding_scope: Sequence[Scope] | None,
) -> models.AudioInputRequest:
    """The `audio` block of an embedding request."""
    if not isinstance(segmentation, Fixed | None):
        raise InvalidRequestError(f"audio is segmented by fixed(...), got {quote(segmentation)}")
    _check_span(start_sec, end_sec)
    return models.AudioInputRequest(
        media_source=media_source(media),
        start_sec=or_unset(start_sec),
        end_sec=or_unset(end_sec),
        segmentation=or_unset(_audio_segmentation(segmentation)),
        embedding_option=_known_values(
            "embedding_option", embedding_option, AUDIO_OPTIONS, model_name
        ),
        embedding_scope=_known_values("embedding_scope", embedding_scope, AUDIO_SCOPES, model_name),
    )


def video(
    media: Media,
    *,
    model_name: str,
    start_sec: float | None,
    end_sec: float | None,
    segmentation: Segmentation | None,
    embedding_option: Sequence[VideoOption] | None,
    embedding_scope: Sequence[Scope] | None,
) -> models.VideoInputRequest:
    """The `video` block of an embedding request."""
    if not isinstance(segmentation, Fixed | Dynamic | None):
        raise InvalidRequestError(
            f"video is segmented by fixed(...) or dynamic(...), got {quote(segmentation)}"
        )
    _check_span(start_sec, end_sec)
    return models.VideoInputRequest(
        media_source=media_source(media),
        start_sec=or_unset(start_sec),
        end_sec=or_unset(end_sec),
        segmentation=or_unset(_video_segmentation(segmentation)),
        embedding_option=_known_values(
            "embedding_option", embedding_option, VIDEO_OPTIONS, model_name
        ),
        embedding_scope=_known_values("embedding_scope", embedding_scope, VIDEO_SCOPES, model_name),
    )


def embed_clip(
    block: models.AudioInputRequest | models.VideoInputRequest, model_name: str
) -> models.CreateEmbeddingsRequest:
    """The body that embeds audio or video in one call."""
    if isinstance(block, models.AudioInputRequest):
        return models.CreateEmbeddingsRequest(
            input_type="audio", model_name=_model(model_name), audio=block
        )
    return models.CreateEmbeddingsRequest(
        input_type="video", model_name=_model(model_name), video=block
    )


def embed_clip_task(
    block: models.AudioInputRequest | models.VideoInputRequest,
    model_name: str,
    *,
    embedding_dimension: int | None,
    embedding_uncertainty: bool | None,
) -> models.CreateAsyncEmbeddingRequest:
    """The body that embeds audio or video as a task."""
    is_audio = isinstance(block, models.AudioInputRequest)
    return models.CreateAsyncEmbeddingRequest(
        input_type="audio" if is_audio else "video",
        model_name=_model(model_name),
        embedding_dimension=integer("embedding_dimension", embedding_dimension, 1),
        embedding_uncertainty=flag("embedding_uncertainty", embedding_uncertainty),
        **{"audio" if is_audio else "video": block},  # type: ignore[arg-type]
    )


def media_source(media: Media) -> models.MediaSource:
    """Where the service finds the media; local media is sent along as base64."""
    if media.source_url is not None:
        return models.MediaSource(url=media.source_url)
    if media.asset_id is not None:
        return models.MediaSource(asset_id=media.asset_id)
    return models.MediaSource(base64_string=Base64Slot(media))


def _image_source(media: MediaLike) -> models.MediaSource:
    found = Media.of(media)
    limits.check(found, limits.Endpoint.EMBED, "image")
    return media_source(found)


def _audio_segmentation(segmentation: Fixed | None) -> models.AudioSegmentation | None:
    if segmentation is None:
        return None
    return models.AudioSegmentation(
        strategy="fixed",
        fixed=models.AudioSegmentationFixed(duration_sec=segmentation.duration_sec),
    )


def _video_segmentation(
    segmentation: Segmentation | None,
) -> models.VideoSegmentationFixed | models.VideoSegmentationDynamic | None:
    if segmentation is None:
        return None
    if isinstance(segmentation, Fixed):
        return models.VideoSegmentationFixed(
            strategy="fixed",
            fixed=models.VideoSegmentationFixedOptions(duration_sec=segmentation.duration_sec),
        )
    return models.VideoSegmentationDynamic(
        strategy="dynamic",
        dynamic=models.VideoSegmentationDynamicOptions(
            min_duration_sec=segmentation.min_duration_sec
        ),
    )


def _model(model_name: str) -> str:
    return string("model_name", model_name)


def _text(input_text: str) -> str:
    """The limit is 500 tokens. No token spans two words, so 501 words are too many."""
    words = len(string("input_text", input_text).split())
    if words > TEXT_WORDS:
        raise InvalidRequestError(f"a text has at most {TEXT_WORDS} tokens, got {words} words")
    return input_text


def _check_span(start_sec: float | None, end_sec: float | None) -> None:
    number("start_sec", start_sec, 0)
    number("end_sec", end_sec, 0)
    if end_sec is not None and end_sec <= (start_sec or 0):
        raise InvalidRequestError(
            f"end_sec must be greater than start_sec, got {start_sec or 0} to {end_sec}"
        )


def _known_values(
    name: str, values: Sequence[str] | None, known: Collection[E], model_name: str
) -> list[E] | Unset:
    """Checked values of a list. Other models than marengo3.0 may have values unknown here."""
    if model_name == MODEL or values is None:
        return choices(name, values, known)
    return cast(list[E], strings(name, values))
