from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.models.analysis_mode import AnalysisMode, check_analysis_mode
from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.analyze_image import AnalyzeImage
    from dodeca_api.models.analyze_prompt import AnalyzePrompt
    from dodeca_api.models.analyze_task_response_format import AnalyzeTaskResponseFormat
    from dodeca_api.models.analyze_video_asset import AnalyzeVideoAsset
    from dodeca_api.models.analyze_video_base_64_string import AnalyzeVideoBase64String
    from dodeca_api.models.analyze_video_url import AnalyzeVideoUrl


T = TypeVar("T", bound="AnalyzeTaskCreateRequest")


@_attrs_define
class AnalyzeTaskCreateRequest:
    """A video or images, and what to find out about them.

    Attributes:
        model_name (str | Unset): A model that writes; images need `pegasus1.6`. The service has retired `pegasus1.2`,
            which took videos of an index.
        custom_id (str | Unset): Your own id for the task: letters, digits, hyphens and underscores. Need not be unique.
        video (AnalyzeVideoAsset | AnalyzeVideoBase64String | AnalyzeVideoUrl | Unset): A video, by one of three sources
            that `type` tells apart.
        image (list[AnalyzeImage] | Unset): Up to 20 images instead of a video; needs Pegasus 1.6 and `prompt`.
        prompt (str | Unset): What to write, in plain words. Not in the mode `time_based_metadata`, nor with
            `prompt_v2`.
        prompt_v2 (AnalyzePrompt | Unset): A prompt that refers to images.
        analysis_mode (AnalysisMode | Unset): Text to a prompt, or segments with their times.
        temperature (float | Unset): Randomness of the text, 0 to 1.
        max_tokens (int | str | Unset): Longest answer in tokens: 512 to 98,304, default 4,096, in the mode `general`;
            2,048 to 98,304, default 32,768, for segments. `unlimited` for segments with Pegasus 1.6 and without time
            ranges.
        response_format (AnalyzeTaskResponseFormat | Unset): Asks for JSON or for segments.
        min_segment_duration (float | Unset): Shortest segment in seconds, for `time_based_metadata`; not with time
            ranges.
        max_segment_duration (float | Unset): Longest segment in seconds, not below the shortest, for
            `time_based_metadata`; not with time ranges.
        start_time (float | Unset): Begin at this second of the video; the part lasts 1 second to 2 hours. Not with time
            ranges.
        end_time (float | Unset): Stop at this second of the video. Not with time ranges.
    """

    model_name: str | Unset = UNSET
    custom_id: str | Unset = UNSET
    video: AnalyzeVideoAsset | AnalyzeVideoBase64String | AnalyzeVideoUrl | Unset = UNSET
    image: list[AnalyzeImage] | Unset = UNSET
    prompt: str | Unset = UNSET
    prompt_v2: AnalyzePrompt | Unset = UNSET
    analysis_mode: AnalysisMode | Unset = UNSET
    temperature: float | Unset = UNSET
    max_tokens: int | str | Unset = UNSET
    response_format: AnalyzeTaskResponseFormat | Unset = UNSET
    min_segment_duration: float | Unset = UNSET
    max_segment_duration: float | Unset = UNSET
    start_time: float | Unset = UNSET
    end_time: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from dodeca_api.models.analyze_video_asset import AnalyzeVideoAsset  # noqa: PLC0415
        from dodeca_api.models.analyze_video_url import AnalyzeVideoUrl  # noqa: PLC0415

        model_name = self.model_name

        custom_id = self.custom_id

        video: dict[str, Any] | Unset
        if isinstance(self.video, Unset):
            video = UNSET
        elif isinstance(self.video, AnalyzeVideoUrl):
            video = self.video.to_dict()
        elif isinstance(self.video, AnalyzeVideoAsset):
            video = self.video.to_dict()
        else:
            video = self.video.to_dict()

        image: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.image, Unset):
            image = []
            for image_item_data in self.image:
                image_item = image_item_data.to_dict()
                image.append(image_item)

        prompt = self.prompt

        prompt_v2: dict[str, Any] | Unset = UNSET
        if not isinstance(self.prompt_v2, Unset):
            prompt_v2 = self.prompt_v2.to_dict()

        analysis_mode: str | Unset = UNSET
        if not isinstance(self.analysis_mode, Unset):
            analysis_mode = self.analysis_mode

        temperature = self.temperature

        max_tokens: int | str | Unset
        if isinstance(self.max_tokens, Unset):
            max_tokens = UNSET
        else:
            max_tokens = self.max_tokens

        response_format: dict[str, Any] | Unset = UNSET
        if not isinstance(self.response_format, Unset):
            response_format = self.response_format.to_dict()

        min_segment_duration = self.min_segment_duration

        max_segment_duration = self.max_segment_duration

        start_time = self.start_time

        end_time = self.end_time

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if model_name is not UNSET:
            field_dict["model_name"] = model_name
        if custom_id is not UNSET:
            field_dict["custom_id"] = custom_id
        if video is not UNSET:
            field_dict["video"] = video
        if image is not UNSET:
            field_dict["image"] = image
        if prompt is not UNSET:
            field_dict["prompt"] = prompt
        if prompt_v2 is not UNSET:
            field_dict["prompt_v2"] = prompt_v2
        if analysis_mode is not UNSET:
            field_dict["analysis_mode"] = analysis_mode
        if temperature is not UNSET:
            field_dict["temperature"] = temperature
        if max_tokens is not UNSET:
            field_dict["max_tokens"] = max_tokens
        if response_format is not UNSET:
            field_dict["response_format"] = response_format
        if min_segment_duration is not UNSET:
            field_dict["min_segment_duration"] = min_segment_duration
        if max_segment_duration is not UNSET:
            field_dict["max_segment_duration"] = max_segment_duration
        if start_time is not UNSET:
            field_dict["start_time"] = start_time
        if end_time is not UNSET:
            field_dict["end_time"] = end_time

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.analyze_image import AnalyzeImage  # noqa: PLC0415
        from dodeca_api.models.analyze_prompt import AnalyzePrompt  # noqa: PLC0415
        from dodeca_api.models.analyze_task_response_format import (
            AnalyzeTaskResponseFormat,  # noqa: PLC0415
        )
        from dodeca_api.models.analyze_video_asset import AnalyzeVideoAsset  # noqa: PLC0415
        from dodeca_api.models.analyze_video_base_64_string import (
            AnalyzeVideoBase64String,  # noqa: PLC0415
        )
        from dodeca_api.models.analyze_video_url import AnalyzeVideoUrl  # noqa: PLC0415

        d = dict(src_dict)
        model_name = d.pop("model_name", UNSET)

        custom_id = d.pop("custom_id", UNSET)

        def _parse_video(
            data: object,
        ) -> AnalyzeVideoAsset | AnalyzeVideoBase64String | AnalyzeVideoUrl | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_analyze_video_type_0 = AnalyzeVideoUrl.from_dict(data)

                return componentsschemas_analyze_video_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_analyze_video_type_1 = AnalyzeVideoAsset.from_dict(data)

                return componentsschemas_analyze_video_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_analyze_video_type_2 = AnalyzeVideoBase64String.from_dict(data)

            return componentsschemas_analyze_video_type_2

        video = _parse_video(d.pop("video", UNSET))

        _image = d.pop("image", UNSET)
        image: list[AnalyzeImage] | Unset = UNSET
        if _image is not UNSET:
            image = []
            for image_item_data in _image:
                image_item = AnalyzeImage.from_dict(image_item_data)

                image.append(image_item)

        prompt = d.pop("prompt", UNSET)

        _prompt_v2 = d.pop("prompt_v2", UNSET)
        prompt_v2: AnalyzePrompt | Unset
        if isinstance(_prompt_v2, Unset):
            prompt_v2 = UNSET
        else:
            prompt_v2 = AnalyzePrompt.from_dict(_prompt_v2)

        _analysis_mode = d.pop("analysis_mode", UNSET)
        analysis_mode: AnalysisMode | Unset
        if isinstance(_analysis_mode, Unset):
            analysis_mode = UNSET
        else:
            analysis_mode = check_analysis_mode(_analysis_mode)

        temperature = d.pop("temperature", UNSET)

        def _parse_max_tokens(data: object) -> int | str | Unset:
            if isinstance(data, Unset):
                return data
            return cast(int | str | Unset, data)

        max_tokens = _parse_max_tokens(d.pop("max_tokens", UNSET))

        _response_format = d.pop("response_format", UNSET)
        response_format: AnalyzeTaskResponseFormat | Unset
        if isinstance(_response_format, Unset):
            response_format = UNSET
        else:
            response_format = AnalyzeTaskResponseFormat.from_dict(_response_format)

        min_segment_duration = d.pop("min_segment_duration", UNSET)

        max_segment_duration = d.pop("max_segment_duration", UNSET)

        start_time = d.pop("start_time", UNSET)

        end_time = d.pop("end_time", UNSET)

        analyze_task_create_request = cls(
            model_name=model_name,
            custom_id=custom_id,
            video=video,
            image=image,
            prompt=prompt,
            prompt_v2=prompt_v2,
            analysis_mode=analysis_mode,
            temperature=temperature,
            max_tokens=max_tokens,
            response_format=response_format,
            min_segment_duration=min_segment_duration,
            max_segment_duration=max_segment_duration,
            start_time=start_time,
            end_time=end_time,
        )

        analyze_task_create_request.additional_properties = d
        return analyze_task_create_request

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
