from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="VideoSegmentationDynamicOptions")


@_attrs_define
class VideoSegmentationDynamicOptions:
    """How short a segment may be.

    Attributes:
        min_duration_sec (int): The least length of a segment in seconds, 2 to 5. Segments follow the scenes and are at
            least this long: 3 may give 0-3.2, 3.2-7.8 and 7.8-12.1.
    """

    min_duration_sec: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        min_duration_sec = self.min_duration_sec

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "min_duration_sec": min_duration_sec,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        min_duration_sec = d.pop("min_duration_sec")

        video_segmentation_dynamic_options = cls(
            min_duration_sec=min_duration_sec,
        )

        video_segmentation_dynamic_options.additional_properties = d
        return video_segmentation_dynamic_options

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
