from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from dodeca_api.models.media_source import MediaSource


T = TypeVar("T", bound="TextImageInputRequest")


@_attrs_define
class TextImageInputRequest:
    """A text and an image to embed together, as one vector.

    Attributes:
        media_source (MediaSource): Where the media is. Give exactly one of the three.
        input_text (str): The text, at most 500 tokens.
    """

    media_source: MediaSource
    input_text: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        media_source = self.media_source.to_dict()

        input_text = self.input_text

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "media_source": media_source,
                "input_text": input_text,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.media_source import MediaSource  # noqa: PLC0415

        d = dict(src_dict)
        media_source = MediaSource.from_dict(d.pop("media_source"))

        input_text = d.pop("input_text")

        text_image_input_request = cls(
            media_source=media_source,
            input_text=input_text,
        )

        text_image_input_request.additional_properties = d
        return text_image_input_request

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
