from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.models.create_async_embedding_request_input_type import (
    CreateAsyncEmbeddingRequestInputType,
    check_create_async_embedding_request_input_type,
)
from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.async_audio_input_request import AsyncAudioInputRequest
    from dodeca_api.models.async_image_input_request import AsyncImageInputRequest
    from dodeca_api.models.async_video_input_request import AsyncVideoInputRequest
    from dodeca_api.models.document_input_request import DocumentInputRequest


T = TypeVar("T", bound="CreateAsyncEmbeddingRequest")


@_attrs_define
class CreateAsyncEmbeddingRequest:
    """One input and the model that embeds it.

    Attributes:
        input_type (CreateAsyncEmbeddingRequestInputType): The kinds of input that a task embeds; `image` and `document`
            with Marengo 3.5 only.
        model_name (str): The name of a model.
        embedding_uncertainty (bool | Unset): Whether to return how unsure the model is of each number, too. Audio and
            video need a scope without `asset`, a text or Markdown file the scope `local`; not with a PDF file. Marengo 3.5
            only.
        embedding_dimension (int | Unset): The length of the vectors. A shorter vector is the beginning of a longer one.
            Marengo 3.5 only; Marengo 3.0 refuses the field.
        audio (AsyncAudioInputRequest | Unset): Audio to embed as a task, whole or in part.
        video (AsyncVideoInputRequest | Unset): Video to embed as a task, whole or in part.
        image (AsyncImageInputRequest | Unset): An image of at most 32 MB to embed as a task.
        document (DocumentInputRequest | Unset): A PDF, text or Markdown file of at most 512 MB to embed. Each option
            goes with each scope, and each of these pairs has to be among: of a PDF file `visual` with `local` or `asset`
            and `text` with `asset`, of others `text` with `local` or `asset`.
    """

    input_type: CreateAsyncEmbeddingRequestInputType
    model_name: str
    embedding_uncertainty: bool | Unset = UNSET
    embedding_dimension: int | Unset = UNSET
    audio: AsyncAudioInputRequest | Unset = UNSET
    video: AsyncVideoInputRequest | Unset = UNSET
    image: AsyncImageInputRequest | Unset = UNSET
    document: DocumentInputRequest | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        input_type: str = self.input_type

        model_name = self.model_name

        embedding_uncertainty = self.embedding_uncertainty

        embedding_dimension = self.embedding_dimension

        audio: dict[str, Any] | Unset = UNSET
        if not isinstance(self.audio, Unset):
            audio = self.audio.to_dict()

        video: dict[str, Any] | Unset = UNSET
        if not isinstance(self.video, Unset):
            video = self.video.to_dict()

        image: dict[str, Any] | Unset = UNSET
        if not isinstance(self.image, Unset):
            image = self.image.to_dict()

        document: dict[str, Any] | Unset = UNSET
        if not isinstance(self.document, Unset):
            document = self.document.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "input_type": input_type,
                "model_name": model_name,
            }
        )
        if embedding_uncertainty is not UNSET:
            field_dict["embedding_uncertainty"] = embedding_uncertainty
        if embedding_dimension is not UNSET:
            field_dict["embedding_dimension"] = embedding_dimension
        if audio is not UNSET:
            field_dict["audio"] = audio
        if video is not UNSET:
            field_dict["video"] = video
        if image is not UNSET:
            field_dict["image"] = image
        if document is not UNSET:
            field_dict["document"] = document

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.async_audio_input_request import AsyncAudioInputRequest  # noqa: PLC0415
        from dodeca_api.models.async_image_input_request import AsyncImageInputRequest  # noqa: PLC0415
        from dodeca_api.models.async_video_input_request import AsyncVideoInputRequest  # noqa: PLC0415
        from dodeca_api.models.document_input_request import DocumentInputRequest  # noqa: PLC0415

        d = dict(src_dict)
        input_type = check_create_async_embedding_request_input_type(d.pop("input_type"))

        model_name = d.pop("model_name")

        embedding_uncertainty = d.pop("embedding_uncertainty", UNSET)

        embedding_dimension = d.pop("embedding_dimension", UNSET)

        _audio = d.pop("audio", UNSET)
        audio: AsyncAudioInputRequest | Unset
        if isinstance(_audio, Unset):
            audio = UNSET
        else:
            audio = AsyncAudioInputRequest.from_dict(_audio)

        _video = d.pop("video", UNSET)
        video: AsyncVideoInputRequest | Unset
        if isinstance(_video, Unset):
            video = UNSET
        else:
            video = AsyncVideoInputRequest.from_dict(_video)

        _image = d.pop("image", UNSET)
        image: AsyncImageInputRequest | Unset
        if isinstance(_image, Unset):
            image = UNSET
        else:
            image = AsyncImageInputRequest.from_dict(_image)

        _document = d.pop("document", UNSET)
        document: DocumentInputRequest | Unset
        if isinstance(_document, Unset):
            document = UNSET
        else:
            document = DocumentInputRequest.from_dict(_document)

        create_async_embedding_request = cls(
            input_type=input_type,
            model_name=model_name,
            embedding_uncertainty=embedding_uncertainty,
            embedding_dimension=embedding_dimension,
            audio=audio,
            video=video,
            image=image,
            document=document,
        )

        create_async_embedding_request.additional_properties = d
        return create_async_embedding_request

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
