from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from dodeca_api.models.video_segmentation_dynamic import VideoSegmentationDynamic
    from dodeca_api.models.video_segmentation_fixed import VideoSegmentationFixed


T = TypeVar("T", bound="TemporalSegmentation")


@_attrs_define
class TemporalSegmentation:
    """How audio or video is divided; the only form that Marengo 3.5 takes.

    Attributes:
        temporal (VideoSegmentationDynamic | VideoSegmentationFixed): At scene changes, or into segments of equal
            length.
    """

    temporal: VideoSegmentationDynamic | VideoSegmentationFixed
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from dodeca_api.models.video_segmentation_dynamic import (
            VideoSegmentationDynamic,  # noqa: PLC0415
        )

        temporal: dict[str, Any]
        if isinstance(self.temporal, VideoSegmentationDynamic):
            temporal = self.temporal.to_dict()
        else:
            temporal = self.temporal.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "temporal": temporal,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.video_segmentation_dynamic import (
            VideoSegmentationDynamic,  # noqa: PLC0415
        )
        from dodeca_api.models.video_segmentation_fixed import VideoSegmentationFixed  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_temporal(data: object) -> VideoSegmentationDynamic | VideoSegmentationFixed:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_video_segmentation_type_0 = VideoSegmentationDynamic.from_dict(
                    data
                )

                return componentsschemas_video_segmentation_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_video_segmentation_type_1 = VideoSegmentationFixed.from_dict(data)

            return componentsschemas_video_segmentation_type_1

        temporal = _parse_temporal(d.pop("temporal"))

        temporal_segmentation = cls(
            temporal=temporal,
        )

        temporal_segmentation.additional_properties = d
        return temporal_segmentation

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
