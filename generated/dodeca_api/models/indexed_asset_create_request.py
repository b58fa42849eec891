from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.user_metadata import UserMetadata


T = TypeVar("T", bound="IndexedAssetCreateRequest")


@_attrs_define
class IndexedAssetCreateRequest:
    """An asset to index.

    Attributes:
        asset_id (str): Id of an asset whose status is `ready`.
        enable_video_stream (bool | Unset): Keep the video for streaming over HLS.
        user_metadata (UserMetadata | Unset): Custom fields. Keys are strings; values are strings, numbers, booleans or
            lists of strings. Integers beyond 53 bits are safe as strings only.
    """

    asset_id: str
    enable_video_stream: bool | Unset = UNSET
    user_metadata: UserMetadata | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        asset_id = self.asset_id

        enable_video_stream = self.enable_video_stream

        user_metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.user_metadata, Unset):
            user_metadata = self.user_metadata.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "asset_id": asset_id,
            }
        )
        if enable_video_stream is not UNSET:
            field_dict["enable_video_stream"] = enable_video_stream
        if user_metadata is not UNSET:
            field_dict["user_metadata"] = user_metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.user_metadata import UserMetadata  # noqa: PLC0415

        d = dict(src_dict)
        asset_id = d.pop("asset_id")

        enable_video_stream = d.pop("enable_video_stream", UNSET)

        _user_metadata = d.pop("user_metadata", UNSET)
        user_metadata: UserMetadata | Unset
        if isinstance(_user_metadata, Unset):
            user_metadata = UNSET
        else:
            user_metadata = UserMetadata.from_dict(_user_metadata)

        indexed_asset_create_request = cls(
            asset_id=asset_id,
            enable_video_stream=enable_video_stream,
            user_metadata=user_metadata,
        )

        indexed_asset_create_request.additional_properties = d
        return indexed_asset_create_request

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
