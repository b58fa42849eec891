from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api import types
from dodeca_api.models.text_truncate import TextTruncate, check_text_truncate
from dodeca_api.types import UNSET, File, FileTypes, Unset

T = TypeVar("T", bound="EmbedRequest")


@_attrs_define
class EmbedRequest:
    """A text, an image, audio, or several of them, each as a file or a URL.

    Attributes:
        model_name (str): An embedding model; 1024 numbers per vector with 2.7, 512 with 3.0.
        text (str | Unset): The text.
        text_truncate (TextTruncate | Unset): Which end of a text that is too long is cut off, or `none` of them.
        image_url (str | Unset): Public URL of the image.
        image_file (File | Unset): The image: JPEG or PNG, at least 64x64 pixels, at most 5 MB.
        audio_url (str | Unset): Public URL of the audio.
        audio_file (File | Unset): The audio.
        audio_start_offset_sec (float | Unset): Where in the audio to begin, in seconds.
    """

    model_name: str
    text: str | Unset = UNSET
    text_truncate: TextTruncate | Unset = UNSET
    image_url: str | Unset = UNSET
    image_file: File | Unset = UNSET
    audio_url: str | Unset = UNSET
    audio_file: File | Unset = UNSET
    audio_start_offset_sec: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_name = self.model_name

        text = self.text

        text_truncate: str | Unset = UNSET
        if not isinstance(self.text_truncate, Unset):
            text_truncate = self.text_truncate

        image_url = self.image_url

        image_file: FileTypes | Unset = UNSET
        if not isinstance(self.image_file, Unset):
            image_file = self.image_file.to_tuple()

        audio_url = self.audio_url

        audio_file: FileTypes | Unset = UNSET
        if not isinstance(self.audio_file, Unset):
            audio_file = self.audio_file.to_tuple()

        audio_start_offset_sec = self.audio_start_offset_sec

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "model_name": model_name,
            }
        )
        if text is not UNSET:
            field_dict["text"] = text
        if text_truncate is not UNSET:
            field_dict["text_truncate"] = text_truncate
        if image_url is not UNSET:
            field_dict["image_url"] = image_url
        if image_file is not UNSET:
            field_dict["image_file"] = image_file
        if audio_url is not UNSET:
            field_dict["audio_url"] = audio_url
        if audio_file is not UNSET:
            field_dict["audio_file"] = audio_file
        if audio_start_offset_sec is not UNSET:
            field_dict["audio_start_offset_sec"] = audio_start_offset_sec

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("model_name", (None, str(self.model_name).encode(), "text/plain")))

        if not isinstance(self.text, Unset):
            files.append(("text", (None, str(self.text).encode(), "text/plain")))

        if not isinstance(self.text_truncate, Unset):
            files.append(("text_truncate", (None, str(self.text_truncate).encode(), "text/plain")))

        if not isinstance(self.image_url, Unset):
            files.append(("image_url", (None, str(self.image_url).encode(), "text/plain")))

        if not isinstance(self.image_file, Unset):
            files.append(("image_file", self.image_file.to_tuple()))

        if not isinstance(self.audio_url, Unset):
            files.append(("audio_url", (None, str(self.audio_url).encode(), "text/plain")))

        if not isinstance(self.audio_file, Unset):
            files.append(("audio_file", self.audio_file.to_tuple()))

        if not isinstance(self.audio_start_offset_sec, Unset):
            files.append(
                (
                    "audio_start_offset_sec",
                    (None, str(self.audio_start_offset_sec).encode(), "text/plain"),
                )
            )

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        model_name = d.pop("model_name")

        text = d.pop("text", UNSET)

        _text_truncate = d.pop("text_truncate", UNSET)
        text_truncate: TextTruncate | Unset
        if isinstance(_text_truncate, Unset):
            text_truncate = UNSET
        else:
            text_truncate = check_text_truncate(_text_truncate)

        image_url = d.pop("image_url", UNSET)

        _image_file = d.pop("image_file", UNSET)
        image_file: File | Unset
        if isinstance(_image_file, Unset):
            image_file = UNSET
        else:
            image_file = File(payload=BytesIO(_image_file))

        audio_url = d.pop("audio_url", UNSET)

        _audio_file = d.pop("audio_file", UNSET)
        audio_file: File | Unset
        if isinstance(_audio_file, Unset):
            audio_file = UNSET
        else:
            audio_file = File(payload=BytesIO(_audio_file))

        audio_start_offset_sec = d.pop("audio_start_offset_sec", UNSET)

        embed_request = cls(
            model_name=model_name,
            text=text,
            text_truncate=text_truncate,
            image_url=image_url,
            image_file=image_file,
            audio_url=audio_url,
            audio_file=audio_file,
            audio_start_offset_sec=audio_start_offset_sec,
        )

        embed_request.additional_properties = d
        return embed_request

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
