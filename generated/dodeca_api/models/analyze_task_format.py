from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.analyze_task_segment_definition import (
        AnalyzeTaskSegmentDefinition,
    )
    from dodeca_api.models.response_json_schema import ResponseJsonSchema


T = TypeVar("T", bound="AnalyzeTaskFormat")


@_attrs_define
class AnalyzeTaskFormat:
    """The form of the answer that was asked for.

    Attributes:
        type_ (str | Unset): JSON by a schema, or segments.
        json_schema (ResponseJsonSchema | Unset): JSON Schema 2020-12, a subset. Not supported, and answered with 422:
            minLength, maxLength, additionalProperties, uniqueItems, maxItems. minItems may be 0 or 1; of the compositions
            only anyOf. References stay within $defs.
        segment_time_format (str | Unset): How the start and end of segments and events are written.
        segment_definitions (list[AnalyzeTaskSegmentDefinition] | Unset): The kinds of segments; only the first in
            lists.
    """

    type_: str | Unset = UNSET
    json_schema: ResponseJsonSchema | Unset = UNSET
    segment_time_format: str | Unset = UNSET
    segment_definitions: list[AnalyzeTaskSegmentDefinition] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        json_schema: dict[str, Any] | Unset = UNSET
        if not isinstance(self.json_schema, Unset):
            json_schema = self.json_schema.to_dict()

        segment_time_format = self.segment_time_format

        segment_definitions: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.segment_definitions, Unset):
            segment_definitions = []
            for segment_definitions_item_data in self.segment_definitions:
                segment_definitions_item = segment_definitions_item_data.to_dict()
                segment_definitions.append(segment_definitions_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if type_ is not UNSET:
            field_dict["type"] = type_
        if json_schema is not UNSET:
            field_dict["json_schema"] = json_schema
        if segment_time_format is not UNSET:
            field_dict["segment_time_format"] = segment_time_format
        if segment_definitions is not UNSET:
            field_dict["segment_definitions"] = segment_definitions

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.analyze_task_segment_definition import (
            AnalyzeTaskSegmentDefinition,  # noqa: PLC0415
        )
        from dodeca_api.models.response_json_schema import ResponseJsonSchema  # noqa: PLC0415

        d = dict(src_dict)
        type_ = d.pop("type", UNSET)

        _json_schema = d.pop("json_schema", UNSET)
        json_schema: ResponseJsonSchema | Unset
        if isinstance(_json_schema, Unset):
            json_schema = UNSET
        else:
            json_schema = ResponseJsonSchema.from_dict(_json_schema)

        segment_time_format = d.pop("segment_time_format", UNSET)

        _segment_definitions = d.pop("segment_definitions", UNSET)
        segment_definitions: list[AnalyzeTaskSegmentDefinition] | Unset = UNSET
        if _segment_definitions is not UNSET:
            segment_definitions = []
            for segment_definitions_item_data in _segment_definitions:
                segment_definitions_item = AnalyzeTaskSegmentDefinition.from_dict(
                    segment_definitions_item_data
                )

                segment_definitions.append(segment_definitions_item)

        analyze_task_format = cls(
            type_=type_,
            json_schema=json_schema,
            segment_time_format=segment_time_format,
            segment_definitions=segment_definitions,
        )

        analyze_task_format.additional_properties = d
        return analyze_task_format

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
