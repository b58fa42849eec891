from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="TextGenerationEvent")


@_attrs_define
class TextGenerationEvent:
    """A piece of text; all pieces in order make up the whole.

    Attributes:
        event_type (Literal['text_generation']): Kind of event.
        text (str): The next piece of text; it may end in the middle of a word.
    """

    event_type: Literal["text_generation"]
    text: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        event_type = self.event_type

        text = self.text

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "event_type": event_type,
                "text": text,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        event_type = cast(Literal["text_generation"], d.pop("event_type"))
        if event_type != "text_generation":
            raise ValueError(f"event_type must match const 'text_generation', got '{event_type}'")

        text = d.pop("text")

        text_generation_event = cls(
            event_type=event_type,
            text=text,
        )

        text_generation_event.additional_properties = d
        return text_generation_event

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
