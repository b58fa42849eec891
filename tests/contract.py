"""What the API documents, to hold conversations against: operations, and the shapes of bodies."""

import re
from collections.abc import Iterator
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import attrs
import httpx
import jsonschema_rs
import orjson
from python_multipart.multipart import create_form_parser

Field = tuple[str, str] | tuple[str, str, str, bytes]

DOCUMENT: dict[str, Any] = orjson.loads((files("dodeca_api") / "openapi.json").read_bytes())
_METHODS = ("get", "put", "post", "patch", "delete")


@attrs.frozen(eq=False)
class Operation:
    """One operation of the document."""

    id: str
    method: str
    path: str
    node: dict[str, Any]

    @cached_property
    def parameters(self) -> list[dict[str, Any]]:
        """Path, query and header parameters."""
        item = DOCUMENT["paths"][self.path]
        return [_resolved(p) for p in [*item.get("parameters", []), *self.node["parameters"]]]

    @cached_property
    def body(self) -> dict[str, Any]:
        """The schema of the body, or nothing."""
        content = _resolved(self.node.get("requestBody", {})).get("content", {})
        return next((media["schema"] for media in content.values()), {})

    @cached_property
    def fields(self) -> frozenset[str]:
        """The names of the body's fields."""
        return frozenset(name for name, _ in _fields(self.body))

    def fields_of(self, name: str) -> frozenset[str]:
        """The names of the fields inside one of the body's fields."""
        return frozenset(inner for inner, _ in _fields(dict(_fields(self.body))[name]))

    @property
    def arguments(self) -> frozenset[str]:
        """What a method takes: parameters of every kind, and fields of the body."""
        return self.fields | {parameter["name"] for parameter in self.parameters}

    @cached_property
    def names(self) -> frozenset[str]:
        """All that a caller may say: arguments, and fields inside them as `models.model_name`."""
        return self.arguments | frozenset(_paths(self.body))

    def answer(self, status: int) -> dict[str, Any] | None:
        """The JSON schema of a documented success, or of its lines; None for one without a body."""
        content = _resolved(self.node["responses"][str(status)]).get("content", {})
        if "application/jsonl" in content:
            return content["application/jsonl"]["x-item-schema"]
        return content["application/json"]["schema"] if content else None


@cache
def operations() -> dict[str, Operation]:
    """All operations by id."""
    return {operation.id: operation for operation in _operations()}


def called(request: httpx.Request) -> Operation:
    """The operation that a request is for; literal path segments win over parameters."""
    path = request.url.raw_path.decode().partition("?")[0].removeprefix("/v1.3")
    found = [
        operation
        for operation in _operations()
        if operation.method == request.method
        and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", operation.path), path)
    ]
    assert found, f"no documented operation is {request.method} {path}"
    return min(found, key=lambda operation: operation.path.count("{"))


def said(request: httpx.Request) -> set[str]:
    """The names of everything that a request says, user metadata in a query as one name."""
    operation = called(request)
    path_names = {p["name"] for p in operation.parameters if p["in"] == "path"}
    headers = {
        p["name"]
        for p in operation.parameters
        if p["in"] == "header" and p["name"] in request.headers
    }
    query = {
        name if name in operation.names else "user_metadata" for name in dict(request.url.params)
    }
    return path_names | headers | query | _field_names(request, operation.body)


def check(request: httpx.Request, status: int, answer: Any) -> None:
    """A request and its answer are as documented."""
    operation = called(request)
    assert said(request) <= operation.names
    if request.content and not _is_form(request):
        _check_shape(operation.body, orjson.loads(request.content))
    schema = operation.answer(status)
    assert (schema is None) == (answer is None)
    if schema is not None:
        _check_shape(schema, answer)


def parts(request: httpx.Request) -> list[Field]:
    """The fields of a multipart form: (name, text), or (name, file name, type, bytes)."""
    found: list[Field] = []

    def on_field(field: Any) -> None:
        found.append((field.field_name.decode(), (field.value or b"").decode()))

    def on_file(file: Any) -> None:
        file.file_object.seek(0)
        name, label = file.field_name.decode(), file.file_name.decode()
        found.append((name, label, file.content_type, file.file_object.read()))

    headers = {"Content-Type": request.headers["content-type"].encode()}
    parser = create_form_parser(headers, on_field, on_file)
    parser.write(request.content)
    parser.finalize()
    return found


def _field_names(request: httpx.Request, schema: dict[str, Any]) -> set[str]:
    if not request.content:
        return set()
    if _is_form(request):
        return {part[0] for part in parts(request)}
    return set(_said_paths(schema, orjson.loads(request.content)))


def _is_form(request: httpx.Request) -> bool:
    return str(request.headers["content-type"]).startswith("multipart/form-data")


def _operations() -> Iterator[Operation]:
    for path, item in DOCUMENT["paths"].items():
        for method in _METHODS:
            if method in item:
                node = {"parameters": [], **item[method]}
                yield Operation(node["operationId"], method.upper(), path, node)


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = DOCUMENT
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def _check_shape(schema: dict[str, Any], value: Any) -> None:
    whole = {**schema, "components": DOCUMENT["components"]}
    jsonschema_rs.validator_for(whole).validate(value)


def _fields(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The fields of an object, of the items of a list, or of any branch of a union."""
    node = _resolved(schema)
    for part in (*node.get("oneOf", ()), *node.get("anyOf", ()), *node.get("allOf", ())):
        yield from _fields(part)
    if "items" in node:
        yield from _fields(node["items"])
    yield from node.get("properties", {}).items()


def _paths(schema: dict[str, Any], within: tuple[int, ...] = ()) -> Iterator[str]:
    """The paths of all fields, each schema once on the way to it: some hold themselves."""
    for name, node in _fields(schema):
        yield name
        identity = id(_resolved(node))
        if identity not in within:
            yield from (f"{name}.{path}" for path in _paths(node, (*within, identity)))


def _said_paths(schema: dict[str, Any], value: Any) -> Iterator[str]:
    """The paths of the fields of a value; what is free in the document is one field."""
    for item in value if isinstance(value, list) else ():
        yield from _said_paths(schema, item)
    known: dict[str, list[dict[str, Any]]] = {}
    for name, node in _fields(schema):
        known.setdefault(name, []).append(node)
    for name, inner in value.items() if isinstance(value, dict) and known else ():
        yield name
        for node in known.get(name, ()):
            yield from (f"{name}.{path}" for path in _said_paths(node, inner))
