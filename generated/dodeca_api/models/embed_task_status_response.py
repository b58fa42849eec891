from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.video_embedding_task import VideoEmbeddingTask


T = TypeVar("T", bound="EmbedTaskStatusResponse")


@_attrs_define
class EmbedTaskStatusResponse:
    """How far a task is, without vectors.

    Attributes:
        field_id (str): Id of the task.
        status (str): How far a task is; `ready` and `failed` are final.
        model_name (str | Unset): The model that embeds.
        video_embedding (VideoEmbeddingTask | Unset): The video of a task.
    """

    field_id: str
    status: str
    model_name: str | Unset = UNSET
    video_embedding: VideoEmbeddingTask | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field_id = self.field_id

        status = self.status

        model_name = self.model_name

        video_embedding: dict[str, Any] | Unset = UNSET
        if not isinstance(self.video_embedding, Unset):
            video_embedding = self.video_embedding.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "_id": field_id,
                "status": status,
            }
        )
        if model_name is not UNSET:
            field_dict["model_name"] = model_name
        if video_embedding is not UNSET:
            field_dict["video_embedding"] = video_embedding

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.video_embedding_task import VideoEmbeddingTask  # noqa: PLC0415

        d = dict(src_dict)
        field_id = d.pop("_id")

        status = d.pop("status")

        model_name = d.pop("model_name", UNSET)

        _video_embedding = d.pop("video_embedding", UNSET)
        video_embedding: VideoEmbeddingTask | Unset
        if isinstance(_video_embedding, Unset):
            video_embedding = UNSET
        else:
            video_embedding = VideoEmbeddingTask.from_dict(_video_embedding)

        embed_task_status_response = cls(
            field_id=field_id,
            status=status,
            model_name=model_name,
            video_embedding=video_embedding,
        )

        embed_task_status_response.additional_properties = d
        return embed_task_status_response

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
