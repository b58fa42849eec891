from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.embedding_data import EmbeddingData
    from dodeca_api.models.tasks_create_response_metadata import (
        TasksCreateResponseMetadata,
    )


T = TypeVar("T", bound="TasksCreateResponse")


@_attrs_define
class TasksCreateResponse:
    """The task that was started.

    Attributes:
        field_id (str): The id of the task.
        status (str): How far the task is, `processing` at first.
        data (list[EmbeddingData] | Unset): The vectors, when they are there already.
        metadata (TasksCreateResponseMetadata | Unset): What is known about the vectors when a task starts.
    """

    field_id: str
    status: str
    data: list[EmbeddingData] | Unset = UNSET
    metadata: TasksCreateResponseMetadata | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field_id = self.field_id

        status = self.status

        data: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.data, Unset):
            data = []
            for data_item_data in self.data:
                data_item = data_item_data.to_dict()
                data.append(data_item)

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "_id": field_id,
                "status": status,
            }
        )
        if data is not UNSET:
            field_dict["data"] = data
        if metadata is not UNSET:
            field_dict["metadata"] = metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.embedding_data import EmbeddingData  # noqa: PLC0415
        from dodeca_api.models.tasks_create_response_metadata import (
            TasksCreateResponseMetadata,  # noqa: PLC0415
        )

        d = dict(src_dict)
        field_id = d.pop("_id")

        status = d.pop("status")

        _data = d.pop("data", UNSET)
        data: list[EmbeddingData] | Unset = UNSET
        if _data is not UNSET:
            data = []
            for data_item_data in _data:
                data_item = EmbeddingData.from_dict(data_item_data)

                data.append(data_item)

        _metadata = d.pop("metadata", UNSET)
        metadata: TasksCreateResponseMetadata | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = TasksCreateResponseMetadata.from_dict(_metadata)

        tasks_create_response = cls(
            field_id=field_id,
            status=status,
            data=data,
            metadata=metadata,
        )

        tasks_create_response.additional_properties = d
        return tasks_create_response

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
