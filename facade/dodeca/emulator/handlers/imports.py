"""`/tasks/transfers/import`: imports from cloud storage, for which a local folder stands in.

An integration is the folder of that name in the media folder, or else the media folder itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..clock import timestamp
from ..database import Document, new_id
from ..errors import ErrorResponse, resource_not_exist
from ..rules import user_metadata
from ..rules.models import MAX_TASK, check_video
from ..rules.urls import MediaSource, is_inside
from ..state import Call, Handler, Reply, State
from . import indexes, videos

_COLLECTION = "imports"
_STATES = (*videos.STAGES, "ready", "failed")


def create(call: Call) -> Reply:
    """Handle `POST /tasks/transfers/import/{integration_id}`."""
    body, state = call.body, call.state
    folder = _folder(state, call.params["integration_id"])
    index = indexes.find_index(state, body["index_id"])
    custom = user_metadata.initial(body.get("user_metadata", {}))
    past = [_refreshed(state, found) for found in state.database.find(_COLLECTION)]
    _refuse_if_running(past)
    started: Document = {
        "_id": new_id(),
        "integration_id": call.params["integration_id"],
        "index_id": index["_id"],
        "index_name": index["index_name"],
        "created_at": timestamp(state.clock.now()),
        "ended_at": None,
        "files": {},
    }
    known = _KnownFiles(state, index, past)
    drafts: list[Document] = []
    for path in _files(folder):
        digest = _digest(path)
        if body.get("incremental_import", True) and known.has(path, digest):
            started["files"][path.name] = {}
        elif not body.get("retry_failed", False) and digest in known.failed:
            started["files"][path.name] = known.failed[digest]
        else:
            source = MediaSource(path, "integration_id", filename=path.name)
            try:
                info = check_video(index, source, largest=MAX_TASK)
            except ErrorResponse as error:
                reason = {"error_message": error.message, "digest": digest}
                started["files"][path.name] = reason
                continue
            video = videos.new_video(
                state, index, source, info, custom=custom, stream=False, digest=digest
            )
            drafts.append(video | {"task_id": video["_id"]})
            known.add(digest)
            started["files"][path.name] = {"video_id": video["_id"]}
    try:
        _begin(state, started, drafts)
    except ErrorResponse:
        for video in drafts:
            state.database.media_path(video["media"]).unlink(missing_ok=True)
        raise
    taken = [
        {"video_id": video["_id"], "filename": video["system_metadata"]["filename"]}
        for video in drafts
    ]
    return 201, {"videos": taken, "failed_files": _failed_files(started)}


def status(call: Call) -> Reply:
    """Handle `GET /tasks/transfers/import/{integration_id}/status`."""
    state, integration_id = call.state, call.params["integration_id"]
    folder = _folder(state, integration_id)
    index = indexes.find_index(state, call.params["index_id"])
    outcomes: dict[str, dict[str, Any]] = {}
    for found in _imports_of(state, integration_id, index_id=index["_id"]):
        when = {"created_at": found["created_at"]}
        outcomes |= {name: entry | when for name, entry in found["files"].items() if entry}
        outcomes = {name: {} for name in found["files"]} | outcomes
    response: dict[str, list[Any]] = {name: [] for name in ("not_imported", *_STATES)}
    response["not_imported"] = [file.name for file in _files(folder) if file.name not in outcomes]
    for name, entry in outcomes.items():
        if "error_message" in entry:
            shown = ("created_at", "error_message")
            response["failed"].append({"filename": name} | {key: entry[key] for key in shown})
        elif video := state.database.get(videos.COLLECTION, entry.get("video_id", "")):
            video = videos.refresh(state, video, polled=True)
            shared = {"filename": name, "created_at": video["created_at"]}
            own = {"video_id": video["_id"]}
            if video["status"] == "failed":
                own = {"error_message": video["error"]["message"]}
            response[video["status"]].append(shared | own)
    return 200, response


def logs(call: Call) -> Reply:
    """Handle `GET /tasks/transfers/import/{integration_id}/logs`, oldest first."""
    state, integration_id = call.state, call.params["integration_id"]
    _folder(state, integration_id)
    names = ("index_id", "index_name", "created_at", "ended_at", "video_status")
    data = [
        {name: found[name] for name in names} | {"failed_files": _failed_files(found)}
        for found in _imports_of(state, integration_id)
    ]
    return 200, {"data": data}


def _begin(state: State, started: Document, drafts: Sequence[Document]) -> None:
    """Store an import with its videos. Raises ErrorResponse if that is no longer possible."""
    with state.database.transaction():
        _refuse_if_running(state.database.find(_COLLECTION))
        for video in drafts:
            videos.add(state, video)
            names = ("_id", "index_id", "created_at")
            task = {name: video[name] for name in names} | {"video_id": video["_id"]}
            state.database.insert(videos.TASKS, task)
        state.database.insert(_COLLECTION, started)


def _refuse_if_running(imports: Sequence[Document]) -> None:
    if any(found["ended_at"] is None for found in imports):
        text = "Another import is running. Only one import can run at a time."
        raise ErrorResponse(400, "import_in_progress", text)


class _KnownFiles:
    """The files that an index has, and those that failed in earlier imports."""

    def __init__(self, state: State, index: Document, past: Sequence[Document]) -> None:
        self._state = state
        self._videos = state.database.find(videos.COLLECTION, index_id=index["_id"])
        self._digests = {v["digest"] for v in self._videos if "digest" in v}
        self.failed: dict[str, dict[str, Any]] = {}
        """Reason by digest."""
        for found in past:
            if found["index_id"] == index["_id"]:
                entries = found["files"].values()
                self.failed |= {e["digest"]: e for e in entries if "error_message" in e}

    def has(self, path: Path, digest: str) -> bool:
        """Return whether a video with the content of a file is in the index."""
        if digest in self._digests:
            return True
        size = path.stat().st_size
        same_size = [v for v in self._videos if v["system_metadata"]["size"] == size]
        return any(
            _digest(self._state.database.media_path(v["media"])) == digest for v in same_size
        )

    def add(self, digest: str) -> None:
        """Add a file that this import takes."""
        self._digests.add(digest)


def _folder(state: State, integration_id: str) -> Path:
    """Return the folder of an integration. Raises ErrorResponse (404)."""
    is_file_name = Path(integration_id).name == integration_id != ".."
    if state.media_folder is None or not is_file_name:
        raise resource_not_exist("integrations", integration_id)
    folder = state.media_folder / integration_id
    try:
        inside = folder.is_dir() and is_inside(folder, state.media_folder)
        return folder if inside else state.media_folder
    except OSError:  # the file system does not allow such a name
        return state.media_folder


def _files(folder: Path) -> list[Path]:
    """Return the files of a folder, without hidden ones and links that lead out of it."""
    return sorted(
        path
        for path in folder.iterdir()
        if not path.name.startswith(".") and is_inside(path, folder) and path.is_file()
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _imports_of(state: State, integration_id: str, **equal: str) -> list[Document]:
    """Return the imports of an integration, oldest first."""
    found = state.database.find(_COLLECTION, integration_id=integration_id, **equal)
    return [_refreshed(state, started) for started in reversed(found)]


def _refreshed(state: State, started: Document) -> Document:
    """Return an import with its current status; its end is stored."""
    if started["ended_at"] is not None:
        return started
    ids = [entry["video_id"] for entry in started["files"].values() if "video_id" in entry]
    alive = filter(None, (state.database.get(videos.COLLECTION, video_id) for video_id in ids))
    current = videos.refresh_all(state, alive)
    counts = {name: sum(video["status"] == name for video in current) for name in _STATES}
    counts["failed"] += len(_failed_files(started))
    if any(counts[stage] for stage in videos.STAGES):
        return started | {"video_status": counts}
    ended = max([started["created_at"], *(video["updated_at"] for video in current)])
    changes = {"ended_at": ended, "video_status": counts}
    return state.database.update(_COLLECTION, started["_id"], **changes) or started | changes


def _failed_files(started: Document) -> list[dict[str, Any]]:
    return [
        {"filename": name, "error_message": entry["error_message"]}
        for name, entry in started["files"].items()
        if "error_message" in entry
    ]


HANDLERS: Mapping[str, Handler] = {
    "imports_create": create,
    "imports_status": status,
    "imports_logs": logs,
}
