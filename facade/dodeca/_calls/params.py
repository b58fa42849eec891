"""Checks of what people pass, before anything is sent. Pure.

Each function takes the API's name of a parameter and its value, and returns what the generated
package takes: UNSET for None. The errors quote what arrived and say what is allowed.
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
from dodeca.errors import InvalidRequestError
from dodeca_api import models
from dodeca_api.types import UNSET, Unset

E = TypeVar("E")
M = TypeVar("M")
T = TypeVar("T")

Span = float | Mapping[str, float]

MARKER = "dodeca_marker"


def string(name: str, value: str) -> str:
    """A string that says something and can be written as UTF-8.

    Raises:
        InvalidRequestError: another type, nothing but white space, or a lone surrogate.
    """
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequestError(f"{name} is a non-empty string, got {value!r}")
    return unicode(name, value)


def unicode(name: str, value: str) -> str:
    """A string that can be written as UTF-8.

    Raises:
        InvalidRequestError: a lone surrogate.
    """
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        raise InvalidRequestError(f"{name} is not valid Unicode: {exc}") from exc
    return value


def matching(name: str, value: str, pattern: str, rule: str) -> str:
    """A string that follows the API's pattern; `rule` says it in words.

    Raises:
        InvalidRequestError: a string that does not.
    """
    if not re.fullmatch(pattern, string(name, value)):
        raise InvalidRequestError(f"{name} is {rule}, got {value!r}")
    return value


def optional(name: str, value: str | None) -> str | Unset:
    """A string, where there is one."""
    return UNSET if value is None else string(name, value)


def number(
    name: str, value: float | None, low: float = -math.inf, high: float = math.inf
) -> float | Unset:
    """A finite number within bounds.

    Raises:
        InvalidRequestError: no number, or one out of bounds.
    """
    if value is None:
        return UNSET
    if not is_finite(value) or not low <= value <= high:
        raise InvalidRequestError(f"{name} is a number{_bounds(low, high)}, got {value!r}")
    checked: float = _plain(value)
    return checked


def integer(
    name: str, value: int | None, low: float = -math.inf, high: float = math.inf
) -> int | Unset:
    """A whole number within bounds.

    Raises:
        InvalidRequestError: no whole number, or one out of bounds.
    """
    if value is not None and (not isinstance(value, Integral) or isinstance(value, bool)):
        raise InvalidRequestError(f"{name} is a whole number{_bounds(low, high)}, got {value!r}")
    checked = number(name, value, low, high)
    return checked if isinstance(checked, Unset) else int(checked)


def flag(name: str, value: bool | None) -> bool | Unset:
    """A boolean, where there is one.

    Raises:
        InvalidRequestError: something else that only looks true or false.
    """
    if value is not None and not isinstance(value, bool):
        raise InvalidRequestError(f"{name} is True or False, got {value!r}")
    return UNSET if value is None else value


def choice(name: str, value: str | None, known: Collection[E]) -> E | Unset:
    """One of the API's words; `known` is the generated constant that lists them.

    Raises:
        InvalidRequestError: a word that the API does not list.
    """
    if value is None:
        return UNSET
    for word in known:
        if word == value:
            return word
    raise InvalidRequestError(f"{name} is any of {_listed(known)}, got {value!r}")


def choices(name: str, values: Sequence[str] | str | None, known: Collection[E]) -> list[E] | Unset:
    """A list of the API's words; one alone is taken as a list of one.

    Raises:
        InvalidRequestError: an empty list, or a word that the API does not list.
    """
    if values is None:
        return UNSET
    words = [choice(name, value, known) for value in strings(name, values)]
    return [word for word in words if not isinstance(word, Unset)]


def strings(name: str, values: Sequence[str] | str) -> list[str]:
    """A list of at least one string; one alone is taken as a list of one.

    Raises:
        InvalidRequestError: an empty list, or an item that is no string.
    """
    words = [values] if isinstance(values, str) else as_list(name, values)
    if not words:
        raise InvalidRequestError(f"{name} is a list of at least one string, got {values!r}")
    return [string(name, word) for word in words]


def as_list(name: str, values: Iterable[T]) -> list[T]:
    """A list of anything; text and mappings, which can be iterated, are none.

    Raises:
        InvalidRequestError: something that is no list.
    """
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise InvalidRequestError(f"{name} is a list, got {values!r}")
    return list(values)


def mapping(name: str, value: Mapping[str, T]) -> Mapping[str, T]:
    """A mapping from strings.

    Raises:
        InvalidRequestError: something else.
    """
    if not isinstance(value, Mapping):
        raise InvalidRequestError(f"{name} is a mapping, got {value!r}")
    for key in value:
        string(f"a key of {name}", key)
    return value


def span(name: str, value: Span | None) -> dict[str, Any]:
    """A number, or bounds as `{"gte": low, "lte": high}`, as generated keyword arguments.

    Raises:
        InvalidRequestError: a negative number, or a bound of another name.
    """
    if value is None:
        return {}
    bounds = value if isinstance(value, Mapping) else {"": value}
    if not bounds or not set(bounds) <= {"", "gte", "lte"}:
        raise InvalidRequestError(f'{name} is a number or {{"gte": …, "lte": …}}, got {value!r}')
    return {f"{name}{key}": number(name, bound, 0) for key, bound in bounds.items()}


def page_limit(page: int, limit: int) -> None:
    """Pages count from 1, and hold 1 to 50 items.

    Raises:
        InvalidRequestError: a page below 1, or not 1 to 50 items on a page.
    """
    integer("page", page, 1)
    integer("page_limit", limit, 1, 50)


def file_name(value: str | None) -> str | Unset:
    """A name for a file, of 1 to 255 characters.

    Raises:
        InvalidRequestError: an empty name, or a longer one.
    """
    if value is None:
        return UNSET
    if len(string("filename", value)) > 255:
        raise InvalidRequestError(f"filename has 1 to 255 characters, got {len(value)}")
    return value


def user_metadata(value: Mapping[str, Any] | None) -> models.UserMetadata | Unset:
    """Metadata of one's own: strings, numbers, booleans or lists of strings under string keys.

    Raises:
        InvalidRequestError: another kind of key or value.
    """
    if value is None:
        return UNSET
    plain = {key: _plain(item) for key, item in mapping("user_metadata", value).items()}
    for key, item in plain.items():
        if not _is_metadata(item):
            raise InvalidRequestError(
                "user_metadata holds strings, finite numbers, booleans and lists of strings, whole "
                f"numbers up to 2**53 - 1 (longer ones as strings), got {item!r} under {key!r}"
            )
    return models.UserMetadata.from_dict(plain)


def marked(value: Mapping[str, Any] | None) -> dict[str, Any]:
    """User metadata with a marker of our own, by which a create without a response is found.

    Raises:
        InvalidRequestError: the metadata is no mapping.
    """
    fields = {} if value is None else mapping("user_metadata", value)
    return {**fields, MARKER: secrets.token_hex(16)}


def metadata_text(value: Mapping[str, Any] | None) -> str | Unset:
    """User metadata as the JSON text that forms carry.

    Raises:
        InvalidRequestError: another kind of key or value.
    """
    metadata = user_metadata(value)
    if isinstance(metadata, Unset):
        return metadata
    return json_text("user_metadata", metadata.to_dict())


def json_text(name: str, value: Mapping[str, Any]) -> str:
    """A mapping as JSON text.

    Raises:
        InvalidRequestError: something else, or something in it that JSON does not know.
    """
    try:
        return orjson.dumps(dict(mapping(name, value))).decode()
    except TypeError as exc:
        raise InvalidRequestError(f"{name} cannot be written as JSON: {exc}") from exc


def parse_model(name: str, cls: type[M], value: Mapping[str, Any] | None) -> M | Unset:
    """A nested value in the API's own form, read by the generated class of that form.

    Raises:
        InvalidRequestError: a part is missing, or of another kind.
    """
    if value is None:
        return UNSET
    build: Any = cls
    try:
        found: M = build.from_dict(value)
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise InvalidRequestError(f"{name} is not as the API documents it: {exc!r}") from exc
    return found


def _plain(value: Any) -> Any:
    """A number of numpy's as one of Python's, which JSON knows; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    return operator.index(value) if isinstance(value, Integral) else float(value)


def _is_metadata(item: object) -> bool:
    if isinstance(item, float):
        return math.isfinite(item)
    if isinstance(item, int):
        return abs(item) < 2**53
    if isinstance(item, list):
        return all(isinstance(word, str) for word in item)
    return item is None or isinstance(item, str)


def _listed(words: Collection[Any]) -> str:
    return ", ".join(sorted(map(str, words)))


def _bounds(low: float, high: float) -> str:
    if math.isfinite(low) and math.isfinite(high):
        return f" from {low:g} to {high:g}"
    return f" of {low:g} or more" if math.isfinite(low) else ""
