from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api import types
from dodeca_api.models.embed_video_scope import EmbedVideoScope, check_embed_video_scope
from dodeca_api.types import UNSET, File, FileTypes, Unset

T = TypeVar("T", bound="EmbedTaskCreateRequest")


@_attrs_define
class EmbedTaskCreateRequest:
    """A video to embed clip by clip.

    Attributes:
        model_name (str): An embedding model; 1024 numbers per vector with 2.7, 512 with 3.0.
        video_file (File | Unset): The video, at most 2 GB.
        video_url (str | Unset): Public URL of the raw video file; wins over `video_file`.
        video_start_offset_sec (float | Unset): Where to begin, in seconds; at most the duration less one clip.
        video_end_offset_sec (float | Unset): Where to stop, in seconds; at least one clip after the start, and given
            together with it.
        video_clip_length (float | Unset): Length of a clip in whole seconds, 2 to 10.
        video_embedding_scope (list[EmbedVideoScope] | Unset): `clip` alone, or `clip` and `video` for a vector of the
            whole as well; best for videos of up to 30 seconds.
    """

    model_name: str
    video_file: File | Unset = UNSET
    video_url: str | Unset = UNSET
    video_start_offset_sec: float | Unset = UNSET
    video_end_offset_sec: float | Unset = UNSET
    video_clip_length: float | Unset = UNSET
    video_embedding_scope: list[EmbedVideoScope] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_name = self.model_name

        video_file: FileTypes | Unset = UNSET
        if not isinstance(self.video_file, Unset):
            video_file = self.video_file.to_tuple()

        video_url = self.video_url

        video_start_offset_sec = self.video_start_offset_sec

        video_end_offset_sec = self.video_end_offset_sec

        video_clip_length = self.video_clip_length

        video_embedding_scope: list[str] | Unset = UNSET
        if not isinstance(self.video_embedding_scope, Unset):
            video_embedding_scope = []
            for video_embedding_scope_item_data in self.video_embedding_scope:
                video_embedding_scope_item: str = video_embedding_scope_item_data
                video_embedding_scope.append(video_embedding_scope_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "model_name": model_name,
            }
        )
        if video_file is not UNSET:
            field_dict["video_file"] = video_file
        if video_url is not UNSET:
            field_dict["video_url"] = video_url
        if video_start_offset_sec is not UNSET:
            field_dict["video_start_offset_sec"] = video_start_offset_sec
        if video_end_offset_sec is not UNSET:
            field_dict["video_end_offset_sec"] = video_end_offset_sec
        if video_clip_length is not UNSET:
            field_dict["video_clip_length"] = video_clip_length
        if video_embedding_scope is not UNSET:
            field_dict["video_embedding_scope"] = video_embedding_scope

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("model_name", (None, str(self.model_name).encode(), "text/plain")))

        if not isinstance(self.video_file, Unset):
            files.append(("video_file", self.video_file.to_tuple()))

        if not isinstance(self.video_url, Unset):
            files.append(("video_url", (None, str(self.video_url).encode(), "text/plain")))

        if not isinstance(self.video_start_offset_sec, Unset):
            files.append(
                (
                    "video_start_offset_sec",
                    (None, str(self.video_start_offset_sec).encode(), "text/plain"),
                )
            )

        if not isinstance(self.video_end_offset_sec, Unset):
            files.append(
                (
                    "video_end_offset_sec",
                    (None, str(self.video_end_offset_sec).encode(), "text/plain"),
                )
            )

        if not isinstance(self.video_clip_length, Unset):
            files.append(
                ("video_clip_length", (None, str(self.video_clip_length).encode(), "text/plain"))
            )

        if not isinstance(self.video_embedding_scope, Unset):
            for video_embedding_scope_item_element in self.video_embedding_scope:
                files.append(
                    (
                        "video_embedding_scope",
                        (None, str(video_embedding_scope_item_element).encode(), "text/plain"),
                    )
                )

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        model_name = d.pop("model_name")

        _video_file = d.pop("video_file", UNSET)
        video_file: File | Unset
        if isinstance(_video_file, Unset):
            video_file = UNSET
        else:
            video_file = File(payload=BytesIO(_video_file))

        video_url = d.pop("video_url", UNSET)

        video_start_offset_sec = d.pop("video_start_offset_sec", UNSET)

        video_end_offset_sec = d.pop("video_end_offset_sec", UNSET)

        video_clip_length = d.pop("video_clip_length", UNSET)

        _video_embedding_scope = d.pop("video_embedding_scope", UNSET)
        video_embedding_scope: list[EmbedVideoScope] | Unset = UNSET
        if _video_embedding_scope is not UNSET:
            video_embedding_scope = []
            for video_embedding_scope_item_data in _video_embedding_scope:
                video_embedding_scope_item = check_embed_video_scope(
                    video_embedding_scope_item_data
                )

                video_embedding_scope.append(video_embedding_scope_item)

        embed_task_create_request = cls(
            model_name=model_name,
            video_file=video_file,
            video_url=video_url,
            video_start_offset_sec=video_start_offset_sec,
            video_end_offset_sec=video_end_offset_sec,
            video_clip_length=video_clip_length,
            video_embedding_scope=video_embedding_scope,
        )

        embed_task_create_request.additional_properties = d
        return embed_task_create_request

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
