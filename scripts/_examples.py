"""Make small example values from schemas: deterministic and complete."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts._documents import Object
from scripts._graph import resolve

# One instance of each text format, as the generated code writes it back.
TEXTS: dict[str, str | bytes] = {
    "date-time": "2026-01-02T03:04:05+00:00",
    "date": "2026-01-02",
    "uri": "https://example.com/clip.mp4",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "byte": "QUJD",
    "binary": b"ABC",
}
SCALARS = {"integer": 1, "number": 1.5, "boolean": True, "null": None}
DEEP = 8  # recursive schemas end here


def examples(schema: Object, schemas: Object, depth: int = 0) -> list[Any]:
    """Return values of a schema that together show every branch, literal and property."""
    plain = resolve(schema, schemas)
    if "oneOf" in plain or "anyOf" in plain:
        branches = plain.get("oneOf") or plain["anyOf"]
        return [value for branch in branches for value in examples(branch, schemas, depth)]
    if "allOf" in plain:
        return _joined([resolve(part, schemas) for part in plain["allOf"]], schemas, depth)
    if isinstance(plain["type"], list):
        variants = [{**plain, "type": name} for name in plain["type"]]
        return [value for variant in variants for value in examples(variant, schemas, depth)]
    if "const" in plain:
        return [plain["const"]]
    literals: list[Any] = plain.get("enum") or plain.get("x-known-values") or []
    if literals:
        return literals
    if plain["type"] == "object":
        return list(_objects(plain, schemas, depth))
    if plain["type"] == "array":
        return [[] if depth > DEEP else examples(plain["items"], schemas, depth + 1)]
    if plain["type"] == "string":
        return [TEXTS.get(plain.get("format", ""), "text")]
    return [plain.get("minimum", SCALARS[plain["type"]])]


def _objects(plain: Object, schemas: Object, depth: int) -> Iterator[Object]:
    """Yield the bare object and enough full ones to show each value of each property."""
    required = plain.get("required", [])
    values = {
        name: examples(schema, schemas, depth + 1)
        for name, schema in plain.get("properties", {}).items()
        if depth <= DEEP or name in required
    }
    if plain.get("maxProperties") == 1:
        yield from ({name: value} for name in values for value in values[name])
        return
    if not plain.get("minProperties"):
        yield {name: values[name][0] for name in required}
    for i in range(max(map(len, values.values()), default=1) if depth <= DEEP else 0):
        yield {name: found[i % len(found)] for name, found in values.items()} | _further(
            plain.get("additionalProperties", True), schemas, depth
        )


def _further(allowed: Any, schemas: Object, depth: int) -> Object:
    """Return a property that the schema does not list, which must be kept as well."""
    if isinstance(allowed, dict):
        return {"unlisted": examples(allowed, schemas, depth + 1)[0]}
    return {"unlisted": "kept"} if allowed else {}


def _joined(parts: list[Object], schemas: Object, depth: int) -> list[Any]:
    whole: Object = {"type": "object", "properties": {}, "required": []}
    for part in parts:
        whole["properties"] |= part.get("properties", {})
        whole["required"] += part.get("required", [])
    return examples(whole, schemas, depth)
