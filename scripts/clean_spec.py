"""Make spec/openapi.yaml from spec/published/*.yaml, spec/overlay.yaml and spec/examples.yaml.

    python -m scripts.clean_spec            write spec/openapi.yaml
    python -m scripts.clean_spec --check    compare instead of writing

Each published fragment is normalized, the fragments are merged, the overlays are applied, and the
result is normalized once more; normalizing a clean document changes nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from scripts import _graph, _overlay
from scripts._documents import (
    EXAMPLES,
    OPENAPI,
    OVERLAY,
    PUBLISHED,
    Location,
    Object,
    SpecError,
    dump,
    json_path,
    load,
)
from scripts._grammar import walk
from scripts._shapes import SHAPES


def normalise(document: Object) -> Object:
    """Turn one document into plain OpenAPI; reject unknown forms."""
    for step in (
        lambda doc: walk(doc, SHAPES),
        _graph.add_built_in,
        _graph.inline_constants,
        _graph.explain_names,
        _graph.discriminate,
        _graph.require_bodies,
    ):
        document = step(document)
    return document


def clean(document: Object) -> Object:
    """Normalize a document and open its responses to later values."""
    for step in (
        normalise,
        _graph.unique_operations,
        _graph.open_responses,
        _graph.add_built_in,
        _graph.list_tags,
    ):
        document = step(document)
    return walk(document, {})


def merge(fragments: Mapping[str, Object]) -> Object:
    """Merge fragments by name; different content under the same name is an error."""
    merged: Object = {}
    origins: dict[tuple[str, ...], str] = {}
    for name, fragment in fragments.items():
        for at, value in _named_parts(fragment):
            target = merged
            for step in at[:-1]:
                target = target.setdefault(step, {})
            if at not in origins:
                origins[at] = name
                target[at[-1]] = value
            elif target[at[-1]] != value:
                where, one, other = _first_difference(target[at[-1]], value, at)
                path = json_path(where)
                raise SpecError(
                    f"{origins[at]} {path}: {one}, but {name} {path}: {other}; "
                    "import both pages again, or correct the older one"
                )
    return merged


def _named_parts(fragment: Object) -> Iterable[tuple[tuple[str, ...], Any]]:
    """Yield the units that are merged: operations, components, top-level values."""
    for key, value in fragment.items():
        if key not in ("paths", "components"):
            yield (key,), value
            continue
        for group, members in value.items():
            for member, content in members.items():
                yield (key, group, member), content


def _first_difference(one: Any, other: Any, at: Location) -> tuple[Location, str, str]:
    """Return where two values differ first, and what each has there."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(k for k in other if k not in one)]:
            if key not in one:
                return (*at, key), "not there", repr(other[key])
            if key not in other:
                return (*at, key), repr(one[key]), "not there"
            if one[key] != other[key]:
                return _first_difference(one[key], other[key], (*at, key))
    return at, repr(one), repr(other)


def build(fragments: Mapping[str, Object], *overlays: Object) -> Object:
    """Make the clean document from the published fragments and the overlays, in their order."""
    normalised = {}
    for name, fragment in fragments.items():
        try:
            normalised[name] = normalise(fragment)
        except SpecError as exc:
            raise SpecError(f"{name}: {exc}") from exc
    document = clean(merge(normalised))
    for overlay in overlays:
        document = clean(_overlay.apply(document, overlay))
    return document


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Make spec/openapi.yaml from what is published.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    args = parser.parse_args()
    fragments = {file.name: load(file) for file in sorted(PUBLISHED.glob("*.yaml"))}
    text = dump(build(fragments, load(OVERLAY), load(EXAMPLES)))
    if not args.check:
        OPENAPI.write_text(text, encoding="utf-8")
    elif not OPENAPI.exists() or OPENAPI.read_text(encoding="utf-8") != text:
        raise SpecError("spec/openapi.yaml is out of date: run `make generate`")


if __name__ == "__main__":
    try:
        main()
    except SpecError as error:
        sys.exit(f"clean_spec: {error}")
