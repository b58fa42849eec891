"""`/embed/tasks`, version 1: embeddings of videos as tasks, which are kept for seven days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from dodeca.video.probe import BrokenMedia

from ..clock import timestamp
from ..database import Document, Segments, Vectors, new_id
from ..errors import (
    parameter_invalid,
    parameter_not_provided,
    resource_not_exist,
    video_file_broken,
)
from ..inference.vectors import audio_vector, video_vector
from ..media.analysis import Measurements, analyse
from ..media.segments import Span, fixed
from ..rules import filters
from ..rules.limits import RATIOS, MediaLimits
from ..rules.models import EMBEDDING_MODELS, EmbeddingModel, embedding_model
from ..rules.urls import MB
from ..state import Call, Handler, Reply, State
from .embed_v1 import MODELS, open_file
from .embed_v2_tasks import remove_expired, remove_if_expired
from .task_lists import list_tasks

MAX_FILE = 2048 * MB
SHORTEST_CLIP = 2.0  # seconds; a shorter last clip is dropped
LIMITS = MediaLimits(
    shortest=4, longest=2 * 3600, largest=(3840, 2160), ratio="16:9", ratios=RATIOS
)
_COLLECTION = "embed_tasks"
_NAME = "embedding_tasks"  # the name of the collection in messages
_STAGES = ("processing",)


def create(call: Call) -> Reply:
    """Handle `POST /embed/tasks`: check and store the video; the embedding is made later."""
    body, state = call.body, call.state
    model = embedding_model(body["model_name"], MODELS)
    with open_file(call, "video", MAX_FILE) as source:
        info = LIMITS.check_video(source)
        duration = info.duration or 0.0
        clip_length = _clip_length(body)
        start, end = _time_range(body, duration, clip_length)
        media = source.save(state)
    scopes = body.get("video_embedding_scope", ["clip"])
    metadata: dict[str, Any] = {
        "video_clip_length": clip_length,
        "video_embedding_scope": ["clip", "video"] if "video" in scopes else ["clip"],
        "video_embedding_option": _options(model, has_audio=info.has_audio),
        "duration": duration,
    }
    if source.url:
        metadata["input_url"] = source.url
    elif source.filename:
        metadata["input_filename"] = source.filename
    now = timestamp(state.clock.now())
    task = {
        "_id": new_id(),
        "status": _STAGES[0],
        "model_name": body["model_name"],
        "created_at": now,
        "updated_at": now,
        "polls": 0,
        "duration": duration,
        "range": [start, end],
        "metadata": metadata,
        "media": media,
    }
    state.database.insert(_COLLECTION, task)
    return 200, {"_id": task["_id"]}


def list_(call: Call) -> Reply:
    """Handle `GET /embed/tasks`, newest first."""
    state, params = call.state, call.params
    remove_expired(state, _COLLECTION)
    conditions = [
        *filters.filter_since(params, "started_at", "created_at"),
        *filters.filter_until(params, "ended_at", "created_at"),
    ]
    items, info = list_tasks(state, params, _COLLECTION, conditions, _STAGES, partial(_work, state))
    return 200, {"data": [_shown(task) for task in items], "page_info": info}


def status(call: Call) -> Reply:
    """Handle `GET /embed/tasks/{task_id}/status`."""
    if not re.fullmatch("[0-9a-f]{24}", call.params["task_id"]):
        raise parameter_invalid("task_id", why="`task_id` value is invalid")
    return 200, _shown(_requested_task(call), "_id", "model_name", "status")


def retrieve(call: Call) -> Reply:
    """Handle `GET /embed/tasks/{task_id}`, with the embeddings when they are ready."""
    task = _requested_task(call)
    response = _shown(task)
    options = call.params.get("embedding_option", task["metadata"]["video_embedding_option"])
    if foreign := [o for o in options if o not in EMBEDDING_MODELS[task["model_name"]].options]:
        why = f"`{task['model_name']}` does not have {_quoted(foreign)}."
        raise parameter_invalid("embedding_option", why=why)
    if task["status"] == "ready":
        found = call.state.database.segments(_COLLECTION, task["_id"])
        assert found is not None
        response["video_embedding"]["segments"] = [
            {"float": vector, **row}
            for row, vector in zip(found.about, found.vectors, strict=True)
            if row["embedding_option"] in options
        ]
    return 200, response


def _requested_task(call: Call) -> Document:
    """Return the task that a request names, refreshed. Raises ErrorResponse."""
    state, task_id = call.state, call.params["task_id"]
    task = state.database.get(_COLLECTION, task_id)
    if task is None or remove_if_expired(state, _COLLECTION, task):
        raise resource_not_exist(_NAME, task_id)
    return state.jobs.refresh(
        _COLLECTION, task, stages=_STAGES, work=partial(_work, state), polled=True
    )


def _work(state: State, task: Document) -> dict[str, Any]:
    start, end = task["range"]
    try:
        analysis = analyse(state.database.media_path(task["media"]), start=start, end=end)
    except BrokenMedia:
        raise video_file_broken() from None
    rows, vectors = _embed(task, analysis, _clips(start, end, task["metadata"]))
    return {"status": "ready", "segments": Segments(vectors, rows), "media": None}


def _clips(start: float, end: float, metadata: Mapping[str, Any]) -> list[Span]:
    """Return the clips of a time range; a last one that is too short is dropped.

    >>> len(_clips(0, 31, {"video_clip_length": 6}))
    5
    """
    clips = fixed(start, end, metadata["video_clip_length"])
    return [(a, b) for a, b in clips if b - a >= SHORTEST_CLIP]


def _embed(
    task: Document, analysis: Measurements, clips: list[Span]
) -> tuple[list[dict[str, Any]], Vectors]:
    """Return the rows that describe the vectors, and the vectors: clips by time, then the video.

    The API calls the selected part the whole video, from 0 to its duration.
    """
    metadata, dimensions = task["metadata"], EMBEDDING_MODELS[task["model_name"]].dimensions
    ranges = [("clip", clip, clip) for clip in clips]
    if "video" in metadata["video_embedding_scope"]:
        ranges.append(("video", (0.0, task["duration"]), tuple(task["range"])))
    rows, vectors = [], []
    for scope, (shown_start, shown_end), (start, end) in ranges:
        for option in metadata["video_embedding_option"]:
            rows.append(
                {
                    "start_offset_sec": shown_start,
                    "end_offset_sec": shown_end,
                    "embedding_option": option,
                    "embedding_scope": scope,
                }
            )
            make = audio_vector if option == "audio" else video_vector
            vectors.append(make(analysis, start, end, dimensions=dimensions))
    return rows, np.stack(vectors)


def _options(model: EmbeddingModel, *, has_audio: bool) -> list[str]:
    """Return the available options: without speech recognition, and audio only if there is any."""
    left_out = {"transcription"} if has_audio else {"transcription", "audio"}
    return [option for option in model.options if option not in left_out]


def _clip_length(body: Mapping[str, Any]) -> int:
    length = body.get("video_clip_length", 6)
    if int(length) != length:
        raise parameter_invalid("video_clip_length", why="It should be a whole number of seconds.")
    return int(length)


def _time_range(body: Mapping[str, Any], duration: float, clip_length: int) -> Span:
    """Return the time range to embed, at least one clip long. Raises ErrorResponse."""
    names = ("video_start_offset_sec", "video_end_offset_sec")
    absent = [name for name in names if name not in body]
    if len(absent) == 1:
        raise parameter_not_provided(*absent, why="The offsets have to be given together.")
    start, end = (0.0, duration) if absent else (float(body[name]) for name in names)
    if end <= start:
        why = "`video_end_offset_sec` should be greater than `video_start_offset_sec`"
        raise parameter_invalid("video_end_offset_sec", why=why)
    if end > duration:
        raise parameter_invalid("video_end_offset_sec", why=f"The duration is {duration} seconds.")
    if end - start < clip_length and (not absent or "video_clip_length" in body):
        why = f"It is longer than the part to embed, {round(end - start, 3)} seconds."
        raise parameter_invalid("video_clip_length", why=why)
    return start, end


def _shown(task: Document, *names: str) -> dict[str, Any]:
    names = names or ("_id", "model_name", "status", "created_at", "updated_at")
    shown = {name: task[name] for name in names}
    return shown | {"video_embedding": {"metadata": task["metadata"]}}


def _quoted(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


HANDLERS: Mapping[str, Handler] = {
    "embed_tasks_create": create,
    "embed_tasks_list": list_,
    "embed_tasks_status": status,
    "embed_tasks_retrieve": retrieve,
}
