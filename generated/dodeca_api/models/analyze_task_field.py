from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.analyze_task_field_items import AnalyzeTaskFieldItems


T = TypeVar("T", bound="AnalyzeTaskField")


@_attrs_define
class AnalyzeTaskField:
    """Something that is noted about a segment.

    Attributes:
        name (str): Name of the field.
        type_ (str): What the field holds.
        description (str | Unset): What the field is about.
        format_ (str | Unset): How a `timestamp` is written; absent for other types.
        enum (list[str] | Unset): Values to choose from.
        items (AnalyzeTaskFieldItems | Unset): What a list in a segment holds.
    """

    name: str
    type_: str
    description: str | Unset = UNSET
    format_: str | Unset = UNSET
    enum: list[str] | Unset = UNSET
    items: AnalyzeTaskFieldItems | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        type_ = self.type_

        description = self.description

        format_ = self.format_

        enum: list[str] | Unset = UNSET
        if not isinstance(self.enum, Unset):
            enum = self.enum

        items: dict[str, Any] | Unset = UNSET
        if not isinstance(self.items, Unset):
            items = self.items.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "type": type_,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if format_ is not UNSET:
            field_dict["format"] = format_
        if enum is not UNSET:
            field_dict["enum"] = enum
        if items is not UNSET:
            field_dict["items"] = items

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.analyze_task_field_items import AnalyzeTaskFieldItems  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        type_ = d.pop("type")

        description = d.pop("description", UNSET)

        format_ = d.pop("format", UNSET)

        enum = cast(list[str], d.pop("enum", UNSET))

        _items = d.pop("items", UNSET)
        items: AnalyzeTaskFieldItems | Unset
        if isinstance(_items, Unset):
            items = UNSET
        else:
            items = AnalyzeTaskFieldItems.from_dict(_items)

        analyze_task_field = cls(
            name=name,
            type_=type_,
            description=description,
            format_=format_,
            enum=enum,
            items=items,
        )

        analyze_task_field.additional_properties = d
        return analyze_task_field

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
