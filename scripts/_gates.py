"""Check a generated package: `python -m scripts._gates FOLDER/dodeca_api`.

Every operation of its openapi.json has a module with a request builder and a success parser, and
every model survives `from_dict(to_dict())` for examples made from its schema.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from scripts._documents import Object, SpecError
from scripts._examples import examples
from scripts._graph import schemas_of
from scripts._shapes import snake


def check_operations(document: Object) -> None:
    """Import the module of every operation."""
    for item in document["paths"].values():
        for operation in item.values():
            name = f"dodeca_api.api.{snake(operation['tags'][0])}.{operation['operationId']}"
            module = importlib.import_module(name)
            if not callable(getattr(module, "_get_kwargs", None)):
                raise SpecError(f"{name} has no _get_kwargs")


def check_models(document: Object) -> None:
    """Convert examples of every model to a dictionary and back; fail if a model has no example."""
    module = importlib.import_module("dodeca_api.models")
    exported = {name: getattr(module, name) for name in module.__all__}
    models: dict[str, Any] = {n: m for n, m in exported.items() if attrs.has(m)}
    schemas = schemas_of(document)
    reached: set[str] = set()
    for name in models.keys() & schemas.keys():
        for value in examples(schemas[name], schemas):
            reached.update(_round_trip(models[name], value))
    if left_out := models.keys() - reached:
        raise SpecError(f"no example reaches {', '.join(sorted(left_out))}")


def _round_trip(model: Any, value: Object) -> Iterator[str]:
    """Check one example and yield the name of every model in it."""
    instance = model.from_dict(value)
    if _with_bytes(instance.to_dict()) != value:
        raise SpecError(f"{model.__name__} does not survive from_dict(to_dict()): {value}")
    yield from _models_in(instance)


def _with_bytes(value: Any) -> Any:
    """Replace a file, a tuple of name, stream and type, by its bytes."""
    if isinstance(value, dict):
        return {key: _with_bytes(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_bytes(item) for item in value]
    return value[1].getvalue() if isinstance(value, tuple) else value


def _models_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _models_in(item)
    elif attrs.has(type(value)):
        yield type(value).__name__
        for field in attrs.fields(type(value)):
            yield from _models_in(getattr(value, field.name))


def main() -> None:
    """Run the gates on the package in the folder named on the command line."""
    package = Path(sys.argv[1]).resolve()
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(package.parent))
    document = json.loads((package / "openapi.json").read_text(encoding="utf-8"))
    found = Path(str(importlib.import_module("dodeca_api").__file__)).resolve().parent
    if found != package:
        raise SpecError(f"imported {found}, not {package}")
    check_operations(document)
    check_models(document)


if __name__ == "__main__":
    try:
        main()
    except SpecError as error:
        sys.exit(f"gates: {error}")
