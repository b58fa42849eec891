from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.analyze_source_metadata import AnalyzeSourceMetadata


T = TypeVar("T", bound="AnalyzeTaskVideoSource")


@_attrs_define
class AnalyzeTaskVideoSource:
    """The video of a task.

    Attributes:
        type_ (str | Unset): Which source was given.
        url (str | Unset): The address, when the source is a URL.
        asset_id (str | Unset): Id of the asset, when the source is one.
        video_id (str | Unset): Id of the video, when the source is one of an index.
        index_id (str | Unset): Id of its index, when the source is one of an index.
        system_metadata (AnalyzeSourceMetadata | Unset): What the service measured in a video.
    """

    type_: str | Unset = UNSET
    url: str | Unset = UNSET
    asset_id: str | Unset = UNSET
    video_id: str | Unset = UNSET
    index_id: str | Unset = UNSET
    system_metadata: AnalyzeSourceMetadata | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        url = self.url

        asset_id = self.asset_id

        video_id = self.video_id

        index_id = self.index_id

        system_metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.system_metadata, Unset):
            system_metadata = self.system_metadata.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if type_ is not UNSET:
            field_dict["type"] = type_
        if url is not UNSET:
            field_dict["url"] = url
        if asset_id is not UNSET:
            field_dict["asset_id"] = asset_id
        if video_id is not UNSET:
            field_dict["video_id"] = video_id
        if index_id is not UNSET:
            field_dict["index_id"] = index_id
        if system_metadata is not UNSET:
            field_dict["system_metadata"] = system_metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.analyze_source_metadata import AnalyzeSourceMetadata  # noqa: PLC0415

        d = dict(src_dict)
        type_ = d.pop("type", UNSET)

        url = d.pop("url", UNSET)

        asset_id = d.pop("asset_id", UNSET)

        video_id = d.pop("video_id", UNSET)

        index_id = d.pop("index_id", UNSET)

        _system_metadata = d.pop("system_metadata", UNSET)
        system_metadata: AnalyzeSourceMetadata | Unset
        if isinstance(_system_metadata, Unset):
            system_metadata = UNSET
        else:
            system_metadata = AnalyzeSourceMetadata.from_dict(_system_metadata)

        analyze_task_video_source = cls(
            type_=type_,
            url=url,
            asset_id=asset_id,
            video_id=video_id,
            index_id=index_id,
            system_metadata=system_metadata,
        )

        analyze_task_video_source.additional_properties = d
        return analyze_task_video_source

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
