from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.page_info import PageInfo
    from dodeca_api.models.upload_chunk import UploadChunk


T = TypeVar("T", bound="MultipartUploadDetail")


@_attrs_define
class MultipartUploadDetail:
    """A session with one page of its chunks.

    Attributes:
        upload_id (str): Id of the session.
        status (str): State of a session; `completed` means received, the asset still has to become `ready`.
        uploaded_chunks (list[UploadChunk]): The chunks on this page, whatever their state.
        chunks_completed (int | Unset): Chunks that were reported, on all pages.
        chunks_failed (int | Unset): Chunks that failed, on all pages.
        chunks_pending (int | Unset): Chunks neither completed nor failed, on all pages.
        page_info (PageInfo | Unset): Where a page stands among all results.
        total_size (int | Unset): Size of the whole file in bytes.
        uploaded_size (int | Unset): Bytes received so far.
        created_at (datetime.datetime | Unset): When the session was opened.
        updated_at (datetime.datetime | Unset): When the session last changed.
    """

    upload_id: str
    status: str
    uploaded_chunks: list[UploadChunk]
    chunks_completed: int | Unset = UNSET
    chunks_failed: int | Unset = UNSET
    chunks_pending: int | Unset = UNSET
    page_info: PageInfo | Unset = UNSET
    total_size: int | Unset = UNSET
    uploaded_size: int | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    updated_at: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        upload_id = self.upload_id

        status = self.status

        uploaded_chunks = []
        for uploaded_chunks_item_data in self.uploaded_chunks:
            uploaded_chunks_item = uploaded_chunks_item_data.to_dict()
            uploaded_chunks.append(uploaded_chunks_item)

        chunks_completed = self.chunks_completed

        chunks_failed = self.chunks_failed

        chunks_pending = self.chunks_pending

        page_info: dict[str, Any] | Unset = UNSET
        if not isinstance(self.page_info, Unset):
            page_info = self.page_info.to_dict()

        total_size = self.total_size

        uploaded_size = self.uploaded_size

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

        updated_at: str | Unset = UNSET
        if not isinstance(self.updated_at, Unset):
            updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "upload_id": upload_id,
                "status": status,
                "uploaded_chunks": uploaded_chunks,
            }
        )
        if chunks_completed is not UNSET:
            field_dict["chunks_completed"] = chunks_completed
        if chunks_failed is not UNSET:
            field_dict["chunks_failed"] = chunks_failed
        if chunks_pending is not UNSET:
            field_dict["chunks_pending"] = chunks_pending
        if page_info is not UNSET:
            field_dict["page_info"] = page_info
        if total_size is not UNSET:
            field_dict["total_size"] = total_size
        if uploaded_size is not UNSET:
            field_dict["uploaded_size"] = uploaded_size
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.page_info import PageInfo  # noqa: PLC0415
        from dodeca_api.models.upload_chunk import UploadChunk  # noqa: PLC0415

        d = dict(src_dict)
        upload_id = d.pop("upload_id")

        status = d.pop("status")

        uploaded_chunks = []
        _uploaded_chunks = d.pop("uploaded_chunks")
        for uploaded_chunks_item_data in _uploaded_chunks:
            uploaded_chunks_item = UploadChunk.from_dict(uploaded_chunks_item_data)

            uploaded_chunks.append(uploaded_chunks_item)

        chunks_completed = d.pop("chunks_completed", UNSET)

        chunks_failed = d.pop("chunks_failed", UNSET)

        chunks_pending = d.pop("chunks_pending", UNSET)

        _page_info = d.pop("page_info", UNSET)
        page_info: PageInfo | Unset
        if isinstance(_page_info, Unset):
            page_info = UNSET
        else:
            page_info = PageInfo.from_dict(_page_info)

        total_size = d.pop("total_size", UNSET)

        uploaded_size = d.pop("uploaded_size", UNSET)

        _created_at = d.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset):
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

        _updated_at = d.pop("updated_at", UNSET)
        updated_at: datetime.datetime | Unset
        if isinstance(_updated_at, Unset):
            updated_at = UNSET
        else:
            updated_at = datetime.datetime.fromisoformat(_updated_at)

        multipart_upload_detail = cls(
            upload_id=upload_id,
            status=status,
            uploaded_chunks=uploaded_chunks,
            chunks_completed=chunks_completed,
            chunks_failed=chunks_failed,
            chunks_pending=chunks_pending,
            page_info=page_info,
            total_size=total_size,
            uploaded_size=uploaded_size,
            created_at=created_at,
            updated_at=updated_at,
        )

        multipart_upload_detail.additional_properties = d
        return multipart_upload_detail

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
