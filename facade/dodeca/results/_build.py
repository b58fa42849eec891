"""From generated models to results: the same fields under the same names, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, TypeVar, cast

import attrs

from dodeca._base import html
from dodeca.errors import InvalidResponseError
from dodeca_api.types import Unset

T = TypeVar("T")
R = TypeVar("R")

_RENAMED = {"field_id": "id", "task_id": "id"}


def extra() -> Any:
    """The field that keeps what this version does not know."""
    return attrs.field(factory=dict, kw_only=True, repr=lambda value: f"<{len(value)} more>")


def nested(cls: type[Any]) -> Any:
    """An optional field that holds another result, or a list of them."""
    return attrs.field(default=None, metadata={"cls": cls})


class Result:
    """How results look: what the service said, without what it left out."""

    __slots__ = ()

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={text}" for name, text in _told(self))
        return f"{type(self).__name__}({told})"

    def _repr_html_(self) -> str:
        return html.pairs(type(self).__name__, _told(self, str))


@attrs.frozen(repr=False)
class Page(Result, Generic[T]):
    """One page of a list. `page` counts from 1; `total_results` counts the whole list's items.

    `extra` is what else the response says: of an upload's chunks, how the upload as a whole is.
    Items that are not as the API documents them are not in `items`, but in `malformed`, as JSON.
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

    def _repr_html_(self) -> str:
        return table_of(f"Page {self.page or ''}".strip(), self.items, self.total_results)


@attrs.frozen
class _Totals:
    page: int | None = None
    limit_per_page: int | None = None
    total_page: int | None = None
    total_results: int | None = None
    extra: Mapping[str, Any] = extra()


def _told(result: Any, word: Callable[[str], str] = repr) -> Iterator[tuple[str, str]]:
    """The fields that say something, as text; strings as `word` writes them."""
    for field in attrs.fields(type(result)):
        value = getattr(result, field.name)
        if value is None or field.repr is False or (field.name == "extra" and not value):
            continue
        yield field.name, _text(field.repr(value) if callable(field.repr) else value, word)


def _text(value: Any, word: Callable[[str], str]) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, Result) or value.__class__.__name__ == "Embeddings":
        return repr(value)
    return html.short(word(value) if isinstance(value, str) else repr(value))


def table_of(title: str, results: Sequence[Any], total: int | None = None) -> str:
    """A table of results as HTML, a column for each field that some of them have."""
    shown = [dict(_told(result, str)) for result in results[: html.ROWS]]
    headings = list(dict.fromkeys(name for row in shown for name in row))
    rows = [[row.get(name) for name in headings] for row in shown]
    return html.table(title, headings, rows, max(len(results), total or 0))


def of(cls: type[R], model: Any) -> R:
    """A result from a generated model or a JSON object; what else that holds goes into `extra`.

    Raises:
        InvalidResponseError: what the result cannot be without is not there.
    """
    build: Any = cls
    known = _fields(build)
    fields: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for wire_name, value in _items(model):
        name = _RENAMED.get(wire_name, wire_name)
        plain = _plain(value, known.get(name))
        if plain is not None:
            (fields if name in known else rest)[name] = plain
    _check(build, fields)
    return cast(R, build(**fields, extra=rest))


def _check(cls: Any, fields: Mapping[str, Any]) -> None:
    missing = [name for name in _needed(cls) if name not in fields]
    if missing:
        raise InvalidResponseError(
            f"the response has a {cls.__name__} without {', '.join(missing)}"
        )
    for name in ("id", "status"):
        if not isinstance(fields.get(name, ""), str):
            raise InvalidResponseError(
                f"{name} of a {cls.__name__} is no text: {fields[name]!r:.80}"
            )


@cache
def _needed(cls: Any) -> tuple[str, ...]:
    return tuple(f.name for f in attrs.fields(cls) if f.default is attrs.NOTHING)


@cache
def _fields(cls: Any) -> dict[str, type[Any] | None]:
    """The fields of a result, each with the class of what it holds where that is a result, too."""
    fields = {field.name: field.metadata.get("cls") for field in attrs.fields(cls)}
    return {name: of_cls for name, of_cls in fields.items() if name != "extra"}


def page_of(cls: type[R], model: Any, *, items: str = "data") -> Page[R]:
    """A page of results from the generated model of a list, whose items are called `items`."""
    totals = of(_Totals, model.page_info or {})
    rest = rest_of(model, items, "page_info")
    good, bad = [], list(rest.pop("malformed", ()))
    for item in getattr(model, items) or []:
        try:
            good.append(of(cls, item))
        except InvalidResponseError:
            bad.append(_plain(item))
    return Page(
        good,
        _count(totals.page),
        _count(totals.limit_per_page),
        _count(totals.total_page),
        _count(totals.total_results),
        malformed=bad,
        extra=rest | dict(totals.extra),
    )


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def rest_of(model: Any, *names: str) -> dict[str, Any]:
    """What a generated model holds beside the named fields."""
    rest = {name: _plain(value) for name, value in _items(model) if name not in names}
    return {name: value for name, value in rest.items() if value is not None}


def _items(model: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(model, Mapping):
        yield from model.items()
        return
    kind: Any = type(model)
    for name in _names(kind):
        yield name, getattr(model, name)
    yield from model.additional_properties.items()


@cache
def _names(cls: Any) -> tuple[str, ...]:
    """The fields of a generated model that have names of their own."""
    names = (field.name for field in attrs.fields(cls))
    return tuple(name for name in names if name != "additional_properties")


def _plain(value: Any, cls: type[Any] | None = None) -> Any:
    """Plain values: no generated class, no marker for absence, no date without a zone."""
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, Unset):
        return None
    if isinstance(value, list):
        return [_plain(item, cls) for item in value]
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, Mapping) and cls is not None:
        return of(cls, value)
    if hasattr(value, "to_dict") and not isinstance(value, Mapping):
        return value.to_dict() if cls is None else of(cls, value)
    return value
