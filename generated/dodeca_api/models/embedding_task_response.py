from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.embedding_audio_metadata import EmbeddingAudioMetadata
    from dodeca_api.models.embedding_data import EmbeddingData
    from dodeca_api.models.embedding_document_metadata import EmbeddingDocumentMetadata
    from dodeca_api.models.embedding_image_metadata import EmbeddingImageMetadata
    from dodeca_api.models.embedding_task_error import EmbeddingTaskError
    from dodeca_api.models.embedding_usage import EmbeddingUsage
    from dodeca_api.models.embedding_video_metadata import EmbeddingVideoMetadata
    from dodeca_api.models.unlisted_object import UnlistedObject


T = TypeVar("T", bound="EmbeddingTaskResponse")


@_attrs_define
class EmbeddingTaskResponse:
    """An embedding task.

    Attributes:
        field_id (str): The id of the task.
        status (str): How far a task is.
        created_at (datetime.datetime | Unset): When the task was created.
        updated_at (datetime.datetime | Unset): When the task last changed.
        data (list[EmbeddingData] | Unset): One entry for each vector, once the task is ready.
        usage (EmbeddingUsage | Unset): What the model has read.
        metadata (EmbeddingAudioMetadata | EmbeddingDocumentMetadata | EmbeddingImageMetadata | EmbeddingVideoMetadata |
            UnlistedObject | Unset): What the input of a task was, told apart by `input_type`.
        error (EmbeddingTaskError | Unset): Why a task failed.
    """

    field_id: str
    status: str
    created_at: datetime.datetime | Unset = UNSET
    updated_at: datetime.datetime | Unset = UNSET
    data: list[EmbeddingData] | Unset = UNSET
    usage: EmbeddingUsage | Unset = UNSET
    metadata: (
        EmbeddingAudioMetadata
        | EmbeddingDocumentMetadata
        | EmbeddingImageMetadata
        | EmbeddingVideoMetadata
        | UnlistedObject
        | Unset
    ) = UNSET
    error: EmbeddingTaskError | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from dodeca_api.models.embedding_audio_metadata import EmbeddingAudioMetadata  # noqa: PLC0415
        from dodeca_api.models.embedding_document_metadata import (
            EmbeddingDocumentMetadata,  # noqa: PLC0415
        )
        from dodeca_api.models.embedding_image_metadata import EmbeddingImageMetadata  # noqa: PLC0415
        from dodeca_api.models.embedding_video_metadata import EmbeddingVideoMetadata  # noqa: PLC0415

        field_id = self.field_id

        status = self.status

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

        updated_at: str | Unset = UNSET
        if not isinstance(self.updated_at, Unset):
            updated_at = self.updated_at.isoformat()

        data: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.data, Unset):
            data = []
            for data_item_data in self.data:
                data_item = data_item_data.to_dict()
                data.append(data_item)

        usage: dict[str, Any] | Unset = UNSET
        if not isinstance(self.usage, Unset):
            usage = self.usage.to_dict()

        metadata: dict[str, Any] | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        elif isinstance(self.metadata, EmbeddingAudioMetadata):
            metadata = self.metadata.to_dict()
        elif isinstance(self.metadata, EmbeddingVideoMetadata):
            metadata = self.metadata.to_dict()
        elif isinstance(self.metadata, EmbeddingImageMetadata):
            metadata = self.metadata.to_dict()
        elif isinstance(self.metadata, EmbeddingDocumentMetadata):
            metadata = self.metadata.to_dict()
        else:
            metadata = self.metadata.to_dict()

        error: dict[str, Any] | Unset = UNSET
        if not isinstance(self.error, Unset):
            error = self.error.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "_id": field_id,
                "status": status,
            }
        )
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at
        if data is not UNSET:
            field_dict["data"] = data
        if usage is not UNSET:
            field_dict["usage"] = usage
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.embedding_audio_metadata import EmbeddingAudioMetadata  # noqa: PLC0415
        from dodeca_api.models.embedding_data import EmbeddingData  # noqa: PLC0415
        from dodeca_api.models.embedding_document_metadata import (
            EmbeddingDocumentMetadata,  # noqa: PLC0415
        )
        from dodeca_api.models.embedding_image_metadata import EmbeddingImageMetadata  # noqa: PLC0415
        from dodeca_api.models.embedding_task_error import EmbeddingTaskError  # noqa: PLC0415
        from dodeca_api.models.embedding_usage import EmbeddingUsage  # noqa: PLC0415
        from dodeca_api.models.embedding_video_metadata import EmbeddingVideoMetadata  # noqa: PLC0415
        from dodeca_api.models.unlisted_object import UnlistedObject  # noqa: PLC0415

        d = dict(src_dict)
        field_id = d.pop("_id")

        status = d.pop("status")

        _created_at = d.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset):
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

        _updated_at = d.pop("updated_at", UNSET)
        updated_at: datetime.datetime | Unset
        if isinstance(_updated_at, Unset):
            updated_at = UNSET
        else:
            updated_at = datetime.datetime.fromisoformat(_updated_at)

        _data = d.pop("data", UNSET)
        data: list[EmbeddingData] | Unset = UNSET
        if _data is not UNSET:
            data = []
            for data_item_data in _data:
                data_item = EmbeddingData.from_dict(data_item_data)

                data.append(data_item)

        _usage = d.pop("usage", UNSET)
        usage: EmbeddingUsage | Unset
        if isinstance(_usage, Unset):
            usage = UNSET
        else:
            usage = EmbeddingUsage.from_dict(_usage)

        def _parse_metadata(
            data: object,
        ) -> (
            EmbeddingAudioMetadata
            | EmbeddingDocumentMetadata
            | EmbeddingImageMetadata
            | EmbeddingVideoMetadata
            | UnlistedObject
            | Unset
        ):
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_embedding_task_media_metadata_type_0 = (
                    EmbeddingAudioMetadata.from_dict(data)
                )

                return componentsschemas_embedding_task_media_metadata_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_embedding_task_media_metadata_type_1 = (
                    EmbeddingVideoMetadata.from_dict(data)
                )

                return componentsschemas_embedding_task_media_metadata_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_embedding_task_media_metadata_type_2 = (
                    EmbeddingImageMetadata.from_dict(data)
                )

                return componentsschemas_embedding_task_media_metadata_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_embedding_task_media_metadata_type_3 = (
                    EmbeddingDocumentMetadata.from_dict(data)
                )

                return componentsschemas_embedding_task_media_metadata_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_embedding_task_media_metadata_type_4 = UnlistedObject.from_dict(data)

            return componentsschemas_embedding_task_media_metadata_type_4

        metadata = _parse_metadata(d.pop("metadata", UNSET))

        _error = d.pop("error", UNSET)
        error: EmbeddingTaskError | Unset
        if isinstance(_error, Unset):
            error = UNSET
        else:
            error = EmbeddingTaskError.from_dict(_error)

        embedding_task_response = cls(
            field_id=field_id,
            status=status,
            created_at=created_at,
            updated_at=updated_at,
            data=data,
            usage=usage,
            metadata=metadata,
            error=error,
        )

        embedding_task_response.additional_properties = d
        return embedding_task_response

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
