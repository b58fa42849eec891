"""Every answer that the document allows is read, and nothing of it is lost.

Hypothesis makes up answers from the schemas of the responses. Mixed in: fields that nobody knows,
words beyond the known ones, nulls for what is optional.
"""

import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

import httpx
import orjson
import pytest
from dateutil.parser import isoparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dodeca import Client, results
from dodeca._serializable import to_plain
from dodeca.errors import IncompleteTextError, InvalidResponseError, TruncatedStreamError
from dodeca.results import build_page, build_result, build_search_page
from scripts._documents import OPENAPI, load
from tests.depth import depth
from tests.scripted import Script
from tests.seams import on_clock

DOCUMENT = load(OPENAPI)
VECTOR = 3  # floats, instead of the hundreds that the service sends
NOVEL = "novel_field"
ANYTHING = st.sampled_from(["later", 7, True, ["a", 1], {"of": {"next": "year"}}, []])
EXAMPLES = depth(10, deep=25)


def one(cls: type[Any]) -> Callable[[Any], Any]:
    return partial(build_result, cls)


def page(cls: type[Any], items: str = "data") -> Callable[[Any], Any]:
    return partial(build_page, cls, items=items)


READERS: Mapping[str, Callable[[Any], Any]] = {
    "analyze_batches_cancel": one(results.AnalyzeBatch),
    "analyze_batches_create": one(results.AnalyzeBatch),
    "analyze_batches_list": page(results.AnalyzeBatch),
    "analyze_batches_results": one(results.BatchResult),
    "analyze_batches_retrieve": one(results.AnalyzeBatch),
    "analyze_create": one(results.Analysis),
    "analyze_tasks_cancel": one(results.AnalyzeTask),
    "analyze_tasks_create": one(results.AnalyzeTask),
    "analyze_tasks_list": page(results.AnalyzeTask),
    "analyze_tasks_retrieve": one(results.AnalyzeTask),
    "assets_create": one(results.Asset),
    "assets_list": page(results.Asset),
    "assets_retrieve": one(results.Asset),
    "embed_tasks_create": one(results.EmbeddingTask),
    "embed_tasks_list": page(results.EmbeddingTask),
    "embed_tasks_status": one(results.EmbeddingTask),
    "embed_v2_tasks_create": one(results.EmbeddingTask),
    "embed_v2_tasks_list": page(results.EmbeddingTask),
    "generate_create": one(results.Analysis),
    "gist_create": one(results.Gist),
    "imports_create": one(results.ImportStarted),
    "imports_logs": page(results.ImportLog),
    "imports_status": one(results.ImportStatus),
    "index_videos_list": page(results.Video),
    "index_videos_retrieve": one(results.Video),
    "indexed_assets_create": one(results.IndexedAsset),
    "indexed_assets_list": page(results.IndexedAsset),
    "indexed_assets_retrieve": one(results.IndexedAsset),
    "indexes_create": one(results.Index),
    "indexes_list": page(results.Index),
    "indexes_retrieve": one(results.Index),
    "multipart_uploads_create": one(results.Upload),
    "multipart_uploads_list": page(results.Upload),
    "multipart_uploads_presigned_urls": page(results.UploadUrl, "upload_urls"),
    "multipart_uploads_report_chunks": one(results.ChunkReport),
    "multipart_uploads_status": page(results.Chunk, "uploaded_chunks"),
    "search_create": build_search_page,
    "search_retrieve": build_search_page,
    "summarize_create": one(results.Summary),
    "tasks_create": one(results.Task),
    "tasks_list": page(results.Task),
    "tasks_retrieve": one(results.Task),
}
"""What the facade makes of the JSON of an answer."""

VECTORS: Mapping[str, Callable[[Client], Any]] = {
    "embed_create": lambda client: of_first_api(
        client.embed_v1.create(audio="https://media.example/a.wav")
    ),
    "embed_tasks_retrieve": lambda client: of_first_api_video(
        client.embed_v1.tasks.retrieve("1").latest
    ),
    "embed_v2_create": lambda client: of_embeddings(
        client.embed.video("https://media.example/a.mp4", via="sync")
    ),
    "embed_v2_tasks_retrieve": lambda client: of_embeddings(
        client.embed.tasks.retrieve("1").latest
    ),
}
"""Calls whose answers hold vectors, which become arrays; and what is read of them, as fields."""


def of_embeddings(found: Any) -> Any:
    """What is left of an answer with vectors, under the names of the second embedding API."""
    if found is None:
        return None
    names = ("embedding_option", "embedding_scope", "start_sec", "end_sec")
    data = [
        {name: getattr(row, name) for name in names}
        | {"embedding": row.vector.tolist()}
        | ({} if row.uncertainty is None else {"embedding_uncertainty": row.uncertainty.tolist()})
        | dict(row.extra)
        for row in found
    ]
    about = {name: plain(getattr(found, name)) for name in ("metadata", "usage", "model_name")}
    return about | {"data": data} | dict(found.response_extra)


