from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from dodeca_api.models.video_segmentation_dynamic_options import (
        VideoSegmentationDynamicOptions,
    )


T = TypeVar("T", bound="VideoSegmentationDynamic")


@_attrs_define
class VideoSegmentationDynamic:
    """Segments that end at scene changes.

    Attributes:
        strategy (Literal['dynamic']): Names the block that follows.
        dynamic (VideoSegmentationDynamicOptions): How short a segment may be.
    """

    strategy: Literal["dynamic"]
    dynamic: VideoSegmentationDynamicOptions
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        strategy = self.strategy

        dynamic = self.dynamic.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "strategy": strategy,
                "dynamic": dynamic,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.video_segmentation_dynamic_options import (
            VideoSegmentationDynamicOptions,  # noqa: PLC0415
        )

        d = dict(src_dict)
        strategy = cast(Literal["dynamic"], d.pop("strategy"))
        if strategy != "dynamic":
            raise ValueError(f"strategy must match const 'dynamic', got '{strategy}'")

        dynamic = VideoSegmentationDynamicOptions.from_dict(d.pop("dynamic"))

        video_segmentation_dynamic = cls(
            strategy=strategy,
            dynamic=dynamic,
        )

        video_segmentation_dynamic.additional_properties = d
        return video_segmentation_dynamic

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
