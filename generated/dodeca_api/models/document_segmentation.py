from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.document_sequential_segmentation import (
        DocumentSequentialSegmentation,
    )
    from dodeca_api.models.document_spatial_segmentation import (
        DocumentSpatialSegmentation,
    )


T = TypeVar("T", bound="DocumentSegmentation")


@_attrs_define
class DocumentSegmentation:
    """How a document is divided. Give the one that fits the file.

    Attributes:
        spatial (DocumentSpatialSegmentation | Unset): How each page is divided; needs the option `visual` and the scope
            `local`.
        sequential (DocumentSequentialSegmentation | Unset): Chunks of whole sentences; needs the option `text` and the
            scope `local`.
    """

    spatial: DocumentSpatialSegmentation | Unset = UNSET
    sequential: DocumentSequentialSegmentation | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        spatial: dict[str, Any] | Unset = UNSET
        if not isinstance(self.spatial, Unset):
            spatial = self.spatial.to_dict()

        sequential: dict[str, Any] | Unset = UNSET
        if not isinstance(self.sequential, Unset):
            sequential = self.sequential.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if spatial is not UNSET:
            field_dict["spatial"] = spatial
        if sequential is not UNSET:
            field_dict["sequential"] = sequential

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.document_sequential_segmentation import (
            DocumentSequentialSegmentation,  # noqa: PLC0415
        )
        from dodeca_api.models.document_spatial_segmentation import (
            DocumentSpatialSegmentation,  # noqa: PLC0415
        )

        d = dict(src_dict)
        _spatial = d.pop("spatial", UNSET)
        spatial: DocumentSpatialSegmentation | Unset
        if isinstance(_spatial, Unset):
            spatial = UNSET
        else:
            spatial = DocumentSpatialSegmentation.from_dict(_spatial)

        _sequential = d.pop("sequential", UNSET)
        sequential: DocumentSequentialSegmentation | Unset
        if isinstance(_sequential, Unset):
            sequential = UNSET
        else:
            sequential = DocumentSequentialSegmentation.from_dict(_sequential)

        document_segmentation = cls(
            spatial=spatial,
            sequential=sequential,
        )

        document_segmentation.additional_properties = d
        return document_segmentation

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
