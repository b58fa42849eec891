from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.analyze_task_video_source import AnalyzeTaskVideoSource
    from dodeca_api.models.generation_warning import GenerationWarning


T = TypeVar("T", bound="WebhookTask")


@_attrs_define
class WebhookTask:
    """The task of a notification, in brief.

    Attributes:
        id (str | Unset): Id of the task.
        custom_id (None | str | Unset): The caller's own id of the task.
        created_at (datetime.datetime | Unset): When the task was created.
        status (str | Unset): The final status of the task.
        video_source (AnalyzeTaskVideoSource | Unset): The video of a task.
        error (GenerationWarning | Unset): A warning or a failure that came after work had begun.
    """

    id: str | Unset = UNSET
    custom_id: None | str | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    status: str | Unset = UNSET
    video_source: AnalyzeTaskVideoSource | Unset = UNSET
    error: GenerationWarning | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        custom_id: None | str | Unset
        if isinstance(self.custom_id, Unset):
            custom_id = UNSET
        else:
            custom_id = self.custom_id

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

        status = self.status

        video_source: dict[str, Any] | Unset = UNSET
        if not isinstance(self.video_source, Unset):
            video_source = self.video_source.to_dict()

        error: dict[str, Any] | Unset = UNSET
        if not isinstance(self.error, Unset):
            error = self.error.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if custom_id is not UNSET:
            field_dict["custom_id"] = custom_id
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if status is not UNSET:
            field_dict["status"] = status
        if video_source is not UNSET:
            field_dict["video_source"] = video_source
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.analyze_task_video_source import AnalyzeTaskVideoSource  # noqa: PLC0415
        from dodeca_api.models.generation_warning import GenerationWarning  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        def _parse_custom_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        custom_id = _parse_custom_id(d.pop("custom_id", UNSET))

        _created_at = d.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset):
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

        status = d.pop("status", UNSET)

        _video_source = d.pop("video_source", UNSET)
        video_source: AnalyzeTaskVideoSource | Unset
        if isinstance(_video_source, Unset):
            video_source = UNSET
        else:
            video_source = AnalyzeTaskVideoSource.from_dict(_video_source)

        _error = d.pop("error", UNSET)
        error: GenerationWarning | Unset
        if isinstance(_error, Unset):
            error = UNSET
        else:
            error = GenerationWarning.from_dict(_error)

        webhook_task = cls(
            id=id,
            custom_id=custom_id,
            created_at=created_at,
            status=status,
            video_source=video_source,
            error=error,
        )

        webhook_task.additional_properties = d
        return webhook_task

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
