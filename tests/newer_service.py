"""A service that is newer than this client: its documented responses, with more in them.

`CALLS` reaches every operation through the public client. `grafted` adds fields that nobody knows
to a response, `renamed` replaces each of its open words, and `said` lists all that a result shows.
"""

from __future__ import annotations

import copy
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import httpx
import orjson
from hypothesis import strategies as st

from dodeca import AsyncJob, Embeddings, Job, Media
from dodeca.types import AsyncSearchResults, SearchResults
from tests.contract import DOCUMENT, operations
from tests.scripted import PNG

VIDEO = "https://host.example/a.mp4"
AUDIO = "https://host.example/a.mp3"
CHUNK = {"chunk_index": 1, "proof": "x", "proof_type": "etag", "chunk_size": 5}
FILE = {"filename": "a.mp4", "type": "video", "total_size": 10}

BATCH = [{"video": Media.asset("a"), "custom_id": "one", "prompt": "Say."}]

CALLS: Mapping[str, Callable[[Any], Any]] = {
    "analyze_batches_cancel": lambda client: client.analyze.batches.cancel("b"),
    "analyze_batches_create": lambda client: client.analyze.batches.create(BATCH),
    "analyze_batches_delete": lambda client: client.analyze.batches.delete("b"),
    "analyze_batches_list": lambda client: client.analyze.batches.list(),
    "analyze_batches_results": lambda client: client.analyze.batches.results("b"),
    "analyze_batches_retrieve": lambda client: client.analyze.batches.retrieve("b"),
    "analyze_create": lambda client: client.analyze("Say.", video=VIDEO),
    "analyze_tasks_cancel": lambda client: client.analyze.tasks.cancel("t"),
    "analyze_tasks_create": lambda client: client.analyze.tasks.create("Say.", video=VIDEO),
    "analyze_tasks_delete": lambda client: client.analyze.tasks.delete("t"),
    "analyze_tasks_list": lambda client: client.analyze.tasks.list(),
    "analyze_tasks_retrieve": lambda client: client.analyze.tasks.retrieve("t"),
    "assets_create": lambda client: client.assets.create(VIDEO),
    "assets_delete": lambda client: client.assets.delete("a"),
    "assets_list": lambda client: client.assets.list(),
    "assets_retrieve": lambda client: client.assets.retrieve("a"),
    "embed_create": lambda client: client.embed_v1.create(
        text="x", image=Media.data(PNG), audio=AUDIO
    ),
    "embed_tasks_create": lambda client: client.embed_v1.tasks.create(VIDEO),
    "embed_tasks_list": lambda client: client.embed_v1.tasks.list(),
    "embed_tasks_retrieve": lambda client: client.embed_v1.tasks.retrieve("t"),
    "embed_tasks_status": lambda client: client.embed_v1.tasks.status("t"),
    "embed_v2_create": lambda client: client.embed.video(VIDEO, via="sync"),
    "embed_v2_tasks_create": lambda client: client.embed.tasks.video(VIDEO),
    "embed_v2_tasks_list": lambda client: client.embed.tasks.list(),
    "embed_v2_tasks_retrieve": lambda client: client.embed.tasks.retrieve("t"),
    "generate_create": lambda client: client.generate("v", "Say."),
    "gist_create": lambda client: client.gist("v", ["title"]),
    "imports_create": lambda client: client.imports.create("c", "i"),
    "imports_logs": lambda client: client.imports.logs("c"),
    "imports_status": lambda client: client.imports.status("c", "i"),
    "index_videos_delete": lambda client: client.indexes.videos.delete("i", "v"),
    "index_videos_list": lambda client: client.indexes.videos.list("i"),
    "index_videos_replace": lambda client: client.indexes.videos.replace("i", "v"),
    "index_videos_retrieve": lambda client: client.indexes.videos.retrieve("i", "v"),
    "index_videos_update": lambda client: client.indexes.videos.update("i", "v", user_metadata={}),
    "indexed_assets_create": lambda client: client.indexes.assets.create("i", "a"),
    "indexed_assets_delete": lambda client: client.indexes.assets.delete("i", "a"),
    "indexed_assets_list": lambda client: client.indexes.assets.list("i"),
    "indexed_assets_retrieve": lambda client: client.indexes.assets.retrieve("i", "a"),
    "indexed_assets_update": lambda client: client.indexes.assets.update(
        "i", "a", user_metadata={}
    ),
    "indexes_create": lambda client: client.indexes.create("n", {"marengo3.0": ["visual"]}),
    "indexes_delete": lambda client: client.indexes.delete("i"),
    "indexes_list": lambda client: client.indexes.list(),
    "indexes_retrieve": lambda client: client.indexes.retrieve("i"),
    "indexes_update": lambda client: client.indexes.update("i", index_name="n"),
    "multipart_uploads_create": lambda client: client.assets.multipart_uploads.create(**FILE),
    "multipart_uploads_list": lambda client: client.assets.multipart_uploads.list(),
    "multipart_uploads_presigned_urls": lambda client: (
        client.assets.multipart_uploads.presigned_urls("u", 1, 1)
    ),
    "multipart_uploads_report_chunks": lambda client: client.assets.multipart_uploads.report_chunks(
        "u", [CHUNK]
    ),
    "multipart_uploads_status": lambda client: client.assets.multipart_uploads.status("u"),
    "search_create": lambda client: client.search("i", "x", search_options=["visual"]),
    "search_retrieve": lambda client: client.search.retrieve("p"),
    "summarize_create": lambda client: client.summarize("v", "summary"),
    "tasks_create": lambda client: client.tasks.create("i", VIDEO),
    "tasks_delete": lambda client: client.tasks.delete("t"),
    "tasks_list": lambda client: client.tasks.list(),
    "tasks_retrieve": lambda client: client.tasks.retrieve("t"),
}

