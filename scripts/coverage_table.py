"""List the method for each operation: `python -m scripts.coverage_table [--check]`.

Writes spec/COVERAGE.md from three sources: the operations of spec/openapi.yaml, the docstrings of
the facade, each of which names its operation like `POST /search`, and the emulator's handlers. It
fails if an operation has no method or no handler, or if a docstring names an unknown operation.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from inspect import cleandoc, isfunction
from typing import Any

import attrs
import httpx

from dodeca import AsyncClient, Client
from dodeca.emulator.handlers.registry import HANDLERS
from scripts._documents import OPENAPI, ROOT, Object, load

TABLE = ROOT / "spec" / "COVERAGE.md"
_HEAD = """\
# Coverage

Every operation of [openapi.yaml](openapi.yaml), the methods of `Client` and `AsyncClient` that
call it, and the handler in the emulator. Made by `scripts/coverage_table.py`.

| Operation | Facade | Emulator |
|---|---|---|
"""
_METHODS = ("get", "post", "put", "patch", "delete")
_LINE = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\s+(/[\w{}/-]+)")


@attrs.frozen
class Operation:
    """An operation of the document; `line` is method and path."""

    id: str
    line: str
    is_retired: bool


@attrs.frozen
class Method:
    """A public method by the name that callers use: `client.indexes.videos.list`."""

    name: str
    function: Callable[..., Any]

    @property
    def lines(self) -> list[str]:
        """The operations that its docstring names, in order."""
        text = cleandoc(self.function.__doc__ or "")
        return [f"{method} {path}" for method, path in _LINE.findall(text)]


def operations(document: Object) -> Iterator[Operation]:
    """The operations of a document, in its order."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                node = item[method]
                line = f"{method.upper()} {path}"
                yield Operation(node["operationId"], line, node.get("deprecated", False))


def methods(client: type[Client] | type[AsyncClient]) -> list[Method]:
    """The public methods of all resources of a client."""
    silent = httpx.MockTransport(lambda request: httpx.Response(500, request=request))
    whole = client("unused", transport=silent)
    return [method for name, part in _parts(whole) for method in _walk(f"client.{name}", part)]


def members(cls: type) -> Iterator[tuple[str, object]]:
    """The members of a class, then those that it inherits and does not replace."""
    found: set[str] = set()
    for base in cls.__mro__[:-1]:
        yield from ((name, member) for name, member in vars(base).items() if name not in found)
        found |= vars(base).keys()


def _parts(resource: object) -> Iterator[tuple[str, object]]:
    for name, member in members(type(resource)):
        if isinstance(member, cached_property):
            yield name, getattr(resource, name)


def _walk(name: str, resource: object) -> Iterator[Method]:
    for own_name, member in members(type(resource)):
        if isfunction(member) and own_name == "__call__":
            yield Method(name, member)
        elif isfunction(member) and not own_name.startswith("_"):
            yield Method(f"{name}.{own_name}", member)
    for part_name, part in _parts(resource):
        yield from _walk(f"{name}.{part_name}", part)


def problems(document: Object) -> list[str]:
    """Operations without a method or handler, and docstrings that name unknown operations."""
    found = list(operations(document))
    lines = {operation.line for operation in found}
    wrong = [
        f"{method.name}: its docstring names no known operation: {method.lines}"
        for client in (Client, AsyncClient)
        for method in methods(client)
        if not method.lines or not set(method.lines) <= lines
    ]
    named = {line for method in methods(Client) for line in method.lines}
    wrong += [f"{line} has no method" for line in sorted(lines - named)]
    wrong += [f"{op.line} has no handler" for op in found if op.id not in HANDLERS]
    return wrong


def table(document: Object) -> str:
    """The text of spec/COVERAGE.md."""
    known = methods(Client)
    rows = []
    for operation in operations(document):
        names = [f"`{method.name}`" for method in known if operation.line in method.lines]
        retired = " (retired)" if operation.is_retired else ""
        handler = HANDLERS.get(operation.id)
        rows.append(f"| `{operation.line}`{retired} | {', '.join(names)} | {_place(handler)} |")
    return _HEAD + "\n".join(rows) + "\n"


def _place(handler: Callable[..., Any] | None) -> str:
    if handler is None:
        return ""
    return f"`{handler.__module__.removeprefix('dodeca.')}.{handler.__qualname__}`"


def main() -> int:
    """Write the table, or compare it with the committed one (--check)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    is_check = parser.parse_args().check
    document = load(OPENAPI)
    wrong = problems(document)
    text = table(document)
    if not is_check:
        TABLE.write_text(text, encoding="utf-8")
    elif not TABLE.is_file() or TABLE.read_text(encoding="utf-8") != text:
        wrong.append(f"{TABLE.relative_to(ROOT)} is not up to date")
    count = len(list(operations(document)))
    print("\n".join(wrong) or f"coverage: {count} operations, each with a method and a handler")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
