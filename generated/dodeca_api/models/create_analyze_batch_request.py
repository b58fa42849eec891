from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from dodeca_api.models.analysis_mode import AnalysisMode, check_analysis_mode
from dodeca_api.types import UNSET, Unset

if TYPE_CHECKING:
    from dodeca_api.models.batch_defaults import BatchDefaults
    from dodeca_api.models.batch_item_request import BatchItemRequest


T = TypeVar("T", bound="CreateAnalyzeBatchRequest")


@_attrs_define
class CreateAnalyzeBatchRequest:
    """The analyses of a batch.

    Attributes:
        model_name (str): Name of the model of all analyses.
        analysis_mode (AnalysisMode): Text to a prompt, or segments with their times.
        requests (list[BatchItemRequest]): The analyses, 1 to 1,000.
        defaults (BatchDefaults | Unset): What holds for the analyses that do not say otherwise.
    """

    model_name: str
    analysis_mode: AnalysisMode
    requests: list[BatchItemRequest]
    defaults: BatchDefaults | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_name = self.model_name

        analysis_mode: str = self.analysis_mode

        requests = []
        for requests_item_data in self.requests:
            requests_item = requests_item_data.to_dict()
            requests.append(requests_item)

        defaults: dict[str, Any] | Unset = UNSET
        if not isinstance(self.defaults, Unset):
            defaults = self.defaults.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "model_name": model_name,
                "analysis_mode": analysis_mode,
                "requests": requests,
            }
        )
        if defaults is not UNSET:
            field_dict["defaults"] = defaults

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.batch_defaults import BatchDefaults  # noqa: PLC0415
        from dodeca_api.models.batch_item_request import BatchItemRequest  # noqa: PLC0415

        d = dict(src_dict)
        model_name = d.pop("model_name")

        analysis_mode = check_analysis_mode(d.pop("analysis_mode"))

        requests = []
        _requests = d.pop("requests")
        for requests_item_data in _requests:
            requests_item = BatchItemRequest.from_dict(requests_item_data)

            requests.append(requests_item)

        _defaults = d.pop("defaults", UNSET)
        defaults: BatchDefaults | Unset
        if isinstance(_defaults, Unset):
            defaults = UNSET
        else:
            defaults = BatchDefaults.from_dict(_defaults)

        create_analyze_batch_request = cls(
            model_name=model_name,
            analysis_mode=analysis_mode,
            requests=requests,
            defaults=defaults,
        )

        create_analyze_batch_request.additional_properties = d
        return create_analyze_batch_request

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