# What a call asks for before the response of its operation.
BEFORE: Mapping[str, list[Any]] = {"embed_tasks_retrieve": [{"_id": "t", "status": "ready"}]}

# Names that results use otherwise, beside any that the service may come up with.
_HOSTILE = (
    *("id", "task_id", "field_id", "extra", "items", "malformed", "page_info", "response"),
    *("clip_length", "total_results", "metadata", "latest", "created", "self", "class", "data"),
)
NAMES = st.sampled_from(_HOSTILE) | st.text(string.ascii_letters + "_-. äß", min_size=1, max_size=9)


@attrs.frozen
class Success:
    """A documented success of an operation: the schema of its JSON, and an example."""

    operation: str
    status: int
    schema: Any
    example: Any


def successes() -> Iterator[Success]:
    """The successes that have a JSON body, or one with a line of JSON."""
    for operation in operations().values():
        for status, node in operation.node["responses"].items():
            content = resolved(node).get("content", {})
            if status[0] == "2" and (media := content.get("application/json")):
                yield Success(operation.id, int(status), media["schema"], media["example"])
            elif status[0] == "2" and (media := content.get("application/jsonl")):
                line = orjson.loads(media["example"].splitlines()[0])
                yield Success(operation.id, int(status), media["x-item-schema"], line)


def replies(success: Success, body: Any) -> list[httpx.Response]:
    """The responses to a call whose operation is answered by this body."""
    before = [httpx.Response(200, json=each) for each in BEFORE.get(success.operation, [])]
    return [*before, httpx.Response(success.status, content=orjson.dumps(body))]


@attrs.frozen
class Graft:
    """A field that was added to an object of a response."""

    path: tuple[str | int, ...]
    name: str
    value: Any


@st.composite
def grafted(draw: st.DrawFn, body: Any, schema: Any) -> tuple[Any, list[Graft]]:
    """A copy of a body with new fields in some of its objects, and those fields."""
    changed = copy.deepcopy(body)
    objects = list(_objects(changed, schema))
    chosen = draw(st.lists(st.sampled_from(range(len(objects))), min_size=1, max_size=4))
    grafts = []
    for number, at in enumerate(chosen):
        path, target, documented = objects[at]
        name = draw(NAMES)
        if name in target or name in documented:
            continue
        token = f"new {number}"
        value = token if name in _HOSTILE else draw(st.sampled_from(_values(token)))
        target[name] = value
        grafts.append(Graft(path, name, value))
    return changed, grafts


