from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from dodeca_api.models.created_batch_item import CreatedBatchItem


T = TypeVar("T", bound="CreateAnalyzeBatchResponse")


@_attrs_define
class CreateAnalyzeBatchResponse:
    """The batch that was started.

    Attributes:
        batch_id (str): Id of the batch.
        status (str): How far a batch is; `completed`, `canceled` and `expired` are final.
        total_items (int): The number of analyses.
        created_at (datetime.datetime): When the batch was created.
        expires_at (datetime.datetime): When what has not ended is canceled, 24 hours after creation.
        items (list[CreatedBatchItem]): The task of each request.
    """

    batch_id: str
    status: str
    total_items: int
    created_at: datetime.datetime
    expires_at: datetime.datetime
    items: list[CreatedBatchItem]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        batch_id = self.batch_id

        status = self.status

        total_items = self.total_items

        created_at = self.created_at.isoformat()

        expires_at = self.expires_at.isoformat()

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "batch_id": batch_id,
                "status": status,
                "total_items": total_items,
                "created_at": created_at,
                "expires_at": expires_at,
                "items": items,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.created_batch_item import CreatedBatchItem  # noqa: PLC0415

        d = dict(src_dict)
        batch_id = d.pop("batch_id")

        status = d.pop("status")

        total_items = d.pop("total_items")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = CreatedBatchItem.from_dict(items_item_data)

            items.append(items_item)

        create_analyze_batch_response = cls(
            batch_id=batch_id,
            status=status,
            total_items=total_items,
            created_at=created_at,
            expires_at=expires_at,
            items=items,
        )

        create_analyze_batch_response.additional_properties = d
        return create_analyze_batch_response

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
