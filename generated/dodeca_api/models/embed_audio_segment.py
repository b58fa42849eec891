from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

T = TypeVar("T", bound="EmbedAudioSegment")


@_attrs_define
class EmbedAudioSegment:
    """One vector and the part of the audio that it stands for.

    Attributes:
        float_ (list[float]): The vector; 1024 numbers with Marengo 2.7, 512 with Marengo 3.0.
        start_offset_sec (float | Unset): Start in seconds.
        end_offset_sec (float | Unset): End in seconds.
    """

    float_: list[float]
    start_offset_sec: float | Unset = UNSET
    end_offset_sec: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        float_ = self.float_

        start_offset_sec = self.start_offset_sec

        end_offset_sec = self.end_offset_sec

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "float": float_,
            }
        )
        if start_offset_sec is not UNSET:
            field_dict["start_offset_sec"] = start_offset_sec
        if end_offset_sec is not UNSET:
            field_dict["end_offset_sec"] = end_offset_sec

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        float_ = cast(list[float], d.pop("float"))

        start_offset_sec = d.pop("start_offset_sec", UNSET)

        end_offset_sec = d.pop("end_offset_sec", UNSET)

        embed_audio_segment = cls(
            float_=float_,
            start_offset_sec=start_offset_sec,
            end_offset_sec=end_offset_sec,
        )

        embed_audio_segment.additional_properties = d
        return embed_audio_segment

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
