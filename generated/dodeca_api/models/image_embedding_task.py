from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.image_embedding_task_metadata import ImageEmbeddingTaskMetadata


T = TypeVar("T", bound="ImageEmbeddingTask")


@_attrs_define
class ImageEmbeddingTask:
    """The image of a task.

    Attributes:
        metadata (ImageEmbeddingTaskMetadata | Unset): What is known about the image of a task.
    """

    metadata: ImageEmbeddingTaskMetadata | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if metadata is not UNSET:
            field_dict["metadata"] = metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.image_embedding_task_metadata import (
            ImageEmbeddingTaskMetadata,  # noqa: PLC0415
        )

        d = dict(src_dict)
        _metadata = d.pop("metadata", UNSET)
        metadata: ImageEmbeddingTaskMetadata | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = ImageEmbeddingTaskMetadata.from_dict(_metadata)

        image_embedding_task = cls(
            metadata=metadata,
        )

        image_embedding_task.additional_properties = d
        return image_embedding_task

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
