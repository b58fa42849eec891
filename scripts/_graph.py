"""Rules about several objects: references, names, unions, and values of responses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scripts._documents import Location, Object, SpecError, json_path
from scripts._grammar import walk
from scripts._shapes import ERROR_SCHEMAS, NULL, snake

REF = "#/components/schemas/"
UNLISTED = "UnlistedObject"
OPENED = ("enum", "const", "oneOf", "discriminator")  # keywords that close a schema
BUILT_IN = {
    **ERROR_SCHEMAS,
    UNLISTED: {
        "description": "An object of a kind not listed here yet; every field is kept as it came.",
        "type": "object",
    },
}


def schemas_of(document: Object) -> Object:
    """Return the named schemas of a document."""
    schemas: Object = document.get("components", {}).get("schemas", {})
    return schemas


def with_schemas(document: Object, schemas: Object) -> Object:
    """Copy a document with other named schemas, in alphabetical order."""
    components = {**document.get("components", {}), "schemas": dict(sorted(schemas.items()))}
    return {**document, "components": components}


def references(node: object) -> Iterator[str]:
    """Yield the name of every schema that is referenced."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix(REF)
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from references(item)


def reachable(document: Object, start: Iterable[object]) -> set[str]:
    """Return the names of the schemas that can be reached from these objects."""
    schemas, found, todo = schemas_of(document), set[str](), list(start)
    while todo:
        new = set(references(todo.pop())) - found
        found |= new
        todo += [schemas.get(name) for name in new]
    return found


def resolve(schema: Object, schemas: Object) -> Object:
    """Follow references to the schema that is not one itself."""
    followed: list[str] = []
    while "$ref" in schema:
        name = schema["$ref"].removeprefix(REF)
        if name in followed:
            raise SpecError(f"{json_path(('components', 'schemas', name))}: refers to itself")
        followed.append(name)
        schema = schemas[name]
    return schema


def add_built_in(document: Object) -> Object:
    """Add the schemas that the rules refer to; reject any other dangling reference."""
    schemas = schemas_of(document)
    todo = [document]
    while todo:
        missing = (set(references(todo.pop())) & BUILT_IN.keys()) - schemas.keys()
        schemas = schemas | {name: BUILT_IN[name] for name in missing}
        todo += [BUILT_IN[name] for name in missing]

    def known(schema: Any, at: Location) -> Any:
        if "$ref" in schema and schema["$ref"].removeprefix(REF) not in schemas:
            raise SpecError.at(at, "refers to nothing", schema["$ref"])
        return schema

    return walk(with_schemas(document, schemas), {"schema": [known]})


def inline_constants(document: Object) -> Object:
    """Inline named constants, so that unions see their tags."""
    schemas = schemas_of(document)
    constants = {
        name: schema
        for name, schema in schemas.items()
        if "const" in schema and schema.keys() <= {"type", "const", "description"}
    }

    def inline(schema: Any, at: Location) -> Any:
        constant = constants.get(str(schema.get("$ref")).removeprefix(REF))
        if constant is None:
            return schema
        return constant | {key: value for key, value in schema.items() if key != "$ref"}

    others = {name: schema for name, schema in schemas.items() if name not in constants}
    return walk(with_schemas(document, others), {"schema": [inline]})


def branches_of(union: Object) -> list[Object]:
    """Return the branches of a union, without null and without the open last branch."""
    branches: list[Object] = union.get("oneOf") or union.get("anyOf") or []
    return [b for b in branches if b not in (NULL, {"$ref": REF + UNLISTED})]


def union_tag(branches: list[Object], schemas: Object) -> str | None:
    """Return the discriminating property: required, constant, and different in each branch."""
    for name in resolve(branches[0], schemas).get("properties", {}):
        values = [_constant(resolve(branch, schemas), name) for branch in branches]
        if None not in values and len(set(values)) == len(values):
            return str(name)
    return None


def _constant(schema: Object, name: str) -> object:
    if name not in schema.get("required", ()):
        return None
    return schema["properties"][name].get("const")


def explain_names(document: Object) -> Object:
    """Rename numbered schemas after the tag of their branch: `Shape0` -> `ShapeRound`."""
    schemas = schemas_of(document)
    renamed = dict(_explained(schemas))
    for name in schemas:
        new = renamed.get(name, name)
        if re.search(r"\d$|OneOf\d", new):
            at = ("components", "schemas", name)
            raise SpecError.at(at, "a numbered name that no tagged union explains", schemas[name])
        if new != name and (new in schemas or list(renamed.values()).count(new) > 1):
            raise SpecError.at(("components", "schemas", name), "the new name is taken", new)

    def rename(schema: Any, at: Location) -> Any:
        old = str(schema.get("$ref")).removeprefix(REF)
        return {**schema, "$ref": REF + renamed[old]} if old in renamed else schema

    by_new_name = {renamed.get(name, name): schema for name, schema in schemas.items()}
    return walk(with_schemas(document, by_new_name), {"schema": [rename]})


