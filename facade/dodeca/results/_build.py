"""Build results from the JSON of responses: the same fields under the same names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Generic, TypeVar

import attrs

from dodeca._base import html
from dodeca._base.response_info import HasResponse, ResponseInfo, with_response
from dodeca._base.text import quote
from dodeca._serializable import Serializable
from dodeca.errors import InvalidResponseError

T = TypeVar("T")
R = TypeVar("R")


def extra() -> Any:
    """The field that holds fields unknown to this version."""
    return attrs.field(factory=dict, kw_only=True, repr=lambda value: f"<{len(value)} more>")


def nested(cls: type[Any]) -> Any:
    """An optional field that holds another result; a value that is no object goes into `extra`."""
    return attrs.field(default=None, metadata={"read": partial(build_result, cls), "kind": dict})


def listed(cls: type[Any]) -> Any:
    """An optional field that holds a list of other results; another value goes into `extra`."""
    return attrs.field(default=None, metadata={"read": partial(_read_list, cls), "kind": list})


def date(**metadata: Any) -> Any:
    """An optional field that holds a date; one without a zone is in UTC."""
    return attrs.field(default=None, metadata={"read": _read_date, **metadata})


IN_PAGE_INFO = {"is_in_page_info": True}
"""The metadata of a field of a page that the response has inside its object `page_info`."""


def renamed(*names: str, default: Any = None) -> Any:
    """A field that the API has under another name: one of these."""
    return attrs.field(default=default, metadata={"names": names})


def required(**options: Any) -> Any:
    """A field that is in every response, although a result can be made without it."""
    return attrs.field(default=None, metadata={"is_required": True}, **options)


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
    page: int | None = attrs.field(default=None, metadata=IN_PAGE_INFO)
    limit_per_page: int | None = attrs.field(default=None, metadata=IN_PAGE_INFO)
    total_page: int | None = attrs.field(default=None, metadata=IN_PAGE_INFO)
    total_results: int | None = attrs.field(default=None, metadata=IN_PAGE_INFO)
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
    """An HTML table of results, with a column for each field that is present in any.

    Where the service has thumbnails, the browser loads them when it shows the table.
    """
    shown = [_row(result) for result in results[: html.ROWS]]
    headings = list(dict.fromkeys(name for row in shown for name in row))
    rows = [[row.get(name) for name in headings] for row in shown]
    return html.table(title, headings, rows, max(len(results), total or 0))


def _row(result: Any) -> dict[str, str]:
    """The cells of a result by their headings."""
    fields = dict(_shown_fields(result, str))
    links = (
        getattr(result, "thumbnail_url", None),
        getattr(getattr(result, "thumbnail", None), "representative_url", None),
        *(getattr(getattr(result, "hls", None), "thumbnail_urls", None) or ()),
    )
    found = next((url for url in links if isinstance(url, str) and url.startswith("https://")), "")
    if not found:
        return fields
    fields.pop("thumbnail_url", None)
    return {"thumbnail": html.Image(found)} | {k: v for k, v in fields.items() if k != "thumbnail"}


def build_result(cls: type[R], value: Any, info: ResponseInfo | None = None) -> R:
    """Build a result from a JSON object; unknown fields go into `extra`, null is absence.

    The result, and those inside it, know the response that they are from: `info`.

    Raises:
        InvalidResponseError: it is not an object, a required field is missing, or the value of a
            field cannot be read.
    """
    build: Any = cls
    known, needed = _plan(build)
    fields: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for wire_name, item in json_object(value, build.__name__).items():
        if item is None:
            continue
        field = known.get(wire_name)
        if field is None:
            rest[wire_name] = item
            continue
        name, read, kind = field
        if kind is not None and not isinstance(item, kind):
            rest[wire_name] = item
            continue
        if name in fields:  # the name that the API documents counts, the other is unknown
            if wire_name == name:
                rest[wire_name] = item
                continue
            rest[name] = fields[name]
        fields[name] = item if read is None else read(item, info)
    for name in needed:
        if name not in fields:
            raise InvalidResponseError(f"the response has a {build.__name__} without {name}")
    result: R = with_response(build(**fields, extra=rest), info)
    return result


def json_object(value: Any, name: str) -> dict[str, Any]:
    """The value, if it is a JSON object; `name` says in the error what is missing.

    Raises:
        InvalidResponseError: it is another value.
    """
    if not isinstance(value, dict):
        raise InvalidResponseError(f"the response has no {name}, but {quote(value)}")
    return value


def json_list(value: Any, name: str) -> list[Any]:
    """The items of a value that is a JSON list, without nulls; `name` says in the error of what.

    Raises:
        InvalidResponseError: it is another value.
    """
    if not isinstance(value, list):
        raise InvalidResponseError(f"the response has no list of {name}, but {quote(value)}")
    return [item for item in value if item is not None]


_Read = Callable[[Any, ResponseInfo | None], Any]
_Known = tuple[str, _Read | None, type[Any] | None]
"""A field: its name in the result, how its value is read, and the kind that has to be."""


@cache
def _plan(cls: Any) -> tuple[dict[str, _Known], tuple[str, ...]]:
    """The fields of a result by their names in JSON, and the names of those that must be there."""
    known: dict[str, _Known] = {}
    needed = []
    for field in attrs.fields(cls):
        name, about = field.name, field.metadata
        if name == "extra" or about.get("is_local"):
            continue
        is_text = name in ("id", "status")
        read = partial(_read_text, f"{name} of a {cls.__name__}") if is_text else about.get("read")
        for wire_name in (name, *about.get("names", ())):
            known[wire_name] = name, read, about.get("kind")
        if field.default is attrs.NOTHING or about.get("is_required"):
            needed.append(name)
    return known, tuple(needed)


def _read_list(cls: type[R], value: Any, info: ResponseInfo | None) -> list[R]:
    return [build_result(cls, item, info) for item in json_list(value, cls.__name__)]


def _read_date(value: Any, info: ResponseInfo | None) -> datetime:
    try:
        date = datetime.fromisoformat(value)
    except (TypeError, ValueError) as exc:
        raise InvalidResponseError(f"the response has no date, but {quote(value)}") from exc
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _read_text(name: str, value: Any, info: ResponseInfo | None) -> str:
    if not isinstance(value, str):
        raise InvalidResponseError(f"{name} is not a string: {quote(value)}")
    return value


def build_items(
    cls: type[R], values: Any, info: ResponseInfo | None = None
) -> tuple[list[R], list[Any]]:
    """Build the results of a list, and keep the items that are malformed as JSON.

    Raises:
        InvalidResponseError: it is not a list.
    """
    good, bad = [], []
    for value in json_list(values, cls.__name__):
        try:
            good.append(build_result(cls, value, info))
        except InvalidResponseError:
            bad.append(value)
    return good, bad


def build_page(
    cls: type[R],
    body: Any,
    info: ResponseInfo | None = None,
    *,
    items: str = "data",
    is_whole: bool = False,
) -> Page[R]:
    """Build a page of results from the response with a list; `items` names its field.

    If it `is_whole`, it has no "page_info", or another field of that name.

    Raises:
        InvalidResponseError: there is no such list.
    """
    rest = other_fields(json_object(body, f"page of {cls.__name__}"))
    totals = {} if is_whole else take_page_info(Page, rest)
    good, bad = build_items(cls, rest.pop(items, None), info)
    known = {name: _int_or_none(value) for name, value in totals.items()}
    return with_response(Page(good, **known, malformed=bad, extra=rest), info)


def take_page_info(cls: Any, body: dict[str, Any]) -> dict[str, Any]:
    """The fields of a page that are in the `page_info` of its response; its others stay there."""
    found = attrs.asdict(build_result(_page_info(cls), body.pop("page_info", {})), recurse=False)
    if unknown := found.pop("extra"):
        body["page_info"] = unknown
    return found


@cache
def _page_info(cls: Any) -> Any:
    """The class of the `page_info` of a page: it has the fields of the page that are in it."""
    fields = {
        field.name: attrs.field(default=None, metadata=field.metadata)
        for field in attrs.fields(cls)
        if field.metadata.get("is_in_page_info")
    }
    name = f"{cls.__name__}Info"
    return attrs.make_class(name, {**fields, "extra": extra()}, (Result,), frozen=True, repr=False)


def _int_or_none(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def other_fields(body: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The fields of a JSON object other than these."""
    return {k: v for k, v in body.items() if k not in names and v is not None}
