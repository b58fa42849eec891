from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from dodeca_api.models.analyze_batch_status_response import AnalyzeBatchStatusResponse
    from dodeca_api.models.page_info import PageInfo


T = TypeVar("T", bound="AnalyzeBatchList")


@_attrs_define
class AnalyzeBatchList:
    """One page of batches.

    Attributes:
        data (list[AnalyzeBatchStatusResponse]): The batches on this page.
        page_info (PageInfo): Where a page stands among all results.
    """

    data: list[AnalyzeBatchStatusResponse]
    page_info: PageInfo
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data = []
        for data_item_data in self.data:
            data_item = data_item_data.to_dict()
            data.append(data_item)

        page_info = self.page_info.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "data": data,
                "page_info": page_info,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.analyze_batch_status_response import (
            AnalyzeBatchStatusResponse,  # noqa: PLC0415
        )
        from dodeca_api.models.page_info import PageInfo  # noqa: PLC0415

        d = dict(src_dict)
        data = []
        _data = d.pop("data")
        for data_item_data in _data:
            data_item = AnalyzeBatchStatusResponse.from_dict(data_item_data)

            data.append(data_item)

        page_info = PageInfo.from_dict(d.pop("page_info"))

        analyze_batch_list = cls(
            data=data,
            page_info=page_info,
        )

        analyze_batch_list.additional_properties = d
        return analyze_batch_list

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
