"""`/analyze/tasks`: text about longer videos, and segments of them, as tasks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from typing import Any

import orjson

from ..clock import timestamp
from ..database import Document, equals, new_id
from ..errors import ErrorResponse, parameter_invalid, parameter_not_provided, resource_not_exist
from ..inference import segmentation
from ..inference.generation import (
    GeneratedText,
    TextRequest,
    generate_text,
    prompt_of,
    text_request,
    truncate,
)
from ..inference.observations import observation_from_dict
from ..inference.sentences import Phrasing
from ..rules.limits import MediaLimits
from ..state import Call, Handler, Reply, State
from ..webhooks import Ending
from . import analysis_inputs, analyze, batch_clock
from .batch_clock import STAGES
from .batch_clock import TASKS as COLLECTION
from .task_lists import list_tasks

LIMITS = MediaLimits(shortest=1, longest=4 * 3600)
LONGEST_PART = 2 * 3600.0  # seconds that one task analyzes
SHOWN_PROMPT = 30  # characters of a prompt in lists
UNLIMITED = 2**31
_TOKENS = {"general": (512, 4096), "time_based_metadata": (2048, 32_768)}  # minimum, default
_SEGMENT_DURATIONS = ("min_segment_duration", "max_segment_duration")
_NOT_SHOWN = {"model_name", "custom_id", "video", "video_id"}


def create(call: Call) -> Reply:
    """Handle `POST /analyze/tasks`; the same `Idempotency-Key` gives the same task."""
    state, key = call.state, call.headers.get("idempotency-key")
    if key and (known := state.database.find(COLLECTION, idempotency_key=key)):
        return 202, _created(_refreshed(state, known[0], polled=False))
    task = new_task(state, call.body) | {"idempotency_key": key}
    with state.database.transaction():
        known = state.database.find(COLLECTION, idempotency_key=key) if key else []
        if not known:
            state.database.insert(COLLECTION, task)
    if known and task["media"]:
        state.database.media_path(task["media"]).unlink()
    if not known:
        state.webhooks.watch(
            lambda: _ending(state, task["_id"]),
            lambda deliveries: state.database.update(COLLECTION, task["_id"], webhooks=deliveries),
        )
    return 202, _created(known[0] if known else task)


def list_(call: Call) -> Reply:
    """Handle `GET /analyze/tasks`, newest first."""
    state, params = call.state, call.params
    batch_clock.apply(state)
    fields = {"analysis_mode": "analysis_mode", "asset_id": "asset_id", "video_url": "url"}
    conditions = [equals(field, params[name]) for name, field in fields.items() if name in params]
    items, info = list_tasks(state, params, COLLECTION, conditions, STAGES, partial(work, state))
    return 200, {"data": [_shown(task, brief=True) for task in items], "page_info": info}


def retrieve(call: Call) -> Reply:
    """Handle `GET /analyze/tasks/{task_id}`."""
    return 200, _shown(_requested_task(call))


def delete(call: Call) -> Reply:
    """Handle `DELETE /analyze/tasks/{task_id}`, unless it is running."""
    task = _requested_task(call)
    if task["status"] == "processing":
        text = "The task is being processed. Wait until it is ready or has failed."
        raise ErrorResponse(409, "task_cannot_be_deleted", text)
    if "batch_id" in task:
        text = f"The task is one of the batch `{task['batch_id']}`, which can be deleted."
        raise ErrorResponse(409, "task_cannot_be_deleted", text)
    call.state.database.delete(COLLECTION, task["_id"])
    return 204, None


def cancel(call: Call) -> Reply:
    """Handle `POST /analyze/tasks/{task_id}/cancel`, unless the task has ended otherwise."""
    state, task_id = call.state, call.params["task_id"]
    task = _existing(state, task_id, polled=None)
    if "batch_id" in task:
        text = f"The task is one of the batch `{task['batch_id']}`, which can be canceled."
        raise ErrorResponse(409, "task_cannot_be_canceled", text)
    if task["status"] in STAGES and state.jobs.has_begun(task):
        task = _refreshed(state, task, polled=False)
    state.jobs.end(COLLECTION, task_id, STAGES, batch_clock.CANCELED)
    task = _existing(state, task_id, polled=None)
    if task["status"] != "canceled":
        text = f"The task has ended: its status is `{task['status']}`."
        raise ErrorResponse(409, "task_cannot_be_canceled", text)
    return 200, {"task_id": task_id, "status": "canceled"}


def new_task(
    state: State, body: Mapping[str, Any], failure: Mapping[str, str] | None = None
) -> Document:
    """Validate a request and return its task, which ends with the `failure` if there is one.

    Raises ErrorResponse.
    """
    subject, mode = analyze.media_parameter(body), body.get("analysis_mode", "general")
    model = analyze.chosen_model(body, subject)
    task: Document = {
        "_id": new_id(),
        "status": STAGES[0],
        "created_at": timestamp(state.clock.now()),
        "polls": 0,
        "custom_id": body.get("custom_id"),
        "analysis_mode": mode,
        "duration": None,
        "media": None,
        "told": [],
        "params": _shown_params(body),
        "failure": failure,
    }
    if mode == "general":
        task["wish"] = asdict(_text_request(body, model))
    else:
        _check_segments(body, subject, model)
        task["wish"] = asdict(TextRequest("", body.get("temperature", 0.2), _tokens(body, model)))
    if failure is not None:
        return task | _source_fields(body["video"])
    with ExitStack() as stack:
        source = None
        if subject == "image":
            images = analysis_inputs.observe_images(state, body, task["wish"]["prompt"])
            task["told"] = [observation.to_dict() for observation in images]
        else:
            source = stack.enter_context(analysis_inputs.open_video(state, body["video"]))
            window, duration = analysis_inputs.checked_range(body, source, LIMITS)
            task |= {"duration": duration, "window": [window.start, window.end]}
            task |= _source_fields(body["video"])
            _check_length(task, body)
        if mode == "general":
            more = analysis_inputs.observe_references(
                state, body.get("prompt_v2", {}), "prompt_v2.input_text"
            )
            task["told"] += [observation.to_dict() for observation in more]
        else:
            task["segments"] = asdict(_segments(state, body, task["duration"]))
        if source is not None:
            task["media"] = source.save(state)
    return task


def _text_request(body: Mapping[str, Any], model: str) -> TextRequest:
    for name in _SEGMENT_DURATIONS:
        if name in body:
            raise parameter_invalid(name, why="It requires `time_based_metadata`.")
    given = body.get("response_format", {"type": "json_schema", "json_schema": None})
    if given["type"] != "json_schema":
        why = "Segments need the analysis mode `time_based_metadata`."
        raise parameter_invalid("response_format.type", why=why)
    if "json_schema" not in given:
        raise parameter_not_provided("response_format.json_schema")
    if "segment_definitions" in given:
        why = "They require the type `segment_definitions`."
        raise parameter_invalid("response_format.segment_definitions", why=why)
    prompt = prompt_of(body, old=model == "pegasus1.2")
    return text_request({**body, "max_tokens": _tokens(body, model)}, prompt=prompt)


def _check_segments(body: Mapping[str, Any], subject: str, model: str) -> None:
    """Check which parameters are combined with segments. Raises ErrorResponse."""
    if subject != "video":
        raise parameter_invalid(subject, why="Segments need a `video`.")
    for name in ("prompt", "prompt_v2"):
        if name in body:
            raise parameter_invalid(name, why="It cannot be combined with `time_based_metadata`.")
    given = body.get("response_format")
    if given is None:
        raise parameter_not_provided("response_format")
    if given["type"] != "segment_definitions" or "json_schema" in given:
        why = "`time_based_metadata` requires the type `segment_definitions` alone."
        raise parameter_invalid("response_format.type", why=why)
    if "segment_definitions" not in given:
        raise parameter_not_provided("response_format.segment_definitions")
    if any("time_ranges" in definition for definition in given["segment_definitions"]):
        for name in (*_SEGMENT_DURATIONS, "start_time", "end_time"):
            if name in body:
                raise parameter_invalid(name, why="It cannot be combined with `time_ranges`.")
        if body.get("max_tokens") == "unlimited":
            raise parameter_invalid("max_tokens", why="It cannot be combined with `time_ranges`.")
    low, high = (body.get(name) for name in _SEGMENT_DURATIONS)
    if low is not None and high is not None and high < low:
        raise parameter_invalid("max_segment_duration", why=f"It is shorter than {low} seconds.")


def _segments(
    state: State, body: Mapping[str, Any], duration: float | None
) -> segmentation.SegmentRequest:
    given = body["response_format"]
    segmentation.check_definitions(given["segment_definitions"], duration)
    field = f"{segmentation.FIELD}.description"
    return segmentation.SegmentRequest(
        definitions=[
            {name: definition[name] for name in definition if name != "media_sources"}
            for definition in given["segment_definitions"]
        ],
        references={
            definition["id"]: [
                observation.seen or {}
                for observation in analysis_inputs.observe_references(state, definition, field)
            ]
            for definition in given["segment_definitions"]
        },
        time_format=given.get("segment_time_format", "seconds"),
        shortest=body.get("min_segment_duration", segmentation.SHORTEST),
        longest=body.get("max_segment_duration"),
    )


def _tokens(body: Mapping[str, Any], model: str) -> int:
    """Return the maximum number of tokens. Raises ErrorResponse."""
    mode, given = body.get("analysis_mode", "general"), body.get("max_tokens")
    least, usual = _TOKENS[mode]
    if given is None:
        return usual
    if given == "unlimited":
        if mode == "general" or model != "pegasus1.6":
            why = "`unlimited` requires segments and `pegasus1.6`."
            raise parameter_invalid("max_tokens", why=why)
        return UNLIMITED
    if given < least:
        raise parameter_invalid("max_tokens", why=f"It is at least {least} here.")
    if model == "pegasus1.2" and given > _TOKENS["general"][1]:
        raise parameter_invalid("max_tokens", why=f"It is at most {usual} with `{model}`.")
    return int(given)


def _check_length(task: Document, body: Mapping[str, Any]) -> None:
    """Check the length of the part to analyze. Raises ErrorResponse."""
    start, end = task["window"]
    is_inline = body["video"]["type"] == "base64_string"  # the whole video is in the request
    if (task["duration"] if is_inline else end - start) > LONGEST_PART:
        why = "At most 2 hours can be analyzed; choose a part of the video."
        raise parameter_invalid("video" if is_inline else "end_time", why=why)


def _source_fields(video: Mapping[str, Any]) -> dict[str, Any]:
    """Return the source of a video, for filters and responses, without its content."""
    names = ("url", "asset_id")
    return {"source": video["type"], **{name: video[name] for name in names if name in video}}


def _shown_params(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters to show with the task, without the media in them."""

    def without_media(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: without_media(v) for k, v in value.items() if k != "base64_string"}
        return [without_media(item) for item in value] if isinstance(value, list) else value

    shown = {name: without_media(body[name]) for name in body if name not in _NOT_SHOWN}
    if "image" in shown:
        shown["image"] = [{**image, "media_type": "image"} for image in shown["image"]]
    return {"analysis_mode": "general", "temperature": 0.2, **shown}


