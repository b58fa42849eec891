"""Rules that each turn one irregular form into plain OpenAPI, one object at a time.

Every rule takes a published object and returns it in plain form, or unchanged if it is plain
already. What no rule knows is rejected later by the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scripts._documents import Location, Object, SpecError
from scripts._grammar import Rule

SERVER = "https://api.twelvelabs.io/v1.3"
API_KEY_HEADER = "x-api-key"
NULL = {"type": "null"}

# Families whose errors are nested, {"error": {...}}; every other path answers with a flat object.
# A refused key is answered before the request reaches its family, and is flat everywhere.
NESTED_ERRORS = ("/embed-v2", "/assets/multipart-uploads", "/analyze/batches")
ERROR_SCHEMAS: Mapping[str, Object] = {
    "ErrorResponse": {
        "description": "The nested form of an error.",
        "type": "object",
        "properties": {
            "error": {
                "$ref": "#/components/schemas/ErrorBody",
                "description": "The error itself.",
            }
        },
        "required": ["error"],
    },
    "ErrorBody": {
        "description": "What went wrong.",
        "type": "object",
        "properties": {
            "code": {"description": "Names the error for programs.", "type": "string"},
            "message": {"description": "Says for people what went wrong.", "type": "string"},
            "details": {"description": "Further facts, different by code.", "type": "object"},
        },
        "required": ["code", "message"],
    },
    "FlatError": {
        "description": "The flat form of an error; a refused API key has it everywhere.",
        "type": "object",
        "properties": {
            "code": {"description": "Names the error for programs.", "type": "string"},
            "message": {"description": "Says for people what went wrong.", "type": "string"},
            "docs_url": {"description": "A page that explains the error.", "type": "string"},
        },
        "required": ["code", "message"],
    },
}
STATUS_MEANING: Mapping[str, str] = {
    "200": "The request succeeded.",
    "201": "The resource was created.",
    "202": "The request was accepted; the work goes on after this answer.",
    "204": "The request succeeded; there is no body.",
    "400": "The request is not valid, or something it refers to cannot be used.",
    "401": "The API key is missing, wrong or expired.",
    "403": "The API key does not permit this.",
    "404": "There is no such resource.",
    "409": "The resource is not in a state that permits this.",
    "410": "The resource existed and has expired.",
    "413": "The request body is too large.",
    "422": "The request is well formed but cannot be processed.",
    "429": "Too many requests for the rate limit; the body may be empty.",
    "500": "The service failed.",
    "503": "The service is not available at the moment.",
    "504": "The service took too long to answer.",
}


def snake(name: str) -> str:
    """Write a name in snake_case: `presignedUrls` and `presigned-urls` -> `presigned_urls`."""
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).strip("_").lower()


def flat_tag(tags: object, at: Location) -> str:
    """Take the innermost tag: `[[subpackage_embed, subpackage_embed/v2]]` -> `embed-v2`."""
    chain = tags
    while isinstance(chain, list) and len(chain) == 1 and isinstance(chain[0], list):
        chain = chain[0]
    nested = chain is not tags
    if not isinstance(chain, list) or not (len(chain) == 1 or (nested and chain)):
        raise SpecError.at((*at, "tags"), "expected one tag, or one chain of nested tags", tags)
    if not all(isinstance(tag, str) for tag in chain):
        raise SpecError.at((*at, "tags"), "a tag that is not text", tags)
    return snake(chain[-1].removeprefix("subpackage_")).replace("_", "-")


def operation_name(operation: Object, at: Location) -> str:
    """Name an operation after its tag and id: `embed-v2` and `create` -> `embed_v2_create`."""
    resource = snake(flat_tag(operation.get("tags"), at))
    verb = operation.get("operationId")
    if not isinstance(verb, str) or not snake(verb):
        raise SpecError.at((*at, "operationId"), "an operation needs an id", verb)
    name = snake(verb)
    return name if name.startswith(f"{resource}_") else f"{resource}_{name}"


def _frame(document: Any, at: Location) -> Any:
    """Add the server, the security scheme and the version to a page."""
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise SpecError.at(at, "expected an OpenAPI document with paths", document)
    if not str(document.get("openapi")).startswith("3.1."):
        raise SpecError.at((*at, "openapi"), "expected version 3.1", document.get("openapi"))
    if "security" in document:
        return document
    for path, item in document["paths"].items():
        for method, operation in item.items() if isinstance(item, dict) else ():
            if not any(map(_is_api_key, _parameters(operation))):
                here = (*at, "paths", path, method)
                raise SpecError.at(here, f"no {API_KEY_HEADER} parameter", operation)
    if set(document.get("info", {})) - {"title", "version"}:
        raise SpecError.at((*at, "info"), "a page has a title and a version", document["info"])
    scheme = {"type": "apiKey", "name": API_KEY_HEADER, "in": "header"}
    frame = {
        "openapi": "3.1.1",
        "info": {"title": "TwelveLabs Video Understanding API", "version": "1.3"},
        "servers": [{"url": SERVER}],
        "security": [{"ApiKey": []}],
        "components": {**document.get("components", {}), "securitySchemes": {"ApiKey": scheme}},
    }
    return {**document, **frame}


def _parameters(operation: object) -> list[Any]:
    found = operation.get("parameters") if isinstance(operation, dict) else None
    return found if isinstance(found, list) else []


def _is_api_key(parameter: object) -> bool:
    if not isinstance(parameter, dict) or parameter.get("in") != "header":
        return False
    return str(parameter.get("name")).lower() == API_KEY_HEADER


def _snake_paths(paths: Any, at: Location) -> Any:
    """Path parameters are Python arguments later: `{index-id}` -> `{index_id}`."""
    return {re.sub(r"\{(.*?)\}", lambda m: f"{{{snake(m[1])}}}", p): v for p, v in paths.items()}


def _operation(operation: Any, at: Location) -> Any:
    """Flatten the tags, name the operation, and leave the key to the security scheme."""
    if not isinstance(operation, dict):
        return operation
    plain = {
        **operation,
        "tags": [flat_tag(operation.get("tags"), at)],
        "operationId": operation_name(operation, at),
    }
    if any(map(_is_api_key, _parameters(operation))):
        plain["parameters"] = [p for p in operation["parameters"] if not _is_api_key(p)]
    if plain.get("parameters") == []:
        del plain["parameters"]
    return plain


def _parameter(parameter: Any, at: Location) -> Any:
    """Name a path parameter as in the path."""
    if not isinstance(parameter, dict) or parameter.get("in") != "path":
        return parameter
    if not isinstance(parameter.get("name"), str):
        raise SpecError.at((*at, "name"), "a parameter needs a name", parameter.get("name"))
    return {**parameter, "name": snake(parameter["name"])}


def _response(response: Any, at: Location) -> Any:
    """Describe a status, and for an error without content its body."""
    if not isinstance(response, dict):
        return response
    _, path, _, _, status = at
    if status not in STATUS_MEANING:
        raise SpecError.at(at, "unknown status code", status)
    plain = {"description": STATUS_MEANING[str(status)], **response}
    if plain.get("content"):
        return plain
    plain.pop("content", None)
    if str(status) >= "400":
        plain["content"] = {"application/json": {"schema": _error_schema(str(path), str(status))}}
    elif status != "204":
        raise SpecError.at((*at, "content"), "a success that is empty and not a 204", response)
    return plain


def _error_schema(path: str, status: str) -> Object:
    nested = any(path == prefix or path.startswith(f"{prefix}/") for prefix in NESTED_ERRORS)
    name = "ErrorResponse" if nested and status != "401" else "FlatError"
    return {"$ref": f"#/components/schemas/{name}"}


def _scalar_literals(schema: Any, at: Location) -> Any:
    """`enum: [{value: x}]` and `[{type: stringLiteral, value: x}]` -> `enum: [x]`."""
    if not isinstance(schema, dict) or not isinstance(schema.get("enum"), list):
        return schema
    return {**schema, "enum": [_scalar(item) for item in schema["enum"]]}


def _scalar(item: Any) -> Any:
    if isinstance(item, dict) and isinstance(item.get("value"), str):
        value = item["value"]
        return (
            value if item in ({"value": value}, {"type": "stringLiteral", "value": value}) else item
        )
    return item


def _type_list(schema: Any, at: Location) -> Any:
    """`type: ['null', T]` -> `type: [T, 'null']`, and `type: [T]` -> `type: T`."""
    if not isinstance(schema, dict) or not isinstance(schema.get("type"), list):
        return schema
    names = [name for name in schema["type"] if name != "null"]
    if len(names) != 1:
        return schema
    return {**schema, "type": [names[0], "null"] if "null" in schema["type"] else names[0]}


def _null_beside(schema: Any, at: Location) -> Any:
    """Write each way of saying "or null" as `type: [T, 'null']` or `oneOf: [T, {type: 'null'}]`."""
    if not isinstance(schema, dict):
        return schema
    if "nullable" in schema:
        inner = {k: v for k, v in schema.items() if k not in ("nullable", "description")}
        if schema["nullable"] is not True:
            raise SpecError.at((*at, "nullable"), "only true means something", schema["nullable"])
    elif isinstance(schema.get("enum"), list) and None in schema["enum"]:
        values = [value for value in schema["enum"] if value is not None]
        inner = {k: v for k, v in schema.items() if k != "description"} | {"enum": values}
        if isinstance(inner.get("type"), list):
            inner["type"] = inner["type"][0]
    else:
        return _null_branch(schema)
    described = {k: v for k, v in schema.items() if k == "description"}
    return _null_branch({**described, "oneOf": [inner, NULL]})


def _null_branch(schema: Object) -> Object:
    for key in ("oneOf", "anyOf"):
        branches = schema.get(key)
        if not isinstance(branches, list) or NULL not in branches or len(branches) != 2:
            continue
        rest = {k: v for k, v in schema.items() if k != key}
        inner = _type_list(branches[1 - branches.index(NULL)], ())
        if _is_plain_scalar(inner):
            return {**rest, **inner, "type": [inner["type"], "null"]}
        return {**rest, "oneOf": [inner, NULL]}
    return schema


def _is_plain_scalar(schema: object) -> bool:
    return (
        isinstance(schema, dict)
        and schema.get("type") in ("string", "integer", "number", "boolean")
        and not {"enum", "const", "x-known-values"} & schema.keys()
    )


def _single_literal(schema: Any, at: Location) -> Any:
    """Turn an enum of one value into a constant."""
    values = schema.get("enum") if isinstance(schema, dict) else None
    if not isinstance(values, list) or len(values) != 1 or not isinstance(values[0], str | int):
        return schema
    rest = {key: value for key, value in schema.items() if key != "enum"}
    return {**rest, "const": schema["enum"][0]}


SHAPES: Mapping[str, Sequence[Rule]] = {
    "document": [_frame],
    "{path}": [_snake_paths],
    "operation": [_operation],
    "parameter": [_parameter],
    "response": [_response],
    "schema": [_scalar_literals, _type_list, _null_beside, _single_literal],
}
