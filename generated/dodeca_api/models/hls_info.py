from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

T = TypeVar("T", bound="HlsInfo")


@_attrs_define
class HlsInfo:
    """The HLS stream of an indexed video.

    Attributes:
        video_url (str | Unset): Playlist of the stream.
        thumbnail_urls (list[str] | Unset): Thumbnails.
        status (str | Unset): State of the encoding, in capitals; all but `PROCESSING` are final.
        updated_at (datetime.datetime | Unset): When the encoding last changed.
    """

    video_url: str | Unset = UNSET
    thumbnail_urls: list[str] | Unset = UNSET
    status: str | Unset = UNSET
    updated_at: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        video_url = self.video_url

        thumbnail_urls: list[str] | Unset = UNSET
        if not isinstance(self.thumbnail_urls, Unset):
            thumbnail_urls = self.thumbnail_urls

        status = self.status

        updated_at: str | Unset = UNSET
        if not isinstance(self.updated_at, Unset):
            updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if video_url is not UNSET:
            field_dict["video_url"] = video_url
        if thumbnail_urls is not UNSET:
            field_dict["thumbnail_urls"] = thumbnail_urls
        if status is not UNSET:
            field_dict["status"] = status
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        video_url = d.pop("video_url", UNSET)

        thumbnail_urls = cast(list[str], d.pop("thumbnail_urls", UNSET))

        status = d.pop("status", UNSET)

        _updated_at = d.pop("updated_at", UNSET)
        updated_at: datetime.datetime | Unset
        if isinstance(_updated_at, Unset):
            updated_at = UNSET
        else:
            updated_at = datetime.datetime.fromisoformat(_updated_at)

        hls_info = cls(
            video_url=video_url,
            thumbnail_urls=thumbnail_urls,
            status=status,
            updated_at=updated_at,
        )

        hls_info.additional_properties = d
        return hls_info

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
