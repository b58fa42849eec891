from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

T = TypeVar("T", bound="TokenUsage")


@_attrs_define
class TokenUsage:
    """What a text took in tokens.

    Attributes:
        output_tokens (int | Unset): Tokens written.
        input_tokens (int | Unset): Tokens read; may be absent.
    """

    output_tokens: int | Unset = UNSET
    input_tokens: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        output_tokens = self.output_tokens

        input_tokens = self.input_tokens

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if output_tokens is not UNSET:
            field_dict["output_tokens"] = output_tokens
        if input_tokens is not UNSET:
            field_dict["input_tokens"] = input_tokens

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        output_tokens = d.pop("output_tokens", UNSET)

        input_tokens = d.pop("input_tokens", UNSET)

        token_usage = cls(
            output_tokens=output_tokens,
            input_tokens=input_tokens,
        )

        token_usage.additional_properties = d
        return token_usage

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
