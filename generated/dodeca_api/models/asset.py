from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.asset_source import AssetSource
    from dodeca_api.models.user_metadata import UserMetadata


T = TypeVar("T", bound="Asset")


@_attrs_define
class Asset:
    """A media file that the service keeps.

    Attributes:
        field_id (str): Id of the asset.
        status (str): How far an asset is; only a `ready` one can be used elsewhere, `failed` is final too.
        method (str | Unset): How a file came in; `multipart` means in chunks, `connector` from a linked account.
        filename (str | Unset): The name that was given, or that of the file or URL.
        file_type (str | Unset): MIME type.
        created_at (datetime.datetime | Unset): When the asset was created.
        user_metadata (UserMetadata | Unset): Custom fields. Keys are strings; values are strings, numbers, booleans or
            lists of strings. Integers beyond 53 bits are safe as strings only.
        source (AssetSource | Unset): Where an imported asset came from.
    """

    field_id: str
    status: str
    method: str | Unset = UNSET
    filename: str | Unset = UNSET
    file_type: str | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    user_metadata: UserMetadata | Unset = UNSET
    source: AssetSource | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field_id = self.field_id

        status = self.status

        method = self.method

        filename = self.filename

        file_type = self.file_type

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

        user_metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.user_metadata, Unset):
            user_metadata = self.user_metadata.to_dict()

        source: dict[str, Any] | Unset = UNSET
        if not isinstance(self.source, Unset):
            source = self.source.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "_id": field_id,
                "status": status,
            }
        )
        if method is not UNSET:
            field_dict["method"] = method
        if filename is not UNSET:
            field_dict["filename"] = filename
        if file_type is not UNSET:
            field_dict["file_type"] = file_type
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if user_metadata is not UNSET:
            field_dict["user_metadata"] = user_metadata
        if source is not UNSET:
            field_dict["source"] = source

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.asset_source import AssetSource  # noqa: PLC0415
        from dodeca_api.models.user_metadata import UserMetadata  # noqa: PLC0415

        d = dict(src_dict)
        field_id = d.pop("_id")

        status = d.pop("status")

        method = d.pop("method", UNSET)

        filename = d.pop("filename", UNSET)

        file_type = d.pop("file_type", UNSET)

        _created_at = d.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset):
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

        _user_metadata = d.pop("user_metadata", UNSET)
        user_metadata: UserMetadata | Unset
        if isinstance(_user_metadata, Unset):
            user_metadata = UNSET
        else:
            user_metadata = UserMetadata.from_dict(_user_metadata)

        _source = d.pop("source", UNSET)
        source: AssetSource | Unset
        if isinstance(_source, Unset):
            source = UNSET
        else:
            source = AssetSource.from_dict(_source)

        asset = cls(
            field_id=field_id,
            status=status,
            method=method,
            filename=filename,
            file_type=file_type,
            created_at=created_at,
            user_metadata=user_metadata,
            source=source,
        )

        asset.additional_properties = d
        return asset

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
