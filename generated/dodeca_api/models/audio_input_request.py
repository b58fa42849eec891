from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.models.audio_input_request_embedding_option_items import (
    AudioInputRequestEmbeddingOptionItems,
    check_audio_input_request_embedding_option_items,
)
from dodeca_api.models.audio_input_request_embedding_scope_items import (
    AudioInputRequestEmbeddingScopeItems,
    check_audio_input_request_embedding_scope_items,
)
from dodeca_api.models.timed_embedding_type import (
    TimedEmbeddingType,
    check_timed_embedding_type,
)
from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.audio_segmentation import AudioSegmentation
    from dodeca_api.models.media_source import MediaSource


T = TypeVar("T", bound="AudioInputRequest")


@_attrs_define
class AudioInputRequest:
    """Audio to embed at once, whole or in part.

    Attributes:
        media_source (MediaSource): Where the media is. Give exactly one of the three.
        start_sec (float | Unset): Where to begin, in seconds from the start of the file.
        end_sec (float | Unset): Where to end, in seconds from the start of the file; greater than `start_sec`. Default:
            the end of the file.
        segmentation (AudioSegmentation | Unset): Segments of equal length, the only way to divide audio with Marengo
            3.0.
        embedding_option (list[AudioInputRequestEmbeddingOptionItems] | Unset): What the vectors are made from, one
            vector each.
        embedding_scope (list[AudioInputRequestEmbeddingScopeItems] | Unset): Vectors for segments, for the whole, or
            both.
        embedding_type (list[TimedEmbeddingType] | Unset): Vectors of each option apart, of all options together, or
            both. Only with two options or more; default: apart.
    """

    media_source: MediaSource
    start_sec: float | Unset = UNSET
    end_sec: float | Unset = UNSET
    segmentation: AudioSegmentation | Unset = UNSET
    embedding_option: list[AudioInputRequestEmbeddingOptionItems] | Unset = UNSET
    embedding_scope: list[AudioInputRequestEmbeddingScopeItems] | Unset = UNSET
    embedding_type: list[TimedEmbeddingType] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        media_source = self.media_source.to_dict()

        start_sec = self.start_sec

        end_sec = self.end_sec

        segmentation: dict[str, Any] | Unset = UNSET
        if not isinstance(self.segmentation, Unset):
            segmentation = self.segmentation.to_dict()

        embedding_option: list[str] | Unset = UNSET
        if not isinstance(self.embedding_option, Unset):
            embedding_option = []
            for embedding_option_item_data in self.embedding_option:
                embedding_option_item: str = embedding_option_item_data
                embedding_option.append(embedding_option_item)

        embedding_scope: list[str] | Unset = UNSET
        if not isinstance(self.embedding_scope, Unset):
            embedding_scope = []
            for embedding_scope_item_data in self.embedding_scope:
                embedding_scope_item: str = embedding_scope_item_data
                embedding_scope.append(embedding_scope_item)

        embedding_type: list[str] | Unset = UNSET
        if not isinstance(self.embedding_type, Unset):
            embedding_type = []
            for embedding_type_item_data in self.embedding_type:
                embedding_type_item: str = embedding_type_item_data
                embedding_type.append(embedding_type_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "media_source": media_source,
            }
        )
        if start_sec is not UNSET:
            field_dict["start_sec"] = start_sec
        if end_sec is not UNSET:
            field_dict["end_sec"] = end_sec
        if segmentation is not UNSET:
            field_dict["segmentation"] = segmentation
        if embedding_option is not UNSET:
            field_dict["embedding_option"] = embedding_option
        if embedding_scope is not UNSET:
            field_dict["embedding_scope"] = embedding_scope
        if embedding_type is not UNSET:
            field_dict["embedding_type"] = embedding_type

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.audio_segmentation import AudioSegmentation  # noqa: PLC0415
        from dodeca_api.models.media_source import MediaSource  # noqa: PLC0415

        d = dict(src_dict)
        media_source = MediaSource.from_dict(d.pop("media_source"))

        start_sec = d.pop("start_sec", UNSET)

        end_sec = d.pop("end_sec", UNSET)

        _segmentation = d.pop("segmentation", UNSET)
        segmentation: AudioSegmentation | Unset
        if isinstance(_segmentation, Unset):
            segmentation = UNSET
        else:
            segmentation = AudioSegmentation.from_dict(_segmentation)

        _embedding_option = d.pop("embedding_option", UNSET)
        embedding_option: list[AudioInputRequestEmbeddingOptionItems] | Unset = UNSET
        if _embedding_option is not UNSET:
            embedding_option = []
            for embedding_option_item_data in _embedding_option:
                embedding_option_item = check_audio_input_request_embedding_option_items(
                    embedding_option_item_data
                )

                embedding_option.append(embedding_option_item)

        _embedding_scope = d.pop("embedding_scope", UNSET)
        embedding_scope: list[AudioInputRequestEmbeddingScopeItems] | Unset = UNSET
        if _embedding_scope is not UNSET:
            embedding_scope = []
            for embedding_scope_item_data in _embedding_scope:
                embedding_scope_item = check_audio_input_request_embedding_scope_items(
                    embedding_scope_item_data
                )

                embedding_scope.append(embedding_scope_item)

        _embedding_type = d.pop("embedding_type", UNSET)
        embedding_type: list[TimedEmbeddingType] | Unset = UNSET
        if _embedding_type is not UNSET:
            embedding_type = []
            for embedding_type_item_data in _embedding_type:
                embedding_type_item = check_timed_embedding_type(embedding_type_item_data)

                embedding_type.append(embedding_type_item)

        audio_input_request = cls(
            media_source=media_source,
            start_sec=start_sec,
            end_sec=end_sec,
            segmentation=segmentation,
            embedding_option=embedding_option,
            embedding_scope=embedding_scope,
            embedding_type=embedding_type,
        )

        audio_input_request.additional_properties = d
        return audio_input_request

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
