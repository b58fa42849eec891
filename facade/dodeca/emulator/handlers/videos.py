"""The videos of indexes: one document each, whether a task, an asset or an import added it.

Tasks, indexed assets and the videos of an index are views of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import PurePath
from time import monotonic
from typing import Any

from dodeca.video.probe import MediaInfo

from .. import jobs
from ..clock import timestamp
from ..database import Condition, Document, Segments, new_id
from ..errors import ErrorResponse, parameter_invalid, resource_not_exist
from ..inference import indexing
from ..rules import user_metadata
from ..rules.models import model_of
from ..rules.urls import MediaSource
from ..state import State
from ..vector_index import by_option

COLLECTION = "videos"
INDEXES = "indexes"
TASKS = "tasks"
STAGES = ("validating", "pending", "queued", "indexing")


def new_video(
    state: State,
    index: Document,
    source: MediaSource,
    info: MediaInfo,
    *,
    custom: Mapping[str, Any],
    stream: bool,
    filename: str | None = None,
    stages: Sequence[str] = STAGES,
    **more: Any,
) -> Document:
    """Store the file of a video and return a new document for it, which is not inserted yet.

    `more` is where it comes from: `task_id`, `asset_id`, `integration_id`.
    """
    now = timestamp(state.clock.now())
    name = filename or source.filename or "video"
    return {
        "_id": new_id(),
        "index_id": index["_id"],
        "status": stages[0],
        "stages": list(stages),
        "created_at": now,
        "updated_at": now,
        "indexed_at": None,
        "changed_at": None,
        "polls": 0,
        "duration": info.duration,
        "system_metadata": {
            "filename": name,
            "video_title": PurePath(name).stem,
            "duration": info.duration,
            "fps": info.fps,
            "width": info.width,
            "height": info.height,
            "size": info.size_bytes,
            "model_names": [model["model_name"] for model in index["models"]],
        },
        "user_metadata": dict(custom),
        "stream": stream,
        "model": model_of(index, "marengo"),
        "media": source.save(state),
        **more,
    }


def add(state: State, video: Document) -> None:
    """Insert a video. Raises ErrorResponse when its index was deleted in the meantime."""
    with state.database.transaction():
        if state.database.get(INDEXES, video["index_id"]) is None:
            state.database.media_path(video["media"]).unlink()
            raise resource_not_exist(INDEXES, video["index_id"])
        state.database.insert(COLLECTION, video)


def refresh(
    state: State, video: Document, *, polled: bool = False, timeout: float | None = None
) -> Document:
    """Return a video with its current status; `updated_at` changes with every new status."""
    seen = state.jobs.refresh(
        COLLECTION,
        video,
        stages=video["stages"],
        work=partial(_work, state),
        polled=polled,
        timeout=timeout,
    )
    if seen["status"] in seen["stages"] and seen["status"] != seen.get("shown", seen["stages"][0]):
        seen["updated_at"] = timestamp(state.clock.now())
        changes = {"shown": seen["status"], "updated_at": seen["updated_at"]}
        state.database.update(COLLECTION, seen["_id"], **changes)
    return seen


def refresh_all(
    state: State, videos: Iterable[Document], *, polled: bool = False
) -> list[Document]:
    """Return videos with their current status; the maximum wait is for all together."""
    deadline = monotonic() + jobs.MAX_WAIT
    running = state.jobs.polled(COLLECTION, videos) if polled else videos
    return [refresh(state, video, timeout=max(0.0, deadline - monotonic())) for video in running]


def refresh_index(state: State, index_id: str, *, polled: bool = False) -> list[Document]:
    """Return the videos of an index that were not ready yet, with their current status."""
    running = state.database.running(COLLECTION, index_id=index_id)
    return refresh_all(state, running, polled=polled)


def ready_in(index_id: str) -> list[Condition]:
    """Return the conditions for the videos of an index that are ready."""
    return [("index_id = ?", (index_id,)), ("status = 'ready'", ())]


def ready_video(state: State, video_id: str, index_id: str | None = None) -> Document:
    """Return a ready video, of an index if one is named. Raises ErrorResponse (404)."""
    video = state.database.get(COLLECTION, video_id)
    if video is None or index_id not in (None, video["index_id"]):
        raise resource_not_exist(COLLECTION, video_id)
    video = refresh(state, video)
    if video["status"] != "ready":
        raise resource_not_exist(COLLECTION, video_id)
    return video


def remove(state: State, video: Document) -> None:
    """Remove a video; the task that added it keeps its last state."""
    with state.database.transaction():
        if task_id := video.get("task_id"):
            status = "failed" if video["status"] in video["stages"] else video["status"]
            names = ("updated_at", "system_metadata", "stream", "error")
            kept = {name: video[name] for name in names if name in video}
            state.database.update(TASKS, task_id, status=status, **kept)
        now = timestamp(state.clock.now())
        state.database.delete(COLLECTION, video["_id"], removed_at=now)


def set_metadata(state: State, video: Document, fields: Mapping[str, Any], *, keep: bool) -> None:
    """Set custom fields of a video; `keep` those that are not named. Raises ErrorResponse."""
    with state.database.transaction():
        video = state.database.get(COLLECTION, video["_id"]) or video
        now = timestamp(state.clock.now())
        state.database.update(
            COLLECTION,
            video["_id"],
            user_metadata=user_metadata.merged(video["user_metadata"] if keep else {}, fields),
            updated_at=now,
            changed_at=now,
        )


def public_fields(video: Document, *names: str) -> dict[str, Any]:
    """Return the named fields of a video and its `system_metadata`, without unknown values."""
    system = {k: v for k, v in video["system_metadata"].items() if v is not None}
    return {name: video.get(name) for name in names if name in video} | {"system_metadata": system}


def details(state: State, video: Document, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what only the response for a single video has. Raises ErrorResponse."""
    result: dict[str, Any] = {}
    if video["user_metadata"]:
        result["user_metadata"] = video["user_metadata"]
    if video["stream"]:
        result["hls"] = stream_status(video)
    if "embedding_option" in params:
        wanted = params["embedding_option"]
        result["embedding"] = _embedding(state, video, wanted)
    if params.get("transcription"):
        result["transcription"] = None  # the emulator has no speech recognition
    return result


