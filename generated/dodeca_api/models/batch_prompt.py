from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.prompt_media_source import PromptMediaSource


T = TypeVar("T", bound="BatchPrompt")


@_attrs_define
class BatchPrompt:
    """What to write, possibly with reference images.

    Attributes:
        input_text (str): The prompt, with `<@name>` where an image is meant.
        media_sources (list[PromptMediaSource] | Unset): The images meant, at most 4.
    """

    input_text: str
    media_sources: list[PromptMediaSource] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        input_text = self.input_text

        media_sources: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.media_sources, Unset):
            media_sources = []
            for media_sources_item_data in self.media_sources:
                media_sources_item = media_sources_item_data.to_dict()
                media_sources.append(media_sources_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "input_text": input_text,
            }
        )
        if media_sources is not UNSET:
            field_dict["media_sources"] = media_sources

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.prompt_media_source import PromptMediaSource  # noqa: PLC0415

        d = dict(src_dict)
        input_text = d.pop("input_text")

        _media_sources = d.pop("media_sources", UNSET)
        media_sources: list[PromptMediaSource] | Unset = UNSET
        if _media_sources is not UNSET:
            media_sources = []
            for media_sources_item_data in _media_sources:
                media_sources_item = PromptMediaSource.from_dict(media_sources_item_data)

                media_sources.append(media_sources_item)

        batch_prompt = cls(
            input_text=input_text,
            media_sources=media_sources,
        )

        batch_prompt.additional_properties = d
        return batch_prompt

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
