from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.models.multipart_upload_type import (
    MultipartUploadType,
    check_multipart_upload_type,
)
from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.user_metadata import UserMetadata


T = TypeVar("T", bound="MultipartUploadCreateRequest")


@_attrs_define
class MultipartUploadCreateRequest:
    """A large file to be sent in chunks.

    Attributes:
        filename (str): Name of the file.
        type_ (MultipartUploadType): Kind of media to upload; documents do not come in chunks.
        total_size (int): Size of the whole file in bytes; images at most 32 MB.
        enable_hls (bool | Unset): Make an HLS stream of video or audio.
        enable_thumbnail (bool | Unset): Make a thumbnail.
        user_metadata (UserMetadata | Unset): Custom fields. Keys are strings; values are strings, numbers, booleans or
            lists of strings. Integers beyond 53 bits are safe as strings only.
    """

    filename: str
    type_: MultipartUploadType
    total_size: int
    enable_hls: bool | Unset = UNSET
    enable_thumbnail: bool | Unset = UNSET
    user_metadata: UserMetadata | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        filename = self.filename

        type_: str = self.type_

        total_size = self.total_size

        enable_hls = self.enable_hls

        enable_thumbnail = self.enable_thumbnail

        user_metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.user_metadata, Unset):
            user_metadata = self.user_metadata.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "filename": filename,
                "type": type_,
                "total_size": total_size,
            }
        )
        if enable_hls is not UNSET:
            field_dict["enable_hls"] = enable_hls
        if enable_thumbnail is not UNSET:
            field_dict["enable_thumbnail"] = enable_thumbnail
        if user_metadata is not UNSET:
            field_dict["user_metadata"] = user_metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.user_metadata import UserMetadata  # noqa: PLC0415

        d = dict(src_dict)
        filename = d.pop("filename")

        type_ = check_multipart_upload_type(d.pop("type"))

        total_size = d.pop("total_size")

        enable_hls = d.pop("enable_hls", UNSET)

        enable_thumbnail = d.pop("enable_thumbnail", UNSET)

        _user_metadata = d.pop("user_metadata", UNSET)
        user_metadata: UserMetadata | Unset
        if isinstance(_user_metadata, Unset):
            user_metadata = UNSET
        else:
            user_metadata = UserMetadata.from_dict(_user_metadata)

        multipart_upload_create_request = cls(
            filename=filename,
            type_=type_,
            total_size=total_size,
            enable_hls=enable_hls,
            enable_thumbnail=enable_thumbnail,
            user_metadata=user_metadata,
        )

        multipart_upload_create_request.additional_properties = d
        return multipart_upload_create_request

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