def of_first_api(found: results.EmbeddingsV1) -> Any:
    rest = dict(found.extra)
    parts = {}
    for kind in ("text", "image", "audio"):
        name = f"{kind}_embedding"
        error = {"error_message": found.errors[kind]} if kind in found.errors else {}
        parts[name] = of_part(getattr(found, kind)) | error | rest.pop(name, {})
    return parts | rest


def of_first_api_video(found: Any) -> Any:
    task = of_part(found)
    video = {name: task.pop(name) for name in ("segments", "metadata") if name in task}
    return task | {"video_embedding": video | task.get("video_embedding", {})}


def of_part(found: Any) -> dict[str, Any]:
    """What is left of vectors, under the names of the first embedding API."""
    if found is None:
        return {"segments": []}
    whole = of_embeddings(found)
    segments = whole.pop("data")
    for item in segments:
        item["float"] = item.pop("embedding")
        item["start_offset_sec"] = item.pop("start_sec")
        item["end_offset_sec"] = item.pop("end_sec")
    return {k: v for k, v in whole.items() if v is not None} | {"segments": segments}


BEFORE = {"embed_tasks_retrieve": [{"_id": "1", "status": "ready"}]}
"""What a call asks for first."""


def successes() -> Iterator[tuple[str, dict[str, Any]]]:
    """Go through the operations that answer with JSON, or lines of it: id and schema."""
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if status[0] == "2" and "application/json" in content:
                    schema = content["application/json"]["schema"]
                    yield operation["operationId"], schema
                elif status[0] == "2" and "application/jsonl" in content:
                    yield operation["operationId"], content["application/jsonl"]["x-item-schema"]


