"""Validates requests against the specification, with the documented errors.

Objects in requests are closed: a property that the specification does not list is unknown, even
where the document leaves that open. Validators are compiled when an operation is first called;
strings of any size are validated in place, without a copy.
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
    DOCUMENTED_REASONS,
    ErrorResponse,
    parameter_invalid,
    parameter_not_provided,
    parameter_unknown,
)
from .routing import APIOperation, Schema


class RequestValidator:
    """Validates the parameters and bodies of one operation."""

    def __init__(self, operation: APIOperation) -> None:
        self._operation = operation
        self._reasons = DOCUMENTED_REASONS.get(operation.id, {})
        self._schemas = {
            name: {**operation.resolve(parameter["schema"]), **_ref_siblings(parameter["schema"])}
            for name, parameter in operation.parameters.items()
        }

    def parameters(self, path: Mapping[str, str], query: str) -> dict[str, Any]:
        """Return path and query parameters as typed values, with defaults.

        An object that is spelled out in the query (`explode`) gets the names that no other
        parameter has. Raises ErrorResponse.
        """
        given = {name: [text] for name, text in path.items()}
        for name, texts in parse_qs(query, keep_blank_values=True).items():
            given.setdefault(name, []).extend(texts)
        values = self._coerce_all(self._schemas, given)
        if self._exploded:
            rest = {name: values.pop(name) for name in [*values] if name not in self._schemas}
            values |= {self._exploded: rest} if rest else {}
        _validate(self._parameter_validator, values, self._reasons)
        defaults = {
            name: schema["default"] for name, schema in self._schemas.items() if "default" in schema
        }
        return defaults | values

    def json(self, value: Any) -> Any:
        """Return a valid JSON body. Raises ErrorResponse."""
        if value is None:
            if self._operation.request_body.get("required"):
                raise parameter_not_provided(why="The request has no body.")
            return {}
        _validate(self._body_validator, value, self._reasons)
        return _with_integers(value)

    def form(
        self, fields: Mapping[str, Sequence[str]], files: Mapping[str, Sequence[object]]
    ) -> dict[str, Any]:
        """Return the text fields of a form as typed values; of files only names and counts matter.

        Raises ErrorResponse.
        """
        properties = self._properties
        values = self._coerce_all(
            properties, {name: self._items(name, fields[name]) for name in fields}
        )
        texts = properties.keys() - self._operation.binary_fields
        if wrong := [name for name in files if name in texts]:
            raise parameter_invalid(*wrong, why="This should be a text, not a file.")
        uploads: dict[str, str | list[str]] = {}
        for name, several in files.items():
            repeatable = name in properties and self._is_array(properties[name])
            if len(several) > 1 and not repeatable:
                raise parameter_invalid(name, why="It is given more than once.")
            uploads[name] = [""] * len(several) if repeatable else ""
        _validate(self._body_validator, values | uploads, self._reasons)
        return values

    def _items(self, name: str, texts: Sequence[str]) -> Sequence[str]:
        """Return the texts of a field; an array may also be a single one, in JSON."""
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

    def _coerce_all(
        self, schemas: Mapping[str, Schema], given: Mapping[str, Sequence[str]]
    ) -> dict[str, Any]:
        """Convert the texts of known names to typed values; unknown names keep their text."""
        return {
            name: _coerce(self._operation, name, schemas[name], texts)
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
        schemas = {
            name: _close_objects(node) for name, node in components.get("schemas", {}).items()
        }
        return jsonschema_rs.Draft202012Validator(
            {**_close_objects(schema), "components": {"schemas": schemas}},
            validate_formats=True,
            mask="the value",
        )


@cache
def validator_of(operation: APIOperation) -> RequestValidator:
    """Return the validator of an operation, compiled once."""
    return RequestValidator(operation)


def _ref_siblings(schema: Schema) -> Schema:
    """Return the keywords beside a `$ref`, such as a default."""
    return {key: value for key, value in schema.items() if key != "$ref"}


def _close_objects(node: Any) -> Any:
    """Return a schema in which objects with listed properties allow no others."""
    if isinstance(node, list):
        return [_close_objects(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _close_objects(value) for key, value in node.items()}
    if isinstance(node.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


def _coerce(operation: APIOperation, name: str, schema: Schema, texts: Sequence[str]) -> Any:
    """Convert the texts of a parameter to a value of its type, where possible.

    A text that cannot be converted stays a text, which the validator then rejects.
    """
    types = set(_types(operation, schema))
    if "array" in types and (len(texts) > 1 or "string" not in types):
        items = operation.resolve(schema).get("items", {})
        return [_coerce(operation, name, items, [text]) for text in texts]
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


def _with_integers(value: Any) -> Any:
    """Return JSON with whole numbers as integers: in JSON Schema, `2.0` is one, too."""
    match value:
        case dict():
            return {name: _with_integers(item) for name, item in value.items()}
        case list():
            return [_with_integers(item) for item in value]
        case float() if value.is_integer() and abs(value) < 2**53:
            return int(value)
        case _:
            return value


def _types(operation: APIOperation, schema: Schema) -> Iterator[str]:
    """Yield the JSON types that a schema allows."""
    schema = operation.resolve(schema)
    declared = schema.get("type", [])
    yield from [declared] if isinstance(declared, str) else declared
    for keyword in ("oneOf", "anyOf", "allOf"):
        for branch in schema.get(keyword, []):
            yield from _types(operation, branch)


def _validate(validator: jsonschema_rs.Validator, value: Any, why: Mapping[str, str]) -> None:
    errors = [leaf for error in validator.iter_errors(value) for leaf in _leaf_errors(error)]
    if errors:
        raise _error_response(errors, why)


def _leaf_errors(error: ValidationError) -> list[ValidationError]:
    """Return the errors behind a failed union: those of the intended branch.

    That is a branch whose constant (`strategy: fixed`) matches, and of several the one with the
    fewest errors; when no constant matches, the constants are the error.
    """
    match error.kind:
        case ValidationErrorKind.OneOfNotValid(context) | ValidationErrorKind.AnyOf(context):
            branches = [[leaf for e in branch for leaf in _leaf_errors(e)] for branch in context]
        case _:
            return [error]
    intended = [branch for branch in branches if not any(map(_is_constant, branch))]
    if intended:
        return min(intended, key=len)
    constants = [leaf for branch in branches for leaf in branch if _is_constant(leaf)]
    return constants or [error]


def _is_constant(error: ValidationError) -> bool:
    return isinstance(error.kind, ValidationErrorKind.Constant | ValidationErrorKind.Enum)


def _error_response(errors: list[ValidationError], documented: Mapping[str, str]) -> ErrorResponse:
    """Return one error response for all errors: unknown names first, then missing, then invalid.

    `documented` has the documented reasons of some parameters.
    """
    unknown: dict[str, None] = {}
    missing: dict[str, None] = {}
    invalid: dict[str, str] = {}
    for error in errors:
        match error.kind:
            case ValidationErrorKind.AdditionalProperties(unexpected):
                unknown |= dict.fromkeys(_dotted_name(error, name) for name in unexpected)
            case ValidationErrorKind.Required(name):
                missing[_dotted_name(error, name)] = None
            case _:
                name = _dotted_name(error)
                invalid[name] = documented.get(name) or _reason(error)
    if unknown:
        return parameter_unknown(*unknown)
    if missing:
        return parameter_not_provided(*missing)
    why = next(iter(invalid.values())) if len(invalid) == 1 else ""
    return parameter_invalid(*filter(None, invalid), why=why)


def _dotted_name(error: ValidationError, *more: str) -> str:
    """Return the dotted path of an error, without the positions in arrays."""
    return ".".join(str(key) for key in (*error.instance_path, *more) if isinstance(key, str))


def _reason(error: ValidationError) -> str:
    text = error.message.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
