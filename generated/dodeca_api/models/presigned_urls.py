from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.presigned_url import PresignedUrl


T = TypeVar("T", bound="PresignedUrls")


@_attrs_define
class PresignedUrls:
    """URLs for a run of consecutive chunks.

    Attributes:
        upload_urls (list[PresignedUrl]): One URL for each chunk.
        upload_id (str | Unset): Id of the session.
        start_index (int | Unset): Number of the first chunk, counted from 1.
        count (int | Unset): How many URLs follow.
        generated_at (datetime.datetime | Unset): When the URLs were made.
        expires_at (datetime.datetime | Unset): When the URLs stop working, one hour later.
    """

    upload_urls: list[PresignedUrl]
    upload_id: str | Unset = UNSET
    start_index: int | Unset = UNSET
    count: int | Unset = UNSET
    generated_at: datetime.datetime | Unset = UNSET
    expires_at: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        upload_urls = []
        for upload_urls_item_data in self.upload_urls:
            upload_urls_item = upload_urls_item_data.to_dict()
            upload_urls.append(upload_urls_item)

        upload_id = self.upload_id

        start_index = self.start_index

        count = self.count

        generated_at: str | Unset = UNSET
        if not isinstance(self.generated_at, Unset):
            generated_at = self.generated_at.isoformat()

        expires_at: str | Unset = UNSET
        if not isinstance(self.expires_at, Unset):
            expires_at = self.expires_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "upload_urls": upload_urls,
            }
        )
        if upload_id is not UNSET:
            field_dict["upload_id"] = upload_id
        if start_index is not UNSET:
            field_dict["start_index"] = start_index
        if count is not UNSET:
            field_dict["count"] = count
        if generated_at is not UNSET:
            field_dict["generated_at"] = generated_at
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.presigned_url import PresignedUrl  # noqa: PLC0415

        d = dict(src_dict)
        upload_urls = []
        _upload_urls = d.pop("upload_urls")
        for upload_urls_item_data in _upload_urls:
            upload_urls_item = PresignedUrl.from_dict(upload_urls_item_data)

            upload_urls.append(upload_urls_item)

        upload_id = d.pop("upload_id", UNSET)

        start_index = d.pop("start_index", UNSET)

        count = d.pop("count", UNSET)

        _generated_at = d.pop("generated_at", UNSET)
        generated_at: datetime.datetime | Unset
        if isinstance(_generated_at, Unset):
            generated_at = UNSET
        else:
            generated_at = datetime.datetime.fromisoformat(_generated_at)

        _expires_at = d.pop("expires_at", UNSET)
        expires_at: datetime.datetime | Unset
        if isinstance(_expires_at, Unset):
            expires_at = UNSET
        else:
            expires_at = datetime.datetime.fromisoformat(_expires_at)

        presigned_urls = cls(
            upload_urls=upload_urls,
            upload_id=upload_id,
            start_index=start_index,
            count=count,
            generated_at=generated_at,
            expires_at=expires_at,
        )

        presigned_urls.additional_properties = d
        return presigned_urls

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
