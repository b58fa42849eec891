from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="AudioSegmentationFixed")


@_attrs_define
class AudioSegmentationFixed:
    """The length of the segments.

    Attributes:
        duration_sec (int): The length of each segment in seconds, 2 to 10. The last one may be shorter: 5 over 12
            seconds gives 0-5, 5-10 and 10-12.
    """

    duration_sec: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        duration_sec = self.duration_sec

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "duration_sec": duration_sec,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        duration_sec = d.pop("duration_sec")

        audio_segmentation_fixed = cls(
            duration_sec=duration_sec,
        )

        audio_segmentation_fixed.additional_properties = d
        return audio_segmentation_fixed

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
