"""Checks of parameters, before anything is sent. Pure.

Each function takes the API's name of a parameter and its value, and returns the value for the
generated package: UNSET for None. Errors say what is allowed, and quote the value.
"""

from __future__ import annotations

import math
import operator
import re
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, TypeVar

import orjson

from dodeca._base.numbers import is_finite
from dodeca._base.text import quote
from dodeca.errors import InvalidRequestError
from dodeca_api import models
from dodeca_api.types import UNSET, Unset

E = TypeVar("E")
M = TypeVar("M")
T = TypeVar("T")

RangeFilter = float | Mapping[str, float]

MARKER = "dodeca_marker"


def string(name: str, value: str) -> str:
    """A string that is not blank and can be encoded as UTF-8.

    Raises:
        InvalidRequestError: another type, only white space, or a lone surrogate.
    """
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequestError(f"{name} must be a non-empty string, got {quote(value)}")
    return unicode(name, value)


def unicode(name: str, value: str) -> str:
    """A string that can be encoded as UTF-8.

    Raises:
        InvalidRequestError: a lone surrogate.
    """
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        raise InvalidRequestError(f"{name} is not valid Unicode: {exc}") from exc
    return value


def matching(name: str, value: str, pattern: str, rule: str) -> str:
    """A string that matches a regular expression; `rule` describes it in the error.

    Raises:
        InvalidRequestError: a string that does not match.
    """
    if not re.fullmatch(pattern, string(name, value)):
        raise InvalidRequestError(f"{name} must be {rule}, got {quote(value)}")
    return value


def optional(name: str, value: str | None) -> str | Unset:
    """A non-empty string or None."""
    return UNSET if value is None else string(name, value)


def number(
    name: str, value: float | None, low: float = -math.inf, high: float = math.inf
) -> float | Unset:
    """A finite number within bounds.

    Raises:
        InvalidRequestError: not a number, or out of bounds.
    """
    if value is None:
        return UNSET
    if not is_finite(value) or not low <= value <= high:
        raise InvalidRequestError(
            f"{name} must be a number{_bounds(low, high)}, got {quote(value)}"
        )
    checked: float = _python_number(value)
    return checked


def integer(
    name: str, value: int | None, low: float = -math.inf, high: float = math.inf
) -> int | Unset:
    """A whole number within bounds.

    Raises:
        InvalidRequestError: not a whole number, or out of bounds.
    """
    if value is not None and (not isinstance(value, Integral) or isinstance(value, bool)):
        raise InvalidRequestError(
            f"{name} must be a whole number{_bounds(low, high)}, got {quote(value)}"
        )
    checked = number(name, value, low, high)
    return checked if isinstance(checked, Unset) else int(checked)


def flag(name: str, value: bool | None) -> bool | Unset:
    """A boolean or None.

    Raises:
        InvalidRequestError: another type.
    """
    if value is not None and not isinstance(value, bool):
        raise InvalidRequestError(f"{name} must be True or False, got {quote(value)}")
    return UNSET if value is None else value


def choice(name: str, value: str | None, known: Collection[E]) -> E | Unset:
    """One of the values that the API knows; `known` is the generated constant that lists them.

    Raises:
        InvalidRequestError: a value that is not in the list.
    """
    if value is None:
        return UNSET
    for each in known:
        if each == value:
            return each
    raise InvalidRequestError(
        f"{name} must be one of {_comma_separated(known)}, got {quote(value)}"
    )


def choices(name: str, values: Sequence[str] | str | None, known: Collection[E]) -> list[E] | Unset:
    """A list of values that the API knows; a single string counts as a list of one.

    Raises:
        InvalidRequestError: an empty list, or a value that is not known.
    """
    if values is None:
        return UNSET
    chosen = [choice(name, value, known) for value in strings(name, values)]
    return [value for value in chosen if not isinstance(value, Unset)]


def strings(name: str, values: Sequence[str] | str) -> list[str]:
    """A list of at least one string; a single string counts as a list of one.

    Raises:
        InvalidRequestError: an empty list, or an item that is not a string.
    """
    items = [values] if isinstance(values, str) else as_list(name, values)
    if not items:
        raise InvalidRequestError(
            f"{name} must be a list of at least one string, got {quote(values)}"
        )
    return [string(name, item) for item in items]


def as_list(name: str, values: Iterable[T]) -> list[T]:
    """A list of anything iterable but text and mappings.

    Raises:
        InvalidRequestError: another type.
    """
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise InvalidRequestError(f"{name} must be a list, got {quote(values)}")
    return list(values)


