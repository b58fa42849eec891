from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api import types
from dodeca_api.models.asset_upload_method import (
    AssetUploadMethod,
    check_asset_upload_method,
)
from dodeca_api.types import UNSET, File, FileTypes, Unset

T = TypeVar("T", bound="AssetCreateRequest")


@_attrs_define
class AssetCreateRequest:
    """A file to keep, sent along or fetched from a URL.

    Attributes:
        method (AssetUploadMethod): How the file is handed over.
        file (File | Unset): The file; with `method` direct only. At most 200 MB, images 32 MB.
        url (str | Unset): Public URL of the raw file, or of a recorded HLS playlist; with `method` url only. At most 4
            GB.
        filename (str | Unset): Name to keep; without it the service takes it from the file or the URL.
        enable_hls (bool | Unset): Make an HLS stream of video or audio. The service's own default differs between its
            versions.
        enable_thumbnail (bool | Unset): Make a thumbnail. The service's own default differs between its versions.
        user_metadata (str | Unset): Custom fields as a JSON object in text; values are strings, numbers, booleans or
            lists of strings.
    """

    method: AssetUploadMethod
    file: File | Unset = UNSET
    url: str | Unset = UNSET
    filename: str | Unset = UNSET
    enable_hls: bool | Unset = UNSET
    enable_thumbnail: bool | Unset = UNSET
    user_metadata: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        method: str = self.method

        file: FileTypes | Unset = UNSET
        if not isinstance(self.file, Unset):
            file = self.file.to_tuple()

        url = self.url

        filename = self.filename

        enable_hls = self.enable_hls

        enable_thumbnail = self.enable_thumbnail

        user_metadata = self.user_metadata

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "method": method,
            }
        )
        if file is not UNSET:
            field_dict["file"] = file
        if url is not UNSET:
            field_dict["url"] = url
        if filename is not UNSET:
            field_dict["filename"] = filename
        if enable_hls is not UNSET:
            field_dict["enable_hls"] = enable_hls
        if enable_thumbnail is not UNSET:
            field_dict["enable_thumbnail"] = enable_thumbnail
        if user_metadata is not UNSET:
            field_dict["user_metadata"] = user_metadata

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("method", (None, str(self.method).encode(), "text/plain")))

        if not isinstance(self.file, Unset):
            files.append(("file", self.file.to_tuple()))

        if not isinstance(self.url, Unset):
            files.append(("url", (None, str(self.url).encode(), "text/plain")))

        if not isinstance(self.filename, Unset):
            files.append(("filename", (None, str(self.filename).encode(), "text/plain")))

        if not isinstance(self.enable_hls, Unset):
            files.append(("enable_hls", (None, str(self.enable_hls).encode(), "text/plain")))

        if not isinstance(self.enable_thumbnail, Unset):
            files.append(
                ("enable_thumbnail", (None, str(self.enable_thumbnail).encode(), "text/plain"))
            )

        if not isinstance(self.user_metadata, Unset):
            files.append(("user_metadata", (None, str(self.user_metadata).encode(), "text/plain")))

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        method = check_asset_upload_method(d.pop("method"))

        _file = d.pop("file", UNSET)
        file: File | Unset
        if isinstance(_file, Unset):
            file = UNSET
        else:
            file = File(payload=BytesIO(_file))

        url = d.pop("url", UNSET)

        filename = d.pop("filename", UNSET)

        enable_hls = d.pop("enable_hls", UNSET)

        enable_thumbnail = d.pop("enable_thumbnail", UNSET)

        user_metadata = d.pop("user_metadata", UNSET)

        asset_create_request = cls(
            method=method,
            file=file,
            url=url,
            filename=filename,
            enable_hls=enable_hls,
            enable_thumbnail=enable_thumbnail,
            user_metadata=user_metadata,
        )

        asset_create_request.additional_properties = d
        return asset_create_request

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
