from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

T = TypeVar("T", bound="AssetThumbnail")


@_attrs_define
class AssetThumbnail:
    """A still image made from the asset.

    Attributes:
        representative_url (str | Unset): Address of the image.
        status (str | Unset): How far a stream or a thumbnail is; `ready` and `error` are final.
    """

    representative_url: str | Unset = UNSET
    status: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        representative_url = self.representative_url

        status = self.status

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if representative_url is not UNSET:
            field_dict["representative_url"] = representative_url
        if status is not UNSET:
            field_dict["status"] = status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        representative_url = d.pop("representative_url", UNSET)

        status = d.pop("status", UNSET)

        asset_thumbnail = cls(
            representative_url=representative_url,
            status=status,
        )

        asset_thumbnail.additional_properties = d
        return asset_thumbnail

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
