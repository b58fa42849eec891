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
    from dodeca_api.models.audio_segmentation_fixed import AudioSegmentationFixed


T = TypeVar("T", bound="AudioSegmentation")


@_attrs_define
class AudioSegmentation:
    """Segments of equal length, the only way to divide audio with Marengo 3.0.

    Attributes:
        strategy (Literal['fixed']): Names the block that follows.
        fixed (AudioSegmentationFixed): The length of the segments.
    """

    strategy: Literal["fixed"]
    fixed: AudioSegmentationFixed
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        strategy = self.strategy

        fixed = self.fixed.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "strategy": strategy,
                "fixed": fixed,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.audio_segmentation_fixed import AudioSegmentationFixed  # noqa: PLC0415

        d = dict(src_dict)
        strategy = cast(Literal["fixed"], d.pop("strategy"))
        if strategy != "fixed":
            raise ValueError(f"strategy must match const 'fixed', got '{strategy}'")

        fixed = AudioSegmentationFixed.from_dict(d.pop("fixed"))

        audio_segmentation = cls(
            strategy=strategy,
            fixed=fixed,
        )

        audio_segmentation.additional_properties = d
        return audio_segmentation

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
