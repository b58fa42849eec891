from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.analyze_task_format import AnalyzeTaskFormat
    from dodeca_api.models.analyze_task_media_source import AnalyzeTaskMediaSource
    from dodeca_api.models.analyze_task_prompt import AnalyzeTaskPrompt


T = TypeVar("T", bound="AnalyzeTaskParams")


@_attrs_define
class AnalyzeTaskParams:
    """What a task was asked for.

    Attributes:
        analysis_mode (str | Unset): Text to a prompt, or segments with their times.
        prompt (str | Unset): The prompt; its first 30 characters in lists.
        prompt_v2 (AnalyzeTaskPrompt | Unset): A prompt that refers to images.
        image (list[AnalyzeTaskMediaSource] | Unset): The images that were asked about, without their content.
        response_format (AnalyzeTaskFormat | Unset): The form of the answer that was asked for.
        temperature (float | Unset): Randomness of the text, 0 to 1.
        max_tokens (int | str | Unset): Longest answer in tokens, or `unlimited`.
        min_segment_duration (float | Unset): Shortest segment in seconds.
        max_segment_duration (float | Unset): Longest segment in seconds.
        start_time (float | Unset): Where in the video the analysis begins, in seconds.
        end_time (float | Unset): Where in the video the analysis stops, in seconds.
    """

    analysis_mode: str | Unset = UNSET
    prompt: str | Unset = UNSET
    prompt_v2: AnalyzeTaskPrompt | Unset = UNSET
    image: list[AnalyzeTaskMediaSource] | Unset = UNSET
    response_format: AnalyzeTaskFormat | Unset = UNSET
    temperature: float | Unset = UNSET
    max_tokens: int | str | Unset = UNSET
    min_segment_duration: float | Unset = UNSET
    max_segment_duration: float | Unset = UNSET
    start_time: float | Unset = UNSET
    end_time: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        analysis_mode = self.analysis_mode

        prompt = self.prompt

        prompt_v2: dict[str, Any] | Unset = UNSET
        if not isinstance(self.prompt_v2, Unset):
            prompt_v2 = self.prompt_v2.to_dict()

        image: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.image, Unset):
            image = []
            for image_item_data in self.image:
                image_item = image_item_data.to_dict()
                image.append(image_item)

        response_format: dict[str, Any] | Unset = UNSET
        if not isinstance(self.response_format, Unset):
            response_format = self.response_format.to_dict()

        temperature = self.temperature

        max_tokens: int | str | Unset
        if isinstance(self.max_tokens, Unset):
            max_tokens = UNSET
        else:
            max_tokens = self.max_tokens

        min_segment_duration = self.min_segment_duration

        max_segment_duration = self.max_segment_duration

        start_time = self.start_time

        end_time = self.end_time

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if analysis_mode is not UNSET:
            field_dict["analysis_mode"] = analysis_mode
        if prompt is not UNSET:
            field_dict["prompt"] = prompt
        if prompt_v2 is not UNSET:
            field_dict["prompt_v2"] = prompt_v2
        if image is not UNSET:
            field_dict["image"] = image
        if response_format is not UNSET:
            field_dict["response_format"] = response_format
        if temperature is not UNSET:
            field_dict["temperature"] = temperature
        if max_tokens is not UNSET:
            field_dict["max_tokens"] = max_tokens
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
        from dodeca_api.models.analyze_task_format import AnalyzeTaskFormat  # noqa: PLC0415
        from dodeca_api.models.analyze_task_media_source import AnalyzeTaskMediaSource  # noqa: PLC0415
        from dodeca_api.models.analyze_task_prompt import AnalyzeTaskPrompt  # noqa: PLC0415

        d = dict(src_dict)
        analysis_mode = d.pop("analysis_mode", UNSET)

        prompt = d.pop("prompt", UNSET)

        _prompt_v2 = d.pop("prompt_v2", UNSET)
        prompt_v2: AnalyzeTaskPrompt | Unset
        if isinstance(_prompt_v2, Unset):
            prompt_v2 = UNSET
        else:
            prompt_v2 = AnalyzeTaskPrompt.from_dict(_prompt_v2)

        _image = d.pop("image", UNSET)
        image: list[AnalyzeTaskMediaSource] | Unset = UNSET
        if _image is not UNSET:
            image = []
            for image_item_data in _image:
                image_item = AnalyzeTaskMediaSource.from_dict(image_item_data)

                image.append(image_item)

        _response_format = d.pop("response_format", UNSET)
        response_format: AnalyzeTaskFormat | Unset
        if isinstance(_response_format, Unset):
            response_format = UNSET
        else:
            response_format = AnalyzeTaskFormat.from_dict(_response_format)

        temperature = d.pop("temperature", UNSET)

        def _parse_max_tokens(data: object) -> int | str | Unset:
            if isinstance(data, Unset):
                return data
            return cast(int | str | Unset, data)

        max_tokens = _parse_max_tokens(d.pop("max_tokens", UNSET))

        min_segment_duration = d.pop("min_segment_duration", UNSET)

        max_segment_duration = d.pop("max_segment_duration", UNSET)

        start_time = d.pop("start_time", UNSET)

        end_time = d.pop("end_time", UNSET)

        analyze_task_params = cls(
            analysis_mode=analysis_mode,
            prompt=prompt,
            prompt_v2=prompt_v2,
            image=image,
            response_format=response_format,
            temperature=temperature,
            max_tokens=max_tokens,
            min_segment_duration=min_segment_duration,
            max_segment_duration=max_segment_duration,
            start_time=start_time,
            end_time=end_time,
        )

        analyze_task_params.additional_properties = d
        return analyze_task_params

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
