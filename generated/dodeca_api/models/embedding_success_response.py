from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.embedding_audio_metadata import EmbeddingAudioMetadata
    from dodeca_api.models.embedding_data import EmbeddingData
    from dodeca_api.models.embedding_image_metadata import EmbeddingImageMetadata
    from dodeca_api.models.embedding_multi_input_metadata import (
        EmbeddingMultiInputMetadata,
    )
    from dodeca_api.models.embedding_text_image_metadata import EmbeddingTextImageMetadata
    from dodeca_api.models.embedding_usage import EmbeddingUsage
    from dodeca_api.models.embedding_video_metadata import EmbeddingVideoMetadata
    from dodeca_api.models.unlisted_object import UnlistedObject


T = TypeVar("T", bound="EmbeddingSuccessResponse")


@_attrs_define
class EmbeddingSuccessResponse:
    """The vectors of one input, and what is known about it.

    Attributes:
        data (list[EmbeddingData]): One entry for each vector.
        metadata (EmbeddingAudioMetadata | EmbeddingImageMetadata | EmbeddingMultiInputMetadata |
            EmbeddingTextImageMetadata | EmbeddingVideoMetadata | UnlistedObject | Unset): What the input was, told apart by
            `input_type`.
        usage (EmbeddingUsage | Unset): What the model has read.
    """

    data: list[EmbeddingData]
    metadata: (
        EmbeddingAudioMetadata
        | EmbeddingImageMetadata
        | EmbeddingMultiInputMetadata
        | EmbeddingTextImageMetadata
        | EmbeddingVideoMetadata
        | UnlistedObject
        | Unset
    ) = UNSET
    usage: EmbeddingUsage | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from dodeca_api.models.embedding_audio_metadata import EmbeddingAudioMetadata  # noqa: PLC0415
        from dodeca_api.models.embedding_image_metadata import EmbeddingImageMetadata  # noqa: PLC0415
        from dodeca_api.models.embedding_multi_input_metadata import (
            EmbeddingMultiInputMetadata,  # noqa: PLC0415
        )
        from dodeca_api.models.embedding_text_image_metadata import (
            EmbeddingTextImageMetadata,  # noqa: PLC0415
        )
        from dodeca_api.models.embedding_video_metadata import EmbeddingVideoMetadata  # noqa: PLC0415

        data = []
        for data_item_data in self.data:
            data_item = data_item_data.to_dict()
            data.append(data_item)

        metadata: dict[str, Any] | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        elif isinstance(self.metadata, EmbeddingImageMetadata):
            metadata = self.metadata.to_dict()
        elif isinstance(self.metadata, EmbeddingTextImageMetadata):
            metadata = self.metadata.to_dict()
        elif isinstance(self.metadata, EmbeddingAudioMetadata):
            metadata = self.metadata.to_dict()
        elif isinstance(self.metadata, EmbeddingVideoMetadata):
            metadata = self.metadata.to_dict()
        elif isinstance(self.metadata, EmbeddingMultiInputMetadata):
            metadata = self.metadata.to_dict()
        else:
            metadata = self.metadata.to_dict()

        usage: dict[str, Any] | Unset = UNSET
        if not isinstance(self.usage, Unset):
            usage = self.usage.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "data": data,
            }
        )
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if usage is not UNSET:
            field_dict["usage"] = usage

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.embedding_audio_metadata import EmbeddingAudioMetadata  # noqa: PLC0415
        from dodeca_api.models.embedding_data import EmbeddingData  # noqa: PLC0415
        from dodeca_api.models.embedding_image_metadata import EmbeddingImageMetadata  # noqa: PLC0415
        from dodeca_api.models.embedding_multi_input_metadata import (
            EmbeddingMultiInputMetadata,  # noqa: PLC0415
        )
        from dodeca_api.models.embedding_text_image_metadata import (
            EmbeddingTextImageMetadata,  # noqa: PLC0415
        )
        from dodeca_api.models.embedding_usage import EmbeddingUsage  # noqa: PLC0415
        from dodeca_api.models.embedding_video_metadata import EmbeddingVideoMetadata  # noqa: PLC0415
        from dodeca_api.models.unlisted_object import UnlistedObject  # noqa: PLC0415

        d = dict(src_dict)
        data = []
        _data = d.pop("data")
        for data_item_data in _data:
            data_item = EmbeddingData.from_dict(data_item_data)

            data.append(data_item)

        def _parse_metadata(
            data: object,
        ) -> (
            EmbeddingAudioMetadata
            | EmbeddingImageMetadata
            | EmbeddingMultiInputMetadata
            | EmbeddingTextImageMetadata
            | EmbeddingVideoMetadata
            | UnlistedObject
            | Unset
        ):
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_embedding_media_metadata_type_0 = (
                    EmbeddingImageMetadata.from_dict(data)
                )

                return componentsschemas_embedding_media_metadata_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_embedding_media_metadata_type_1 = (
                    EmbeddingTextImageMetadata.from_dict(data)
                )

                return componentsschemas_embedding_media_metadata_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_embedding_media_metadata_type_2 = (
                    EmbeddingAudioMetadata.from_dict(data)
                )

                return componentsschemas_embedding_media_metadata_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_embedding_media_metadata_type_3 = (
                    EmbeddingVideoMetadata.from_dict(data)
                )

                return componentsschemas_embedding_media_metadata_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_embedding_media_metadata_type_4 = (
                    EmbeddingMultiInputMetadata.from_dict(data)
                )

                return componentsschemas_embedding_media_metadata_type_4
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_embedding_media_metadata_type_5 = UnlistedObject.from_dict(data)

            return componentsschemas_embedding_media_metadata_type_5

        metadata = _parse_metadata(d.pop("metadata", UNSET))

        _usage = d.pop("usage", UNSET)
        usage: EmbeddingUsage | Unset
        if isinstance(_usage, Unset):
            usage = UNSET
        else:
            usage = EmbeddingUsage.from_dict(_usage)

        embedding_success_response = cls(
            data=data,
            metadata=metadata,
            usage=usage,
        )

        embedding_success_response.additional_properties = d
        return embedding_success_response

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
