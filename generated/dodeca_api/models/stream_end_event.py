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
    from dodeca_api.models.generation_warning import GenerationWarning
    from dodeca_api.models.stream_end_metadata import StreamEndMetadata


T = TypeVar("T", bound="StreamEndEvent")


@_attrs_define
class StreamEndEvent:
    """The last event; a stream without it was cut off on its way.

    Attributes:
        event_type (Literal['stream_end']): Kind of event.
        finish_reason (str | Unset): Why a text ends.
        metadata (StreamEndMetadata | Unset): What is known when a stream ends.
        error (GenerationWarning | Unset): A warning or a failure that came after work had begun.
    """

    event_type: Literal["stream_end"]
    finish_reason: str | Unset = UNSET
    metadata: StreamEndMetadata | Unset = UNSET
    error: GenerationWarning | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        event_type = self.event_type

        finish_reason = self.finish_reason

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        error: dict[str, Any] | Unset = UNSET
        if not isinstance(self.error, Unset):
            error = self.error.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "event_type": event_type,
            }
        )
        if finish_reason is not UNSET:
            field_dict["finish_reason"] = finish_reason
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from dodeca_api.models.generation_warning import GenerationWarning  # noqa: PLC0415
        from dodeca_api.models.stream_end_metadata import StreamEndMetadata  # noqa: PLC0415

        d = dict(src_dict)
        event_type = cast(Literal["stream_end"], d.pop("event_type"))
        if event_type != "stream_end":
            raise ValueError(f"event_type must match const 'stream_end', got '{event_type}'")

        finish_reason = d.pop("finish_reason", UNSET)

        _metadata = d.pop("metadata", UNSET)
        metadata: StreamEndMetadata | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = StreamEndMetadata.from_dict(_metadata)

        _error = d.pop("error", UNSET)
        error: GenerationWarning | Unset
        if isinstance(_error, Unset):
            error = UNSET
        else:
            error = GenerationWarning.from_dict(_error)

        stream_end_event = cls(
            event_type=event_type,
            finish_reason=finish_reason,
            metadata=metadata,
            error=error,
        )

        stream_end_event.additional_properties = d
        return stream_end_event

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
