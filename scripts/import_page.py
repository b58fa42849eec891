"""Extract the structure of an operation from a published reference page.

    python -m scripts.import_page PAGE...           write spec/published/<operation>.yaml
    python -m scripts.import_page --check PAGE...   compare instead of writing
    python -m scripts.import_page --check           check the format of every published file

A page is markdown with one OpenAPI block in YAML. Names, types, limits, defaults and required
flags are kept as they are, irregular forms included; descriptions are left out.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

import yaml

from scripts._documents import PUBLISHED, Location, Object, SpecError, dump, load, parse, read
from scripts._shapes import operation_name

PROSE = frozenset(
    {
        "title", "summary", "description", "example", "examples", "externalDocs",
        "contact", "license", "termsOfService",
    }
)  # fmt: skip
# Under these keywords the next keys are names (a property may well be called `title`).
NAME_MAPS = frozenset(
    {"paths", "responses", "content", "headers", "properties", "schemas", "mapping", "encoding"}
)
VALUES = frozenset({"default", "const"})


def openapi_block(page: str) -> Object:
    """Return the OpenAPI document in a Markdown page."""
    blocks = []
    for fence in re.finditer(r"^```ya?ml\b[^\n]*\n(.*?)^```\s*$", page, re.MULTILINE | re.DOTALL):
        try:
            block = parse(fence[1])
        except yaml.YAMLError as exc:
            raise SpecError(f"a YAML block that cannot be read: {exc}") from exc
        if isinstance(block, dict) and "openapi" in block:
            blocks.append(block)
    if len(blocks) != 1:
        raise SpecError(f"expected one OpenAPI block, found {len(blocks)}")
    return blocks[0]


def structure(node: Any, *, names: bool = False) -> Any:
    """Copy a document without descriptions; `names` tells that the keys here are names."""
    if isinstance(node, list):
        return [structure(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: value
        if key in VALUES and not names
        else structure(value, names=key in NAME_MAPS and not names)
        for key, value in node.items()
        if names or key not in PROSE
    }


def file_name(document: Object) -> str:
    """Name a published file after its operation."""
    operations = [
        (("paths", path, method), _mapping(operation, ("paths", path, method)))
        for path, item in _mapping(document.get("paths", {}), ("paths",)).items()
        for method, operation in _mapping(item, ("paths", path)).items()
    ]
    if len(operations) != 1:
        raise SpecError(f"expected one operation, found {len(operations)}")
    at, operation = operations[0]
    return f"{operation_name(operation, at)}.yaml"


def _mapping(value: Any, at: Location) -> Object:
    if not isinstance(value, dict):
        raise SpecError.at(at, "expected an object", str(value)[:200])
    return value


def import_page(page: Path) -> tuple[str, str]:
    """Return the name and the text of the file for a page."""
    try:
        document = structure(openapi_block(read(page)))
        return file_name(document), dump(document)
    except SpecError as exc:
        raise SpecError(f"{page.name}: {exc}") from exc


def check_published(file: Path) -> None:
    """Reject a published file with descriptions, a wrong name or another format."""
    document = load(file)
    if structure(document) != document:
        raise SpecError(f"{file.name}: contains descriptions")
    if file_name(document) != file.name:
        raise SpecError(f"{file.name}: should be called {file_name(document)}")
    if dump(document) != file.read_text(encoding="utf-8"):
        raise SpecError(f"{file.name}: not in canonical form")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Extract the structure of published pages.")
    parser.add_argument("pages", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    args = parser.parse_args()
    if not args.pages and not args.check:
        parser.error("name at least one page")
    for page in args.pages:
        name, text = import_page(page)
        target = PUBLISHED / name
        if not args.check:
            target.write_text(text, encoding="utf-8")
        elif not target.exists() or target.read_text(encoding="utf-8") != text:
            raise SpecError(f"{target.name} differs from {page.name}")
    if not args.pages:
        files = sorted(PUBLISHED.glob("*.yaml"))
        for file in files:
            check_published(file)
        print(f"{len(files)} published files are well formed; no page was given to compare them")


if __name__ == "__main__":
    try:
        main()
    except SpecError as error:
        sys.exit(f"import_page: {error}")
