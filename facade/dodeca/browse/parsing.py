"""Bodies of the page's requests, as the values that a library takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

import attrs

from dodeca._base.numbers import is_finite, parse_quantity
from dodeca._base.text import did_you_mean, quote
from dodeca.errors import InvalidRequestError
from dodeca.library import Query, Selection

MAX_PAGE = 500
"""The largest number of hits of one response."""

MAX_SELECTED = 1000
"""The largest number of segments that are cut or exported at once."""


@attrs.frozen
class SearchRequest:
    """A query, what it is limited to, and which of its hits are asked for."""

    query: Query
    selection: Selection
    offset: int
    limit: int


@attrs.frozen
class SegmentsRequest:
    """Segments that were selected in the results of a query."""

    segments: list[str]
    query_id: str
    pad_sec: float = 0.0
    merge: bool = False
    format: str = ""


def parse_search(body: Any, image_of: Callable[[str], bytes]) -> SearchRequest:
    """Read the body of `api/search`; `image_of` gives an uploaded image by its id.

    Raises:
        InvalidRequestError: a field is missing, unknown or of another type.
    """
    fields = _object(body, "the body", _SEARCH_FIELDS)
    named = {name: fields[name] for name in _SELECTION_FIELDS if fields.get(name) is not None}
    for name, value in named.items():
        check, expected = _SELECTION_FIELDS[name]
        if not check(value):
            raise InvalidRequestError(f"{name} must be {expected}, got {quote(value)}")
    return SearchRequest(
        query=_parse_query(fields.get("query"), image_of),
        selection=Selection(**named),
        offset=_integer(fields, "offset", 0, 0, 1 << 53),
        limit=_integer(fields, "limit", 50, 1, MAX_PAGE),
    )


def parse_segments(body: Any, *optional: str) -> SegmentsRequest:
    """Read a body that names selected segments, and these optional fields.

    Raises:
        InvalidRequestError: a field is missing, unknown or of another type.
    """
    fields = _object(body, "the body", ("segments", "query_id", *optional))
    segments, query_id = fields.get("segments"), fields.get("query_id")
    if not _is_texts(segments) or not 1 <= len(segments) <= MAX_SELECTED:
        raise InvalidRequestError(
            f"segments must be 1 to {MAX_SELECTED} ids, got {quote(segments)}"
        )
    if not isinstance(query_id, str):
        raise InvalidRequestError(f"query_id must be a text, got {quote(query_id)}")
    pad_sec = fields.get("pad_sec", 0.0)
    if not is_finite(pad_sec) or not 0 <= pad_sec <= _MAX_PAD_SEC:
        raise InvalidRequestError(
            f"pad_sec must be a number from 0 to {_MAX_PAD_SEC}, got {quote(pad_sec)}"
        )
    merge = fields.get("merge", False)
    if not isinstance(merge, bool):
        raise InvalidRequestError(f"merge must be true or false, got {quote(merge)}")
    form = fields.get("format", "")
    if not isinstance(form, str):
        raise InvalidRequestError(f"format must be a text, got {quote(form)}")
    return SegmentsRequest(segments, query_id, pad_sec, merge, form)


def parse_time(text: str | None, name: str) -> float | None:
    """Read seconds of a query string; None where there are none.

    Raises:
        InvalidRequestError: it is no finite number, or less than 0.
    """
    value = parse_quantity(text)
    if text and value is None:
        raise InvalidRequestError(f"{name} must be seconds, 0 or more, got {quote(text)}")
    return value


def _parse_query(value: Any, image_of: Callable[[str], bytes]) -> Query:
    fields = _object(value, "query", ("text", "image_id", "segment_id"))
    given = {name: each for name, each in fields.items() if each is not None}
    if len(given) != 1:
        raise InvalidRequestError(
            f"query has exactly one of text, image_id and segment_id, got {quote(value)}"
        )
    ((name, content),) = given.items()
    if not isinstance(content, str) or not content.strip():
        raise InvalidRequestError(f"{name} must be a text that is not empty, got {quote(content)}")
    match name:
        case "image_id":
            return Query(image=image_of(content))
        case "segment_id":
            return Query(segment=content)
    return Query(text=content)


def _object(value: Any, what: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidRequestError(f"{what} must be an object of JSON, got {quote(value)}")
    for name in value:
        if name not in known:
            raise InvalidRequestError(
                f"{what} has no field {quote(name)}{did_you_mean(name, known)}; "
                f"it has {', '.join(known)}"
            )
    return value


def _integer(fields: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    value = fields.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidRequestError(
            f"{name} must be an integer from {least} to {most}, got {quote(value)}"
        )
    return value


def _is_texts(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_weights(value: Any) -> bool:
    return isinstance(value, dict) and all(is_finite(each) for each in value.values())


_MAX_PAD_SEC = 60
_SELECTION_FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "weights": (_is_weights, "an object of numbers"),
    "min_score": (is_finite, "a number"),
    "sources": (_is_texts, "a list of ids"),
    "options": (_is_texts, "a list of texts"),
    "scopes": (_is_texts, "a list of texts"),
    "metadata": (lambda value: isinstance(value, dict), "an object"),
}
_SEARCH_FIELDS = ("query", "offset", "limit", *_SELECTION_FIELDS)
