"""Every operation of the document has its method, and every parameter its place."""

import inspect
import re
from typing import Any

import pytest

from dodeca import AsyncClient, AsyncJob, Client, Job
from dodeca.types import (
    AsyncPages,
    AsyncSearchResults,
    AsyncTextStream,
    Pages,
    SearchResults,
    TextStream,
)
from scripts import coverage_table
from scripts._documents import OPENAPI, load
from tests import contract

CLIENTS = [Client, AsyncClient]
DOCUMENT = load(OPENAPI)
LINES = {operation.id: operation.line for operation in coverage_table.operations(DOCUMENT)}

# What repeats an operation that another method is for: variants, shorthands, jobs taken up again.
HELPERS = {
    "client.analyze.stream",
    "client.analyze.batches.find",
    "client.generate.stream",
    "client.assets.upload",
    "client.assets.job",
    "client.assets.temporary",
    "client.indexes.get_or_create",
    "client.indexes.assets.job",
    "client.imports.job",
    "client.embed.texts",
    "client.embed.images",
    "client.embed.run",
    "client.embed.document",
}
# One operation, a method for each `input_type`: the block of that name is what the method takes.
BY_INPUT_TYPE = {
    "embed_v2_create": (
        "client.embed",
        {"text", "image", "text_image", "audio", "video", "multi_input"},
    ),
    "embed_v2_tasks_create": ("client.embed.tasks", {"audio", "video", "image", "document"}),
}
# What the documents refuse for a kind of input, and what only a task of it has.
NOT_FOR = {
    "client.embed.text_image": {"embedding_uncertainty"},
    **{f"client.embed.{kind}": {"auto_truncate"} for kind in ("image", "audio", "video")},
}
OF_TASKS = {f"client.embed.{kind}": {"time_based_metadata"} for kind in ("audio", "video")}
# What the caller knows and the service does not repeat, and what the client itself counts.
TOLD = {
    "client.embed.tasks.retrieve": {"model_name"},
    "client.search": {"limit"},
    "client.analyze.batches.create": {"slot_timeout"},
    "client.analyze.batches.results": {"response_format"},
}
# Names in bodies and headers that are something else in Python.
RENAMED = {
    "Idempotency-Key": "idempotency_key",
    **dict.fromkeys(("method", "file", "url", "video_file", "video_url"), "media"),
    **dict.fromkeys(("image_file", "image_url"), "image"),
    **dict.fromkeys(("audio_file", "audio_url"), "audio"),
    **dict.fromkeys(("query_media_type", "query_media_file", "query_media_url"), "query_media"),
}


def methods_of(client: Any, operation_id: str) -> dict[str, Any]:
    """The methods that are for an operation, helpers left out, by name."""
    return {
        method.name: method.function
        for method in coverage_table.methods(client)
        if LINES[operation_id] in method.lines and method.name not in HELPERS
    }


def parameters(function: Any) -> set[str]:
    return set(inspect.signature(function).parameters) - {"self"}


def python_names(operation: contract.Operation) -> set[str]:
    """What the names on the wire are in Python; `duration[gte]` is a bound of `duration`."""
    query = {p["name"] for p in operation.parameters if p["in"] == "query"}
    bounded = {name.partition("[")[0] for name in query}
    return bounded | {RENAMED.get(name, name) for name in operation.arguments - query - {"stream"}}


def test_everything_is_covered() -> None:
    assert coverage_table.problems(DOCUMENT) == []
    assert set(LINES) == set(contract.operations())


def test_what_is_not_covered_is_a_problem() -> None:
    node = {"operationId": "tasks_rewind", "responses": {}}
    document = {"paths": DOCUMENT["paths"] | {"/tasks/rewind": {"post": node}}}
    assert coverage_table.problems(document) == [
        "POST /tasks/rewind has no method",
        "POST /tasks/rewind has no handler",
    ]
    paths = {path: item for path, item in DOCUMENT["paths"].items() if path != "/gist"}
    assert [line for line in coverage_table.problems({"paths": paths}) if "gist" in line] == [
        "client.gist: its docstring names no known operation: ['POST /gist']",
        "client.gist: its docstring names no known operation: ['POST /gist']",
    ]


@pytest.mark.parametrize("client", CLIENTS)
def test_helpers_are_methods_too(client: Any) -> None:
    assert {method.name for method in coverage_table.methods(client)} >= HELPERS


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("operation_id", LINES)
def test_every_operation_has_one_method(client: Any, operation_id: str) -> None:
    found = set(methods_of(client, operation_id))
    if operation_id in BY_INPUT_TYPE:
        resource, blocks = BY_INPUT_TYPE[operation_id]
        assert found == {f"{resource}.{block}" for block in blocks}
    else:
        assert len(found) == 1


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("operation_id", sorted(set(LINES) - set(BY_INPUT_TYPE)))
def test_every_parameter_is_reachable_and_none_is_made_up(client: Any, operation_id: str) -> None:
    ((name, function),) = methods_of(client, operation_id).items()
    operation = contract.operations()[operation_id]
    if "stream" in operation.arguments:
        variant = {m.name: m.function for m in coverage_table.methods(client)}[f"{name}.stream"]
        assert parameters(variant) == parameters(function)
    assert parameters(function) - TOLD.get(name, set()) == python_names(operation)


# Inside the blocks of embeddings; `segmentation` is a value of its own.
IN_BLOCKS = {"media_source": "media", "media_sources": "media"}
OURS = {"via", "timeout", "on_progress", "progress"}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("operation_id", BY_INPUT_TYPE)
def test_every_parameter_of_embeddings_is_reachable(client: Any, operation_id: str) -> None:
    operation = contract.operations()[operation_id]
    _, blocks = BY_INPUT_TYPE[operation_id]
    for name, function in methods_of(client, operation_id).items():
        block = name.rpartition(".")[2]
        inside = {IN_BLOCKS.get(word, word) for word in operation.fields_of(block)}
        beside = operation.arguments - blocks - {"input_type"}
        expected = (inside | beside | OF_TASKS.get(name, set())) - NOT_FOR.get(name, set())
        assert parameters(function) - OURS == expected


def signatures(client: Any) -> dict[str, str]:
    """Every method of every resource as it is written, in the words of the sync client."""
    return {m.name: as_sync(inspect.signature(m.function)) for m in coverage_table.methods(client)}


def as_sync(signature: object) -> str:
    return re.sub(r"\b(Abstract)?Async(?=[A-Z])", r"\1", str(signature))


def test_both_clients_have_the_same_methods_with_the_same_signatures() -> None:
    assert signatures(Client) == signatures(AsyncClient)


TWINS = [
    (Client, AsyncClient),
    (Job, AsyncJob),
    (Pages, AsyncPages),
    (SearchResults, AsyncSearchResults),
    (TextStream, AsyncTextStream),
]


@pytest.mark.parametrize(("sync", "twin"), TWINS)
def test_what_the_clients_give_is_the_same_too(sync: type, twin: type) -> None:
    assert public(sync) == public(twin)


def public(cls: type) -> dict[str, str]:
    """The public members of a class; each must have a docstring."""
    found = {}
    for name, member in coverage_table.members(cls):
        if name.startswith("_"):
            continue
        assert inspect.getdoc(member), f"{cls.__name__}.{name} has no docstring"
        function = getattr(member, "fget", None) or getattr(member, "__func__", member)
        is_callable = inspect.isfunction(function)
        signature = as_sync(inspect.signature(function)) if is_callable else ""
        found[{"aclose": "close"}.get(name, name)] = signature
    return found
