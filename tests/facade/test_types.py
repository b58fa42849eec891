"""Every type that a public signature names has a public path, and both clients share values."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
import typing
from collections.abc import Callable, Iterator
from functools import cached_property
from types import ModuleType
from typing import Any

import attrs
import pytest

import dodeca.types
from dodeca import AsyncClient, Client
from scripts.coverage_table import methods

PUBLIC_MODULES = (
    *("dodeca", "dodeca.types", "dodeca.results", "dodeca.errors", "dodeca.media"),
    *("dodeca.segmentation", "dodeca.embeddings", "dodeca.bulk", "dodeca.webhooks"),
    "dodeca.emulator",
)


def twin(cls: type[Any]) -> str:
    """The name of a class in the other client."""
    name = cls.__name__
    return name.removeprefix("Async") if is_for_async(name) else f"Async{name}"


def public_path(cls: type[Any]) -> str | None:
    """Where people import a class from."""
    for name in PUBLIC_MODULES:
        module = importlib.import_module(name)
        if getattr(module, cls.__name__, None) is cls:
            return f"{name}.{cls.__name__}"
    return None


def functions(client: type[Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The methods of a client, of its resources, and of what they return."""
    yield from ((method.name, method.function) for method in methods(client))
    is_other = is_for_sync if client is AsyncClient else is_for_async
    returned = [vars(dodeca.types)[name] for name in dodeca.types.__all__ if not is_other(name)]
    shared = [dodeca.Embeddings, dodeca.Media, dodeca.Segment]
    for cls in filter(inspect.isclass, [client, *returned, *shared]):
        for name, member in inspect.getmembers_static(cls):
            plain = member.__func__ if isinstance(member, classmethod | staticmethod) else member
            plain = plain.fget if isinstance(plain, property) else plain
            plain = plain.func if isinstance(plain, cached_property) else plain
            is_ours = str(getattr(plain, "__module__", None)).startswith("dodeca")
            is_public = name[0] != "_" or (cls is client and name == "__init__")
            if is_ours and inspect.isfunction(plain) and is_public:
                yield f"{cls.__name__}.{name}", plain


def is_for_async(name: str) -> bool:
    return name.startswith("Async")


def is_for_sync(name: str) -> bool:
    return f"Async{name}" in dodeca.types.__all__


def only_for_types(module: ModuleType) -> dict[str, Any]:
    """The names that a module imports for type checkers alone."""
    names: dict[str, Any] = {}
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            exec(compile(ast.Module(node.body, []), module.__file__ or "", "exec"), names)
    return names


def classes(hint: Any) -> Iterator[type[Any]]:
    """The classes inside a type hint."""
    if inspect.isclass(hint) and typing.get_origin(hint) is None:
        yield hint
    if typing.get_origin(hint) is not None and inspect.isclass(typing.get_origin(hint)):
        yield typing.get_origin(hint)
    for part in typing.get_args(hint):
        for inner in part if isinstance(part, list) else [part]:
            yield from classes(inner)


def named(client: type[Any]) -> dict[type[Any], str]:
    """Each class that a public signature names, and one function that names it."""
    found: dict[type[Any], str] = {}
    for name, function in functions(client):
        module = sys.modules[function.__module__]
        hints = typing.get_type_hints(function, localns=only_for_types(module))
        for hint in hints.values():
            found |= dict.fromkeys(classes(hint), name)
    return found


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_every_type_in_a_signature_has_a_public_path(client: type[Any]) -> None:
    ours = {cls: name for cls, name in named(client).items() if cls.__module__ != "builtins"}
    private = {
        f"{cls.__module__}.{cls.__name__} in {name}"
        for cls, name in ours.items()
        if cls.__module__.startswith(("dodeca", "dodeca_api")) and public_path(cls) is None
    }
    assert not private
    assert {dodeca.Embeddings, dodeca.Media, dodeca.types.Progress} <= ours.keys()
    foreign = {cls for cls in ours if cls.__module__.partition(".")[0] in ("httpx", "dodeca_api")}
    assert {cls.__name__ for cls in foreign} <= {"BaseTransport", "AsyncBaseTransport"}


def test_both_clients_return_the_same_value_classes() -> None:
    sync, asynchronous = named(Client), named(AsyncClient)
    of_one = {cls for cls in {*sync, *asynchronous} if cls not in sync or cls not in asynchronous}
    ours = {cls for cls in of_one if "dodeca." in cls.__module__ and public_path(cls)}
    assert all(cls in (Client, AsyncClient) or twin(cls) in dodeca.types.__all__ for cls in ours)
    assert not [cls for cls in ours if attrs.has(cls)]


def test_types_only_re_export() -> None:
    tree = ast.parse(inspect.getsource(dodeca.types))
    kinds = {type(node) for node in tree.body}
    assert kinds == {ast.Expr, ast.ImportFrom, ast.Assign}
    assert sorted(dodeca.types.__all__) == list(dodeca.types.__all__)
