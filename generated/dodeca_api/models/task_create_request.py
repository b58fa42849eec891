from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api import types
from dodeca_api.types import UNSET, File, FileTypes, Unset

T = TypeVar("T", bound="TaskCreateRequest")


@_attrs_define
class TaskCreateRequest:
    """A video to upload and index.

    Attributes:
        index_id (str): Id of the index.
        video_file (File | Unset): The video, at most 2 GB. Either this or `video_url`.
        video_url (str | Unset): Public URL of the raw video file. Either this or `video_file`.
        enable_video_stream (bool | Unset): Keep the video for streaming over HLS.
        user_metadata (str | Unset): Custom fields as a JSON object in text; values are strings, numbers, booleans or
            lists of strings.
    """

    index_id: str
    video_file: File | Unset = UNSET
    video_url: str | Unset = UNSET
    enable_video_stream: bool | Unset = UNSET
    user_metadata: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        index_id = self.index_id

        video_file: FileTypes | Unset = UNSET
        if not isinstance(self.video_file, Unset):
            video_file = self.video_file.to_tuple()

        video_url = self.video_url

        enable_video_stream = self.enable_video_stream

        user_metadata = self.user_metadata

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "index_id": index_id,
            }
        )
        if video_file is not UNSET:
            field_dict["video_file"] = video_file
        if video_url is not UNSET:
            field_dict["video_url"] = video_url
        if enable_video_stream is not UNSET:
            field_dict["enable_video_stream"] = enable_video_stream
        if user_metadata is not UNSET:
            field_dict["user_metadata"] = user_metadata

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("index_id", (None, str(self.index_id).encode(), "text/plain")))

        if not isinstance(self.video_file, Unset):
            files.append(("video_file", self.video_file.to_tuple()))

        if not isinstance(self.video_url, Unset):
            files.append(("video_url", (None, str(self.video_url).encode(), "text/plain")))

        if not isinstance(self.enable_video_stream, Unset):
            files.append(
                (
                    "enable_video_stream",
                    (None, str(self.enable_video_stream).encode(), "text/plain"),
                )
            )

        if not isinstance(self.user_metadata, Unset):
            files.append(("user_metadata", (None, str(self.user_metadata).encode(), "text/plain")))

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        index_id = d.pop("index_id")

        _video_file = d.pop("video_file", UNSET)
        video_file: File | Unset
        if isinstance(_video_file, Unset):
            video_file = UNSET
        else:
            video_file = File(payload=BytesIO(_video_file))

        video_url = d.pop("video_url", UNSET)

        enable_video_stream = d.pop("enable_video_stream", UNSET)

        user_metadata = d.pop("user_metadata", UNSET)

        task_create_request = cls(
            index_id=index_id,
            video_file=video_file,
            video_url=video_url,
            enable_video_stream=enable_video_stream,
            user_metadata=user_metadata,
        )

        task_create_request.additional_properties = d
        return task_create_request

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
