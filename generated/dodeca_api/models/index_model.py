from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

T = TypeVar("T", bound="IndexModel")


@_attrs_define
class IndexModel:
    """A model of an index.

    Attributes:
        model_name (str | Unset): Name of the model.
        model_options (list[str] | Unset): What the model looks at.
    """

    model_name: str | Unset = UNSET
    model_options: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_name = self.model_name

        model_options: list[str] | Unset = UNSET
        if not isinstance(self.model_options, Unset):
            model_options = self.model_options

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if model_name is not UNSET:
            field_dict["model_name"] = model_name
        if model_options is not UNSET:
            field_dict["model_options"] = model_options

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        model_name = d.pop("model_name", UNSET)

        model_options = cast(list[str], d.pop("model_options", UNSET))

        index_model = cls(
            model_name=model_name,
            model_options=model_options,
        )

        index_model.additional_properties = d
        return index_model

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
