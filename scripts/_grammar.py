"""The subset of OpenAPI 3.1 that the pipeline understands, and the walk over a document in it.

`GRAMMAR` names, for every kind of object, the keywords it may have and the kind of each value, in
the order in which they are written. `walk` applies the caller's rules to each object, rejects
keywords and values that are not in the grammar, and sorts the rest into canonical order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scripts._documents import Location, Object, SpecError

Rule = Callable[[Any, Location], Any]

# A kind is a scalar type, another object kind, "[kind]" for a list or "{kind}" for a named map.
GRAMMAR: Mapping[str, Mapping[str, str]] = {
    "document": {
        "openapi": "text",
        "info": "info",
        "servers": "[server]",
        "security": "[requirement]",
        "tags": "[tag]",
        "paths": "{path}",
        "webhooks": "{webhook}",
        "components": "components",
    },
    "info": {"title": "text", "version": "text", "description": "text", "license": "license"},
    "license": {"name": "text", "identifier": "text"},
    "server": {"url": "text", "description": "text"},
    "requirement": {"ApiKey": "[text]"},
    "tag": {"name": "text", "description": "text"},
    "path": dict.fromkeys(("get", "post", "put", "patch", "delete"), "operation"),
    "operation": {
        "tags": "[text]",
        "operationId": "text",
        "summary": "text",
        "description": "text",
        "deprecated": "flag",
        "parameters": "[parameter]",
        "requestBody": "body",
        "responses": "{response}",
    },
    "webhook": {"post": "notification"},
    "notification": {
        "operationId": "text",
        "summary": "text",
        "description": "text",
        "security": "[requirement]",
        "parameters": "[parameter]",
        "requestBody": "body",
        "responses": "{acknowledgement}",
    },
    "acknowledgement": {"description": "text"},
    "parameter": {
        "name": "text",
        "in": "place",
        "description": "text",
        "required": "flag",
        "deprecated": "flag",
        "style": "text",
        "explode": "flag",
        "schema": "schema",
    },
    "body": {"description": "text", "required": "flag", "content": "{media}"},
    "response": {"description": "text", "headers": "{header}", "content": "{media}"},
    "header": {
        "$ref": "text",
        "description": "text",
        "required": "flag",
        "schema": "schema",
    },
    "media": {
        "schema": "schema",
        "x-item-schema": "schema",
        "example": "example",
        "encoding": "{encoding}",
    },
    "encoding": {
        "contentType": "text",
        "style": "text",
        "explode": "flag",
        "allowReserved": "flag",
    },
    "components": {
        "schemas": "{schema}",
        "headers": "{header}",
        "securitySchemes": "{security scheme}",
    },
    "security scheme": {"type": "text", "name": "text", "in": "place", "description": "text"},
    "schema": {
        "$ref": "text",
        "description": "text",
        "deprecated": "flag",
        "type": "type",
        "format": "format",
        "const": "literal",
        "enum": "[literal]",
        "x-known-values": "[literal]",
        "default": "value",
        "pattern": "text",
        "minLength": "number",
        "maxLength": "number",
        "minimum": "number",
        "maximum": "number",
        "exclusiveMinimum": "number",
        "exclusiveMaximum": "number",
        "items": "schema",
        "minItems": "number",
        "maxItems": "number",
        "uniqueItems": "flag",
        "properties": "{schema}",
        "required": "[text]",
        "additionalProperties": "schema or flag",
        "minProperties": "number",
        "maxProperties": "number",
        "allOf": "[schema]",
        "oneOf": "[schema]",
        "anyOf": "[schema]",
        "discriminator": "discriminator",
    },
    "discriminator": {"propertyName": "text", "mapping": "{text}"},
}

PYTHON_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}
FORMATS = frozenset(
    {"int32", "int64", "float", "double", "date", "date-time", "uri", "uuid", "binary", "byte"}
)
MEDIA_TYPES = frozenset(
    {
        *("application/json", "application/jsonl", "application/x-ndjson"),
        *("multipart/form-data", "text/plain"),
    }
)
PLACES = frozenset({"query", "path", "header"})


def walk(document: Object, rules: Mapping[str, Sequence[Rule]]) -> Object:
    """Rewrite a document by rules for each kind of object; reject what the grammar lacks."""
    walked: Object = _Walker(rules).visit(document, "document", ())
    return walked


class _Walker:
    def __init__(self, rules: Mapping[str, Sequence[Rule]]) -> None:
        self.rules = rules

    def visit(self, node: Any, kind: str, at: Location) -> Any:
        if kind == "schema or flag":
            kind = "flag" if isinstance(node, bool) else "schema"
        if kind.startswith("["):
            if not isinstance(node, list):
                raise SpecError.at(at, "expected a list", node)
            return [self.visit(item, kind[1:-1], (*at, i)) for i, item in enumerate(node)]
        for rule in self.rules.get(kind, ()):
            node = rule(node, at)
        if kind.startswith("{"):
            if not isinstance(node, dict):
                raise SpecError.at(at, "expected an object", node)
            for name in node if kind == "{media}" else ():
                _check_scalar(name, "media type", (*at, name))
            return {name: self.visit(item, kind[1:-1], (*at, name)) for name, item in node.items()}
        if kind in GRAMMAR:
            return self._object(node, kind, at)
        _check_scalar(node, kind, at)
        return node

    def _object(self, node: Any, kind: str, at: Location) -> Object:
        if not isinstance(node, dict):
            raise SpecError.at(at, f"expected an object ({kind})", node)
        keywords = GRAMMAR[kind]
        for key, value in node.items():
            if key not in keywords:
                raise SpecError.at((*at, key), f"unknown keyword of {kind}", value)
        if kind == "schema":
            _check_schema(node, at)
        return {k: self.visit(node[k], keywords[k], (*at, k)) for k in keywords if k in node}


def _check_scalar(value: object, kind: str, at: Location) -> None:
    known = {
        "text": isinstance(value, str),
        "flag": isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "literal": isinstance(value, str | int | float),
        "format": isinstance(value, str) and value in FORMATS,
        "media type": isinstance(value, str) and value in MEDIA_TYPES,
        "place": isinstance(value, str) and value in PLACES,
        "type": _is_type(value),
        "value": all(isinstance(v, str | int | float) for v in _listed(value)),
        "example": True,
    }
    if not known[kind]:
        raise SpecError.at(at, f"unknown {kind}", value)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _is_type(value: object) -> bool:
    if isinstance(value, str):
        return value in PYTHON_TYPES
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and value[0] in PYTHON_TYPES
        and value[1] == "null"
    )


def _check_schema(schema: Object, at: Location) -> None:
    """Reject schemas that are empty or contradict themselves."""
    shapes = {"$ref", "type", "oneOf", "anyOf", "allOf"} & schema.keys()
    if len(shapes) != 1:
        raise SpecError.at(at, "a schema is one of $ref, type, oneOf, anyOf, allOf", schema)
    if "$ref" in shapes and schema.keys() - {"$ref", "description", "deprecated", "default"}:
        raise SpecError.at(at, "keywords beside $ref", schema)
    for key in ("oneOf", "anyOf", "allOf", "enum", "x-known-values"):
        if schema.get(key, True) == []:
            raise SpecError.at((*at, key), "an empty list", [])
    if schema.get("type") == "array" and "items" not in schema:
        raise SpecError.at(at, "an array without items", schema)
    for name in schema.get("required", ()):
        if name not in schema.get("properties", {}):
            raise SpecError.at((*at, "required"), "required but not a property", name)
    _check_literals(schema, at)


def _check_literals(schema: Object, at: Location) -> None:
    """Require literals of the schema's own type: the generator drops others silently."""
    literals = [((*at, "const"), schema["const"])] if "const" in schema else []
    for key in ("enum", "x-known-values"):
        values = schema.get(key, [])
        if not isinstance(values, list):
            raise SpecError.at((*at, key), "expected a list", values)
        literals += [((*at, key, i), value) for i, value in enumerate(values)]
    declared = schema.get("type")
    for here, value in literals:
        if declared not in ("string", "integer", "number"):
            raise SpecError.at(at, "literals need one plain type", schema)
        if isinstance(value, bool) or not isinstance(value, PYTHON_TYPES[declared]):
            raise SpecError.at(here, f"not of type {declared}", value)