def _values(token: str) -> list[Any]:
    return [token, [token], {"next": token}, {"of": [{"the": token}, 1]}, [[token], None, True]]


def _objects(
    value: Any, schema: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any], set[str]]]:
    """Every object inside a value: its path, itself, and the fields that its schema documents."""
    branches = list(_branches(schema))
    if isinstance(value, dict):
        fields = [b.get("properties", {}) for b in branches]
        yield path, value, {name for each in fields for name in each}
        for name, inner in list(value.items()):
            nodes = [each[name] for each in fields if name in each]
            yield from _objects(inner, {"anyOf": nodes}, (*path, name))
    elif isinstance(value, list):
        nodes = [b["items"] for b in branches if "items" in b]
        for number, inner in enumerate(value):
            yield from _objects(inner, {"anyOf": nodes}, (*path, number))


def renamed(value: Any, schema: Any, words: list[str]) -> Any:
    """A copy in which each word that the service may extend is a new one; `words` gets them."""
    branches = list(_branches(schema))
    if isinstance(value, dict):
        fields: dict[str, list[Any]] = {}
        for branch in branches:
            for name, node in branch.get("properties", {}).items():
                fields.setdefault(name, []).append(node)
        return {k: renamed(v, {"anyOf": fields.get(k, [])}, words) for k, v in value.items()}
    if isinstance(value, list):
        items = {"anyOf": [branch["items"] for branch in branches if "items" in branch]}
        return [renamed(inner, items, words) for inner in value]
    if isinstance(value, str) and any({"x-known-values", "const"} & b.keys() for b in branches):
        words.append(f"word {len(words)}")
        return words[-1]
    return value


def resolved(node: Any) -> Any:
    """What a reference of the document refers to; other nodes as they are."""
    while "$ref" in node:
        target: Any = DOCUMENT
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def _branches(schema: Any) -> Iterator[Any]:
    """A schema and all those that it is combined of."""
    node = resolved(schema)
    yield node
    for key in ("oneOf", "anyOf", "allOf"):
        for branch in node.get(key, ()):
            yield from _branches(branch)


def said(value: Any) -> Iterator[tuple[str, Any]]:
    """All that a result shows, each value with the name under which it is found."""
    if isinstance(value, AsyncJob | Job):
        yield from said({name: getattr(value, name) for name in _JOB})
    elif isinstance(value, AsyncSearchResults | SearchResults):
        yield from said(value.first_page)
    elif isinstance(value, Embeddings):
        yield from said({name: getattr(value, name) for name in _EMBEDDINGS})
        for row in value:
            yield from said({name: getattr(row, name) for name in _ROW})
    elif attrs.has(type(value)):
        names = (field.name for field in attrs.fields(type(value)))
        yield from said({name: getattr(value, name) for name in names})
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield name, inner
            yield from said(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from said(inner)


_JOB = ("id", "status", "latest", "created", "extra")
_EMBEDDINGS = ("metadata", "usage", "model_name", "response_extra")
_ROW = ("embedding_option", "embedding_scope", "extra")


def lost(grafts: Sequence[Graft], result: Any) -> list[Graft]:
    """The grafts that a result does not show."""
    shown = list(said(result))
    return [graft for graft in grafts if not any(_is(graft, *pair) for pair in shown)]


def _is(graft: Graft, name: str, value: Any) -> bool:
    return name in (graft.name, _OTHER_NAMES.get(graft.name)) and value == graft.value


_OTHER_NAMES = {"task_id": "id", "batch_id": "id", "field_id": "id"}


def strings(value: Any) -> set[str]:
    """All strings that a result shows."""
    found: set[str] = set()
    for _, inner in said({"": value}):
        items = inner if isinstance(inner, list | tuple) else [inner]
        found |= {item for item in items if isinstance(item, str)}
    return found
