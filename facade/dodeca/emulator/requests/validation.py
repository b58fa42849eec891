"""Requests checked against the specification, with the documented refusals.

Objects in requests are closed: a property that the specification does not list is refused as
unknown, even where the document leaves that open. Validators are compiled when an operation is
first called; strings of any size are looked at in place, without copying.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from math import isfinite
from typing import Any
from urllib.parse import parse_qs

import jsonschema_rs
import orjson
from jsonschema_rs import ValidationError, ValidationErrorKind

from ..errors import (
    DOCUMENTED,
    ErrorResponse,
    parameter_invalid,
    parameter_not_provided,
    parameter_unknown,
)
from .routing import Operation, Schema


class RequestValidator:
    """The compiled checks of one operation."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._why = DOCUMENTED.get(operation.id, {})
        self._schemas = {
            name: {**operation.resolve(parameter["schema"]), **_beside_ref(parameter["schema"])}
            for name, parameter in operation.parameters.items()
        }

    def parameters(self, path: Mapping[str, str], query: str) -> dict[str, Any]:
        """Return path and query parameters as typed values, defaults filled in.

        An object that is spelled out in the query (`explode`) takes up the names that no other
        parameter has. Raises ErrorResponse.
        """
        given = {name: [text] for name, text in path.items()}
        for name, texts in parse_qs(query, keep_blank_values=True).items():
            given.setdefault(name, []).extend(texts)
        values = self._typed(self._schemas, given)
        if self._exploded:
            rest = {name: values.pop(name) for name in [*values] if name not in self._schemas}
            values |= {self._exploded: rest} if rest else {}
        _check(self._parameter_validator, values, self._why)
        defaults = {
            name: schema["default"] for name, schema in self._schemas.items() if "default" in schema
        }
        return defaults | values

    def json(self, value: Any) -> Any:
        """Return a JSON body that is as it should be. Raises ErrorResponse."""
        if value is None:
            if self._operation.request_body.get("required"):
                raise parameter_not_provided(why="The request has no body.")
            return {}
        _check(self._body_validator, value, self._why)
        return _whole(value)

    def form(
        self, fields: Mapping[str, Sequence[str]], files: Mapping[str, Sequence[object]]
    ) -> dict[str, Any]:
        """Return the text fields of a form as typed values; files are only named and counted.

        Raises ErrorResponse.
        """
        properties = self._properties
        values = self._typed(properties, {name: self._items(name, fields[name]) for name in fields})
        texts = properties.keys() - self._operation.binary_fields
        if wrong := [name for name in files if name in texts]:
            raise parameter_invalid(*wrong, why="A text is expected here, not a file.")
        uploads: dict[str, str | list[str]] = {}
        for name, several in files.items():
            repeatable = name in properties and self._is_array(properties[name])
            if len(several) > 1 and not repeatable:
                raise parameter_invalid(name, why="It is given more than once.")
            uploads[name] = [""] * len(several) if repeatable else ""
        _check(self._body_validator, values | uploads, self._why)
        return values

    def _items(self, name: str, texts: Sequence[str]) -> Sequence[str]:
        """Return the texts given for a field; an array may also come as a single one, in JSON."""
        schema = self._properties.get(name)
        if schema and len(texts) == 1 and texts[0].lstrip()[:1] == "[" and self._is_array(schema):
            try:
                items = orjson.loads(texts[0])
            except orjson.JSONDecodeError:
                return texts
            if all(isinstance(item, str) for item in items):
                return [*items]
        return texts

    def _is_array(self, schema: Schema) -> bool:
        return bool(self._operation.resolve(schema).get("type") == "array")

    def _typed(
        self, schemas: Mapping[str, Schema], given: Mapping[str, Sequence[str]]
    ) -> dict[str, Any]:
        """Turn the texts of known names into typed values; unknown names keep their text."""
        return {
            name: _typed(self._operation, name, schemas[name], texts)
            if name in schemas
            else texts[0]
            for name, texts in given.items()
        }

    @cached_property
    def _properties(self) -> dict[str, Schema]:
        schema = self._operation.resolve(self._operation.body_schema)
        properties: dict[str, Schema] = schema.get("properties", {})
        return properties

    @cached_property
    def _exploded(self) -> str | None:
        """The query parameter, if any, whose properties are parameters themselves."""
        return next((name for name, s in self._schemas.items() if s.get("type") == "object"), None)

    @cached_property
    def _parameter_validator(self) -> jsonschema_rs.Validator:
        parameters = self._operation.parameters
        schema = {
            "type": "object",
            "properties": {name: node["schema"] for name, node in parameters.items()},
            "required": [name for name, node in parameters.items() if node.get("required")],
        }
        return self._validator(schema)

    @cached_property
    def _body_validator(self) -> jsonschema_rs.Validator:
        return self._validator(self._operation.body_schema)

    def _validator(self, schema: Schema) -> jsonschema_rs.Validator:
        components = self._operation.spec.get("components", {})
        schemas = {name: _closed(node) for name, node in components.get("schemas", {}).items()}
        return jsonschema_rs.Draft202012Validator(
            {**_closed(schema), "components": {"schemas": schemas}},
            validate_formats=True,
            mask="the value",
        )


