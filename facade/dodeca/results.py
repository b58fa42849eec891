"""What people hold: frozen classes with plain fields.

Absence is None, times are seconds, dates are aware `datetime`s. Fields that this version does not
know are kept in `extra`, words that it does not know stay strings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast

import attrs

T = TypeVar("T")
R = TypeVar("R")


@attrs.frozen
class Page(Generic[T]):
    """One page of a list. `page` counts from 1; `total_results` counts the whole list's items."""

    items: Sequence[T]
    page: int | None = None
    limit_per_page: int | None = None
    total_page: int | None = None
    total_results: int | None = None

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def _extra() -> Any:
    return attrs.field(factory=dict, kw_only=True, repr=lambda value: f"{len(value)} more")


@attrs.frozen
class EmbeddingMetadata:
    """What the service says about the media that it embedded.

    `duration`, `start_offset_sec` and `end_offset_sec` are seconds; `clip_length` is the length of
    fixed segments in seconds.
    """

    input_type: str | None = None
    input_url: str | None = None
    input_filename: str | None = None
    clip_length: int | None = None
    embedding_options: Sequence[str] | None = None
    embedding_scopes: Sequence[str] | None = None
    duration: float | None = None
    start_offset_sec: float | None = None
    end_offset_sec: float | None = None
    extra: Mapping[str, Any] = _extra()


@attrs.frozen
class EmbeddingTask:
    """An embedding task as the list shows it; `client.embed.tasks.retrieve(id)` gives its job."""

    id: str | None = None
    status: str | None = None
    model_name: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    extra: Mapping[str, Any] = _extra()


def of(cls: type[R], model: Any) -> R:
    """A result from a generated model: the same fields, and in `extra` whatever else it holds."""
    build: Any = cls
    known = {field.name for field in attrs.fields(build)} - {"extra"}
    found = {("id" if name == "field_id" else name): _plain(value) for name, value in _items(model)}
    fields = {name: found.pop(name) for name in known if name in found}
    extra = {name: value for name, value in found.items() if value is not None}
    return cast(R, build(**fields, extra=extra))


def page_of(cls: type[R], model: Any) -> Page[R]:
    """A page of results from the generated model of a list."""
    info = {} if not model.page_info else model.page_info.to_dict()
    names = ("page", "limit_per_page", "total_page", "total_results")
    return Page(
        items=[of(cls, item) for item in model.data or []],
        **{name: info.get(name) for name in names},
    )


def _items(model: Any) -> Iterator[tuple[str, Any]]:
    for field in attrs.fields(type(model)):
        if field.name == "additional_properties":
            yield from model.additional_properties.items()
        else:
            yield field.name, getattr(model, field.name)


def _plain(value: Any) -> Any:
    """Plain values: no generated class, no marker for absence."""
    if type(value).__name__ == "Unset":
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.to_dict() if hasattr(value, "to_dict") else value
