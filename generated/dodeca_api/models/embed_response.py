from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.audio_embedding import AudioEmbedding
    from dodeca_api.models.image_embedding import ImageEmbedding
    from dodeca_api.models.text_embedding import TextEmbedding


T = TypeVar("T", bound="EmbedResponse")


@_attrs_define
class EmbedResponse:
    """The vectors of each part of the request.

    Attributes:
        model_name (str): The model that made them.
        text_embedding (TextEmbedding | Unset): The vector of a text, or why there is none.
        image_embedding (ImageEmbedding | Unset): The vector of an image, or why there is none.
        audio_embedding (AudioEmbedding | Unset): The vectors of audio, or why there are none.
    """

    model_name: str
    text_embedding: TextEmbedding | Unset = UNSET
    image_embedding: ImageEmbedding | Unset = UNSET
    audio_embedding: AudioEmbedding | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_name = self.model_name

        text_embedding: dict[str, Any] | Unset = UNSET
        if not isinstance(self.text_embedding, Unset):
            text_embedding = self.text_embedding.to_dict()

        image_embedding: dict[str, Any] | Unset = UNSET
        if not isinstance(self.image_embedding, Unset):
            image_embedding = self.image_embedding.to_dict()

        audio_embedding: dict[str, Any] | Unset = UNSET
        if not isinstance(self.audio_embedding, Unset):
            audio_embedding = self.audio_embedding.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "model_name": model_name,
            }
        )
        if text_embedding is not UNSET:
            field_dict["text_embedding"] = text_embedding
        if image_embedding is not UNSET:
            field_dict["image_embedding"] = image_embedding
        if audio_embedding is not UNSET:
            field_dict["audio_embedding"] = audio_embedding

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.audio_embedding import AudioEmbedding  # noqa: PLC0415
        from dodeca_api.models.image_embedding import ImageEmbedding  # noqa: PLC0415
        from dodeca_api.models.text_embedding import TextEmbedding  # noqa: PLC0415

        d = dict(src_dict)
        model_name = d.pop("model_name")

        _text_embedding = d.pop("text_embedding", UNSET)
        text_embedding: TextEmbedding | Unset
        if isinstance(_text_embedding, Unset):
            text_embedding = UNSET
        else:
            text_embedding = TextEmbedding.from_dict(_text_embedding)

        _image_embedding = d.pop("image_embedding", UNSET)
        image_embedding: ImageEmbedding | Unset
        if isinstance(_image_embedding, Unset):
            image_embedding = UNSET
        else:
            image_embedding = ImageEmbedding.from_dict(_image_embedding)

        _audio_embedding = d.pop("audio_embedding", UNSET)
        audio_embedding: AudioEmbedding | Unset
        if isinstance(_audio_embedding, Unset):
            audio_embedding = UNSET
        else:
            audio_embedding = AudioEmbedding.from_dict(_audio_embedding)

        embed_response = cls(
            model_name=model_name,
            text_embedding=text_embedding,
            image_embedding=image_embedding,
            audio_embedding=audio_embedding,
        )

        embed_response.additional_properties = d
        return embed_response

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