@cache
def validator_of(operation: Operation) -> RequestValidator:
    """Return the validator of an operation, compiled once."""
    return RequestValidator(operation)


def _beside_ref(schema: Schema) -> Schema:
    """Return what stands beside a `$ref`, such as a default of its own."""
    return {key: value for key, value in schema.items() if key != "$ref"}


def _closed(node: Any) -> Any:
    """Return a schema in which objects with listed properties take no others."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(value) for key, value in node.items()}
    if isinstance(node.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


def _typed(operation: Operation, name: str, schema: Schema, texts: Sequence[str]) -> Any:
    """Turn the texts given for a parameter into a value of its type, where that is possible.

    A text that does not fit stays a text, for the validator to refuse.
    """
    types = set(_types(operation, schema))
    if "array" in types and (len(texts) > 1 or "string" not in types):
        items = operation.resolve(schema).get("items", {})
        return [_typed(operation, name, items, [text]) for text in texts]
    if len(texts) > 1:
        raise parameter_invalid(name, why="It is given more than once.")
    (text,) = texts
    if "string" in types:
        return text
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if "integer" in types and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if "number" in types and re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d{1,3})?", text):
        return float(text) if isfinite(float(text)) else text
    if "object" in types:
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return text
    return text


def _whole(value: Any) -> Any:
    """Return JSON in which a whole number is an integer: `2.0` is one, too, in JSON Schema."""
    match value:
        case dict():
            return {name: _whole(item) for name, item in value.items()}
        case list():
            return [_whole(item) for item in value]
        case float() if value.is_integer() and abs(value) < 2**53:
            return int(value)
        case _:
            return value


def _types(operation: Operation, schema: Schema) -> Iterator[str]:
    """Go through the JSON types that a schema allows."""
    schema = operation.resolve(schema)
    declared = schema.get("type", [])
    yield from [declared] if isinstance(declared, str) else declared
    for keyword in ("oneOf", "anyOf", "allOf"):
        for branch in schema.get(keyword, []):
            yield from _types(operation, branch)


def _check(validator: jsonschema_rs.Validator, value: Any, why: Mapping[str, str]) -> None:
    errors = [leaf for error in validator.iter_errors(value) for leaf in _leaves(error)]
    if errors:
        raise _refusal(errors, why)


def _leaves(error: ValidationError) -> list[ValidationError]:
    """Return the errors behind a failed union: those of the branch that was meant.

    That is a branch whose constant (`strategy: fixed`) agrees, and of several the one with the
    fewest complaints; when no constant agrees, the constants are what is wrong.
    """
    match error.kind:
        case ValidationErrorKind.OneOfNotValid(context) | ValidationErrorKind.AnyOf(context):
            branches = [[leaf for e in branch for leaf in _leaves(e)] for branch in context]
        case _:
            return [error]
    meant = [branch for branch in branches if not any(map(_is_constant, branch))]
    if meant:
        return min(meant, key=len)
    constants = [leaf for branch in branches for leaf in branch if _is_constant(leaf)]
    return constants or [error]


def _is_constant(error: ValidationError) -> bool:
    return isinstance(error.kind, ValidationErrorKind.Constant | ValidationErrorKind.Enum)


def _refusal(errors: list[ValidationError], documented: Mapping[str, str]) -> ErrorResponse:
    """Return the refusal for all errors together: unknown names first, then missing, then bad.

    `documented` explains some parameters in words of its own.
    """
    unknown: dict[str, None] = {}
    missing: dict[str, None] = {}
    invalid: dict[str, str] = {}
    for error in errors:
        match error.kind:
            case ValidationErrorKind.AdditionalProperties(unexpected):
                unknown |= dict.fromkeys(_name(error, name) for name in unexpected)
            case ValidationErrorKind.Required(name):
                missing[_name(error, name)] = None
            case _:
                name = _name(error)
                invalid[name] = documented.get(name) or _why(error)
    if unknown:
        return parameter_unknown(*unknown)
    if missing:
        return parameter_not_provided(*missing)
    why = next(iter(invalid.values())) if len(invalid) == 1 else ""
    return parameter_invalid(*filter(None, invalid), why=why)


def _name(error: ValidationError, *more: str) -> str:
    """Return where an error lies as a dotted path, without the positions in arrays."""
    return ".".join(str(key) for key in (*error.instance_path, *more) if isinstance(key, str))


def _why(error: ValidationError) -> str:
    text = error.message.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
