from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.models.create_embeddings_request_input_type import (
    CreateEmbeddingsRequestInputType,
    check_create_embeddings_request_input_type,
)
from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.audio_input_request import AudioInputRequest
    from dodeca_api.models.image_input_request import ImageInputRequest
    from dodeca_api.models.text_image_input_request import TextImageInputRequest
    from dodeca_api.models.text_input_request import TextInputRequest
    from dodeca_api.models.video_input_request import VideoInputRequest


T = TypeVar("T", bound="CreateEmbeddingsRequest")


@_attrs_define
class CreateEmbeddingsRequest:
    """One input and the model that embeds it.

    Attributes:
        input_type (CreateEmbeddingsRequestInputType): The kinds of input that can be embedded at once.
        model_name (str): The embedding model.
        text (TextInputRequest | Unset): A text to embed.
        image (ImageInputRequest | Unset): An image to embed.
        text_image (TextImageInputRequest | Unset): A text and an image to embed together, as one vector.
        audio (AudioInputRequest | Unset): Audio to embed, whole or in part.
        video (VideoInputRequest | Unset): Video to embed, whole or in part.
    """

    input_type: CreateEmbeddingsRequestInputType
    model_name: str
    text: TextInputRequest | Unset = UNSET
    image: ImageInputRequest | Unset = UNSET
    text_image: TextImageInputRequest | Unset = UNSET
    audio: AudioInputRequest | Unset = UNSET
    video: VideoInputRequest | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        input_type: str = self.input_type

        model_name = self.model_name

        text: dict[str, Any] | Unset = UNSET
        if not isinstance(self.text, Unset):
            text = self.text.to_dict()

        image: dict[str, Any] | Unset = UNSET
        if not isinstance(self.image, Unset):
            image = self.image.to_dict()

        text_image: dict[str, Any] | Unset = UNSET
        if not isinstance(self.text_image, Unset):
            text_image = self.text_image.to_dict()

        audio: dict[str, Any] | Unset = UNSET
        if not isinstance(self.audio, Unset):
            audio = self.audio.to_dict()

        video: dict[str, Any] | Unset = UNSET
        if not isinstance(self.video, Unset):
            video = self.video.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "input_type": input_type,
                "model_name": model_name,
            }
        )
        if text is not UNSET:
            field_dict["text"] = text
        if image is not UNSET:
            field_dict["image"] = image
        if text_image is not UNSET:
            field_dict["text_image"] = text_image
        if audio is not UNSET:
            field_dict["audio"] = audio
        if video is not UNSET:
            field_dict["video"] = video

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.audio_input_request import AudioInputRequest  # noqa: PLC0415
        from dodeca_api.models.image_input_request import ImageInputRequest  # noqa: PLC0415
        from dodeca_api.models.text_image_input_request import TextImageInputRequest  # noqa: PLC0415
        from dodeca_api.models.text_input_request import TextInputRequest  # noqa: PLC0415
        from dodeca_api.models.video_input_request import VideoInputRequest  # noqa: PLC0415

        d = dict(src_dict)
        input_type = check_create_embeddings_request_input_type(d.pop("input_type"))

        model_name = d.pop("model_name")

        _text = d.pop("text", UNSET)
        text: TextInputRequest | Unset
        if isinstance(_text, Unset):
            text = UNSET
        else:
            text = TextInputRequest.from_dict(_text)

        _image = d.pop("image", UNSET)
        image: ImageInputRequest | Unset
        if isinstance(_image, Unset):
            image = UNSET
        else:
            image = ImageInputRequest.from_dict(_image)

        _text_image = d.pop("text_image", UNSET)
        text_image: TextImageInputRequest | Unset
        if isinstance(_text_image, Unset):
            text_image = UNSET
        else:
            text_image = TextImageInputRequest.from_dict(_text_image)

        _audio = d.pop("audio", UNSET)
        audio: AudioInputRequest | Unset
        if isinstance(_audio, Unset):
            audio = UNSET
        else:
            audio = AudioInputRequest.from_dict(_audio)

        _video = d.pop("video", UNSET)
        video: VideoInputRequest | Unset
        if isinstance(_video, Unset):
            video = UNSET
        else:
            video = VideoInputRequest.from_dict(_video)

        create_embeddings_request = cls(
            input_type=input_type,
            model_name=model_name,
            text=text,
            image=image,
            text_image=text_image,
            audio=audio,
            video=video,
        )

        create_embeddings_request.additional_properties = d
        return create_embeddings_request

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
