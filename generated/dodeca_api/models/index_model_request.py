from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.models.index_model_option import (
    IndexModelOption,
    check_index_model_option,
)

T = TypeVar("T", bound="IndexModelRequest")


@_attrs_define
class IndexModelRequest:
    """A model and what it looks at.

    Attributes:
        model_name (str): A model that indexes video. Newer service versions take `marengo3.0` only and have retired
            `pegasus1.2`.
        model_options (list[IndexModelOption]): What the model looks at: `visual`, `audio` or both.
    """

    model_name: str
    model_options: list[IndexModelOption]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_name = self.model_name

        model_options = []
        for model_options_item_data in self.model_options:
            model_options_item: str = model_options_item_data
            model_options.append(model_options_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "model_name": model_name,
                "model_options": model_options,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        model_name = d.pop("model_name")

        model_options = []
        _model_options = d.pop("model_options")
        for model_options_item_data in _model_options:
            model_options_item = check_index_model_option(model_options_item_data)

            model_options.append(model_options_item)

        index_model_request = cls(
            model_name=model_name,
            model_options=model_options,
        )

        index_model_request.additional_properties = d
        return index_model_request

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
