from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.audio_embedding_task import AudioEmbeddingTask
    from dodeca_api.models.document_embedding_task import DocumentEmbeddingTask
    from dodeca_api.models.image_embedding_task import ImageEmbeddingTask
    from dodeca_api.models.video_embedding_task import VideoEmbeddingTask


T = TypeVar("T", bound="MediaEmbeddingTask")


@_attrs_define
class MediaEmbeddingTask:
    """An embedding task in a list.

    Attributes:
        field_id (str | Unset): The id of the task.
        model_name (str | Unset): The model that embeds.
        status (str | Unset): How far the task is.
        created_at (datetime.datetime | Unset): When the task was created.
        updated_at (datetime.datetime | Unset): When the task last changed.
        video_embedding (VideoEmbeddingTask | Unset): The video of a task.
        audio_embedding (AudioEmbeddingTask | Unset): The audio of a task.
        image_embedding (ImageEmbeddingTask | Unset): The image of a task.
        document_embedding (DocumentEmbeddingTask | Unset): The document of a task.
    """

    field_id: str | Unset = UNSET
    model_name: str | Unset = UNSET
    status: str | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    updated_at: datetime.datetime | Unset = UNSET
    video_embedding: VideoEmbeddingTask | Unset = UNSET
    audio_embedding: AudioEmbeddingTask | Unset = UNSET
    image_embedding: ImageEmbeddingTask | Unset = UNSET
    document_embedding: DocumentEmbeddingTask | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field_id = self.field_id

        model_name = self.model_name

        status = self.status

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

        updated_at: str | Unset = UNSET
        if not isinstance(self.updated_at, Unset):
            updated_at = self.updated_at.isoformat()

        video_embedding: dict[str, Any] | Unset = UNSET
        if not isinstance(self.video_embedding, Unset):
            video_embedding = self.video_embedding.to_dict()

        audio_embedding: dict[str, Any] | Unset = UNSET
        if not isinstance(self.audio_embedding, Unset):
            audio_embedding = self.audio_embedding.to_dict()

        image_embedding: dict[str, Any] | Unset = UNSET
        if not isinstance(self.image_embedding, Unset):
            image_embedding = self.image_embedding.to_dict()

        document_embedding: dict[str, Any] | Unset = UNSET
        if not isinstance(self.document_embedding, Unset):
            document_embedding = self.document_embedding.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if field_id is not UNSET:
            field_dict["_id"] = field_id
        if model_name is not UNSET:
            field_dict["model_name"] = model_name
        if status is not UNSET:
            field_dict["status"] = status
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at
        if video_embedding is not UNSET:
            field_dict["video_embedding"] = video_embedding
        if audio_embedding is not UNSET:
            field_dict["audio_embedding"] = audio_embedding
        if image_embedding is not UNSET:
            field_dict["image_embedding"] = image_embedding
        if document_embedding is not UNSET:
            field_dict["document_embedding"] = document_embedding

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.audio_embedding_task import AudioEmbeddingTask  # noqa: PLC0415
        from dodeca_api.models.document_embedding_task import DocumentEmbeddingTask  # noqa: PLC0415
        from dodeca_api.models.image_embedding_task import ImageEmbeddingTask  # noqa: PLC0415
        from dodeca_api.models.video_embedding_task import VideoEmbeddingTask  # noqa: PLC0415

        d = dict(src_dict)
        field_id = d.pop("_id", UNSET)

        model_name = d.pop("model_name", UNSET)

        status = d.pop("status", UNSET)

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

        _video_embedding = d.pop("video_embedding", UNSET)
        video_embedding: VideoEmbeddingTask | Unset
        if isinstance(_video_embedding, Unset):
            video_embedding = UNSET
        else:
            video_embedding = VideoEmbeddingTask.from_dict(_video_embedding)

        _audio_embedding = d.pop("audio_embedding", UNSET)
        audio_embedding: AudioEmbeddingTask | Unset
        if isinstance(_audio_embedding, Unset):
            audio_embedding = UNSET
        else:
            audio_embedding = AudioEmbeddingTask.from_dict(_audio_embedding)

        _image_embedding = d.pop("image_embedding", UNSET)
        image_embedding: ImageEmbeddingTask | Unset
        if isinstance(_image_embedding, Unset):
            image_embedding = UNSET
        else:
            image_embedding = ImageEmbeddingTask.from_dict(_image_embedding)

        _document_embedding = d.pop("document_embedding", UNSET)
        document_embedding: DocumentEmbeddingTask | Unset
        if isinstance(_document_embedding, Unset):
            document_embedding = UNSET
        else:
            document_embedding = DocumentEmbeddingTask.from_dict(_document_embedding)

        media_embedding_task = cls(
            field_id=field_id,
            model_name=model_name,
            status=status,
            created_at=created_at,
            updated_at=updated_at,
            video_embedding=video_embedding,
            audio_embedding=audio_embedding,
            image_embedding=image_embedding,
            document_embedding=document_embedding,
        )

        media_embedding_task.additional_properties = d
        return media_embedding_task

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
