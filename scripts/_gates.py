"""Try a whole generated package: `python -m scripts._gates FOLDER/dodeca_api`.

Every operation of its openapi.json has a module with a request builder and a success parser, and
every model survives `from_dict(to_dict())` for examples made from its schema.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from scripts._documents import Object, SpecError
from scripts._examples import examples
from scripts._graph import REF, schemas_of
from scripts._shapes import snake


def check_operations(document: Object) -> list[Any]:
    """Import the module of every operation."""
    modules = []
    for item in document["paths"].values():
        for operation in item.values():
            name = f"dodeca_api.api.{snake(operation['tags'][0])}.{operation['operationId']}"
            module = importlib.import_module(name)
            for function in ("_get_kwargs", "_parse_response"):
                if not callable(getattr(module, function, None)):
                    raise SpecError(f"{name} has no {function}")
            modules.append(module)
    return modules


def check_models(document: Object) -> None:
    """Send every model through its own dictionaries, and make sure that none was left out."""
    models = importlib.import_module("dodeca_api.models")
    by_name = {name.lower(): getattr(models, name) for name in models.__all__}
    seen: set[type] = set()
    for name, schema in schemas_of(document).items():
        model = by_name.get(name.replace("_", "").lower())
        if not inspect.isclass(model):
            continue
        for value in examples(schema, schemas_of(document)):
            instance = model.from_dict(value)
            if instance.to_dict() != value or model.from_dict(instance.to_dict()) != instance:
                raise SpecError(f"{model.__name__} does not survive from_dict(to_dict()): {value}")
            seen.update(_classes(instance))
    left_out = {m.__name__ for m in by_name.values() if inspect.isclass(m)} - {
        c.__name__ for c in seen
    }
    if left_out:
        raise SpecError(f"no example reaches {', '.join(sorted(left_out))}")


def _classes(value: object) -> Iterator[type]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _classes(item)
    elif attrs.has(type(value)):
        yield type(value)
        for field in attrs.fields(type(value)):
            yield from _classes(getattr(value, field.name))


def main() -> None:
    """Run the gates on the package in the folder named on the command line."""
    package = Path(sys.argv[1])
    sys.path.insert(0, str(package.parent))
    sys.dont_write_bytecode = True
    document = json.loads((package / "openapi.json").read_text(encoding="utf-8"))
    found = Path(str(importlib.import_module("dodeca_api").__file__)).parent
    if found.resolve() != package.resolve():
        raise SpecError(f"imported {found}, not {package}")
    check_operations(document)
    check_models(document)


if __name__ == "__main__":
    try:
        main()
    except SpecError as error:
        sys.exit(f"gates: {error}")
