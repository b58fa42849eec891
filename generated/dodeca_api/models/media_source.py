from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

T = TypeVar("T", bound="MediaSource")


@_attrs_define
class MediaSource:
    """Where the media is. Give exactly one of the three.

    Attributes:
        base64_string (str | Unset): The file itself, encoded in base64.
        url (str | Unset): A public address of the raw file. Pages of video platforms and sharing links of cloud storage
            do not work.
        asset_id (str | Unset): The id of an asset, uploaded directly or in parts, that is `ready`.
    """

    base64_string: str | Unset = UNSET
    url: str | Unset = UNSET
    asset_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        base64_string = self.base64_string

        url = self.url

        asset_id = self.asset_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if base64_string is not UNSET:
            field_dict["base64_string"] = base64_string
        if url is not UNSET:
            field_dict["url"] = url
        if asset_id is not UNSET:
            field_dict["asset_id"] = asset_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        base64_string = d.pop("base64_string", UNSET)

        url = d.pop("url", UNSET)

        asset_id = d.pop("asset_id", UNSET)

        media_source = cls(
            base64_string=base64_string,
            url=url,
            asset_id=asset_id,
        )

        media_source.additional_properties = d
        return media_source

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
