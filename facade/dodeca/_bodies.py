"""What a call says on the wire: checked values in, generated request bodies out. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from dodeca._operation import given
from dodeca._wire import Base64Slot
from dodeca.errors import InvalidRequestError
from dodeca.media import Media, MediaLike, check_image
from dodeca.segmentation import Dynamic, Fixed, Segmentation
from dodeca_api import models
from dodeca_api.types import Unset

MODEL = "marengo3.0"
TEXT_WORDS = 500

AudioOption = Literal["audio", "transcription"] | str
VideoOption = Literal["visual", "audio", "transcription"] | str
Scope = Literal["clip", "asset"] | str

# The documented choices of marengo3.0; other models may know more words, which pass through.
_CHOICES = {
    ("audio", "embedding_option"): ("audio", "transcription"),
    ("video", "embedding_option"): ("visual", "audio", "transcription"),
    ("audio", "embedding_scope"): ("clip", "asset"),
    ("video", "embedding_scope"): ("clip", "asset"),
}


def text(input_text: str, model_name: str) -> models.CreateEmbeddingsRequest:
    """Embed a text."""
    return models.CreateEmbeddingsRequest(
        input_type="text",
        model_name=_model(model_name),
        text=models.TextInputRequest(input_text=_text(input_text)),
    )


def image(media: MediaLike, model_name: str) -> models.CreateEmbeddingsRequest:
    """Embed a picture."""
    return models.CreateEmbeddingsRequest(
        input_type="image",
        model_name=_model(model_name),
        image=models.ImageInputRequest(media_source=_image_source(media)),
    )


def text_image(
    input_text: str, media: MediaLike, model_name: str
) -> models.CreateEmbeddingsRequest:
    """Embed a text and a picture as one."""
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
        raise InvalidRequestError(f"audio is segmented by fixed(...), got {segmentation!r}")
    _check_span(start_sec, end_sec)
    return models.AudioInputRequest(
        media_source=source(media),
        start_sec=given(start_sec),
        end_sec=given(end_sec),
        segmentation=given(_audio_segmentation(segmentation)),
        embedding_option=_words("audio", "embedding_option", embedding_option, model_name),
        embedding_scope=_words("audio", "embedding_scope", embedding_scope, model_name),
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
            f"video is segmented by fixed(...) or dynamic(...), got {segmentation!r}"
        )
    _check_span(start_sec, end_sec)
    return models.VideoInputRequest(
        media_source=source(media),
        start_sec=given(start_sec),
        end_sec=given(end_sec),
        segmentation=given(_video_segmentation(segmentation)),
        embedding_option=_words("video", "embedding_option", embedding_option, model_name),
        embedding_scope=_words("video", "embedding_scope", embedding_scope, model_name),
    )


def embed_clip(
    block: models.AudioInputRequest | models.VideoInputRequest, model_name: str
) -> models.CreateEmbeddingsRequest:
    """Embed a sound or a film in one call; `input_type` follows the block."""
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
    """Embed a sound or a film as a task; `input_type` follows the block."""
    is_audio = isinstance(block, models.AudioInputRequest)
    return models.CreateAsyncEmbeddingRequest(
        input_type="audio" if is_audio else "video",
        model_name=_model(model_name),
        embedding_dimension=given(embedding_dimension),
        embedding_uncertainty=given(embedding_uncertainty),
        **{"audio" if is_audio else "video": block},  # type: ignore[arg-type]
    )


def source(media: Media) -> models.MediaSource:
    """Where the service finds the media; local bytes go along as base64."""
    if media.link is not None:
        return models.MediaSource(url=media.link)
    if media.asset_id is not None:
        return models.MediaSource(asset_id=media.asset_id)
    return models.MediaSource(base64_string=Base64Slot(media))


def _image_source(media: MediaLike) -> models.MediaSource:
    found = Media.of(media)
    check_image(found)
    return source(found)


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
    """At most 500 tokens. A token is never longer than a word, so 501 words are surely too many."""
    words = len(string("input_text", input_text).split())
    if words > TEXT_WORDS:
        raise InvalidRequestError(f"a text has at most {TEXT_WORDS} tokens, got {words} words")
    return input_text


def string(name: str, value: str) -> str:
    """A string that says something and can be written as UTF-8.

    Raises:
        InvalidRequestError: another type, nothing but white space, or a lone surrogate.
    """
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequestError(f"{name} is a non-empty string, got {value!r}")
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        raise InvalidRequestError(f"{name} is not valid Unicode: {exc}") from exc
    return value


def _check_span(start_sec: float | None, end_sec: float | None) -> None:
    for name, value in (("start_sec", start_sec), ("end_sec", end_sec)):
        if value is not None and (isinstance(value, bool) or not _is_time(value)):
            raise InvalidRequestError(f"{name} is a time in seconds, 0 or more, got {value!r}")
    if end_sec is not None and end_sec <= (start_sec or 0):
        raise InvalidRequestError(
            f"end_sec is greater than start_sec, got {start_sec or 0} to {end_sec}"
        )


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and value >= 0


def _words(
    input_type: str, name: str, values: Sequence[str] | None, model_name: str
) -> list[Any] | Unset:
    """A list of the API's words; those of marengo3.0 are known and checked."""
    if values is None:
        return given(None)
    words = [values] if isinstance(values, str) else list(values)
    if not words or not all(isinstance(word, str) and word for word in words):
        raise InvalidRequestError(f"{name} is a list of words, got {values!r}")
    known = _CHOICES[input_type, name]
    unknown = [word for word in words if word not in known] if model_name == MODEL else []
    if unknown:
        raise InvalidRequestError(
            f"{name} for {input_type} is any of {', '.join(known)}, got {unknown[0]!r}"
        )
    return words


def page_limit(page: int, limit: int) -> int:
    """The size of a page, with its bounds checked, and those of the page number.

    Raises:
        InvalidRequestError: a page below 1, or not 1 to 50 items on a page.
    """
    if not isinstance(page, int) or page < 1:
        raise InvalidRequestError(f"page is 1 or more, got {page!r}")
    if not isinstance(limit, int) or not 1 <= limit <= 50:
        raise InvalidRequestError(f"page_limit is 1 to 50, got {limit!r}")
    return limit
