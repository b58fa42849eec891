from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.task_system_metadata import TaskSystemMetadata


T = TypeVar("T", bound="Task")


@_attrs_define
class Task:
    """A job that uploads and indexes one video.

    Attributes:
        field_id (str): Id of the task.
        status (str): How far a task is; `ready` and `failed` are final.
        video_id (str | Unset): Id that the video has once it is indexed; not that of the task.
        created_at (datetime.datetime | Unset): When the task was created.
        updated_at (datetime.datetime | Unset): When the task last changed its status.
        estimated_time (datetime.datetime | None | Unset): When the service expects the video to be searchable.
        index_id (str | Unset): Id of the index that the video goes to.
        system_metadata (TaskSystemMetadata | Unset): What the service measured in the video of a task.
    """

    field_id: str
    status: str
    video_id: str | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    updated_at: datetime.datetime | Unset = UNSET
    estimated_time: datetime.datetime | None | Unset = UNSET
    index_id: str | Unset = UNSET
    system_metadata: TaskSystemMetadata | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field_id = self.field_id

        status = self.status

        video_id = self.video_id

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

        updated_at: str | Unset = UNSET
        if not isinstance(self.updated_at, Unset):
            updated_at = self.updated_at.isoformat()

        estimated_time: None | str | Unset
        if isinstance(self.estimated_time, Unset):
            estimated_time = UNSET
        elif isinstance(self.estimated_time, datetime.datetime):
            estimated_time = self.estimated_time.isoformat()
        else:
            estimated_time = self.estimated_time

        index_id = self.index_id

        system_metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.system_metadata, Unset):
            system_metadata = self.system_metadata.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "_id": field_id,
                "status": status,
            }
        )
        if video_id is not UNSET:
            field_dict["video_id"] = video_id
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at
        if estimated_time is not UNSET:
            field_dict["estimated_time"] = estimated_time
        if index_id is not UNSET:
            field_dict["index_id"] = index_id
        if system_metadata is not UNSET:
            field_dict["system_metadata"] = system_metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.task_system_metadata import TaskSystemMetadata  # noqa: PLC0415

        d = dict(src_dict)
        field_id = d.pop("_id")

        status = d.pop("status")

        video_id = d.pop("video_id", UNSET)

        _created_at = d.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset):
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

        _updated_at = d.pop("updated_at", UNSET)
        updated_at: datetime.datetime | Unset
        if isinstance(_updated_at, Unset):
            updated_at = UNSET
        else:
            updated_at = datetime.datetime.fromisoformat(_updated_at)

        def _parse_estimated_time(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                estimated_time_type_0 = datetime.datetime.fromisoformat(data)

                return estimated_time_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        estimated_time = _parse_estimated_time(d.pop("estimated_time", UNSET))

        index_id = d.pop("index_id", UNSET)

        _system_metadata = d.pop("system_metadata", UNSET)
        system_metadata: TaskSystemMetadata | Unset
        if isinstance(_system_metadata, Unset):
            system_metadata = UNSET
        else:
            system_metadata = TaskSystemMetadata.from_dict(_system_metadata)

        task = cls(
            field_id=field_id,
            status=status,
            video_id=video_id,
            created_at=created_at,
            updated_at=updated_at,
            estimated_time=estimated_time,
            index_id=index_id,
            system_metadata=system_metadata,
        )

        task.additional_properties = d
        return task

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
