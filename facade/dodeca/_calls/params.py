"""Checks of parameters, before anything is sent. Pure.

Each function takes the API's name of a parameter and its value, and returns the value for the
generated package: UNSET for None. Errors say what is allowed, and quote the value.

What cannot be right is an error. What the service may know while this version does not (a word, a
number above the documented one, another format) is sent with an `UnknownValueWarning`.
"""

from __future__ import annotations

import math
import operator
import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, TypeVar, cast

import attrs
import orjson

from dodeca._base.numbers import is_finite
from dodeca._base.text import did_you_mean, quote
from dodeca._base.warn_once import warn_once
from dodeca._calls.extras import check_json
from dodeca.errors import InvalidRequestError, UnknownValueWarning
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


def documented_format(name: str, value: str, pattern: str, rule: str) -> str:
    """A non-empty string; warns if it is not as the API documents it, which `rule` describes.

    Raises:
        InvalidRequestError: another type, or only white space.
    """
    if not re.fullmatch(pattern, string(name, value)):
        warn_once(UnknownValueWarning(name, value, f"documented are strings {rule}"))
    return value


def optional(name: str, value: str | None) -> str | Unset:
    """A non-empty string or None."""
    return UNSET if value is None else string(name, value)


def number(
    name: str,
    value: float | None,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    documented: float = math.inf,
) -> float | Unset:
    """A finite number within bounds; warns above `documented`, the highest that the API documents.

    Raises:
        InvalidRequestError: not a number, or out of bounds.
    """
    if value is None:
        return UNSET
    if not is_finite(value) or not low <= value <= high:
        raise InvalidRequestError(
            f"{name} must be a number{_bounds(low, min(high, documented))}, got {quote(value)}"
        )
    if value > documented:
        warn_once(UnknownValueWarning(name, value, f"the documented maximum is {documented:,}"))
    checked: float = _python_number(value)
    return checked


def integer(
    name: str,
    value: int | None,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    documented: float = math.inf,
) -> int | Unset:
    """A whole number within bounds; warns above `documented`.

    Raises:
        InvalidRequestError: not a whole number, or out of bounds.
    """
    if value is not None and (not isinstance(value, Integral) or isinstance(value, bool)):
        raise InvalidRequestError(
            f"{name} must be a whole number{_bounds(low, min(high, documented))}, "
            f"got {quote(value)}"
        )
    checked = number(name, value, low, high, documented=documented)
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
    """A word of the API; `known` is the generated constant that lists those of this version.

    Another word is sent with a warning, since the service may have gained it.

    Raises:
        InvalidRequestError: an empty string, another type, or a known word that is misspelt.
    """
    if value is None:
        return UNSET
    word = string(name, value)
    for each in known:
        if each == word:
            return each
    words = ", ".join(sorted(map(str, known)))
    if hint := did_you_mean(word, map(str, known)):
        raise InvalidRequestError(f"{name} must be one of {words}, got {quote(word)}{hint}")
    warn_once(UnknownValueWarning(name, word, f"it knows {words}"))
    return cast(E, word)


def choices(name: str, values: Sequence[str] | str | None, known: Collection[E]) -> list[E] | Unset:
    """A list of words of the API, as in `choice`; a single string counts as a list of one.

    Raises:
        InvalidRequestError: an empty list, or an item that `choice` rejects.
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
    """Check a page number (from 1) and a page size (1 or more, documented are 50).

    Raises:
        InvalidRequestError: one of them is not a whole number of 1 or more.
    """
    integer("page", page, 1)
    integer("page_limit", limit, 1, documented=50)


def file_name(value: str | None) -> str | Unset:
    """A file name; warns above 255 characters.

    Raises:
        InvalidRequestError: an empty name.
    """
    if value is None:
        return UNSET
    integer("the length of filename", len(string("filename", value)), documented=255)
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
    return orjson.dumps(check_json(name, mapping(name, value), InvalidRequestError)).decode()


def parse_model(name: str, cls: type[M], value: Mapping[str, Any] | None) -> M | Unset:
    """A generated model from a nested value in the API's form; words inside it as in `choice`.

    Raises:
        InvalidRequestError: a field is missing or has another type, a word is misspelt, or JSON
            cannot hold the value.
    """
    if value is None:
        return UNSET
    given = check_json(name, value, InvalidRequestError)
    build: Any = cls
    try:
        found: M = build.from_dict(given)
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        if (words := _unknown_word(exc, given)) is not None:
            choice(f"a word in {name}", *words)
            return cast(M, _AsGiven(given))
        raise InvalidRequestError(f"{name} is not as the API documents it: {quote(exc)}") from exc
    return found


@attrs.frozen
class _AsGiven:
    """Stands for a generated model that cannot hold a value: it is sent as the caller wrote it."""

    value: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return dict(self.value)


# How generated models say that they do not know a word.
_NOT_IN_ENUM = re.compile(r"Unexpected value '(.*)'\. Expected one of \{(.*)\}", re.DOTALL)
_NOT_THE_CONST = re.compile(r"(\w+) must match const '(.*)', got '(.*)'", re.DOTALL)


def _unknown_word(error: Exception, value: Any) -> tuple[str, list[str]] | None:
    """The word in a value that a generated model does not know, and those that it knows."""
    if found := _NOT_IN_ENUM.fullmatch(str(error)):
        return found[1], re.findall(r"'([^']*)'", found[2])
    found = _NOT_THE_CONST.fullmatch(str(error))
    if found and found[3] in _values_of(found[1], value):  # as a string, which the text is of all
        return found[3], [found[2]]
    return None


def _values_of(name: str, value: Any) -> Iterator[Any]:
    """The values of the fields with this name, in nested objects, too."""
    if isinstance(value, Mapping):
        yield from (item for key, item in value.items() if key == name)
        value = list(value.values())
    for item in value if isinstance(value, list | tuple) else ():
        yield from _values_of(name, item)


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


def _bounds(low: float, high: float) -> str:
    if math.isfinite(low) and math.isfinite(high):
        return f" from {low:g} to {high:g}"
    return f" of {low:g} or more" if math.isfinite(low) else ""
