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

T = TypeVar("T", bound="AnalyzeVideoBase64String")


@_attrs_define
class AnalyzeVideoBase64String:
    """A video in the request itself.

    Attributes:
        type_ (Literal['base64_string']): Names the source.
        base64_string (str): The video in base64, at most 36 MB decoded.
    """

    type_: Literal["base64_string"]
    base64_string: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        base64_string = self.base64_string

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "type": type_,
                "base64_string": base64_string,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        type_ = cast(Literal["base64_string"], d.pop("type"))
        if type_ != "base64_string":
            raise ValueError(f"type must match const 'base64_string', got '{type_}'")

        base64_string = d.pop("base64_string")

        analyze_video_base_64_string = cls(
            type_=type_,
            base64_string=base64_string,
        )

        analyze_video_base_64_string.additional_properties = d
        return analyze_video_base_64_string

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
