from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

T = TypeVar("T", bound="PromptMediaSource")


@_attrs_define
class PromptMediaSource:
    """A reference image, by exactly one of the three sources.

    Attributes:
        name (str): Name that the text refers to as `<@name>`.
        media_type (Literal['image']): Kind of media; images only.
        url (str | Unset): Public HTTPS URL of the image.
        asset_id (str | Unset): Id of an asset that is ready.
        base64_string (str | Unset): The image in base64, at most 32 MB decoded.
    """

    name: str
    media_type: Literal["image"]
    url: str | Unset = UNSET
    asset_id: str | Unset = UNSET
    base64_string: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        media_type = self.media_type

        url = self.url

        asset_id = self.asset_id

        base64_string = self.base64_string

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
        if base64_string is not UNSET:
            field_dict["base64_string"] = base64_string

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        media_type = cast(Literal["image"], d.pop("media_type"))
        if media_type != "image":
            raise ValueError(f"media_type must match const 'image', got '{media_type}'")

        url = d.pop("url", UNSET)

        asset_id = d.pop("asset_id", UNSET)

        base64_string = d.pop("base64_string", UNSET)

        prompt_media_source = cls(
            name=name,
            media_type=media_type,
            url=url,
            asset_id=asset_id,
            base64_string=base64_string,
        )

        prompt_media_source.additional_properties = d
        return prompt_media_source

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
