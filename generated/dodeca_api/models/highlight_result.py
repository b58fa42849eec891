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
    from dodeca_api.models.token_usage import TokenUsage
    from dodeca_api.models.video_highlight import VideoHighlight


T = TypeVar("T", bound="HighlightResult")


@_attrs_define
class HighlightResult:
    """The highlights of a video.

    Attributes:
        summarize_type (Literal['highlight']): Names the kind of summary.
        highlights (list[VideoHighlight] | Unset): The highlights.
        id (str | Unset): Id of the answer.
        usage (TokenUsage | Unset): What a text took in tokens.
    """

    summarize_type: Literal["highlight"]
    highlights: list[VideoHighlight] | Unset = UNSET
    id: str | Unset = UNSET
    usage: TokenUsage | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        summarize_type = self.summarize_type

        highlights: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.highlights, Unset):
            highlights = []
            for highlights_item_data in self.highlights:
                highlights_item = highlights_item_data.to_dict()
                highlights.append(highlights_item)

        id = self.id

        usage: dict[str, Any] | Unset = UNSET
        if not isinstance(self.usage, Unset):
            usage = self.usage.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "summarize_type": summarize_type,
            }
        )
        if highlights is not UNSET:
            field_dict["highlights"] = highlights
        if id is not UNSET:
            field_dict["id"] = id
        if usage is not UNSET:
            field_dict["usage"] = usage

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.token_usage import TokenUsage  # noqa: PLC0415
        from dodeca_api.models.video_highlight import VideoHighlight  # noqa: PLC0415

        d = dict(src_dict)
        summarize_type = cast(Literal["highlight"], d.pop("summarize_type"))
        if summarize_type != "highlight":
            raise ValueError(f"summarize_type must match const 'highlight', got '{summarize_type}'")

        _highlights = d.pop("highlights", UNSET)
        highlights: list[VideoHighlight] | Unset = UNSET
        if _highlights is not UNSET:
            highlights = []
            for highlights_item_data in _highlights:
                highlights_item = VideoHighlight.from_dict(highlights_item_data)

                highlights.append(highlights_item)

        id = d.pop("id", UNSET)

        _usage = d.pop("usage", UNSET)
        usage: TokenUsage | Unset
        if isinstance(_usage, Unset):
            usage = UNSET
        else:
            usage = TokenUsage.from_dict(_usage)

        highlight_result = cls(
            summarize_type=summarize_type,
            highlights=highlights,
            id=id,
            usage=usage,
        )

        highlight_result.additional_properties = d
        return highlight_result

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