def mapping(name: str, value: Mapping[str, T]) -> Mapping[str, T]:
    """A mapping with string keys.

    Raises:
        InvalidRequestError: another type.
    """
    if not isinstance(value, Mapping):
        raise InvalidRequestError(f"{name} must be a mapping, got {quote(value)}")
    for key in value:
        string(f"a key of {name}", key)
    return value


def range_filter(name: str, value: RangeFilter | None) -> dict[str, Any]:
    """Keyword arguments for a number, or for bounds as `{"gte": low, "lte": high}`.

    Raises:
        InvalidRequestError: a negative number, or another key.
    """
    if value is None:
        return {}
    bounds = value if isinstance(value, Mapping) else {"": value}
    if not bounds or not set(bounds) <= {"", "gte", "lte"}:
        raise InvalidRequestError(
            f'{name} must be a number or {{"gte": …, "lte": …}}, got {quote(value)}'
        )
    return {f"{name}{key}": number(name, bound, 0) for key, bound in bounds.items()}


def page_limit(page: int, limit: int) -> None:
    """Check a page number (from 1) and a page size (1 to 50).

    Raises:
        InvalidRequestError: one of them is out of bounds.
    """
    integer("page", page, 1)
    integer("page_limit", limit, 1, 50)


def file_name(value: str | None) -> str | Unset:
    """A file name of 1 to 255 characters.

    Raises:
        InvalidRequestError: an empty or longer name.
    """
    if value is None:
        return UNSET
    if len(string("filename", value)) > 255:
        raise InvalidRequestError(f"filename must have 1 to 255 characters, got {len(value)}")
    return value


def user_metadata(value: Mapping[str, Any] | None) -> models.UserMetadata | Unset:
    """User metadata: strings, numbers, booleans or lists of strings under string keys.

    Raises:
        InvalidRequestError: another type of key or value.
    """
    if value is None:
        return UNSET
    plain = {key: _python_number(item) for key, item in mapping("user_metadata", value).items()}
    for key, item in plain.items():
        if not _is_metadata(item):
            raise InvalidRequestError(
                "user_metadata holds strings, finite numbers, booleans and lists of strings, whole "
                f"numbers up to 2**53 - 1 (longer ones as strings), got {quote(item)} under "
                f"{quote(key)}"
            )
    return models.UserMetadata.from_dict(plain)


def with_marker(value: Mapping[str, Any] | None) -> dict[str, Any]:
    """User metadata with a random marker, which finds a resource whose response was lost.

    Raises:
        InvalidRequestError: the metadata is not a mapping.
    """
    fields = {} if value is None else mapping("user_metadata", value)
    return {**fields, MARKER: secrets.token_hex(16)}


def metadata_text(value: Mapping[str, Any] | None) -> str | Unset:
    """User metadata as JSON text, for forms.

    Raises:
        InvalidRequestError: another type of key or value.
    """
    metadata = user_metadata(value)
    if isinstance(metadata, Unset):
        return metadata
    return json_text("user_metadata", metadata.to_dict())


def json_text(name: str, value: Mapping[str, Any]) -> str:
    """A mapping as JSON text.

    Raises:
        InvalidRequestError: another type, or a value that JSON cannot hold.
    """
    try:
        return orjson.dumps(dict(mapping(name, value))).decode()
    except TypeError as exc:
        raise InvalidRequestError(f"{name} cannot be written as JSON: {exc}") from exc


def parse_model(name: str, cls: type[M], value: Mapping[str, Any] | None) -> M | Unset:
    """A generated model from a nested value in the API's form.

    Raises:
        InvalidRequestError: a field is missing, or has another type.
    """
    if value is None:
        return UNSET
    build: Any = cls
    try:
        found: M = build.from_dict(value)
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise InvalidRequestError(f"{name} is not as the API documents it: {quote(exc)}") from exc
    return found


def _python_number(value: Any) -> Any:
    """A numpy number as a Python number, for JSON; other values unchanged."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    return operator.index(value) if isinstance(value, Integral) else float(value)


def _is_metadata(item: object) -> bool:
    if isinstance(item, float):
        return math.isfinite(item)
    if isinstance(item, int):
        return abs(item) < 2**53
    if isinstance(item, list):
        return all(isinstance(each, str) for each in item)
    return item is None or isinstance(item, str)


def _comma_separated(values: Collection[Any]) -> str:
    return ", ".join(sorted(map(str, values)))


def _bounds(low: float, high: float) -> str:
    if math.isfinite(low) and math.isfinite(high):
        return f" from {low:g} to {high:g}"
    return f" of {low:g} or more" if math.isfinite(low) else ""
