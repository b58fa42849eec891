"""Read and write YAML documents and name places in them, for all scripts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = ROOT / "spec" / "published"
OVERLAY = ROOT / "spec" / "overlay.yaml"
EXAMPLES = ROOT / "spec" / "examples.yaml"
OPENAPI = ROOT / "spec" / "openapi.yaml"

MAX_CHARACTERS = 4_000_000  # ten times what the whole document has
MAX_DIGITS = 100
MAX_DEPTH = 100

Object = dict[str, Any]
Location = tuple[str | int, ...]


class SpecError(Exception):
    """An input that the pipeline cannot process; the message names the place and the value."""

    @classmethod
    def at(cls, location: Location, complaint: str, value: object) -> SpecError:
        """Build the error for one place in a document, quoting the value found there."""
        return cls(f"{json_path(location)}: {complaint}: {value!r}")


def json_path(location: Location) -> str:
    """Format a location as JSONPath: `$.paths['/embed-v2'].post.tags[0]`."""
    steps = ["$"]
    for step in location:
        if isinstance(step, int):
            steps.append(f"[{step}]")
        elif re.fullmatch(r"[A-Za-z_]\w*", step):
            steps.append(f".{step}")
        else:
            steps.append(f"['{step}']")
    return "".join(steps)


class _Loader(yaml.CSafeLoader):
    """Load YAML 1.2 core types only (`no` and `2025-01-01` are strings); reject duplicate keys."""

    def integer(self, node: yaml.ScalarNode) -> int:
        if len(node.value) > MAX_DIGITS:
            line = node.start_mark.line + 1
            raise SpecError(f"line {line}: a number of {len(node.value)} digits")
        return int(node.value)

    def mapping(self, node: yaml.MappingNode) -> Object:
        mapping: Object = {}
        for key_node, value_node in node.value:
            key = str(self.construct_object(key_node, deep=True))
            if key in mapping:
                line = key_node.start_mark.line + 1
                raise SpecError(f"line {line}: the key {key!r} appears twice")
            mapping[key] = self.construct_object(value_node, deep=True)
        return mapping


class _Dumper(yaml.SafeDumper):
    """Dump YAML in block style, with indented lists, without aliases, with wrapped text."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"null|~|", ["n", "~", ""]),
):
    for _side in (_Loader, _Dumper):  # what one reads as a number, the other quotes as a string
        _side.add_implicit_resolver(
            f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first)
        )
_Loader.add_constructor("tag:yaml.org,2002:map", _Loader.mapping)
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.integer)


def parse(text: str) -> Any:
    """Parse YAML text."""
    if len(text) > MAX_CHARACTERS:
        raise SpecError(f"{len(text)} characters; at most {MAX_CHARACTERS} are read")
    _check_events(text)
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from CSafeLoader


def _check_events(text: str) -> None:
    """Refuse what the loader, which is written in C, would take: aliases and deep nesting.

    A few lines of aliases can stand for gigabytes.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1  # type: ignore[union-attr]
            raise SpecError(f"line {line}: aliases are not allowed")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise SpecError("nested too deeply")


def read(path: Path) -> str:
    """Read a file of text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise SpecError(f"cannot be read: {exc}") from exc


def load(path: Path) -> Any:
    """Read a YAML file."""
    try:
        return parse(read(path))
    except (SpecError, yaml.YAMLError) as exc:
        raise SpecError(f"{path.name}: {exc}") from exc


def dump(document: Object) -> str:
    """Format a document like all files under spec/."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=100, allow_unicode=True)
