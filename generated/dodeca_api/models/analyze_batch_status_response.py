from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.webhook_delivery import WebhookDelivery


T = TypeVar("T", bound="AnalyzeBatchStatusResponse")


@_attrs_define
class AnalyzeBatchStatusResponse:
    """A batch of analyses, and how many of them are in which state.

    Attributes:
        batch_id (str): Id of the batch.
        analysis_mode (str): The mode of all analyses.
        model_name (str): Name of the model of all analyses.
        status (str): How far a batch is; `completed`, `canceled` and `expired` are final.
        total_items (int): The number of analyses.
        created_at (datetime.datetime): When the batch was created.
        expires_at (datetime.datetime): When what has not ended is canceled, 24 hours after creation.
        queued_items (int): The number of analyses that have not begun.
        processing_items (int): The number of analyses in progress.
        ready_items (int): The number of analyses with a result.
        failed_items (int): The number of analyses that failed.
        canceled_items (int): The number of analyses that were canceled or had not ended at expiry.
        completed_at (datetime.datetime | Unset): When the last analysis ended; of a completed batch only.
        canceled_at (datetime.datetime | Unset): When the last analysis ended; of a canceled batch only.
        expired_at (datetime.datetime | Unset): When the batch expired; of an expired one only.
        webhooks (list[WebhookDelivery] | Unset): Deliveries of the notification of the end; absent without webhooks.
    """

    batch_id: str
    analysis_mode: str
    model_name: str
    status: str
    total_items: int
    created_at: datetime.datetime
    expires_at: datetime.datetime
    queued_items: int
    processing_items: int
    ready_items: int
    failed_items: int
    canceled_items: int
    completed_at: datetime.datetime | Unset = UNSET
    canceled_at: datetime.datetime | Unset = UNSET
    expired_at: datetime.datetime | Unset = UNSET
    webhooks: list[WebhookDelivery] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        batch_id = self.batch_id

        analysis_mode = self.analysis_mode

        model_name = self.model_name

        status = self.status

        total_items = self.total_items

        created_at = self.created_at.isoformat()

        expires_at = self.expires_at.isoformat()

        queued_items = self.queued_items

        processing_items = self.processing_items

        ready_items = self.ready_items

        failed_items = self.failed_items

        canceled_items = self.canceled_items

        completed_at: str | Unset = UNSET
        if not isinstance(self.completed_at, Unset):
            completed_at = self.completed_at.isoformat()

        canceled_at: str | Unset = UNSET
        if not isinstance(self.canceled_at, Unset):
            canceled_at = self.canceled_at.isoformat()

        expired_at: str | Unset = UNSET
        if not isinstance(self.expired_at, Unset):
            expired_at = self.expired_at.isoformat()

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
                "batch_id": batch_id,
                "analysis_mode": analysis_mode,
                "model_name": model_name,
                "status": status,
                "total_items": total_items,
                "created_at": created_at,
                "expires_at": expires_at,
                "queued_items": queued_items,
                "processing_items": processing_items,
                "ready_items": ready_items,
                "failed_items": failed_items,
                "canceled_items": canceled_items,
            }
        )
        if completed_at is not UNSET:
            field_dict["completed_at"] = completed_at
        if canceled_at is not UNSET:
            field_dict["canceled_at"] = canceled_at
        if expired_at is not UNSET:
            field_dict["expired_at"] = expired_at
        if webhooks is not UNSET:
            field_dict["webhooks"] = webhooks

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.webhook_delivery import WebhookDelivery  # noqa: PLC0415

        d = dict(src_dict)
        batch_id = d.pop("batch_id")

        analysis_mode = d.pop("analysis_mode")

        model_name = d.pop("model_name")

        status = d.pop("status")

        total_items = d.pop("total_items")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        queued_items = d.pop("queued_items")

        processing_items = d.pop("processing_items")

        ready_items = d.pop("ready_items")

        failed_items = d.pop("failed_items")

        canceled_items = d.pop("canceled_items")

        _completed_at = d.pop("completed_at", UNSET)
        completed_at: datetime.datetime | Unset
        if isinstance(_completed_at, Unset):
            completed_at = UNSET
        else:
            completed_at = datetime.datetime.fromisoformat(_completed_at)

        _canceled_at = d.pop("canceled_at", UNSET)
        canceled_at: datetime.datetime | Unset
        if isinstance(_canceled_at, Unset):
            canceled_at = UNSET
        else:
            canceled_at = datetime.datetime.fromisoformat(_canceled_at)

        _expired_at = d.pop("expired_at", UNSET)
        expired_at: datetime.datetime | Unset
        if isinstance(_expired_at, Unset):
            expired_at = UNSET
        else:
            expired_at = datetime.datetime.fromisoformat(_expired_at)

        _webhooks = d.pop("webhooks", UNSET)
        webhooks: list[WebhookDelivery] | Unset = UNSET
        if _webhooks is not UNSET:
            webhooks = []
            for webhooks_item_data in _webhooks:
                webhooks_item = WebhookDelivery.from_dict(webhooks_item_data)

                webhooks.append(webhooks_item)

        analyze_batch_status_response = cls(
            batch_id=batch_id,
            analysis_mode=analysis_mode,
            model_name=model_name,
            status=status,
            total_items=total_items,
            created_at=created_at,
            expires_at=expires_at,
            queued_items=queued_items,
            processing_items=processing_items,
            ready_items=ready_items,
            failed_items=failed_items,
            canceled_items=canceled_items,
            completed_at=completed_at,
            canceled_at=canceled_at,
            expired_at=expired_at,
            webhooks=webhooks,
        )

        analyze_batch_status_response.additional_properties = d
        return analyze_batch_status_response

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
