from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.generation_warning import GenerationWarning
    from dodeca_api.models.token_usage import TokenUsage


T = TypeVar("T", bound="AnalyzeResponse")


@_attrs_define
class AnalyzeResponse:
    """The generated text in one piece.

    Attributes:
        data (str): The generated text.
        id (str | Unset): Id of the answer.
        finish_reason (str | Unset): Why a text ends.
        usage (TokenUsage | Unset): What a text took in tokens.
        error (GenerationWarning | Unset): A warning or a failure that came after work had begun.
    """

    data: str
    id: str | Unset = UNSET
    finish_reason: str | Unset = UNSET
    usage: TokenUsage | Unset = UNSET
    error: GenerationWarning | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data = self.data

        id = self.id

        finish_reason = self.finish_reason

        usage: dict[str, Any] | Unset = UNSET
        if not isinstance(self.usage, Unset):
            usage = self.usage.to_dict()

        error: dict[str, Any] | Unset = UNSET
        if not isinstance(self.error, Unset):
            error = self.error.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "data": data,
            }
        )
        if id is not UNSET:
            field_dict["id"] = id
        if finish_reason is not UNSET:
            field_dict["finish_reason"] = finish_reason
        if usage is not UNSET:
            field_dict["usage"] = usage
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.generation_warning import GenerationWarning  # noqa: PLC0415
        from dodeca_api.models.token_usage import TokenUsage  # noqa: PLC0415

        d = dict(src_dict)
        data = d.pop("data")

        id = d.pop("id", UNSET)

        finish_reason = d.pop("finish_reason", UNSET)

        _usage = d.pop("usage", UNSET)
        usage: TokenUsage | Unset
        if isinstance(_usage, Unset):
            usage = UNSET
        else:
            usage = TokenUsage.from_dict(_usage)

        _error = d.pop("error", UNSET)
        error: GenerationWarning | Unset
        if isinstance(_error, Unset):
            error = UNSET
        else:
            error = GenerationWarning.from_dict(_error)

        analyze_response = cls(
            data=data,
            id=id,
            finish_reason=finish_reason,
            usage=usage,
            error=error,
        )

        analyze_response.additional_properties = d
        return analyze_response

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
