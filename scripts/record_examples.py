"""Write spec/examples.yaml: a request and a response of every operation, from the emulator.

    python -m scripts.record_examples            write spec/examples.yaml
    python -m scripts.record_examples --check    compare its shapes with those of the emulator

The file is an overlay, which scripts/clean_spec.py applies after spec/overlay.yaml. Of a vector the
four numbers farthest from zero are kept, of other lists two items, of a stream four lines. Ids are
counted, so that a second recording is the same; numbers may depend on the decoder, so only shapes
are compared.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx

from dodeca.emulator import Emulator, EmulatorTransport, VirtualClock, samples
from scripts._documents import EXAMPLES, OPENAPI, Object, SpecError, dump, load

HOST = "https://emulator.example"
FILM = f"{HOST}/colours.mp4"
MODELS = [
    {"model_name": name, "model_options": ["visual", "audio"]}
    for name in ("marengo3.0", "pegasus1.2")
]
METADATA = {"category": "holidays"}
SCENES = [samples.Scene(colour, 5, tone=220) for colour in ("red", "blue", "green", "yellow")]
WHY = "An example from the emulator, written by scripts/record_examples.py."

_ID = re.compile(r"[0-9a-f]{16,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@attrs.frozen
class Operation:
    """One operation of the document."""

    method: str
    path: str
    node: Object

    @property
    def body_type(self) -> str | None:
        """The media type of its body."""
        return next(iter(self.node.get("requestBody", {}).get("content", {})), None)


class Recorder:
    """Sends requests to an emulator, and keeps the first of each operation with its response."""

    def __init__(self, http: httpx.Client, document: Object) -> None:
        self._http = http
        self.actions: list[Object] = []
        self._recorded: set[tuple[str, str]] = set()
        self._operations = {
            node["operationId"]: Operation(method, path, node)
            for path, item in document["paths"].items()
            for method, node in item.items()
        }

    def say(self, operation_id: str, *ids: str, body: Any = None, **params: Any) -> Any:
        """Send one request, and return the JSON of the response, or its text."""
        operation = self._operations[operation_id]
        names = iter(ids)
        path = re.sub(r"\{\w+\}", lambda _: next(names), operation.path)
        is_form = operation.body_type == "multipart/form-data"
        sent: dict[str, Any] = {"json": body} if body else {}
        if is_form:
            sent = {"files": _form_fields(body)}
        response = self._http.request(operation.method.upper(), path, params=params, **sent)
        if not response.is_success:
            raise SpecError(f"{operation_id}: {response.status_code} {response.text[:500]}")
        kind = response.headers.get("content-type")
        answer = response.json() if kind == "application/json" else response.text
        if body is not None:
            self._keep(operation, "requestBody", str(operation.body_type), body)
        if kind is not None:
            self._keep(operation, f"responses['{response.status_code}']", kind, answer)
        return answer

    def store(self, url: str, content: bytes, headers: Object) -> str:
        """Put a chunk into storage, which is given no API key, and return its ETag."""
        request = httpx.Request("PUT", url, content=content, headers=headers)
        return self._http.send(request).raise_for_status().headers["etag"]

    def _keep(self, operation: Operation, place: str, kind: str, value: Any) -> None:
        at = f"$.paths['{operation.path}'].{operation.method}.{place}.content['{kind}']"
        if (at, kind) not in self._recorded:
            self._recorded.add((at, kind))
            action = {"target": at, "x-why": WHY, "update": {"example": small(value)}}
            self.actions.append(action)


def _form_fields(body: Object) -> list[tuple[str, Any]]:
    return [
        (name, (None, str(item)))
        for name, value in body.items()
        for item in (value if isinstance(value, list) else [value])
    ]


def small(value: Any) -> Any:
    """A value whose lists are short, and whose numbers have few digits."""
    if isinstance(value, dict):
        return {name: small(inner) for name, inner in value.items()}
    if isinstance(value, list):
        is_vector = len(value) > 1 and all(isinstance(item, float) for item in value)
        return _largest(value) if is_vector else [small(item) for item in value[:2]]
    if isinstance(value, str) and value.count("\n") > 4:
        lines = value.splitlines(keepends=True)
        return "".join([*lines[:3], lines[-1]])
    return round(value, 4) if isinstance(value, float) else value


def _largest(vector: list[float]) -> list[float]:
    """Four numbers of a vector in their order: most are zero."""
    places = sorted(range(len(vector)), key=lambda place: -abs(vector[place]))[:4]
    return [round(vector[place], 4) for place in sorted(places)]


def converse(recorder: Recorder, film: bytes) -> None:
    """Use every operation once, in an order that the emulator allows."""
    say = recorder.say
    index = say("indexes_create", body={"index_name": "holidays", "models": MODELS})["_id"]
    say("indexes_update", index, body={"index_name": "Holidays"})
    say("indexes_retrieve", index)
    say("indexes_list")
    _embed(say)
    _upload_in_chunks(recorder, film)
    asset = say("assets_create", body={"method": "url", "url": FILM})["_id"]
    say("assets_retrieve", asset)
    say("assets_list")
    _library(say, index, asset)
    say("assets_delete", asset)
    say("indexes_delete", index)


def _embed(say: Any) -> None:
    text = {"input_text": "something blue"}
    say("embed_v2_create", body={"input_type": "text", "model_name": "marengo3.0", "text": text})
    video = {"media_source": {"url": FILM}, "embedding_scope": ["clip", "asset"]}
    body = {"input_type": "video", "model_name": "marengo3.0", "video": video}
    task = say("embed_v2_tasks_create", body=body)["_id"]
    say("embed_v2_tasks_retrieve", task)
    say("embed_v2_tasks_list")
    older = {"model_name": "Marengo-retrieval-2.7"}
    other = {"image_url": f"{HOST}/purple.png", "audio_url": f"{HOST}/tones.wav"}
    say("embed_create", body={**older, "text": "something blue", **other})
    task = say("embed_tasks_create", body={**older, "video_url": FILM})["_id"]
    say("embed_tasks_status", task)
    say("embed_tasks_retrieve", task)
    say("embed_tasks_list")


def _upload_in_chunks(recorder: Recorder, film: bytes) -> None:
    say = recorder.say
    request = {"filename": "colours.mp4", "type": "video", "total_size": len(film)}
    session = say("multipart_uploads_create", body=request)
    url, size = session["upload_urls"][0]["url"], session["chunk_size"]
    etag = recorder.store(url, film[:size], session["upload_headers"])
    upload = session["upload_id"]
    say("multipart_uploads_presigned_urls", upload, body={"start": 2, "count": 1})
    chunk = {"chunk_index": 1, "proof": etag, "proof_type": "etag", "chunk_size": size}
    say("multipart_uploads_report_chunks", upload, body={"completed_chunks": [chunk]})
    say("multipart_uploads_status", upload)
    say("multipart_uploads_list")


def _library(say: Any, index: str, asset: str) -> None:
    metadata = {"user_metadata": METADATA}
    task = say("tasks_create", body={"index_id": index, "video_url": FILM})["_id"]
    video = say("tasks_retrieve", task)["video_id"]
    say("tasks_list")
    indexed = say("indexed_assets_create", index, body={"asset_id": asset, **metadata})["_id"]
    say("indexed_assets_update", index, indexed, body=metadata)
    say("indexed_assets_retrieve", index, indexed)
    say("indexed_assets_list", index)
    say("index_videos_update", index, video, body=metadata)
    say("index_videos_replace", index, video, body=metadata)
    say("index_videos_retrieve", index, video)
    say("index_videos_list", index)
    _ask(say, index, video, asset)
    say("indexed_assets_delete", index, indexed)
    say("index_videos_delete", index, video)
    say("tasks_delete", task)
    say("imports_create", "bucket", body={"index_id": index})
    say("imports_status", "bucket", index_id=index)
    say("imports_logs", "bucket")


def _ask(say: Any, index: str, video: str, asset: str) -> None:
    query = {"index_id": index, "query_text": "something blue", "search_options": ["visual"]}
    found = say("search_create", body={**query, "page_limit": 4})
    say("search_retrieve", found["page_info"]["next_page_token"])
    prompt = "What happens in it?"
    say("analyze_create", body={"video_id": video, "prompt": prompt, "stream": False})
    say("analyze_create", body={"video_id": video, "prompt": prompt, "stream": True})
    source = {"video": {"type": "asset_id", "asset_id": asset}, "model_name": "pegasus1.5"}
    task = say("analyze_tasks_create", body={**source, "prompt": prompt})["task_id"]
    say("analyze_tasks_retrieve", task)
    say("analyze_tasks_list")
    say("analyze_tasks_delete", task)
    task = say("analyze_tasks_create", body={**source, "prompt": prompt})["task_id"]
    say("analyze_tasks_cancel", task)
    _batch(say, {"video": source["video"], "custom_id": "film-1"}, prompt)
    say("generate_create", body={"video_id": video, "prompt": prompt, "stream": False})
    say("generate_create", body={"video_id": video, "prompt": prompt, "stream": True})
    say("summarize_create", body={"video_id": video, "type": "summary"})
    say("gist_create", body={"video_id": video, "types": ["title", "topic", "hashtag"]})


def _batch(say: Any, request: Object, prompt: str) -> None:
    body = {
        "model_name": "pegasus1.5",
        "analysis_mode": "general",
        "defaults": {"prompt": {"input_text": prompt}, "max_tokens": 512},
        "requests": [request],
    }
    batch = say("analyze_batches_create", body=body)["batch_id"]
    say("analyze_batches_retrieve", batch)
    say("analyze_batches_results", batch)
    say("analyze_batches_list")
    say("analyze_batches_delete", batch)
    batch = say("analyze_batches_create", body=body)["batch_id"]
    say("analyze_batches_cancel", batch)


def record(document: Object) -> Object:
    """Return the overlay of examples: those of an emulator on a clock that stands still."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples.video(folder / "colours.mp4", SCENES, size=(360, 360), fps=4)
        samples.image(folder / "purple.png", "purple", (128, 128))
        samples.audio(folder / "tones.wav", [samples.Tone(6, 440)])
        (folder / "bucket").mkdir()
        film = Path(shutil.copy(folder / "colours.mp4", folder / "bucket")).read_bytes()
        emulator = Emulator(media=folder, clock=VirtualClock(), chunk_size=len(film) // 2 + 1)
        transport = EmulatorTransport(emulator)
        with (
            emulator,
            httpx.Client(transport=transport, base_url=HOST, headers={"x-api-key": "any"}) as http,
        ):
            recorder = Recorder(http, document)
            converse(recorder, film)
    info = {"title": "Examples from the emulator", "version": document["info"]["version"]}
    overlay = {"overlay": "1.0.0", "info": info, "actions": recorder.actions}
    counted: Object = json.loads(_with_counted_ids(json.dumps(overlay)))
    return counted


def _with_counted_ids(text: str) -> str:
    """Replace each id by its number, in a text as long that is no number in YAML."""
    numbers: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        blank, count = re.sub(r"[0-9a-f]", "0", found[0]), str(len(numbers) + 1)
        return numbers.setdefault(found[0], "a" + blank[1 : -len(count)] + count)

    return _ID.sub(number, text)


def shapes(overlay: Object) -> dict[str, Any]:
    """The shape of each example, by its place in the document."""
    return {action["target"]: shape(action["update"]["example"]) for action in overlay["actions"]}


def shape(value: Any) -> Any:
    """The names and types of a value; of a list, the different shapes in it."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(shape(item), sort_keys=True) for item in value})
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number"
    return type(value).__name__


def differences(one: Object, other: Object) -> Iterator[str]:
    """Yield the places whose examples have another shape, or are in one overlay only."""
    before, now = shapes(one), shapes(other)
    yield from (at for at in before | now if before.get(at) != now.get(at))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Write spec/examples.yaml from the emulator.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    args = parser.parse_args()
    overlay = record(load(OPENAPI))
    if not args.check:
        EXAMPLES.write_text(dump(overlay), encoding="utf-8")
    elif different := list(differences(load(EXAMPLES), overlay)):
        places = ", ".join(different)
        raise SpecError(f"run `python -m scripts.record_examples`, then `make generate`: {places}")


if __name__ == "__main__":
    try:
        main()
    except SpecError as error:
        sys.exit(f"record_examples: {error}")
