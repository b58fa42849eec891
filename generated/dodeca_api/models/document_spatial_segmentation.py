from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.models.document_spatial_segmentation_strategy import (
    DocumentSpatialSegmentationStrategy,
    check_document_spatial_segmentation_strategy,
)
from dodeca_api.types import UNSET, Unset

T = TypeVar("T", bound="DocumentSpatialSegmentation")


@_attrs_define
class DocumentSpatialSegmentation:
    """How each page is divided; needs the option `visual` and the scope `local`.

    Attributes:
        strategy (DocumentSpatialSegmentationStrategy | Unset): `standard`: one vector for each page. `quadrants`: one
            for the page and one for each of its quarters, at five times the tokens and pages.
    """

    strategy: DocumentSpatialSegmentationStrategy | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        strategy: str | Unset = UNSET
        if not isinstance(self.strategy, Unset):
            strategy = self.strategy

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if strategy is not UNSET:
            field_dict["strategy"] = strategy

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _strategy = d.pop("strategy", UNSET)
        strategy: DocumentSpatialSegmentationStrategy | Unset
        if isinstance(_strategy, Unset):
            strategy = UNSET
        else:
            strategy = check_document_spatial_segmentation_strategy(_strategy)

        document_spatial_segmentation = cls(
            strategy=strategy,
        )

        document_spatial_segmentation.additional_properties = d
        return document_spatial_segmentation

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
