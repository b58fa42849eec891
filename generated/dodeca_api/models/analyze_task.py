from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.analyze_task_params import AnalyzeTaskParams
    from dodeca_api.models.analyze_task_result import AnalyzeTaskResult
    from dodeca_api.models.analyze_task_video_source import AnalyzeTaskVideoSource
    from dodeca_api.models.generation_warning import GenerationWarning
    from dodeca_api.models.webhook_delivery import WebhookDelivery


T = TypeVar("T", bound="AnalyzeTask")


@_attrs_define
class AnalyzeTask:
    """An analysis in the background.

    Attributes:
        task_id (str): Id of the task.
        status (str): How far a task is; `ready`, `failed` and `canceled` are final.
        created_at (datetime.datetime): When the task was created.
        custom_id (None | str | Unset): Your own id for the task; null when none was given.
        batch_id (str | Unset): Id of the batch; absent outside batches.
        video_source (AnalyzeTaskVideoSource | None | Unset): The video; null or absent for images.
        request_params (AnalyzeTaskParams | Unset): What a task was asked for.
        completed_at (datetime.datetime | Unset): When the task ended, in whatever way.
        result (AnalyzeTaskResult | Unset): What an analysis has found.
        error (GenerationWarning | Unset): A warning or a failure that came after work had begun.
        webhooks (list[WebhookDelivery] | Unset): Deliveries of the notifications; absent without webhooks.
    """

    task_id: str
    status: str
    created_at: datetime.datetime
    custom_id: None | str | Unset = UNSET
    batch_id: str | Unset = UNSET
    video_source: AnalyzeTaskVideoSource | None | Unset = UNSET
    request_params: AnalyzeTaskParams | Unset = UNSET
    completed_at: datetime.datetime | Unset = UNSET
    result: AnalyzeTaskResult | Unset = UNSET
    error: GenerationWarning | Unset = UNSET
    webhooks: list[WebhookDelivery] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from dodeca_api.models.analyze_task_video_source import AnalyzeTaskVideoSource  # noqa: PLC0415

        task_id = self.task_id

        status = self.status

        created_at = self.created_at.isoformat()

        custom_id: None | str | Unset
        if isinstance(self.custom_id, Unset):
            custom_id = UNSET
        else:
            custom_id = self.custom_id

        batch_id = self.batch_id

        video_source: dict[str, Any] | None | Unset
        if isinstance(self.video_source, Unset):
            video_source = UNSET
        elif isinstance(self.video_source, AnalyzeTaskVideoSource):
            video_source = self.video_source.to_dict()
        else:
            video_source = self.video_source

        request_params: dict[str, Any] | Unset = UNSET
        if not isinstance(self.request_params, Unset):
            request_params = self.request_params.to_dict()

        completed_at: str | Unset = UNSET
        if not isinstance(self.completed_at, Unset):
            completed_at = self.completed_at.isoformat()

        result: dict[str, Any] | Unset = UNSET
        if not isinstance(self.result, Unset):
            result = self.result.to_dict()

        error: dict[str, Any] | Unset = UNSET
        if not isinstance(self.error, Unset):
            error = self.error.to_dict()

        webhooks: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.webhooks, Unset):
            webhooks = []
            for webhooks_item_data in self.webhooks:
                webhooks_item = webhooks_item_data.to_dict()
                webhooks.append(webhooks_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "task_id": task_id,
                "status": status,
                "created_at": created_at,
            }
        )
        if custom_id is not UNSET:
            field_dict["custom_id"] = custom_id
        if batch_id is not UNSET:
            field_dict["batch_id"] = batch_id
        if video_source is not UNSET:
            field_dict["video_source"] = video_source
        if request_params is not UNSET:
            field_dict["request_params"] = request_params
        if completed_at is not UNSET:
            field_dict["completed_at"] = completed_at
        if result is not UNSET:
            field_dict["result"] = result
        if error is not UNSET:
            field_dict["error"] = error
        if webhooks is not UNSET:
            field_dict["webhooks"] = webhooks

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.analyze_task_params import AnalyzeTaskParams  # noqa: PLC0415
        from dodeca_api.models.analyze_task_result import AnalyzeTaskResult  # noqa: PLC0415
        from dodeca_api.models.analyze_task_video_source import AnalyzeTaskVideoSource  # noqa: PLC0415
        from dodeca_api.models.generation_warning import GenerationWarning  # noqa: PLC0415
        from dodeca_api.models.webhook_delivery import WebhookDelivery  # noqa: PLC0415

        d = dict(src_dict)
        task_id = d.pop("task_id")

        status = d.pop("status")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_custom_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        custom_id = _parse_custom_id(d.pop("custom_id", UNSET))

        batch_id = d.pop("batch_id", UNSET)

        def _parse_video_source(data: object) -> AnalyzeTaskVideoSource | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                video_source_type_0 = AnalyzeTaskVideoSource.from_dict(data)

                return video_source_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AnalyzeTaskVideoSource | None | Unset, data)

        video_source = _parse_video_source(d.pop("video_source", UNSET))

        _request_params = d.pop("request_params", UNSET)
        request_params: AnalyzeTaskParams | Unset
        if isinstance(_request_params, Unset):
            request_params = UNSET
        else:
            request_params = AnalyzeTaskParams.from_dict(_request_params)

        _completed_at = d.pop("completed_at", UNSET)
        completed_at: datetime.datetime | Unset
        if isinstance(_completed_at, Unset):
            completed_at = UNSET
        else:
            completed_at = datetime.datetime.fromisoformat(_completed_at)

        _result = d.pop("result", UNSET)
        result: AnalyzeTaskResult | Unset
        if isinstance(_result, Unset):
            result = UNSET
        else:
            result = AnalyzeTaskResult.from_dict(_result)

        _error = d.pop("error", UNSET)
        error: GenerationWarning | Unset
        if isinstance(_error, Unset):
            error = UNSET
        else:
            error = GenerationWarning.from_dict(_error)

        _webhooks = d.pop("webhooks", UNSET)
        webhooks: list[WebhookDelivery] | Unset = UNSET
        if _webhooks is not UNSET:
            webhooks = []
            for webhooks_item_data in _webhooks:
                webhooks_item = WebhookDelivery.from_dict(webhooks_item_data)

                webhooks.append(webhooks_item)

        analyze_task = cls(
            task_id=task_id,
            status=status,
            created_at=created_at,
            custom_id=custom_id,
            batch_id=batch_id,
            video_source=video_source,
            request_params=request_params,
            completed_at=completed_at,
            result=result,
            error=error,
            webhooks=webhooks,
        )

        analyze_task.additional_properties = d
        return analyze_task

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
