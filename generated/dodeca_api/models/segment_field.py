from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.models.segment_field_type import (
    SegmentFieldType,
    check_segment_field_type,
)
from dodeca_api.models.time_format import TimeFormat, check_time_format
from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.segment_field_items import SegmentFieldItems


T = TypeVar("T", bound="SegmentField")


@_attrs_define
class SegmentField:
    """Something to note about a segment.

    Attributes:
        name (str): Name of the field; start_time, end_time and metadata are taken.
        type_ (SegmentFieldType): What the field holds; `timestamp` is a time in the video, `time_array` a list of
            events with theirs.
        description (str): What the field should hold.
        format_ (TimeFormat | Unset): `seconds` is a number, the others are text, with milliseconds in the last.
        enum (list[str] | Unset): Values to choose from, at most 100; not for `timestamp`.
        items (SegmentFieldItems | Unset): What a list in a segment holds.
    """

    name: str
    type_: SegmentFieldType
    description: str
    format_: TimeFormat | Unset = UNSET
    enum: list[str] | Unset = UNSET
    items: SegmentFieldItems | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        type_: str = self.type_

        description = self.description

        format_: str | Unset = UNSET
        if not isinstance(self.format_, Unset):
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
                "description": description,
            }
        )
        if format_ is not UNSET:
            field_dict["format"] = format_
        if enum is not UNSET:
            field_dict["enum"] = enum
        if items is not UNSET:
            field_dict["items"] = items

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.segment_field_items import SegmentFieldItems  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        type_ = check_segment_field_type(d.pop("type"))

        description = d.pop("description")

        _format_ = d.pop("format", UNSET)
        format_: TimeFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = check_time_format(_format_)

        enum = cast(list[str], d.pop("enum", UNSET))

        _items = d.pop("items", UNSET)
        items: SegmentFieldItems | Unset
        if isinstance(_items, Unset):
            items = UNSET
        else:
            items = SegmentFieldItems.from_dict(_items)

        segment_field = cls(
            name=name,
            type_=type_,
            description=description,
            format_=format_,
            enum=enum,
            items=items,
        )

        segment_field.additional_properties = d
        return segment_field

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
