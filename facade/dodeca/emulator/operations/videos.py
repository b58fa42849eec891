"""The videos of indexes: one document each, whether a task, an asset or an import brought it in.

Tasks, indexed assets and the videos of an index are views of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import PurePath
from time import monotonic
from typing import TYPE_CHECKING, Any

from .. import jobs
from ..clock import timestamp
from ..errors import parameter_invalid, resource_not_exist
from ..meaning import indexing
from ..media.analysis import MediaInfo
from ..rules import user_metadata
from ..rules.models import model_of
from ..rules.urls import Source
from ..store import Document, Vectors, new_id

if TYPE_CHECKING:
    from ..core import Emulator

COLLECTION = "videos"
INDEXES = "indexes"
TASKS = "tasks"
STAGES = ("validating", "pending", "queued", "indexing")


def draft(
    emulator: Emulator,
    index: Document,
    source: Source,
    info: MediaInfo,
    *,
    custom: Mapping[str, Any],
    stream: bool,
    filename: str | None = None,
    stages: Sequence[str] = STAGES,
    **more: Any,
) -> Document:
    """Keep a video that the models of an index accept, and return its document, to be added.

    `more` says where it comes from: `task_id`, `asset_id`, `integration_id`.
    """
    now = timestamp(emulator.clock.now())
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
        "clips": [],
        "embedded": [],
        "media": source.keep(emulator),
        **more,
    }


def add(emulator: Emulator, video: Document) -> None:
    """Put a video into its index. Raises Refusal when that was deleted in the meantime."""
    with emulator.store.transaction():
        if emulator.store.get(INDEXES, video["index_id"]) is None:
            emulator.store.media(video["media"]).unlink()
            raise resource_not_exist(INDEXES, video["index_id"])
        emulator.store.insert(COLLECTION, video)


def look(
    emulator: Emulator, video: Document, *, polled: bool = False, patience: float | None = None
) -> Document:
    """Return a video with its status as of now; `updated_at` moves with every change of it."""
    seen = emulator.jobs.look(
        COLLECTION,
        video,
        stages=video["stages"],
        work=partial(_work, emulator),
        polled=polled,
        patience=patience,
    )
    if seen["status"] in seen["stages"] and seen["status"] != seen.get("shown", seen["stages"][0]):
        seen["updated_at"] = timestamp(emulator.clock.now())
        changes = {"shown": seen["status"], "updated_at": seen["updated_at"]}
        emulator.store.update(COLLECTION, seen["_id"], **changes)
    return seen


def look_all(
    emulator: Emulator, videos: Iterable[Document], *, polled: bool = False
) -> list[Document]:
    """Return videos with their status as of now; what waiting there is, is for all together."""
    deadline = monotonic() + jobs.PATIENCE
    return [
        look(emulator, video, polled=polled, patience=max(0.0, deadline - monotonic()))
        for video in videos
    ]


def in_index(emulator: Emulator, index_id: str, *, polled: bool = False) -> list[Document]:
    """Return the videos of an index, newest first, whatever their status."""
    return look_all(emulator, emulator.store.find(COLLECTION, index_id=index_id), polled=polled)


def ready_in(emulator: Emulator, index_id: str) -> list[Document]:
    """Return the videos of an index that can be used, newest first."""
    return [video for video in in_index(emulator, index_id) if video["status"] == "ready"]


def ready(emulator: Emulator, video_id: str, index_id: str | None = None) -> Document:
    """Return a video that can be used, of an index if one is named. Raises Refusal (404)."""
    video = emulator.store.get(COLLECTION, video_id)
    if video is None or index_id not in (None, video["index_id"]):
        raise resource_not_exist(COLLECTION, video_id)
    video = look(emulator, video)
    if video["status"] != "ready":
        raise resource_not_exist(COLLECTION, video_id)
    return video


def remove(emulator: Emulator, video: Document) -> None:
    """Remove a video; the task that brought it in keeps what it said last."""
    with emulator.store.transaction():
        if task_id := video.get("task_id"):
            status = "failed" if video["status"] in video["stages"] else video["status"]
            names = ("updated_at", "system_metadata", "stream", "error")
            kept = {name: video[name] for name in names if name in video}
            emulator.store.update(TASKS, task_id, status=status, **kept)
        emulator.store.delete(COLLECTION, video["_id"])


def describe(emulator: Emulator, video: Document, fields: Mapping[str, Any], *, keep: bool) -> None:
    """Set custom fields of a video, and `keep` those that are not named. Raises Refusal."""
    with emulator.store.transaction():
        video = emulator.store.get(COLLECTION, video["_id"]) or video
        now = timestamp(emulator.clock.now())
        emulator.store.update(
            COLLECTION,
            video["_id"],
            user_metadata=user_metadata.merged(video["user_metadata"] if keep else {}, fields),
            updated_at=now,
            changed_at=now,
        )


def shown(video: Document, *names: str) -> dict[str, Any]:
    """Return some fields of a video, with what it measures; what is not known is left out."""
    system = {k: v for k, v in video["system_metadata"].items() if v is not None}
    return {name: video.get(name) for name in names if name in video} | {"system_metadata": system}


def detail(emulator: Emulator, video: Document, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what only the view of a single video has. Raises Refusal."""
    result: dict[str, Any] = {}
    if video["user_metadata"]:
        result["user_metadata"] = video["user_metadata"]
    if video["stream"]:
        result["hls"] = hls(video)
    if "embedding_option" in params:
        wanted = params["embedding_option"]
        result["embedding"] = _embedding(emulator, video, wanted)
    if params.get("transcription"):
        result["transcription"] = None  # the emulator hears no words
    return result


def hls(video: Document) -> dict[str, Any]:
    """Return the state of a stream that was asked for: the emulator encodes none."""
    return {"status": "CANCELED", "updated_at": video["updated_at"]}


def vectors(emulator: Emulator, video: Document) -> dict[str, Vectors]:
    """Return the vectors of the clips of a video by model option."""
    found = emulator.store.vectors(COLLECTION, video["_id"])
    count = len(video["clips"])
    if found is None:
        return {}
    return {o: found[i * count : (i + 1) * count] for i, o in enumerate(video["embedded"])}


def _embedding(emulator: Emulator, video: Document, wanted: Sequence[str]) -> dict[str, Any]:
    model = video["model"]
    known = indexing.embedding_names(model) if model else {}
    if foreign := [name for name in wanted if name not in known]:
        names = "`, `".join(known)
        why = f"The index offers `{names}`." if known else "The index has no Marengo model."
        raise parameter_invalid("embedding_option", why=f"{why} Not known: {', '.join(foreign)}.")
    found = vectors(emulator, video)
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
        for vector, (start, end) in zip(found[known[name]], video["clips"], strict=True)
    ]
    return {"model_name": model["model_name"], "video_embedding": {"segments": segments}}


def _work(emulator: Emulator, video: Document) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if video["model"]:
        path = emulator.store.media(video["media"])
        changes["clips"], changes["embedded"], vectors = indexing.indexed(path, video["model"])
        with emulator.store.transaction():
            if emulator.store.get(COLLECTION, video["_id"]):  # else it was deleted in the meantime
                emulator.store.put_vectors(COLLECTION, video["_id"], vectors)
    return {"status": "ready", "indexed_at": timestamp(emulator.clock.now()), **changes}
