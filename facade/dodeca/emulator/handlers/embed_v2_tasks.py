"""`/embed-v2/tasks`: embeddings of files as tasks, which are kept for seven days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any, cast

from dodeca.video.probe import BrokenMedia

from ..clock import parse_time, timestamp
from ..database import Document, Segments, new_id
from ..errors import embedding_failed, parameter_invalid, resource_not_exist
from ..inference.documents import DocumentPlan, plan_document
from ..inference.embedded import response_data
from ..inference.embedding import EmbeddingPlan, TimedMediaKind, plan_embedding
from ..inference.images import ImagePlan, plan_image
from ..rules import filters
from ..rules.limits import MediaLimits
from ..rules.models import EMBEDDING_MODELS, EmbeddingModel
from ..rules.urls import MediaSource
from ..state import Call, Handler, Reply, State
from .embed_v2 import requested_input, requested_model
from .media_sources import MediaKind, open_source, source_name
from .task_lists import list_tasks

Plan = EmbeddingPlan | ImagePlan | DocumentPlan

TASK_LIMITS = MediaLimits(shortest=4, longest=4 * 3600)
RETENTION = timedelta(days=7)
_COLLECTION = "embed_v2_tasks"
_NAME = "embedding_tasks"  # the name of the collection in messages
_STAGES = ("processing",)
_PLANS: Mapping[str, type[Plan]] = {
    "audio": EmbeddingPlan,
    "video": EmbeddingPlan,
    "image": ImagePlan,
    "document": DocumentPlan,
}


def create(call: Call) -> Reply:
    """Handle `POST /embed-v2/tasks`: check and store the media; the embedding is made later."""
    body, state = call.body, call.state
    model, dimension = requested_model(body)
    kind, block = requested_input(body, model, model.task_inputs)
    field = f"{kind}.media_source"
    with open_source(
        state, block["media_source"], kind=cast(MediaKind, kind), field=field
    ) as source:
        plan = _plan(model, kind, block, source)
        unsure = bool(body.get("embedding_uncertainty"))
        if unsure and plan.without_uncertainty:
            raise parameter_invalid("embedding_uncertainty", why=plan.without_uncertainty)
        metadata = {"input_type": kind} | source_name(source) | plan.response_metadata()
        media = source.save(state)
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
        "metadata": metadata | model.stated(dimension),
        "dimension": dimension,
        "with_uncertainty": unsure,
        "media": media,
    }
    state.database.insert(_COLLECTION, task)
    response = {"_id": task["_id"], "status": task["status"]}
    stated = model.stated(dimension)
    return 202, response | ({"metadata": stated} if stated else {})


def retrieve(call: Call) -> Reply:
    """Handle `GET /embed-v2/tasks/{task_id}`, with the embeddings when they are ready."""
    state, task_id = call.state, call.params["task_id"]
    task = state.database.get(_COLLECTION, task_id)
    if task is None or remove_if_expired(state, _COLLECTION, task):
        raise resource_not_exist(_NAME, task_id)
    task = state.jobs.refresh(
        _COLLECTION, task, stages=_STAGES, work=partial(_work, state), polled=True
    )
    names = ("_id", "status", "created_at", "updated_at", "error", "usage")
    response = {name: task[name] for name in names if name in task}
    if task["status"] == "ready":
        found = state.database.segments(_COLLECTION, task_id)
        assert found is not None
        unsure = task.get("with_uncertainty", False)
        response["data"] = response_data(found.about, found.vectors, with_uncertainty=unsure)
        response["metadata"] = task["metadata"]
    return 200, response


def list_(call: Call) -> Reply:
    """Handle `GET /embed-v2/tasks`, newest first."""
    state, params = call.state, call.params
    remove_expired(state, _COLLECTION)
    conditions = [
        *filters.filter_since(params, "started_at", "created_at"),
        *filters.filter_until(params, "ended_at", "created_at"),
    ]
    items, info = list_tasks(state, params, _COLLECTION, conditions, _STAGES, partial(_work, state))
    return 200, {"data": [_summary(task) for task in items], "page_info": info}


def _plan(model: EmbeddingModel, kind: str, block: Mapping[str, Any], source: MediaSource) -> Plan:
    """Return what a request asks for. Raises ErrorResponse."""
    match kind:
        case "image":
            return plan_image(model, block, source)
        case "document":
            return plan_document(model, block, source)
        case _:
            timed = cast(TimedMediaKind, kind)
            return plan_embedding(model, timed, block, source, TASK_LIMITS)


def _work(state: State, task: Document) -> dict[str, Any]:
    model = EMBEDDING_MODELS[task["model_name"]]
    plan = _PLANS[task["plan"]["kind"]](**task["plan"])
    try:
        found = plan.embed(state.database.media_path(task["media"]))
    except BrokenMedia:
        raise embedding_failed("unreadable") from None
    vectors = found.vectors_of(model, task.get("dimension", model.dimensions))
    usage = {"usage": found.usage} if model.has_usage else {}
    segments = Segments(vectors, list(found.rows))
    return {"status": "ready", "segments": segments, "media": None} | usage


def remove_if_expired(state: State, collection: str, task: Document) -> bool:
    """Return whether a task is older than RETENTION; if so, it is removed."""
    if state.clock.now() - parse_time(task["created_at"]) < RETENTION:
        return False
    state.database.delete(collection, task["_id"])
    return True


def remove_expired(state: State, collection: str) -> None:
    """Remove the tasks that are older than RETENTION."""
    latest = timestamp(state.clock.now() - RETENTION)
    condition = ("index_id IS NULL AND created_at <= ?", (latest,))
    for task in state.database.find(collection, condition):
        state.database.delete(collection, task["_id"])


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
