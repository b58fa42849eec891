"""Compare what is published with what the clean document says, by position and not by name."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Object = dict[str, Any]

NULL = {"type": "null"}
UNLISTED = {"$ref": "#/components/schemas/UnlistedObject"}
LIMITS = ("format", "default", "minimum", "maximum", "minLength", "maxLength", "minItems")


@dataclass
class Comparison:
    """Walks both documents side by side and yields every difference."""

    published: Object
    clean: Object
    seen: dict[str, set[str]] = field(default_factory=dict)  # published name -> clean names

    def schema(self, published: Object, clean: Object, at: str) -> Iterator[str]:
        if "$ref" in published:
            name = published["$ref"].rpartition("/")[2]
            counterpart = clean.get("$ref", "inline").rpartition("/")[2]
            counterparts = self.seen.setdefault(name, set())
            if counterpart in counterparts and counterpart != "inline":
                return
            counterparts.add(counterpart)
            published = self.published["components"]["schemas"][name]
        if "oneOf" in clean and not (_branches(published) or _without_null(published)[1]):
            clean = _branches(clean)[0]  # one form became a union, of which it is the first
        if "$ref" in clean:
            clean = self.clean["components"]["schemas"][clean["$ref"].rpartition("/")[2]]
        published, nullable = _without_null(published)
        clean, still_nullable = _without_null(clean)
        if nullable != still_nullable:
            yield f"{at}: null {nullable} -> {still_nullable}"
        if "$ref" in published or "$ref" in clean:
            yield from self.schema(published, clean, at)
            return
        yield from self._plain(published, clean, at)

    def _plain(self, published: Object, clean: Object, at: str) -> Iterator[str]:
        if published.get("type") != clean.get("type"):
            yield f"{at}: type {published.get('type')} -> {clean.get('type')}"
        for key in LIMITS:
            if key in published and published[key] != clean.get(key):
                yield f"{at}: {key} {published[key]} -> {clean.get(key)}"
        for value in set(_literals(published)) - set(_literals(clean)):
            yield f"{at}: value {value} is gone"
        if {"enum", "const"} & clean.keys() and not _literals(published):
            yield f"{at}: closed to {_literals(clean)}"
        before, after = set(published.get("required", [])), set(clean.get("required", []))
        for name in published.get("properties", {}).keys() & (before ^ after):
            yield f"{at}: {name} {'is no longer' if name in before else 'became'} required"
        for name, schema in published.get("properties", {}).items():
            if name not in clean.get("properties", {}):
                yield f"{at}: property {name} is gone"
            else:
                yield from self.schema(schema, clean["properties"][name], f"{at}.{name}")
        for key in ("items", "additionalProperties"):
            if isinstance(published.get(key), dict):
                yield from self.schema(published[key], clean.get(key, {}), f"{at}[]")
        branches, clean_branches = _branches(published), _branches(clean)
        if len(branches) > len(clean_branches):
            yield f"{at}: {len(branches)} branches -> {len(clean_branches)}"
        for i, (one, other) in enumerate(zip(branches, clean_branches, strict=False)):
            yield from self.schema(one, other, f"{at}<{i}>")


def _without_null(schema: Object) -> tuple[Object, bool]:
    if isinstance(schema.get("type"), list):
        name, *null = schema["type"]
        return {**schema, "type": name}, bool(null)
    branches = schema.get("oneOf") or schema.get("anyOf") or []
    others = [branch for branch in branches if branch != NULL]
    if len(others) == len(branches):
        return schema, False
    return (others[0] if len(others) == 1 else {"oneOf": others}), True


def _literals(schema: Object) -> list[Any]:
    values = schema.get("enum") or schema.get("x-known-values") or []
    values = [value["value"] if isinstance(value, dict) else value for value in values]
    return [schema["const"]] if "const" in schema else values


def _branches(schema: Object) -> list[Object]:
    branches = schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf") or []
    return [branch for branch in branches if branch != UNLISTED]
