from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from dodeca_api.models.response_json_schema import ResponseJsonSchema


T = TypeVar("T", bound="JsonResponseFormat")


@_attrs_define
class JsonResponseFormat:
    """Asks for JSON instead of free text.

    Attributes:
        type_ (Literal['json_schema']): Names the block that follows.
        json_schema (ResponseJsonSchema): JSON Schema 2020-12, a subset. Not supported, and answered with 422:
            minLength, maxLength, additionalProperties, uniqueItems, maxItems. minItems may be 0 or 1; of the compositions
            only anyOf. References stay within $defs.
    """

    type_: Literal["json_schema"]
    json_schema: ResponseJsonSchema
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        json_schema = self.json_schema.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "type": type_,
                "json_schema": json_schema,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.response_json_schema import ResponseJsonSchema  # noqa: PLC0415

        d = dict(src_dict)
        type_ = cast(Literal["json_schema"], d.pop("type"))
        if type_ != "json_schema":
            raise ValueError(f"type must match const 'json_schema', got '{type_}'")

        json_schema = ResponseJsonSchema.from_dict(d.pop("json_schema"))

        json_response_format = cls(
            type_=type_,
            json_schema=json_schema,
        )

        json_response_format.additional_properties = d
        return json_response_format

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
