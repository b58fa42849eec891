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

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.index_model_request import IndexModelRequest


T = TypeVar("T", bound="IndexCreateRequest")


@_attrs_define
class IndexCreateRequest:
    """A name and the models for a new index.

    Attributes:
        index_name (str): Name of the index, unique in the account.
        models (list[IndexModelRequest]): One or two models, at most one per family.
        addons (list[Literal['thumbnail']] | Unset): `thumbnail` makes thumbnails; needs a Marengo model and cannot be
            turned off later.
    """

    index_name: str
    models: list[IndexModelRequest]
    addons: list[Literal["thumbnail"]] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        index_name = self.index_name

        models = []
        for models_item_data in self.models:
            models_item = models_item_data.to_dict()
            models.append(models_item)

        addons: list[Literal["thumbnail"]] | Unset = UNSET
        if not isinstance(self.addons, Unset):
            addons = self.addons

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "index_name": index_name,
                "models": models,
            }
        )
        if addons is not UNSET:
            field_dict["addons"] = addons

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.index_model_request import IndexModelRequest  # noqa: PLC0415

        d = dict(src_dict)
        index_name = d.pop("index_name")

        models = []
        _models = d.pop("models")
        for models_item_data in _models:
            models_item = IndexModelRequest.from_dict(models_item_data)

            models.append(models_item)

        _addons = d.pop("addons", UNSET)
        addons: list[Literal["thumbnail"]] | Unset = UNSET
        if _addons is not UNSET:
            addons = []
            for addons_item_data in _addons:
                addons_item = cast(Literal["thumbnail"], addons_item_data)
                if addons_item != "thumbnail":
                    raise ValueError(
                        f"addons_item must match const 'thumbnail', got '{addons_item}'"
                    )
                addons.append(addons_item)

        index_create_request = cls(
            index_name=index_name,
            models=models,
            addons=addons,
        )

        index_create_request.additional_properties = d
        return index_create_request

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
