from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from dodeca_api.models.token_usage import TokenUsage


T = TypeVar("T", bound="AnalyzeTaskResult")


@_attrs_define
class AnalyzeTaskResult:
    """What an analysis has found.

    Attributes:
        generation_id (str): Id of the answer.
        data (str): The generated text; for segments JSON in text, one list of segments per definition id.
        finish_reason (str): Why a text ends.
        usage (TokenUsage): What a text took in tokens.
    """

    generation_id: str
    data: str
    finish_reason: str
    usage: TokenUsage
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        generation_id = self.generation_id

        data = self.data

        finish_reason = self.finish_reason

        usage = self.usage.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "generation_id": generation_id,
                "data": data,
                "finish_reason": finish_reason,
                "usage": usage,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.token_usage import TokenUsage  # noqa: PLC0415

        d = dict(src_dict)
        generation_id = d.pop("generation_id")

        data = d.pop("data")

        finish_reason = d.pop("finish_reason")

        usage = TokenUsage.from_dict(d.pop("usage"))

        analyze_task_result = cls(
            generation_id=generation_id,
            data=data,
            finish_reason=finish_reason,
            usage=usage,
        )

        analyze_task_result.additional_properties = d
        return analyze_task_result

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
