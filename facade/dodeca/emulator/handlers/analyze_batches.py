"""`/analyze/batches`: many analyses that are started, followed and fetched together.

A batch stores what the request said and when it was canceled or has ended. Everything else follows
from its tasks, which are those of `/analyze/tasks` with a `batch_id`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import orjson

from ..clock import timestamp
from ..database import Condition, Document, Selection, new_id
from ..errors import ErrorResponse, parameter_invalid, resource_not_exist
from ..rules import filters
from ..rules.paging import page_of
from ..state import Call, Handler, Reply, State
from ..webhooks import Ending
from . import analyze_tasks, assets, batch_clock
from .batch_clock import BATCHES, STAGES, TASKS

MODEL = "pegasus1.5"
MAX_ACTIVE = 5
MAX_MEDIA = 2000 * 3600.0  # seconds, of all requests together
_ID = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)
_ENDED = ("completed", "canceled", "expired")
_ITEM_STATUS = {"pending": "queued"}  # items of a batch know no other state that tasks do not
_SHOWN = (
    *("analysis_mode", "model_name", "status", "total_items", "created_at", "expires_at"),
    *("completed_at", "canceled_at", "expired_at", "webhooks"),
)


def create(call: Call) -> Reply:
    """Handle `POST /analyze/batches`: all requests become tasks, or none does."""
    state, body = call.state, call.body
    if body["model_name"] != MODEL:
        raise parameter_invalid("model_name", why=f"Batches need `{MODEL}`.")
    _check_custom_ids(body["requests"])
    _check_active(state)
    now = state.clock.now()
    batch: Document = {
        "_id": new_id(),
        "analysis_mode": body["analysis_mode"],
        "model_name": body["model_name"],
        "status": "pending",
        "total_items": len(body["requests"]),
        "created_at": timestamp(now),
        "expires_at": timestamp(now + batch_clock.LIFE),
        "canceled_by_user_at": None,
    }
    own = {"batch_id": batch["_id"], "expires_at": batch["expires_at"]}
    own["created_at"] = batch["created_at"]
    tasks: list[Document] = []
    try:
        tasks.extend(task | own for task in _tasks(state, body))
        with state.database.transaction():
            _check_active(state, refresh=False)
            state.database.insert(BATCHES, batch)
            for task in tasks:
                state.database.insert(TASKS, task)
    except ErrorResponse:
        for task in tasks:
            if task["media"]:
                state.database.media_path(task["media"]).unlink()
        raise
    state.webhooks.watch(
        lambda: _ending(state, batch["_id"]),
        lambda deliveries: state.database.update(BATCHES, batch["_id"], webhooks=deliveries),
    )
    items = [{"task_id": task["_id"], "custom_id": task["custom_id"]} for task in tasks]
    names = ("status", "total_items", "created_at", "expires_at")
    shown = {name: batch[name] for name in names}
    return 201, {"batch_id": batch["_id"], **shown, "items": items}


def list_(call: Call) -> Reply:
    """Handle `GET /analyze/batches`, newest first. Being listed counts as a poll."""
    state, params = call.state, call.params
    batch_clock.apply(state)
    conditions: list[Condition] = []
    if modes := params.get("analysis_mode"):
        values = orjson.dumps(modes).decode()
        sql = "json_extract(body, '$.analysis_mode') IN (SELECT value FROM json_each(?))"
        conditions.append((sql, (values,)))
    running = [_refreshed(state, batch) for batch in state.database.running(BATCHES, *conditions)]
    conditions += filters.with_status(params.get("status", ()), running)
    items, info = page_of(state.database, Selection(BATCHES, tuple(conditions)), params)
    current = {batch["_id"]: batch for batch in running}
    shown = [_shown(state, current.get(batch["_id"], batch)) for batch in items]
    return 200, {"data": shown, "page_info": info}


def retrieve(call: Call) -> Reply:
    """Handle `GET /analyze/batches/{batch_id}`."""
    return 200, _shown(call.state, _requested(call))


def results(call: Call) -> Reply:
    """Handle `GET /analyze/batches/{batch_id}/results`: a line for each request, in their order."""
    batch = _requested(call)
    tasks = _tasks_of(call.state, batch["_id"])
    return 200, (orjson.dumps(_line(call.state, task)) + b"\n" for task in tasks)


def cancel(call: Call) -> Reply:
    """Handle `POST /analyze/batches/{batch_id}/cancel`: what has not begun is canceled."""
    state = call.state
    batch = _existing(state, call.params["batch_id"])
    running = _running(state, batch["_id"])
    if not running or any(map(state.jobs.has_begun, running)):
        with state.jobs.uncounted():
            batch = _refreshed(state, batch)
    if batch["status"] in _ENDED:
        text = f"The batch has ended: its status is `{batch['status']}`."
        raise ErrorResponse(409, f"batch_{batch['status']}", text)
    if batch["canceled_by_user_at"] is None:
        now = timestamp(state.clock.now())
        for task in _running(state, batch["_id"]):
            if state.jobs.stage(task, STAGES) != "processing":
                state.jobs.end(TASKS, task["_id"], STAGES, batch_clock.CANCELED)
        state.database.update(BATCHES, batch["_id"], canceled_by_user_at=now)
    return 202, _shown(state, batch | {"status": "canceling"})


def delete(call: Call) -> Reply:
    """Handle `DELETE /analyze/batches/{batch_id}`, once it has ended."""
    batch = _requested(call)
    if batch["status"] not in _ENDED:
        text = f"The batch has not ended: its status is `{batch['status']}`. Cancel it before."
        raise ErrorResponse(409, "batch_not_terminal", text)
    batch_clock.delete(call.state, batch["_id"])
    return 204, None


def _check_custom_ids(requests: Sequence[Mapping[str, Any]]) -> None:
    given = Counter(request["custom_id"] for request in requests if "custom_id" in request)
    if repeated := next((name for name, count in given.items() if count > 1), None):
        why = f"`{repeated}` is given more than once."
        raise parameter_invalid("requests.custom_id", why=why)


def _check_active(state: State, *, refresh: bool = True) -> None:
    """Raise ErrorResponse if as many batches are active as may be."""
    active = state.database.running(BATCHES)
    if refresh and len(active) >= MAX_ACTIVE:
        batch_clock.apply(state)
        with state.jobs.uncounted():
            found = [_refreshed(state, batch) for batch in active]
        active = [batch for batch in found if batch["status"] not in _ENDED]
    if len(active) >= MAX_ACTIVE:
        text = f"There are {MAX_ACTIVE} active batches. Wait until one has ended, or cancel one."
        raise ErrorResponse(429, "too_many_requests", text)


def _tasks(state: State, body: Mapping[str, Any]) -> Iterator[Document]:
    """Yield the task of each request. Raises ErrorResponse."""
    common = {name: body[name] for name in ("model_name", "analysis_mode")}
    known: dict[str, Document] = {}
    total = 0.0
    for number, request in enumerate(body["requests"], 1):
        given = {**body.get("defaults", {}), **request}
        if "prompt" in given:
            given["prompt_v2"] = given.pop("prompt")
        name = request["video"]["asset_id"]
        if name not in known:
            known[name] = _ready_asset(state, name)
        total += known[name]["duration"] or 0.0
        if total > MAX_MEDIA:
            why = "Together they have more than 2,000 hours of media."
            raise parameter_invalid("requests", why=why)
        try:
            yield _task(state, {**common, **given}, known[name])
        except ErrorResponse as error:
            # Schemas outside the subset have no status of their own here.
            text = f"{error.message.replace('`prompt_v2', '`prompt')} This is request {number}."
            raise ErrorResponse(400, error.code, text) from None


def _ready_asset(state: State, asset_id: str) -> Document:
    """Return an asset that can be analyzed. Raises ErrorResponse."""
    if not _ID.fullmatch(asset_id):
        why = f"`{asset_id[:200]}` is no id of an asset."
        raise parameter_invalid("requests.video.asset_id", why=why)
    asset = assets.find_asset(state, asset_id)
    if asset is None:
        raise resource_not_exist("assets", asset_id)
    if asset["status"] != "ready":
        text = f"Asset `{asset_id}` is not ready: its status is `{asset['status']}`."
        raise ErrorResponse(409, "asset_not_ready", text)
    return asset


def _task(state: State, body: Mapping[str, Any], asset: Document) -> Document:
    """Return the task of a request; it fails on its own if the asset is no fit video."""
    failure = _failure(body, asset)
    try:
        return analyze_tasks.new_task(state, body, failure)
    except ErrorResponse as error:
        if not error.code.startswith("video_"):
            raise
        failure = {"code": "asset_unavailable", "message": error.message}
        return analyze_tasks.new_task(state, body, failure)


def _failure(body: Mapping[str, Any], asset: Document) -> dict[str, str] | None:
    duration = asset["duration"] or 0.0
    if not asset["file_type"].startswith("video/"):
        return {"code": "asset_unavailable", "message": "The asset is not a video."}
    part = min(body.get("end_time", duration), duration) - body.get("start_time", 0)
    if part > analyze_tasks.LONGEST_PART or duration > analyze_tasks.LIMITS.longest:
        text = "At most 2 hours of a video of at most 4 hours can be analyzed."
        return {"code": "video_duration_too_long", "message": text}
    return None


def _requested(call: Call) -> Document:
    """Return the batch that a request names, refreshed. Raises ErrorResponse."""
    return _refreshed(call.state, _existing(call.state, call.params["batch_id"]))


def _existing(state: State, batch_id: str) -> Document:
    batch_clock.apply(state)
    batch = state.database.get(BATCHES, batch_id)
    if batch is None:
        raise resource_not_exist(BATCHES, batch_id)
    return batch


def _tasks_of(state: State, batch_id: str) -> list[Document]:
    """Return the tasks of a batch in the order of the requests."""
    return state.database.find(TASKS, batch_id=batch_id)[::-1]


def _running(state: State, batch_id: str) -> list[Document]:
    return state.database.running(TASKS, batch_id=batch_id)[::-1]


def _refreshed(state: State, batch: Document) -> Document:
    """Return a batch with its current status, after its tasks were polled."""
    if batch["status"] in _ENDED:
        return batch
    work = partial(analyze_tasks.work, state)
    running = _running(state, batch["_id"])
    state.jobs.refresh_all(TASKS, running, stages=STAGES, work=work)
    tasks = _tasks_of(state, batch["_id"])
    if all(task["status"] not in STAGES for task in tasks):
        ended = {**_end(batch, tasks), "counts": _counts(state, tasks)}
        return state.database.update(BATCHES, batch["_id"], **ended) or batch
    if batch["canceled_by_user_at"]:
        return batch | {"status": "canceling"}
    begun = any(_stage(state, task) not in STAGES[:2] for task in tasks)
    return batch | {"status": "processing" if begun else "pending"}


def _end(batch: Document, tasks: Sequence[Document]) -> dict[str, Any]:
    """Return the status of a batch whose tasks have ended, and when it got it."""
    times = [task["updated_at"] for task in tasks]
    errors = [task["error"].get("code") for task in tasks if task["status"] == "canceled"]
    if "batch_expired" in errors:
        return {"status": "expired", "expired_at": batch["expires_at"]}
    if batch["canceled_by_user_at"]:
        return {"status": "canceled", "canceled_at": max([batch["canceled_by_user_at"], *times])}
    return {"status": "completed", "completed_at": max(times)}


def _stage(state: State, task: Document) -> str:
    """Return the status of a task, running or not."""
    status: str = task["status"]
    return state.jobs.stage(task, STAGES) if status in STAGES else status


def _item_status(state: State, task: Document) -> str:
    status = _stage(state, task)
    return _ITEM_STATUS.get(status, status)


def _line(state: State, task: Document) -> dict[str, Any]:
    """Return a request with its result, a line of the results."""
    status = _item_status(state, task)
    line = {"task_id": task["_id"], "custom_id": task["custom_id"], "status": status}
    if status == "ready":
        return line | {"data": task["result"]}
    return line | ({"error": task["error"]} if status == "failed" else {})


def _shown(state: State, batch: Document) -> dict[str, Any]:
    return {
        "batch_id": batch["_id"],
        **{name: batch[name] for name in _SHOWN if name in batch},
        **(batch.get("counts") or _counts(state, _tasks_of(state, batch["_id"]))),
    }


def _counts(state: State, tasks: Sequence[Document]) -> dict[str, int]:
    counts = Counter(_item_status(state, task) for task in tasks)
    names = ("queued", "processing", "ready", "failed", "canceled")
    return {f"{name}_items": counts[name] for name in names}


def _ending(state: State, batch_id: str) -> Ending | None:
    """Return the end of a batch, for webhooks; None while it runs."""
    with state.jobs.uncounted():
        batch = _refreshed(state, _existing(state, batch_id))
    if batch["status"] not in _ENDED:
        return None
    data = {"id": batch_id, "created_at": batch["created_at"], "status": batch["status"]}
    return Ending("analyze.batch", data)


HANDLERS: Mapping[str, Handler] = {
    "analyze_batches_create": create,
    "analyze_batches_list": list_,
    "analyze_batches_retrieve": retrieve,
    "analyze_batches_results": results,
    "analyze_batches_cancel": cancel,
    "analyze_batches_delete": delete,
}