def answers(schema: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for JSON that a schema of the document allows, and a little more."""
    match schema:
        case {"$ref": reference}:
            name = reference.removeprefix("#/components/schemas/")
            return st.deferred(lambda: component(name))
        case {"allOf": parts}:
            return st.tuples(*map(answers, parts)).map(merged)
        case {"oneOf": branches} | {"anyOf": branches}:
            return st.one_of([answers(branch) for branch in branches])
        case {"const": value}:
            return st.just(value)
        case {"enum": values}:
            return st.sampled_from(values)
        case {"x-known-values": words}:
            return st.sampled_from([*words, "a word to come"])
        case {"type": list(kinds)}:
            return st.one_of([answers({**schema, "type": kind}) for kind in kinds])
        case {"type": "object"}:
            return objects(schema)
        case {"type": "array", "items": {"type": "number"}}:
            return st.lists(st.floats(-1, 1, width=32), min_size=VECTOR, max_size=VECTOR)
        case {"type": "array", "items": items}:
            return st.lists(answers(items), max_size=schema.get("maxItems", 2))
        case {"type": "string", "format": "date-time"}:
            return st.datetimes(timezones=st.just(UTC)).map(written)
        case {"type": "string"}:
            return st.text(max_size=8)
        case {"type": "integer"}:
            return st.integers(schema.get("minimum", -(2**53)), schema.get("maximum", 2**53))
        case {"type": "number"}:
            bounds = schema.get("minimum"), schema.get("maximum")
            return st.floats(*bounds, allow_nan=False, allow_infinity=False)
        case {"type": "boolean"}:
            return st.booleans()
        case {"type": "null"}:
            return st.none()
        case True:
            return ANYTHING
        case dict() if schema.keys() <= {"description", "title"}:
            return ANYTHING
    raise AssertionError(f"a schema of a shape that is not known here: {schema}")


@cache
def component(name: str) -> st.SearchStrategy[Any]:
    return answers(DOCUMENT["components"]["schemas"][name])


def objects(schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects: what is optional may be missing or null, and there may be a field of the future."""
    fields, required = schema.get("properties", {}), schema.get("required", [])
    if not fields:
        values = answers(schema.get("additionalProperties", True))
        return st.dictionaries(st.text(string.ascii_lowercase, min_size=1), values, max_size=2)
    always = {name: answers(node) for name, node in fields.items() if name in required}
    optional = {
        name: st.none() | answers(node) for name, node in fields.items() if name not in required
    }
    return st.fixed_dictionaries(always, optional={**optional, NOVEL: ANYTHING})


def merged(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}


def written(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def each(check: Callable[[Any], None], schema: Any) -> None:
    """Run a check over a few answers, the same ones every time."""
    settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )(given(answers(schema))(check))()


def test_every_answer_has_a_reader() -> None:
    assert {name for name, _ in successes()} == READERS.keys() | VECTORS.keys()


@pytest.mark.parametrize(("name", "schema"), [case for case in successes() if case[0] in READERS])
def test_answers_are_read_whole(name: str, schema: Any) -> None:
    def check(body: Any) -> None:
        wire = orjson.loads(orjson.dumps(body))
        assert list(lost(wire, plain(READERS[name](wire)))) == []

    each(check, schema)


@pytest.mark.parametrize(("name", "schema"), [case for case in successes() if case[0] in VECTORS])
def test_answers_with_vectors_are_read_whole(name: str, schema: Any) -> None:
    def check(body: Any) -> None:
        replies = [httpx.Response(200, json=reply) for reply in (*BEFORE.get(name, []), body, body)]
        with on_clock(Client("tlk_test", transport=Script(*replies))) as client:
            audio = body.get("audio_embedding") or {}
            if name == "embed_create" and not (audio.get("segments") or audio.get("error_message")):
                with pytest.raises(InvalidResponseError, match="0 vectors for one audio"):
                    VECTORS[name](client)
                return
            found = VECTORS[name](client)
        if found is not None:  # a task that is not ready
            known = ("_id", "status", "model_name")  # to the caller, who asked for it
            rest = {k: v for k, v in body.items() if k not in known}
            assert list(lost(without_empty_errors(rest), found)) == []

    each(check, schema)


def without_empty_errors(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body in which an empty error message is no error."""
    return {
        name: {k: v for k, v in value.items() if (k, v) != ("error_message", "")}
        if isinstance(value, dict)
        else value
        for name, value in body.items()
    }


def test_events_of_streams_are_read_whole() -> None:
    known = {"stream_start", "text_generation", "stream_end"}

    def check(body: Any) -> None:
        event = first_event(body)
        if body.get("event_type") in known or event is not None:
            assert list(lost(body, plain(event))) == []

    each(check, {"$ref": "#/components/schemas/StreamEvent"})


def first_event(body: Any) -> Any:
    """The event of a stream that consists of it; what is raised at the end is of other tests."""
    reply = httpx.Response(200, content=orjson.dumps(body) + b"\n")
    with (
        Client("tlk_test", transport=Script(reply)) as client,
        client.analyze.stream("What happens?", video_id="0" * 24) as events,
        suppress(TruncatedStreamError, IncompleteTextError),
    ):
        return next(iter(events), None)


def plain(value: Any) -> Any:
    """Return a result as `to_dict` gives it, with what is in `extra` beside its fields."""
    return flat(to_plain(value))


def flat(value: Any) -> Any:
    if isinstance(value, list):
        return [flat(item) for item in value]
    if not isinstance(value, dict):
        return value
    fields = {name: flat(item) for name, item in value.items()}
    extra = fields.pop("extra", {})
    return fields | (extra if isinstance(extra, dict) else {"extra": extra})


RENAMED = {
    "_id": "id",
    "task_id": "id",
    "batch_id": "id",
    "video_clip_length": "clip_length",
    **{
        f"{kind}_embedding_{name}": f"embedding_{name}s"
        for kind in ("video", "audio", "image", "document")
        for name in ("scope", "option")
    },
}
"""Fields of responses that results have under another name."""


def lost(wire: Any, seen: Any, path: str = "$") -> Iterator[str]:
    """Go through what an answer says and a result does not."""
    match wire:
        case None:
            return
        case dict() if path == "$" and "malformed" in seen:  # a page
            lists = ("data", "uploaded_chunks", "upload_urls")
            rest = {k: v for k, v in wire.items() if k not in lists}
            info = rest.pop("page_info", None) or {}
            listed = next((wire[name] for name in lists if wire.get(name)), [])
            yield from lost(listed, seen["items"], "$.items")
            yield from lost(rest, {**seen, "items": None}, "$.")
            yield from lost(info, seen | seen.get("page_info", {}), "$.page_info")
        case dict():
            for name, value in wire.items():
                key = name if name in seen else RENAMED.get(name)
                if value is not None:
                    yield from lost(value, seen.get(key), f"{path}.{name}")
        case list():
            kept = [item for item in wire if item is not None]
            if not isinstance(seen, list) or len(seen) not in (len(wire), len(kept)):
                yield f"{path}: {wire!r:.80} became {seen!r:.80}"
                return
            for number, (item, found) in enumerate(zip(wire, seen, strict=False)):
                yield from lost(item, found, f"{path}[{number}]")
        case _ if not same(wire, seen):
            yield f"{path}: {wire!r:.80} became {seen!r:.80}"


def same(wire: Any, seen: Any) -> bool:
    """Tell whether two plain values are equal, times by what they mean."""
    if wire == seen:
        return True
    if not isinstance(wire, str) or not isinstance(seen, str):
        return False
    try:
        return moment(wire) == moment(seen)
    except ValueError:
        return False


def moment(text: str) -> datetime:
    found = isoparse(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
