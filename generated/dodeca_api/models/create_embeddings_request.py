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
    from dodeca_api.models.multi_input_request import MultiInputRequest
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
        audio (AudioInputRequest | Unset): Audio to embed at once, whole or in part.
        video (VideoInputRequest | Unset): Video to embed at once, whole or in part.
        multi_input (MultiInputRequest | Unset): A text, up to ten media, or both, to embed together as one vector.
            Sources of different kinds need a text. A text or Markdown file counts as text, and text alone comes in one
            piece. A PDF file comes alone.
        auto_truncate (bool | Unset): Whether a text of more than 2,000 tokens is cut to fit, which `usage.truncated`
            then says, instead of being refused. Default: it is refused. Marengo 3.5 only.
        embedding_uncertainty (bool | Unset): Whether to return how unsure the model is of each number, too. Not with a
            text and media together, and not with a document. Marengo 3.5 only.
        embedding_dimension (int | Unset): The length of the vectors, 512 by default. A shorter vector is the beginning
            of a longer one. Marengo 3.5 only; Marengo 3.0 refuses the field.
    """

    input_type: CreateEmbeddingsRequestInputType
    model_name: str
    text: TextInputRequest | Unset = UNSET
    image: ImageInputRequest | Unset = UNSET
    text_image: TextImageInputRequest | Unset = UNSET
    audio: AudioInputRequest | Unset = UNSET
    video: VideoInputRequest | Unset = UNSET
    multi_input: MultiInputRequest | Unset = UNSET
    auto_truncate: bool | Unset = UNSET
    embedding_uncertainty: bool | Unset = UNSET
    embedding_dimension: int | Unset = UNSET
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

        multi_input: dict[str, Any] | Unset = UNSET
        if not isinstance(self.multi_input, Unset):
            multi_input = self.multi_input.to_dict()

        auto_truncate = self.auto_truncate

        embedding_uncertainty = self.embedding_uncertainty

        embedding_dimension = self.embedding_dimension

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
        if multi_input is not UNSET:
            field_dict["multi_input"] = multi_input
        if auto_truncate is not UNSET:
            field_dict["auto_truncate"] = auto_truncate
        if embedding_uncertainty is not UNSET:
            field_dict["embedding_uncertainty"] = embedding_uncertainty
        if embedding_dimension is not UNSET:
            field_dict["embedding_dimension"] = embedding_dimension

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.audio_input_request import AudioInputRequest  # noqa: PLC0415
        from dodeca_api.models.image_input_request import ImageInputRequest  # noqa: PLC0415
        from dodeca_api.models.multi_input_request import MultiInputRequest  # noqa: PLC0415
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

        _multi_input = d.pop("multi_input", UNSET)
        multi_input: MultiInputRequest | Unset
        if isinstance(_multi_input, Unset):
            multi_input = UNSET
        else:
            multi_input = MultiInputRequest.from_dict(_multi_input)

        auto_truncate = d.pop("auto_truncate", UNSET)

        embedding_uncertainty = d.pop("embedding_uncertainty", UNSET)

        embedding_dimension = d.pop("embedding_dimension", UNSET)

        create_embeddings_request = cls(
            input_type=input_type,
            model_name=model_name,
            text=text,
            image=image,
            text_image=text_image,
            audio=audio,
            video=video,
            multi_input=multi_input,
            auto_truncate=auto_truncate,
            embedding_uncertainty=embedding_uncertainty,
            embedding_dimension=embedding_dimension,
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