def _ending(state: State, task_id: str) -> Ending | None:
    """Return the end of a task, for webhooks; None while it runs."""
    task = _existing(state, task_id, polled=False)
    if task["status"] in STAGES:
        return None
    shown = _shown(task)
    names = ("custom_id", "created_at", "status", "video_source", "error")
    known = {name: shown[name] for name in names if shown.get(name) is not None}
    return Ending("analyze.task", {"id": task_id, "custom_id": None, **known})


def _requested_task(call: Call) -> Document:
    """Return the task that a request names, refreshed. Raises ErrorResponse."""
    return _existing(call.state, call.params["task_id"], polled=True)


def _existing(state: State, task_id: str, *, polled: bool | None) -> Document:
    """Return a task, refreshed unless `polled` is None. Raises ErrorResponse."""
    batch_clock.apply(state)
    task = state.database.get(COLLECTION, task_id)
    if task is None:
        raise resource_not_exist(COLLECTION, task_id)
    return task if polled is None else _refreshed(state, task, polled=polled)


def _refreshed(state: State, task: Document, *, polled: bool) -> Document:
    return state.jobs.refresh(
        COLLECTION, task, stages=STAGES, work=partial(work, state), polled=polled
    )


def work(state: State, task: Document) -> dict[str, Any]:
    """Return the fields of the end of a task. Raises ErrorResponse."""
    if task.get("failure"):
        return {"status": "failed", "error": task["failure"]}
    request = TextRequest(**task["wish"])
    observations = [observation_from_dict(data) for data in task["told"]]
    text: GeneratedText
    if task["media"] is None:
        text = generate_text(request, observations)
    else:
        content, (start, end) = state.database.media_path(task["media"]), task["window"]
        if "segments" in task:
            segments = segmentation.SegmentRequest(**task["segments"])
            phrasing = Phrasing("", request.temperature)
            undecided: list[str] = []
            found = segmentation.find_segments(content, start, end, segments, phrasing, undecided)
            text = truncate(orjson.dumps(found).decode(), request, undecided)
        else:
            video = analysis_inputs.observe_part(content, analysis_inputs.TimeRange(start, end))
            text = generate_text(request, [video, *observations])
    ending = text.ending()
    changes = {"error": ending.pop("error")} if "error" in ending else {}
    result = {"generation_id": new_id(), "data": text.data, **ending}
    return {"status": "ready", "result": result, "media": None, **changes}


