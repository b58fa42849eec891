from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

T = TypeVar("T", bound="AnalyzeTaskMediaSource")


@_attrs_define
class AnalyzeTaskMediaSource:
    """An image of a task; one sent as base64 is not returned.

    Attributes:
        name (str): Name that the prompt refers to.
        media_type (str): Kind of media.
        url (str | Unset): The address, when the source is a URL.
        asset_id (str | Unset): Id of the asset, when the source is one.
    """

    name: str
    media_type: str
    url: str | Unset = UNSET
    asset_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        media_type = self.media_type

        url = self.url

        asset_id = self.asset_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "media_type": media_type,
            }
        )
        if url is not UNSET:
            field_dict["url"] = url
        if asset_id is not UNSET:
            field_dict["asset_id"] = asset_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        media_type = d.pop("media_type")

        url = d.pop("url", UNSET)

        asset_id = d.pop("asset_id", UNSET)

        analyze_task_media_source = cls(
            name=name,
            media_type=media_type,
            url=url,
            asset_id=asset_id,
        )

        analyze_task_media_source.additional_properties = d
        return analyze_task_media_source

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
