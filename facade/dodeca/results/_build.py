"""Build results from generated models: the same fields under the same names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, TypeVar, cast

import attrs

from dodeca._base import html
from dodeca._base.response_info import HasResponse, Parsed, ResponseInfo, with_response
from dodeca._base.serializable import Serializable
from dodeca.errors import InvalidResponseError
from dodeca_api.types import Unset

T = TypeVar("T")
R = TypeVar("R")

_RENAMED = {
    "field_id": "id",
    "task_id": "id",
    "video_clip_length": "clip_length",  # of the first embedding API, and of tasks in a list
    **{
        f"{kind}_embedding_{name}": f"embedding_{name}s"
        for kind in ("video", "audio", "image", "document")
        for name in ("scope", "option")
    },
}


MALFORMED = "dodeca:malformed"
"""Where the parser of a page puts the items that it cannot read; no field of the API."""


def extra() -> Any:
    """The field that holds fields unknown to this version."""
    return attrs.field(factory=dict, kw_only=True, repr=lambda value: f"<{len(value)} more>")


def nested(cls: type[Any]) -> Any:
    """An optional field that holds another result or a list of results."""
    return attrs.field(default=None, metadata={"cls": cls})


def local() -> Any:
    """An optional field that the client sets; a field of this name in a response is another."""
    return attrs.field(default=None, metadata={"is_local": True})


class Result(HasResponse, Serializable):
    """The base of results; their repr shows the fields that are present."""

    __slots__ = ()

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={text}" for name, text in _shown_fields(self))
        return f"{type(self).__name__}({shown})"

    def _repr_html_(self) -> str:
        return html.pairs(type(self).__name__, _shown_fields(self, str))


@attrs.frozen(repr=False)
class Page(Result, Generic[T]):
    """One page of a list. `page` counts from 1; `total_results` is the length of the whole list.

    `extra` holds other fields of the response, such as the status of the upload for a page of its
    chunks, and under "page_info" other fields of that. Items that are not as the API documents them
    are in `malformed` instead, as JSON.
    """

    items: Sequence[T]
    page: int | None = None
    limit_per_page: int | None = None
    total_page: int | None = None
    total_results: int | None = None
    malformed: Sequence[Any] = ()
    extra: Mapping[str, Any] = extra()

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> T:
        return self.items[index]

    def _repr_html_(self) -> str:
        return results_table(f"Page {self.page or ''}".strip(), self.items, self.total_results)


@attrs.frozen(repr=False)
class _Totals(Result):
    page: int | None = None
    limit_per_page: int | None = None
    total_page: int | None = None
    total_results: int | None = None
    extra: Mapping[str, Any] = extra()


def _shown_fields(
    result: Any, format_str: Callable[[str], str] = repr
) -> Iterator[tuple[str, str]]:
    """The fields that are present, as text; `format_str` formats strings."""
    for field in attrs.fields(type(result)):
        value = getattr(result, field.name)
        if value is None or field.repr is False or (field.name == "extra" and not value):
            continue
        yield field.name, _to_text(field.repr(value) if callable(field.repr) else value, format_str)


def _to_text(value: Any, format_str: Callable[[str], str]) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, Result) or value.__class__.__name__ == "Embeddings":
        return repr(value)
    return html.short(format_str(value) if isinstance(value, str) else repr(value))


def results_table(title: str, results: Sequence[Any], total: int | None = None) -> str:
    """An HTML table of results, with a column for each field that is present in any."""
    shown = [dict(_shown_fields(result, str)) for result in results[: html.ROWS]]
    headings = list(dict.fromkeys(name for row in shown for name in row))
    rows = [[row.get(name) for name in headings] for row in shown]
    return html.table(title, headings, rows, max(len(results), total or 0))


def build_result(cls: type[R], model: Any, info: ResponseInfo | None = None) -> R:
    """Build a result from a generated model or a JSON object; unknown fields go into `extra`.

    The result, and those inside it, know the response that it is from: `info`, if the model does
    not say it itself.

    Raises:
        InvalidResponseError: a required field is missing.
    """
    if isinstance(model, Parsed):
        model, info = model.model, model.info
    build: Any = cls
    known = _fields(build)
    fields: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for wire_name, value in _named_values(model):
        name = _RENAMED.get(wire_name, wire_name)
        name = name if name in known else wire_name
        plain = _to_plain(value, known.get(name), info)
        if plain is None:
            continue
        if name in known and name not in fields:
            fields[name] = plain
        else:
            rest[wire_name] = plain  # unknown, or a second field that would have this name
    _check(build, fields)
    return cast(R, with_response(build(**fields, extra=rest), info))


def _check(cls: Any, fields: Mapping[str, Any]) -> None:
    missing = [name for name in _required_fields(cls) if name not in fields]
    if missing:
        raise InvalidResponseError(
            f"the response has a {cls.__name__} without {', '.join(missing)}"
        )
    for name in ("id", "status"):
        if not isinstance(fields.get(name, ""), str):
            raise InvalidResponseError(
                f"{name} of a {cls.__name__} is not a string: {fields[name]!r:.80}"
            )


@cache
def _required_fields(cls: Any) -> tuple[str, ...]:
    return tuple(f.name for f in attrs.fields(cls) if f.default is attrs.NOTHING)


@cache
def _fields(cls: Any) -> dict[str, type[Any] | None]:
    """The fields of a result, each with its class if that is a result, too."""
    fields = [field for field in attrs.fields(cls) if not field.metadata.get("is_local")]
    return {field.name: field.metadata.get("cls") for field in fields if field.name != "extra"}


def build_page(cls: type[R], parsed: Parsed[Any], *, items: str = "data") -> Page[R]:
    """Build a page of results from the response with a list; `items` names its field."""
    model, info = parsed.model, parsed.info
    page_info = getattr(model, "page_info", None)  # not all lists have pages
    totals = build_result(_Totals, page_info or {})
    rest = remaining_fields(model, items, *(["page_info"] if page_info else []))
    if totals.extra:
        rest["page_info"] = totals.extra
    good, bad = [], list(rest.pop(MALFORMED, ()))
    for item in getattr(model, items) or []:
        try:
            good.append(build_result(cls, item, info))
        except InvalidResponseError:
            bad.append(_to_plain(item))
    page = Page(
        good,
        _int_or_none(totals.page),
        _int_or_none(totals.limit_per_page),
        _int_or_none(totals.total_page),
        _int_or_none(totals.total_results),
        malformed=bad,
        extra=rest,
    )
    return with_response(page, info)


def _int_or_none(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def remaining_fields(model: Any, *names: str) -> dict[str, Any]:
    """The fields of a generated model other than these."""
    rest = {name: _to_plain(value) for name, value in _named_values(model) if name not in names}
    return {name: value for name, value in rest.items() if value is not None}


def _named_values(model: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(model, Mapping):
        yield from model.items()
        return
    cls: Any = type(model)
    for name in _field_names(cls):
        yield name, getattr(model, name)
    yield from model.additional_properties.items()


@cache
def _field_names(cls: Any) -> tuple[str, ...]:
    """The declared fields of a generated model."""
    names = (field.name for field in attrs.fields(cls))
    return tuple(name for name in names if name != "additional_properties")


def _to_plain(value: Any, cls: type[Any] | None = None, info: ResponseInfo | None = None) -> Any:
    """Convert generated models and UNSET to plain values; dates without a zone are in UTC."""
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, Unset):
        return None
    if isinstance(value, list):
        return [_to_plain(item, cls, info) for item in value]
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, Mapping) and cls is not None:
        return build_result(cls, value, info)
    if hasattr(value, "to_dict") and not isinstance(value, Mapping):
        return value.to_dict() if cls is None else build_result(cls, value, info)
    return value
