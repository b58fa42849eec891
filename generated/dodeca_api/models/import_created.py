from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.import_accepted_video import ImportAcceptedVideo
    from dodeca_api.models.import_rejected_file import ImportRejectedFile


T = TypeVar("T", bound="ImportCreated")


@_attrs_define
class ImportCreated:
    """What an import takes on.

    Attributes:
        failed_files (list[ImportRejectedFile] | Unset): Files that will not be imported, for want of what the models of
            the index require.
        videos (list[ImportAcceptedVideo] | Unset): Videos that will be imported.
    """

    failed_files: list[ImportRejectedFile] | Unset = UNSET
    videos: list[ImportAcceptedVideo] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        failed_files: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.failed_files, Unset):
            failed_files = []
            for failed_files_item_data in self.failed_files:
                failed_files_item = failed_files_item_data.to_dict()
                failed_files.append(failed_files_item)

        videos: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.videos, Unset):
            videos = []
            for videos_item_data in self.videos:
                videos_item = videos_item_data.to_dict()
                videos.append(videos_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if failed_files is not UNSET:
            field_dict["failed_files"] = failed_files
        if videos is not UNSET:
            field_dict["videos"] = videos

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.import_accepted_video import ImportAcceptedVideo  # noqa: PLC0415
        from dodeca_api.models.import_rejected_file import ImportRejectedFile  # noqa: PLC0415

        d = dict(src_dict)
        _failed_files = d.pop("failed_files", UNSET)
        failed_files: list[ImportRejectedFile] | Unset = UNSET
        if _failed_files is not UNSET:
            failed_files = []
            for failed_files_item_data in _failed_files:
                failed_files_item = ImportRejectedFile.from_dict(failed_files_item_data)

                failed_files.append(failed_files_item)

        _videos = d.pop("videos", UNSET)
        videos: list[ImportAcceptedVideo] | Unset = UNSET
        if _videos is not UNSET:
            videos = []
            for videos_item_data in _videos:
                videos_item = ImportAcceptedVideo.from_dict(videos_item_data)

                videos.append(videos_item)

        import_created = cls(
            failed_files=failed_files,
            videos=videos,
        )

        import_created.additional_properties = d
        return import_created

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
