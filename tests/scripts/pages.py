"""Hand-made documents in the published shape: a small made-up API of shelves and things."""

from typing import Any

Object = dict[str, Any]

API_KEY = {"name": "x-api-key", "in": "header", "required": True, "schema": {"type": "string"}}


def ref(name: str) -> Object:
    return {"$ref": f"#/components/schemas/{name}"}


def literals(*values: str) -> Object:
    """An enum as published: a list of mappings."""
    return {"type": "string", "enum": [{"value": value} for value in values]}


def tag(value: str) -> Object:
    """A tag of a union as published."""
    return {"type": "string", "enum": [{"type": "stringLiteral", "value": value}]}


def objects(**properties: Object) -> Object:
    """An object all of whose properties are required."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def page(
    schemas: Object | None = None,
    *,
    path: str = "/shelves",
    method: str = "post",
    body: Object | None = None,
    answer: Object | None = None,
    **operation: Any,
) -> Object:
    """One published operation; `schemas` are its named schemas."""
    published: Object = {
        "operationId": "create",
        "tags": [["subpackage_shelves"]],
        "parameters": [API_KEY],
        "responses": {
            "200": {"content": {"application/json": {"schema": answer or {"type": "string"}}}},
            "400": {"content": {}},
        },
    }
    if body:
        published["requestBody"] = {"content": {"application/json": {"schema": body}}}
    return {
        "openapi": "3.1.1",
        "info": {"version": "endpoint_shelves.create"},
        "paths": {path: {method: published | operation}},
        "components": {"schemas": schemas or {}},
    }


def operation_of(document: Object) -> Object:
    """The only operation of a document."""
    (item,) = document["paths"].values()
    (operation,) = item.values()
    return dict(operation)
