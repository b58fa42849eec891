"""The subset of JSON Schema that analyses take, as the API documents it. Pure.

The service answers other keywords with an error, and so does `check`, before anything is sent.
`of_model` makes the schema of a model fit: it leaves out what the model itself checks in the
answer, such as the length of a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dodeca._base.text import quote
from dodeca.errors import InvalidRequestError

Path = tuple[str, ...]

_BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_OF_TYPE: Mapping[str, frozenset[str]] = {
    "object": frozenset({"properties", "required"}),
    "array": frozenset({"items", "minItems"}),
    "string": frozenset({"pattern", "format"}),
    "integer": _BOUNDS,
    "number": frozenset(),
    "boolean": frozenset(),
    "null": frozenset(),
    "timestamp": frozenset({"format"}),
}
_ANNOTATIONS = frozenset({"title", "description", "$comment"})
_OTHER_ANNOTATIONS = frozenset(
    {"default", "examples", "deprecated", "readOnly", "writeOnly", "$schema", "$id"}
)
_OF_ANY_TYPE = frozenset({"type", "enum", "const", "anyOf", "$ref", "$defs"})
_STRING_FORMATS = ("uuid", "date-time", "date", "time")
_TIME_FORMATS = ("seconds", "hh:mm:ss", "hh:mm:ss.fff")
_TIME_NAMES = ("start_time", "end_time")  # properties that the service converts
_TIME_TYPES = ("number", "integer", "string", "timestamp")
_CHECKED_BY_MODELS = frozenset(
    {"minLength", "maxLength", "maxItems", "uniqueItems", "multipleOf", "discriminator"}
    | {"contentMediaType", "contentEncoding", "contentSchema"}
)
_MAX_DEPTH = 100
_HINT = (
    'to send a schema unchecked, pass {"type": "json_schema", "json_schema": …} as response_format'
)


def is_schema(value: Mapping[str, Any]) -> bool:
    """Whether this is meant as a schema, and not as a `response_format` of the API."""
    given = value.get("type")
    is_typed = isinstance(given, list) or (isinstance(given, str) and given in _OF_TYPE)
    return is_typed or "$ref" in value or "anyOf" in value


def check(schema: Mapping[str, Any]) -> None:
    """Check that a schema has only what the API documents.

    Raises:
        InvalidRequestError: a keyword or its value is not supported; names it and its place.
    """
    _check(schema, (), schema)


def of_model(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a model without what the model checks in the answer, and checked itself.

    Raises:
        InvalidRequestError: what is left is not supported, such as keys of any name.
    """
    found: dict[str, Any] = _loosened(schema)
    check(found)
    return found


def _loosened(schema: Any) -> Any:
    """The same schema or a wider one: all that satisfies the model satisfies it."""
    if not isinstance(schema, Mapping):
        return schema
    match schema.get("allOf"):
        case [Mapping() as part]:  # how older versions of pydantic describe a $ref with more
            rest = {name: value for name, value in schema.items() if name != "allOf"}
            return _loosened({**rest, **part})
    found = {
        "anyOf" if name == "oneOf" else name: value
        for name, value in schema.items()
        if name not in _CHECKED_BY_MODELS | _OTHER_ANNOTATIONS
    }
    if isinstance(found.get("additionalProperties"), bool):
        del found["additionalProperties"]
    if found.get("type") != "integer":
        found = {name: value for name, value in found.items() if name not in _BOUNDS}
    if found.get("type") == "string" and found.get("format") not in _STRING_FORMATS:
        found.pop("format", None)
    if isinstance(least := found.get("minItems"), int) and least > 1:
        found["minItems"] = 1
    for name in ("properties", "$defs"):
        if isinstance(parts := found.get(name), Mapping):
            found[name] = {key: _loosened(part) for key, part in parts.items()}
    if "items" in found:
        found["items"] = _loosened(found["items"])
    if isinstance(parts := found.get("anyOf"), list):
        found["anyOf"] = [_loosened(part) for part in parts]
    return found


