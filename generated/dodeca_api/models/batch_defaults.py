from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.analyze_task_response_format import AnalyzeTaskResponseFormat
    from dodeca_api.models.batch_prompt import BatchPrompt


T = TypeVar("T", bound="BatchDefaults")


@_attrs_define
class BatchDefaults:
    """What holds for the analyses that do not say otherwise.

    Attributes:
        prompt (BatchPrompt | Unset): What to write, possibly with reference images.
        response_format (AnalyzeTaskResponseFormat | Unset): Asks for JSON or for segments.
        temperature (float | Unset): Randomness of the text, 0 to 1.
        max_tokens (int | Unset): Longest answer in tokens: 512 to 98,304, default 4,096, in the mode `general`; 2,048
            to 98,304, default 32,768, for segments.
        min_segment_duration (float | Unset): Shortest segment in seconds, for `time_based_metadata`; not with time
            ranges.
        max_segment_duration (float | Unset): Longest segment in seconds, not below the shortest, for
            `time_based_metadata`; not with time ranges.
        start_time (float | Unset): Begin at this second of the video; the part lasts 1 second to 2 hours. Not with time
            ranges.
        end_time (float | Unset): Stop at this second of the video. Not with time ranges.
    """

    prompt: BatchPrompt | Unset = UNSET
    response_format: AnalyzeTaskResponseFormat | Unset = UNSET
    temperature: float | Unset = UNSET
    max_tokens: int | Unset = UNSET
    min_segment_duration: float | Unset = UNSET
    max_segment_duration: float | Unset = UNSET
    start_time: float | Unset = UNSET
    end_time: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        prompt: dict[str, Any] | Unset = UNSET
        if not isinstance(self.prompt, Unset):
            prompt = self.prompt.to_dict()

        response_format: dict[str, Any] | Unset = UNSET
        if not isinstance(self.response_format, Unset):
            response_format = self.response_format.to_dict()

        temperature = self.temperature

        max_tokens = self.max_tokens

        min_segment_duration = self.min_segment_duration

        max_segment_duration = self.max_segment_duration

        start_time = self.start_time

        end_time = self.end_time

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if prompt is not UNSET:
            field_dict["prompt"] = prompt
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
        from dodeca_api.models.analyze_task_response_format import (
            AnalyzeTaskResponseFormat,  # noqa: PLC0415
        )
        from dodeca_api.models.batch_prompt import BatchPrompt  # noqa: PLC0415

        d = dict(src_dict)
        _prompt = d.pop("prompt", UNSET)
        prompt: BatchPrompt | Unset
        if isinstance(_prompt, Unset):
            prompt = UNSET
        else:
            prompt = BatchPrompt.from_dict(_prompt)

        _response_format = d.pop("response_format", UNSET)
        response_format: AnalyzeTaskResponseFormat | Unset
        if isinstance(_response_format, Unset):
            response_format = UNSET
        else:
            response_format = AnalyzeTaskResponseFormat.from_dict(_response_format)

        temperature = d.pop("temperature", UNSET)

        max_tokens = d.pop("max_tokens", UNSET)

        min_segment_duration = d.pop("min_segment_duration", UNSET)

        max_segment_duration = d.pop("max_segment_duration", UNSET)

        start_time = d.pop("start_time", UNSET)

        end_time = d.pop("end_time", UNSET)

        batch_defaults = cls(
            prompt=prompt,
            response_format=response_format,
            temperature=temperature,
            max_tokens=max_tokens,
            min_segment_duration=min_segment_duration,
            max_segment_duration=max_segment_duration,
            start_time=start_time,
            end_time=end_time,
        )

        batch_defaults.additional_properties = d
        return batch_defaults

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
