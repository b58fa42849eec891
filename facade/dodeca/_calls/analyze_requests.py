"""The request bodies of `/analyze` and `/analyze/tasks`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from dodeca._calls import limits, params, retired
from dodeca._calls.bodies import Base64Slot
from dodeca._calls.extras import check_json
from dodeca._calls.response_format import api_form, not_a_format
from dodeca.errors import InvalidRequestError
from dodeca.media import Media, MediaLike
from dodeca_api import models
from dodeca_api.models.analysis_mode import ANALYSIS_MODE_VALUES
from dodeca_api.types import UNSET, Unset

M = TypeVar("M")

_Video = models.AnalyzeVideoUrl | models.AnalyzeVideoAsset | models.AnalyzeVideoBase64String


def analyze(
    *,
    prompt: str | None,
    video: MediaLike | None,
    video_id: str | None,
    image: Mapping[str, MediaLike] | None,
    prompt_v2: Mapping[str, Any] | None,
    temperature: float | None,
    max_tokens: int | None,
    response_format: object,
    start_time: float | None,
    end_time: float | None,
    model_name: str | None,
    stream: bool,
) -> models.AnalyzeRequest:
    """The body of `POST /analyze`.

    Raises:
        InvalidRequestError: not exactly one of `video`, `video_id` and `image`, or a value out of
            bounds.
    """
    _check_one("video, video_id and image", video, video_id, image)
    _check_prompts(prompt, prompt_v2)
    _check_window(start_time, end_time)
    if video_id is not None:
        retired.warn_of_video_id()
    retired.warn_of_model(model_name)
    return models.AnalyzeRequest(
        model_name=params.optional("model_name", model_name),
        video_id=params.optional("video_id", video_id),
        video=_video(video),
        image=_images(image),
        prompt=params.optional("prompt", prompt),
        prompt_v2=params.parse_model("prompt_v2", models.AnalyzePrompt, prompt_v2),
        temperature=params.number("temperature", temperature, 0, documented=1),
        response_format=json_format(models.JsonResponseFormat, response_format),
        max_tokens=params.integer("max_tokens", max_tokens, 1, documented=98_304),
        start_time=params.number("start_time", start_time, 0),
        end_time=params.number("end_time", end_time, 0),
        stream=stream,
    )


def task(
    *,
    prompt: str | None,
    video: MediaLike | None,
    image: Mapping[str, MediaLike] | None,
    prompt_v2: Mapping[str, Any] | None,
    analysis_mode: str | None,
    temperature: float | None,
    max_tokens: int | str | None,
    response_format: object,
    min_segment_duration: float | None,
    max_segment_duration: float | None,
    start_time: float | None,
    end_time: float | None,
    custom_id: str | None,
    model_name: str | None,
) -> models.AnalyzeTaskCreateRequest:
    """The body of `POST /analyze/tasks`.

    Raises:
        InvalidRequestError: not exactly one of `video` and `image`, or a value out of bounds.
    """
    _check_one("video and image", video, image)
    _check_prompts(prompt, prompt_v2)
    retired.warn_of_model(model_name)
    return models.AnalyzeTaskCreateRequest(
        model_name=params.optional("model_name", model_name),
        custom_id=check_custom_id(custom_id),
        video=_video(video),
        image=_images(image),
        prompt=params.optional("prompt", prompt),
        prompt_v2=params.parse_model("prompt_v2", models.AnalyzePrompt, prompt_v2),
        analysis_mode=params.choice("analysis_mode", analysis_mode, ANALYSIS_MODE_VALUES),
        temperature=params.number("temperature", temperature, 0, documented=1),
        max_tokens=_tokens(max_tokens),
        response_format=json_format(models.AnalyzeTaskResponseFormat, response_format),
        **parts(
            min_segment_duration=min_segment_duration,
            max_segment_duration=max_segment_duration,
            start_time=start_time,
            end_time=end_time,
        ),
    )


def parts(
    *,
    min_segment_duration: float | None = None,
    max_segment_duration: float | None = None,
    start_time: float | None = None,
    end_time: float | None = None,
) -> dict[str, Any]:
    """The part of a video to analyze, and the durations of its segments, for a body.

    Raises:
        InvalidRequestError: a value out of bounds.
    """
    _check_window(start_time, end_time)
    least = min_segment_duration or 2
    return {
        "min_segment_duration": params.number("min_segment_duration", min_segment_duration, 2),
        "max_segment_duration": params.number("max_segment_duration", max_segment_duration, least),
        "start_time": params.number("start_time", start_time, 0),
        "end_time": params.number("end_time", end_time, 0),
    }


def json_format(cls: type[M], value: object) -> M | Unset:
    """A `response_format` as a generated model.

    Raises:
        InvalidRequestError: it is something else, or its schema has what the API does not support.
    """
    if value is None:
        return UNSET
    form = check_json("response_format", api_form(value), InvalidRequestError)
    try:
        return params.parse_model("response_format", cls, form)
    except InvalidRequestError as exc:
        raise not_a_format(value) from exc


def _check_one(names: str, *inputs: object) -> None:
    count = sum(value is not None for value in inputs)
    if count != 1:
        raise InvalidRequestError(f"an analysis takes exactly one of {names}, got {count}")


def _check_prompts(prompt: str | None, prompt_v2: Mapping[str, Any] | None) -> None:
    if prompt is not None and prompt_v2 is not None:
        raise InvalidRequestError("an analysis takes prompt or prompt_v2, got both")


def check_custom_id(value: str | None) -> str | Unset:
    """An id of the caller's own.

    Raises:
        InvalidRequestError: no string, or an empty one.
    """
    if value is None:
        return UNSET
    rule = 'of 1 to 64 letters, digits, "-" and "_"'
    return params.documented_format("custom_id", value, "[A-Za-z0-9_-]{1,64}", rule)


def _check_window(start_time: float | None, end_time: float | None) -> None:
    params.number("start_time", start_time, 0)
    params.number("end_time", end_time, 0)
    if start_time is not None and end_time is not None and end_time <= start_time:
        raise InvalidRequestError(
            f"end_time must be greater than start_time, got {start_time} to {end_time}"
        )


def _tokens(value: int | str | None) -> int | str | Unset:
    if isinstance(value, str):
        return params.choice("max_tokens", value, ("unlimited",))
    return params.integer("max_tokens", value, 512, documented=98_304)


def _video(media: MediaLike | None) -> _Video | Unset:
    if media is None:
        return UNSET
    source = Media.of(media)
    limits.check(source, limits.Endpoint.ANALYZE, "video")
    if source.source_url is not None:
        return models.AnalyzeVideoUrl(type_="url", url=source.source_url)
    if source.asset_id is not None:
        return models.AnalyzeVideoAsset(type_="asset_id", asset_id=source.asset_id)
    return models.AnalyzeVideoBase64String(type_="base64_string", base64_string=Base64Slot(source))


def _images(images: Mapping[str, MediaLike] | None) -> list[models.AnalyzeImage] | Unset:
    """Images by name; the prompt refers to them as `<@name>`."""
    if images is None:
        return UNSET
    params.integer("the number of images", len(params.mapping("image", images)), 1, documented=20)
    return [_image(name, Media.of(media)) for name, media in images.items()]


def _image(name: str, media: Media) -> models.AnalyzeImage:
    rule = "of letters, digits and underscores"
    name = params.documented_format("the name of an image", name, "[A-Za-z0-9_]+", rule)
    if media.source_url is not None:
        return models.AnalyzeImage(name=name, url=media.source_url)
    if media.asset_id is not None:
        return models.AnalyzeImage(name=name, asset_id=media.asset_id)
    return models.AnalyzeImage(name=name, base64_string=Base64Slot(media))