def _check(schema: Any, path: Path, root: Mapping[str, Any]) -> None:
    if not isinstance(schema, Mapping):
        raise _error(path, "a schema is an object", schema)
    if len(path) > _MAX_DEPTH:
        raise _error(path, "it is nested too deeply", schema)
    types = _types(schema, path)
    known = _OF_ANY_TYPE | _ANNOTATIONS | _OTHER_ANNOTATIONS
    known = known.union(*(_OF_TYPE[name] for name in types or _OF_TYPE))
    for keyword, value in schema.items():
        if keyword not in known:
            of = f" of type {' or '.join(types)}" if types else ""
            raise _error((*path, keyword), f"the service does not take it in a schema{of}", value)
        if keyword in _RULES:
            is_valid, rule = _RULES[keyword]
            if not is_valid(value):
                raise _error((*path, keyword), rule, value)
    _check_format(schema, types, path)
    _check_reference(schema, path, root)
    for place, part in _parts(schema):
        _check(part, (*path, *place), root)


def _types(schema: Mapping[str, Any], path: Path) -> list[str]:
    """The types that a schema names; none if it takes any."""
    given = schema.get("type", [])
    types = given if isinstance(given, list) else [given]
    if unknown := [name for name in types if not (isinstance(name, str) and name in _OF_TYPE)]:
        allowed = ", ".join(_OF_TYPE)
        raise _error((*path, "type"), f"the types are {allowed}", unknown[0])
    return types


def _check_format(schema: Mapping[str, Any], types: list[str], path: Path) -> None:
    found = schema.get("format")
    if "timestamp" in types:
        if found not in _TIME_FORMATS:
            allowed = ", ".join(_TIME_FORMATS)
            raise _error((*path, "format"), f"a timestamp has one of the formats {allowed}", found)
        if not _takes_timestamp(path):
            rule = "a timestamp is a property of the schema itself or of items in one of its arrays"
            raise _error(path, rule, schema)
    elif found is not None and found not in _STRING_FORMATS:
        allowed = ", ".join(_STRING_FORMATS)
        raise _error((*path, "format"), f"the formats are {allowed}", found)
    if types and path[-2:-1] == ("properties",) and path[-1] in _TIME_NAMES:
        has_format = "string" in types and found is not None
        if has_format or not set(types) <= set(_TIME_TYPES):
            rule = f"{path[-1]} is a number, an integer, a timestamp or a string without a format"
            raise _error(path, rule, schema)


def _takes_timestamp(path: Path) -> bool:
    match path:
        case ("properties", _) | ("properties", _, "items", "properties", _):
            return True
    return False


def _check_reference(schema: Mapping[str, Any], path: Path, root: Mapping[str, Any]) -> None:
    if "$ref" in schema:
        names = root.get("$defs")
        known = [f"#/$defs/{name}" for name in names] if isinstance(names, Mapping) else []
        if schema["$ref"] not in known:
            raise _error((*path, "$ref"), "a reference is to a name in $defs", schema["$ref"])


def _parts(schema: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The schemas within a schema, each with its place."""
    for keyword in ("properties", "$defs"):
        for name, part in schema.get(keyword, {}).items():
            yield (keyword, str(name)), part
    if "items" in schema:
        yield ("items",), schema["items"]
    for number, part in enumerate(schema.get("anyOf", ())):
        yield ("anyOf", str(number)), part


def _error(path: Path, rule: str, value: object) -> InvalidRequestError:
    place = ".".join(("$", *path))
    return InvalidRequestError(
        f"response_format: {place} is not supported: {rule}, got {quote(value)}; {_HINT}"
    )


def _is_choice(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list_of(is_item: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and bool(value) and all(map(is_item, value))


_CHOICES = "a choice is a string, a number, a boolean or null"
_RULES: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "const": (_is_choice, _CHOICES),
    "enum": (_is_list_of(_is_choice), _CHOICES),
    "minItems": (lambda value: _is_number(value) and value in (0, 1), "it is 0 or 1"),
    "pattern": (lambda value: isinstance(value, str), "it is a regular expression"),
    "properties": (lambda value: isinstance(value, Mapping), "it is an object of schemas"),
    "$defs": (lambda value: isinstance(value, Mapping), "it is an object of schemas"),
    "required": (
        lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
        "it is a list of names",
    ),
    "anyOf": (lambda value: isinstance(value, list) and bool(value), "it is a list of schemas"),
    **dict.fromkeys(_BOUNDS, (_is_number, "it is a number")),
}
