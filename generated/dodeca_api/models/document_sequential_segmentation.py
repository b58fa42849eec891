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

from dodeca_api.types import UNSET, Unset

T = TypeVar("T", bound="DocumentSequentialSegmentation")


@_attrs_define
class DocumentSequentialSegmentation:
    """Chunks of whole sentences; needs the option `text` and the scope `local`.

    Attributes:
        strategy (Literal['sentence']): The only way to divide text.
        max_sentences (int): The most sentences of a chunk. A chunk that is too long for the model fails the task.
        overlap_sentences (int | Unset): How many sentences of a chunk the next one repeats; fewer than `max_sentences`.
    """

    strategy: Literal["sentence"]
    max_sentences: int
    overlap_sentences: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        strategy = self.strategy

        max_sentences = self.max_sentences

        overlap_sentences = self.overlap_sentences

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "strategy": strategy,
                "max_sentences": max_sentences,
            }
        )
        if overlap_sentences is not UNSET:
            field_dict["overlap_sentences"] = overlap_sentences

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        strategy = cast(Literal["sentence"], d.pop("strategy"))
        if strategy != "sentence":
            raise ValueError(f"strategy must match const 'sentence', got '{strategy}'")

        max_sentences = d.pop("max_sentences")

        overlap_sentences = d.pop("overlap_sentences", UNSET)

        document_sequential_segmentation = cls(
            strategy=strategy,
            max_sentences=max_sentences,
            overlap_sentences=overlap_sentences,
        )

        document_sequential_segmentation.additional_properties = d
        return document_sequential_segmentation

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
