from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.models.summarize_type import SummarizeType, check_summarize_type
from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.json_response_format import JsonResponseFormat


T = TypeVar("T", bound="SummarizeRequest")


@_attrs_define
class SummarizeRequest:
    """A video and the kind of summary to make.

    Attributes:
        video_id (str): Id of an indexed video.
        type_ (SummarizeType): One text, or a list of chapters or highlights with their times.
        prompt (str | Unset): Audience, style or purpose, in plain words; 2,000 tokens at most.
        temperature (float | Unset): Randomness of the text, 0 to 1.
        response_format (JsonResponseFormat | Unset): Asks for JSON instead of free text.
        max_tokens (int | Unset): Longest answer in tokens, at most 4,096.
    """

    video_id: str
    type_: SummarizeType
    prompt: str | Unset = UNSET
    temperature: float | Unset = UNSET
    response_format: JsonResponseFormat | Unset = UNSET
    max_tokens: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        video_id = self.video_id

        type_: str = self.type_

        prompt = self.prompt

        temperature = self.temperature

        response_format: dict[str, Any] | Unset = UNSET
        if not isinstance(self.response_format, Unset):
            response_format = self.response_format.to_dict()

        max_tokens = self.max_tokens

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "video_id": video_id,
                "type": type_,
            }
        )
        if prompt is not UNSET:
            field_dict["prompt"] = prompt
        if temperature is not UNSET:
            field_dict["temperature"] = temperature
        if response_format is not UNSET:
            field_dict["response_format"] = response_format
        if max_tokens is not UNSET:
            field_dict["max_tokens"] = max_tokens

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.json_response_format import JsonResponseFormat  # noqa: PLC0415

        d = dict(src_dict)
        video_id = d.pop("video_id")

        type_ = check_summarize_type(d.pop("type"))

        prompt = d.pop("prompt", UNSET)

        temperature = d.pop("temperature", UNSET)

        _response_format = d.pop("response_format", UNSET)
        response_format: JsonResponseFormat | Unset
        if isinstance(_response_format, Unset):
            response_format = UNSET
        else:
            response_format = JsonResponseFormat.from_dict(_response_format)

        max_tokens = d.pop("max_tokens", UNSET)

        summarize_request = cls(
            video_id=video_id,
            type_=type_,
            prompt=prompt,
            temperature=temperature,
            response_format=response_format,
            max_tokens=max_tokens,
        )

        summarize_request.additional_properties = d
        return summarize_request

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
