from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ImportVideoCounts")


@_attrs_define
class ImportVideoCounts:
    """The number of videos of an import by status.

    Attributes:
        ready (int): Videos that are indexed.
        validating (int): Videos being checked against the requirements.
        queued (int): Videos that have a worker, which is about to begin.
        pending (int): Videos that wait for a worker.
        indexing (int): Videos being indexed.
        failed (int): Videos that could not be indexed.
    """

    ready: int
    validating: int
    queued: int
    pending: int
    indexing: int
    failed: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        ready = self.ready

        validating = self.validating

        queued = self.queued

        pending = self.pending

        indexing = self.indexing

        failed = self.failed

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "ready": ready,
                "validating": validating,
                "queued": queued,
                "pending": pending,
                "indexing": indexing,
                "failed": failed,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        ready = d.pop("ready")

        validating = d.pop("validating")

        queued = d.pop("queued")

        pending = d.pop("pending")

        indexing = d.pop("indexing")

        failed = d.pop("failed")

        import_video_counts = cls(
            ready=ready,
            validating=validating,
            queued=queued,
            pending=pending,
            indexing=indexing,
            failed=failed,
        )

        import_video_counts.additional_properties = d
        return import_video_counts

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