def _explained(schemas: Object) -> Iterator[tuple[str, str]]:
    """Yield old and new names: of numbered branches, and of the schemas numbered after them.

    The block that has its branch's own name holds its options: `ShapeOneOf0Round`, in the branch
    `ShapeRound`, becomes `ShapeRoundOptions`.
    """
    for union_name, union in schemas.items():
        branches = branches_of(union)
        tag = union_tag(branches, schemas) if len(branches) > 1 else None
        for branch in branches if tag else ():
            name = branch.get("$ref", "").removeprefix(REF)
            number = re.fullmatch(rf"{re.escape(union_name)}(?:OneOf)?(\d+)", name)
            if not number or not tag:
                continue
            value = _pascal(str(_constant(schemas[name], tag)))
            yield name, union_name + value
            for other in schemas:
                if inner := re.fullmatch(rf"{re.escape(union_name)}OneOf{number[1]}(\D.*)", other):
                    yield other, union_name + value + ("Options" if inner[1] == value else inner[1])


def _pascal(text: str) -> str:
    return "".join(word.capitalize() for word in snake(text).split("_"))


def discriminate(document: Object) -> Object:
    """Add a discriminator to every closed union of objects that needs one.

    Tools refuse a tag that a discriminator does not list, so a union that is open has none.
    """
    schemas = schemas_of(document)

    def rule(schema: Any, at: Location) -> Any:
        if {"$ref": REF + UNLISTED} in schema.get("anyOf", ()):
            return schema
        objects = [b for b in branches_of(schema) if _kind(b, schemas) == "object"]
        others = [_kind(b, schemas) for b in branches_of(schema) if b not in objects]
        tag = union_tag(objects, schemas) if len(objects) > 1 else None
        if tag and all("$ref" in branch for branch in objects):
            mapping = {str(_constant(resolve(b, schemas), tag)): b["$ref"] for b in objects}
            schema = {**schema, "discriminator": {"propertyName": tag, "mapping": mapping}}
        elif len(objects) > 1 and not _told_apart(objects, schemas):
            raise SpecError.at(at, "a union whose objects cannot be told apart", schema)
        if len(others) != len(set(others)):
            raise SpecError.at(at, "a union with two branches of one type", schema)
        return schema

    return walk(document, {"schema": [rule]})


def _kind(schema: Object, schemas: Object) -> str:
    plain = resolve(schema, schemas)
    return str(plain.get("type", "object"))


def _told_apart(branches: list[Object], schemas: Object) -> bool:
    """Return whether each branch requires a property that no other branch has."""
    plain = [resolve(branch, schemas) for branch in branches]
    for i, branch in enumerate(plain):
        foreign = {name for j, b in enumerate(plain) if j != i for name in b.get("properties", {})}
        if not set(branch.get("required", ())) - foreign:
            return False
    return True


def require_bodies(document: Object) -> Object:
    """Mark a body as required if its schema requires a property."""
    schemas = schemas_of(document)

    def rule(body: Any, at: Location) -> Any:
        media = body.get("content", {}).values()
        if any(resolve(m["schema"], schemas).get("required") for m in media):
            return {**body, "required": True}
        return body

    return walk(document, {"body": [rule]})


def open_responses(document: Object) -> Object:
    """Open responses and webhooks to values and kinds of object that the service adds later.

    In everything the service can send, `enum` becomes `x-known-values`, and a union of objects
    becomes an `anyOf` whose last branch takes any object. The tags of unions stay constants.
    """
    sent = [
        operation["responses"] for item in document["paths"].values() for operation in item.values()
    ]
    sent += document.get("webhooks", {}).values()
    answered = reachable(document, sent)
    tags = _tags(document)

    def rule(schema: Any, at: Location) -> Any:
        inside = at[3] == "responses" if at[0] == "paths" else at[2] in answered
        if not inside or at[2:] in tags:
            return schema
        return _opened(schema, document)

    return walk(document, {"schema": [rule]})


def _tags(document: Object) -> set[Location]:
    """Return the locations of the tags of unions: `(schema, "properties", tag)`."""
    schemas = schemas_of(document)
    found: set[Location] = set()

    def rule(schema: Any, at: Location) -> Any:
        objects = [b for b in branches_of(schema) if _kind(b, schemas) == "object"]
        tag = union_tag(objects, schemas) if len(objects) > 1 else None
        for branch in objects if tag else ():
            found.add((branch.get("$ref", "").removeprefix(REF), "properties", str(tag)))
        return schema

    walk(document, {"schema": [rule]})
    return found


def _opened(schema: Object, document: Object) -> Object:
    rest = {k: v for k, v in schema.items() if k not in OPENED}
    if "enum" in schema:
        return {**rest, "x-known-values": schema["enum"]}
    if "const" in schema:
        return {**rest, "x-known-values": [schema["const"]]}
    schemas = schemas_of(document)
    objects = [b for b in branches_of(schema) if _kind(b, schemas) == "object"]
    if "oneOf" in schema and len(objects) > 1:
        return {**rest, "anyOf": [*schema["oneOf"], {"$ref": REF + UNLISTED}]}
    return schema


def list_tags(document: Object) -> Object:
    """List the tags of all operations with their descriptions, and sort the paths."""
    said = {tag["name"]: tag for tag in document.get("tags", [])}
    used = {op["tags"][0] for item in document["paths"].values() for op in item.values()}
    return {
        **document,
        "tags": [said.get(name, {"name": name}) for name in sorted(used)],
        "paths": dict(sorted(document["paths"].items())),
    }


def unique_operations(document: Object) -> Object:
    """Reject two operations with the same name."""
    seen: dict[str, str] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            name, here = operation["operationId"], f"{method.upper()} {path}"
            if name in seen:
                raise SpecError(f"{here} and {seen[name]} are both called {name}")
            seen[name] = here
    return document
