from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.presigned_url import PresignedUrl
    from dodeca_api.models.upload_headers import UploadHeaders


T = TypeVar("T", bound="MultipartUploadCreated")


@_attrs_define
class MultipartUploadCreated:
    """A new upload session.

    Attributes:
        upload_id (str): Id of the session.
        asset_id (str): Id that the asset will have; it can be used once the upload is complete and the asset ready.
        upload_urls (list[PresignedUrl]): URLs of the first chunks; for large files not of all.
        chunk_size (int): Bytes of every chunk but the last.
        total_chunks (int): Number of chunks: total size divided by chunk size, rounded up.
        upload_headers (UploadHeaders | Unset): Header names and values that go with the PUT of each chunk.
        expires_at (datetime.datetime | Unset): End of the session, 24 hours after its start.
    """

    upload_id: str
    asset_id: str
    upload_urls: list[PresignedUrl]
    chunk_size: int
    total_chunks: int
    upload_headers: UploadHeaders | Unset = UNSET
    expires_at: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        upload_id = self.upload_id

        asset_id = self.asset_id

        upload_urls = []
        for upload_urls_item_data in self.upload_urls:
            upload_urls_item = upload_urls_item_data.to_dict()
            upload_urls.append(upload_urls_item)

        chunk_size = self.chunk_size

        total_chunks = self.total_chunks

        upload_headers: dict[str, Any] | Unset = UNSET
        if not isinstance(self.upload_headers, Unset):
            upload_headers = self.upload_headers.to_dict()

        expires_at: str | Unset = UNSET
        if not isinstance(self.expires_at, Unset):
            expires_at = self.expires_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "upload_id": upload_id,
                "asset_id": asset_id,
                "upload_urls": upload_urls,
                "chunk_size": chunk_size,
                "total_chunks": total_chunks,
            }
        )
        if upload_headers is not UNSET:
            field_dict["upload_headers"] = upload_headers
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.presigned_url import PresignedUrl  # noqa: PLC0415
        from dodeca_api.models.upload_headers import UploadHeaders  # noqa: PLC0415

        d = dict(src_dict)
        upload_id = d.pop("upload_id")

        asset_id = d.pop("asset_id")

        upload_urls = []
        _upload_urls = d.pop("upload_urls")
        for upload_urls_item_data in _upload_urls:
            upload_urls_item = PresignedUrl.from_dict(upload_urls_item_data)

            upload_urls.append(upload_urls_item)

        chunk_size = d.pop("chunk_size")

        total_chunks = d.pop("total_chunks")

        _upload_headers = d.pop("upload_headers", UNSET)
        upload_headers: UploadHeaders | Unset
        if isinstance(_upload_headers, Unset):
            upload_headers = UNSET
        else:
            upload_headers = UploadHeaders.from_dict(_upload_headers)

        _expires_at = d.pop("expires_at", UNSET)
        expires_at: datetime.datetime | Unset
        if isinstance(_expires_at, Unset):
            expires_at = UNSET
        else:
            expires_at = datetime.datetime.fromisoformat(_expires_at)

        multipart_upload_created = cls(
            upload_id=upload_id,
            asset_id=asset_id,
            upload_urls=upload_urls,
            chunk_size=chunk_size,
            total_chunks=total_chunks,
            upload_headers=upload_headers,
            expires_at=expires_at,
        )

        multipart_upload_created.additional_properties = d
        return multipart_upload_created

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