def _created(task: Document) -> dict[str, Any]:
    return {"task_id": task["_id"], "status": task["status"]}


def _shown(task: Document, *, brief: bool = False) -> dict[str, Any]:
    shown = {
        "task_id": task["_id"],
        "custom_id": task["custom_id"],
        **({"batch_id": task["batch_id"]} if "batch_id" in task else {}),
        "video_source": _source(task),
        "request_params": _brief(task["params"]) if brief else task["params"],
        "status": task["status"],
        "created_at": task["created_at"],
    }
    if task["status"] not in STAGES:
        shown["completed_at"] = task["updated_at"]
    return shown | {name: task[name] for name in ("result", "error", "webhooks") if name in task}


def _source(task: Document) -> dict[str, Any] | None:
    if "source" not in task:
        return None
    known = {} if task["duration"] is None else {"duration": task["duration"]}
    shown = {"type": task["source"], "system_metadata": known}
    return shown | {name: task[name] for name in ("url", "asset_id") if name in task}


def _brief(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as lists show them: long texts truncated, schemas omitted."""
    shown = dict(params)
    if "prompt" in shown:
        shown["prompt"] = shown["prompt"][:SHOWN_PROMPT]
    if "prompt_v2" in shown:
        text = shown["prompt_v2"]["input_text"][:SHOWN_PROMPT]
        shown["prompt_v2"] = {**shown["prompt_v2"], "input_text": text}
    if "response_format" in shown:
        form = {k: v for k, v in shown["response_format"].items() if k != "json_schema"}
        if "segment_definitions" in form:
            form["segment_definitions"] = form["segment_definitions"][:1]
        shown["response_format"] = form
    return shown


HANDLERS: Mapping[str, Handler] = {
    "analyze_tasks_create": create,
    "analyze_tasks_list": list_,
    "analyze_tasks_retrieve": retrieve,
    "analyze_tasks_delete": delete,
    "analyze_tasks_cancel": cancel,
}
