"""`/tasks`: upload and index a video with one request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..database import Document, Selection, equals, new_id
from ..errors import ErrorResponse, parameter_not_provided, resource_not_exist
from ..rules import filters, user_metadata
from ..rules.models import MAX_TASK, check_video
from ..rules.paging import page_of
from ..rules.urls import MB, MediaSource, open_url
from ..state import Call, Handler, Reply, State
from ..webhooks import Ending
from . import indexes, videos

COLLECTION = videos.TASKS
_STAGES = ("uploading", *videos.STAGES)
_FETCHED = 4096 * MB  # the most that is read from a URL
_COMMON = ("status", "updated_at", "filename", "duration", "fps", "width", "height", "size")
_WITH_VIDEOS = (
    "(SELECT t.seq, t.collection, t.id, t.index_id, t.created_at, t.body,"  # noqa: S608
    f" {', '.join(f'ifnull(v.{name}, t.{name}) AS {name}' for name in _COMMON)}"
    " FROM documents t LEFT JOIN documents v"
    " ON v.collection = 'videos' AND v.id = json_extract(t.body, '$.video_id'))"
)
"""The tasks with the state of their videos, or the last state of deleted ones."""
_SYSTEM = ("duration", "filename", "height", "width")


def create(call: Call) -> Reply:
    """Handle `POST /tasks`: check and store the video; it is indexed later."""
    body, state = call.body, call.state
    index = indexes.find_index(state, body["index_id"])
    custom = user_metadata.initial(user_metadata.parse(body.get("user_metadata")))
    with _open_file(call) as source:
        info = check_video(index, source, largest=MAX_TASK)
        video = videos.new_video(
            state,
            index,
            source,
            info,
            custom=custom,
            stream=body.get("enable_video_stream", True),
            stages=_STAGES,
            task_id=new_id(),
        )
    task = {
        "_id": video["task_id"],
        "video_id": video["_id"],
        "index_id": video["index_id"],
        "created_at": video["created_at"],
    }
    with state.database.transaction():
        videos.add(state, video)
        state.database.insert(COLLECTION, task)
    state.webhooks.watch(lambda: _ending(state, task["_id"]), lambda deliveries: None)
    return 200, {"_id": task["_id"], "video_id": task["video_id"]}


def list_(call: Call) -> Reply:
    """Handle `GET /tasks`."""
    params, state = call.params, call.state
    index = {"index_id": params["index_id"]} if "index_id" in params else {}
    running = [v for v in state.database.running(videos.COLLECTION, **index) if "task_id" in v]
    refreshed = videos.refresh_all(state, running, polled=True)
    current = {video["task_id"]: video for video in refreshed}
    views = [video | {"_id": task_id} for task_id, video in current.items()]
    conditions = [
        *(equals(name, value) for name, value in index.items()),
        *filters.filter_videos(params),
        *filters.with_status(params.get("status", ()), views),
        *filters.filter_since(params, "created_at"),
        *filters.filter_since(params, "updated_at"),
    ]
    selection = Selection(
        COLLECTION,
        tuple(conditions),
        filters.order_of(params),
        source=_WITH_VIDEOS,
        others=(videos.COLLECTION,),
    )
    items, info = page_of(state.database, selection, params)
    found = [_merged(state, task, current.get(task["_id"])) for task in items]
    return 200, {"data": [_shown(state, task) for task in found], "page_info": info}


def retrieve(call: Call) -> Reply:
    """Handle `GET /tasks/{task_id}`."""
    task = _existing(call.state, call.params["task_id"], polled=True)
    streamed = {"hls": videos.stream_status(task)} if task["stream"] else {}
    return 200, _shown(call.state, task) | streamed


def delete(call: Call) -> Reply:
    """Handle `DELETE /tasks/{task_id}`: a failed task, or a ready one whose video is deleted."""
    state, task_id = call.state, call.params["task_id"]
    task = _existing(state, task_id)
    video = state.database.get(videos.COLLECTION, task["video_id"])
    if task["status"] not in ("ready", "failed"):
        raise _cannot_be_deleted(f"its status is `{task['status']}`")
    if task["status"] == "ready" and video:
        raise _cannot_be_deleted("its video has to be deleted first")
    with state.database.transaction():
        if video:
            videos.remove(state, video)
        state.database.delete(COLLECTION, task_id)
    return 204, None


def _cannot_be_deleted(why: str) -> ErrorResponse:
    return ErrorResponse(400, "task_cannot_be_deleted", f"The task cannot be deleted: {why}.")


def _ending(state: State, task_id: str) -> Ending | None:
    """Return the end of a task, for webhooks; None while it runs."""
    task = _existing(state, task_id)
    if task["status"] in _STAGES:
        return None
    names = ("created_at", "status", "error")
    return Ending("index.task", {"id": task_id, **{n: task[n] for n in names if n in task}})


def _existing(state: State, task_id: str, *, polled: bool = False) -> Document:
    task = state.database.get(COLLECTION, task_id)
    if task is None:
        raise resource_not_exist(COLLECTION, task_id)
    video = state.database.get(videos.COLLECTION, task["video_id"])
    return _merged(state, task, video and videos.refresh(state, video, polled=polled))


def _merged(state: State, task: Document, video: Document | None) -> Document:
    """Return a task with the state of its video, or the last state of a deleted one."""
    video = video or state.database.get(videos.COLLECTION, task["video_id"])
    if video:
        return task | video | {"_id": task["_id"]}
    # Removing a video stores its last state in the task, perhaps since the task was read.
    return state.database.get(COLLECTION, task["_id"]) or task


def _shown(state: State, task: Document) -> dict[str, Any]:
    names = ("_id", "video_id", "index_id", "status", "created_at", "updated_at", "error")
    system = {name: task["system_metadata"][name] for name in _SYSTEM}
    shown = {name: task[name] for name in names if name in task}
    # A removed video leaves its last state in the task, without the duration.
    expected = state.jobs.expected_at({"duration": system["duration"], **task})
    return shown | {"estimated_time": expected, "system_metadata": system}


@contextmanager
def _open_file(call: Call) -> Iterator[MediaSource]:
    """Open the video at the URL or, without one, in the form. Raises ErrorResponse."""
    if url := call.body.get("video_url"):
        with open_url(call.state, url, field="video_url", limit=_FETCHED) as source:
            yield source
    elif upload := call.files.get("video_file"):
        name = upload.filename
        yield MediaSource(upload.path, "video_file", filename=name or None, temporary=True)
    else:
        raise parameter_not_provided("video_file", "video_url")


HANDLERS: Mapping[str, Handler] = {
    "tasks_create": create,
    "tasks_list": list_,
    "tasks_retrieve": retrieve,
    "tasks_delete": delete,
}
