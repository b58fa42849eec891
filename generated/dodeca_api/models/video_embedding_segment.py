from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

T = TypeVar("T", bound="VideoEmbeddingSegment")


@_attrs_define
class VideoEmbeddingSegment:
    """One vector and the part of the video that it stands for.

    Attributes:
        float_ (list[float]): The vector; 1024 numbers with Marengo 2.7, 512 with Marengo 3.0.
        start_offset_sec (float | Unset): Start in seconds; 0 for the whole video.
        end_offset_sec (float | Unset): End in seconds.
        embedding_option (str | Unset): What the vector describes.
        embedding_scope (str | Unset): `clip` for a segment, `video` for the whole.
    """

    float_: list[float]
    start_offset_sec: float | Unset = UNSET
    end_offset_sec: float | Unset = UNSET
    embedding_option: str | Unset = UNSET
    embedding_scope: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        float_ = self.float_

        start_offset_sec = self.start_offset_sec

        end_offset_sec = self.end_offset_sec

        embedding_option = self.embedding_option

        embedding_scope = self.embedding_scope

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "float": float_,
            }
        )
        if start_offset_sec is not UNSET:
            field_dict["start_offset_sec"] = start_offset_sec
        if end_offset_sec is not UNSET:
            field_dict["end_offset_sec"] = end_offset_sec
        if embedding_option is not UNSET:
            field_dict["embedding_option"] = embedding_option
        if embedding_scope is not UNSET:
            field_dict["embedding_scope"] = embedding_scope

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        float_ = cast(list[float], d.pop("float"))

        start_offset_sec = d.pop("start_offset_sec", UNSET)

        end_offset_sec = d.pop("end_offset_sec", UNSET)

        embedding_option = d.pop("embedding_option", UNSET)

        embedding_scope = d.pop("embedding_scope", UNSET)

        video_embedding_segment = cls(
            float_=float_,
            start_offset_sec=start_offset_sec,
            end_offset_sec=end_offset_sec,
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
        )

        video_embedding_segment.additional_properties = d
        return video_embedding_segment

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
