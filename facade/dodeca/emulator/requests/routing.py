"""The operations of the specification, found by method and path.

The document is the one the client is generated from (`dodeca_api/openapi.json`), so what the
emulator accepts and what the client sends cannot diverge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from ..errors import api_upgrade_required, endpoint_not_exist, method_not_allowed

Schema = dict[str, Any]
_METHODS = ("get", "put", "post", "delete", "patch")


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document that comes with the package."""
    content: dict[str, Any] = orjson.loads((files("dodeca_api") / "openapi.json").read_bytes())
    return content


class APIOperation:
    """One operation: its path, parameters, body and responses."""

    def __init__(self, spec: Mapping[str, Any], path: str, method: str) -> None:
        item = spec["paths"][path]
        self.spec = spec
        self.node: dict[str, Any] = item[method]
        self.id: str = self.node["operationId"]
        self.method: str = method.upper()
        self.path = path
        self.segments: list[str] = path.strip("/").split("/")
        declared = [*item.get("parameters", []), *self.node.get("parameters", [])]
        self.parameters: dict[str, Schema] = {
            parameter["name"]: parameter
            for parameter in (self.resolve(node) for node in declared)
            if parameter["in"] in ("path", "query")
        }

    def resolve(self, node: Schema) -> Schema:
        """Follow `$ref` until there is none."""
        while "$ref" in node:
            target: Any = self.spec
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    @cached_property
    def request_body(self) -> Schema:
        """Return the Request Body Object, empty when the operation takes none."""
        return self.resolve(self.node.get("requestBody", {}))

    @cached_property
    def media_type(self) -> str | None:
        """Return the media type of the body, None without one."""
        return next(iter(self.request_body.get("content", {})), None)

    @cached_property
    def body_schema(self) -> Schema:
        """Return the schema of the body, possibly a `$ref`."""
        content: Mapping[str, Any] = self.request_body.get("content", {})
        return content[self.media_type]["schema"] if self.media_type else {}

    @cached_property
    def binary_fields(self) -> frozenset[str]:
        """Return the names of the form fields that hold files."""
        properties = self.resolve(self.body_schema).get("properties", {})
        nodes = {name: self.resolve(node) for name, node in properties.items()}
        items = {name: self.resolve(node.get("items", node)) for name, node in nodes.items()}
        return frozenset(name for name, node in items.items() if node.get("format") == "binary")

    def streamed_type(self, status: int) -> str:
        """Return the media type of a streamed response: the one that is not JSON."""
        types = self.resolve(self.node["responses"][str(status)]).get("content", {})
        return next((name for name in types if name != "application/json"), "application/json")

    def nests_errors(self, status: int) -> bool:
        """Return whether the error of a status has the form `{error: {...}}`.

        A status that the operation does not list has the form of the others; a 401 says nothing
        about those, as it comes before the operation.
        """
        listed = self.node["responses"]
        others = [key for key in listed if key[0] in "45" and key != "401"]
        for key in [str(status)] if str(status) in listed else others:
            for media in self.resolve(listed[key]).get("content", {}).values():
                return "error" in self.resolve(media["schema"]).get("properties", {})
        return False


class Router:
    """Finds the operation for a request."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.base = urlsplit(spec["servers"][0]["url"]).path.rstrip("/")
        # Literal segments take precedence: /assets/multipart-uploads over /assets/{asset_id}.
        self._operations = sorted(
            operations(spec), key=lambda operation: [s[0] == "{" for s in operation.segments]
        )

    def named(self, operation_id: str) -> APIOperation:
        """Return an operation by its operationId. Raises StopIteration when there is none."""
        return next(o for o in self._operations if o.id == operation_id)

    def match(self, method: str, path: str) -> tuple[APIOperation, dict[str, str]]:
        """Return the operation and its path parameters. Raises ErrorResponse (400, 404, 405).

        The path is still percent-encoded and may leave out the base path (`/v1.3`).
        """
        segments = self._relative(path).split("/")
        found = [
            (operation, parameters)
            for operation in self._operations
            if (parameters := _path_parameters(operation.segments, segments)) is not None
        ]
        if not found:
            raise endpoint_not_exist(path)
        # Only the methods of the most literal path count.
        template = found[0][0].path
        same = {o.method: (o, parameters) for o, parameters in found if o.path == template}
        if method not in same:
            raise method_not_allowed(method, sorted(same))
        return same[method]

    def _relative(self, path: str) -> str:
        if path == self.base or path.startswith(f"{self.base}/"):
            return path[len(self.base) + 1 :]
        if other := re.match(r"/v(\d+(?:\.\d+)*)(?:/|$)", path):
            raise api_upgrade_required(self.base.lstrip("/v"), other[1])
        return path.removeprefix("/")


@cache
def router() -> Router:
    """Return the router of the document that comes with the package."""
    return Router(document())


def operations(spec: Mapping[str, Any]) -> Iterator[APIOperation]:
    """Yield the operations of a document."""
    for path, item in spec["paths"].items():
        for method in _METHODS:
            if method in item:
                yield APIOperation(spec, path, method)


def _path_parameters(template: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(template) != len(segments):
        return None
    parameters = {}
    for expected, actual in zip(template, segments, strict=True):
        if expected[0] == "{":
            if not actual:
                return None
            parameters[expected[1:-1]] = unquote(actual)
        elif expected != actual:
            return None
    return parameters