def stream_status(video: Document) -> dict[str, Any]:
    """Return the status of the requested stream: the emulator encodes none."""
    return {"status": "CANCELED", "updated_at": video["updated_at"]}


def _embedding(state: State, video: Document, wanted: Sequence[str]) -> dict[str, Any]:
    model = video["model"]
    known = indexing.embedding_names(model) if model else {}
    if foreign := [name for name in wanted if name not in known]:
        names = "`, `".join(known)
        why = f"The index offers `{names}`." if known else "The index has no Marengo model."
        raise parameter_invalid("embedding_option", why=f"{why} Unknown: {', '.join(foreign)}.")
    stored = state.database.segments(COLLECTION, video["_id"])
    clips = stored.about["clips"] if stored else []
    found = by_option(stored) if stored else {}
    segments = [
        {
            "float": vector,
            "start_offset_sec": start,
            "end_offset_sec": end,
            "embedding_option": name,
            "embedding_scope": "clip",
        }
        for name in wanted
        if known[name] in found
        for vector, (start, end) in zip(found[known[name]], clips, strict=True)
    ]
    return {"model_name": model["model_name"], "video_embedding": {"segments": segments}}


def embed_again(state: State) -> None:
    """Embed the videos whose vectors were of an earlier format, as searches compare vectors.

    The results of embedding tasks stay as they were returned.
    """
    for video in state.database.without_segments(COLLECTION):
        if video["model"]:
            try:
                changes = _embed(state, video)
            except ErrorResponse as error:
                changes = {"status": "failed", "error": {"message": error.message}}
            state.database.update(COLLECTION, video["_id"], **changes)


def _work(state: State, video: Document) -> dict[str, Any]:
    changes = _embed(state, video)
    return {"status": "ready", "indexed_at": timestamp(state.clock.now()), **changes}


def _embed(state: State, video: Document) -> dict[str, Any]:
    """Return the segments of a video as a change of it. Raises ErrorResponse."""
    if not video["model"]:
        return {}
    path = state.database.media_path(video["media"])
    clips, embedded, vectors = indexing.index_video(path, video["model"])
    return {"segments": Segments(vectors, {"clips": clips, "embedded": embedded})}
