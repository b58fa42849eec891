"""`/embed-v2/tasks`: embeddings of audio and video as tasks. They are kept for seven days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any, cast

from ..clock import moment, timestamp
from ..database import Document, new_id
from ..errors import parameter_invalid, resource_not_exist
from ..inference import embedding
from ..rules.limits import Limits
from ..rules.paging import page, time_filter
from ..state import Call, Handler, Reply, State
from .embed_v2 import requested
from .media_sources import opened

ASYNC = Limits(shortest=4, longest=4 * 3600)
KEPT = timedelta(days=7)
_COLLECTION = "embed_v2_tasks"
_NAME = "embedding_tasks"  # the collection's name in messages
_STAGES = ("processing",)


def create(call: Call) -> Reply:
    """Answer `POST /embed-v2/tasks`: check the media, remember them and promise the rest."""
    body, state = call.body, call.state
    name, block = requested(body)
    kind = cast(embedding.Kind, name)
    if body.get("embedding_dimension", 512) != 512:
        raise parameter_invalid("embedding_dimension", why="Embeddings have 512 dimensions.")
    if body.get("embedding_uncertainty"):
        raise parameter_invalid("embedding_uncertainty", why="`marengo3.0` does not tell it.")
    with opened(state, block["media_source"], kind=kind, field=f"{kind}.media_source") as source:
        plan = embedding.plan(kind, block, source, ASYNC)
        metadata = embedding.metadata(plan, source)
        media = source.keep(state)
    now = timestamp(state.clock.now())
    task = {
        "_id": new_id(),
        "status": _STAGES[0],
        "model_name": body["model_name"],
        "created_at": now,
        "updated_at": now,
        "polls": 0,
        "duration": plan.duration,
        "plan": asdict(plan),
        "metadata": metadata,
        "media": media,
    }
    state.database.insert(_COLLECTION, task)
    return 202, {"_id": task["_id"], "status": task["status"]}


def retrieve(call: Call) -> Reply:
    """Answer `GET /embed-v2/tasks/{task_id}`, with the embeddings once they are ready."""
    state, task_id = call.state, call.params["task_id"]
    task = state.database.get(_COLLECTION, task_id)
    if task is None or forgotten(state, _COLLECTION, task):
        raise resource_not_exist(_NAME, task_id)
    task = state.jobs.look(
        _COLLECTION, task, stages=_STAGES, work=partial(_work, state), polled=True
    )
    names = ("_id", "status", "created_at", "updated_at", "error")
    answer = {name: task[name] for name in names if name in task}
    if task["status"] == "ready":
        vectors = state.database.vectors(_COLLECTION, task_id)
        assert vectors is not None
        answer["data"] = embedding.data(task["rows"], vectors)
        answer["metadata"] = task["metadata"]
    return 200, answer


def list_(call: Call) -> Reply:
    """Answer `GET /embed-v2/tasks`, newest first."""
    state, params = call.state, call.params
    earliest, latest = (time_filter(params, name) for name in ("started_at", "ended_at"))
    found = [
        task
        for task in state.database.find(_COLLECTION)
        if not forgotten(state, _COLLECTION, task)
        and (earliest is None or task["created_at"] >= earliest)
        and (latest is None or task["created_at"] <= latest)
    ]
    tasks = state.jobs.look_all(_COLLECTION, found, stages=_STAGES, work=partial(_work, state))
    if "status" in params:
        tasks = [task for task in tasks if task["status"] == params["status"]]
    items, info = page(tasks, params)
    return 200, {"data": [_summary(task) for task in items], "page_info": info}


def _work(state: State, task: Document) -> dict[str, Any]:
    rows, vectors = embedding.embed(
        embedding.Plan(**task["plan"]), state.database.media_path(task["media"])
    )
    state.database.put_vectors(_COLLECTION, task["_id"], vectors)
    return {"status": "ready", "rows": rows, "media": None}


def forgotten(state: State, collection: str, task: Document) -> bool:
    """Tell whether a task is past the time it is kept, and remove it if so."""
    if state.clock.now() - moment(task["created_at"]) < KEPT:
        return False
    state.database.delete(collection, task["_id"])
    return True


def _summary(task: Document) -> dict[str, Any]:
    kind, metadata = task["plan"]["kind"], task["metadata"]
    names = ("input_url", "input_filename", "duration")
    summary = {name: metadata[name] for name in names if name in metadata}
    summary[f"{kind}_embedding_option"] = metadata["embedding_options"]
    summary[f"{kind}_embedding_scope"] = metadata["embedding_scopes"]
    if kind == "audio":
        summary |= {name: metadata[name] for name in ("start_offset_sec", "end_offset_sec")}
    elif "clip_length" in metadata:
        summary["video_clip_length"] = metadata["clip_length"]
    shown = ("_id", "model_name", "status", "created_at", "updated_at")
    return {**{name: task[name] for name in shown}, f"{kind}_embedding": {"metadata": summary}}


HANDLERS: Mapping[str, Handler] = {
    "embed_v2_tasks_create": create,
    "embed_v2_tasks_list": list_,
    "embed_v2_tasks_retrieve": retrieve,
}
