"""`/tasks/transfers/import`: the videos of a cloud storage; a local folder plays that storage.

An integration is the folder of its name in the media folder or, without one, that folder itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..clock import timestamp
from ..database import Document, new_id
from ..errors import Refusal, resource_not_exist
from ..rules import user_metadata
from ..rules.models import MAX_TASK, accepted
from ..rules.urls import Source
from . import indexes, videos

if TYPE_CHECKING:
    from ..core import Call, Emulator, Handler, Reply

_COLLECTION = "imports"
_STATES = (*videos.STAGES, "ready", "failed")


def create(call: Call) -> Reply:
    """Answer `POST /tasks/transfers/import/{integration_id}`."""
    body, emulator = call.body, call.emulator
    folder = _folder(emulator, call.params["integration_id"])
    index = indexes.existing(emulator, body["index_id"])
    custom = user_metadata.first(body.get("user_metadata", {}))
    past = [_current(emulator, found) for found in emulator.store.find(_COLLECTION)]
    _refuse_second(past)
    started: Document = {
        "_id": new_id(),
        "integration_id": call.params["integration_id"],
        "index_id": index["_id"],
        "index_name": index["index_name"],
        "created_at": timestamp(emulator.clock.now()),
        "ended_at": None,
        "files": {},
    }
    known = _Known(emulator, index, past)
    drafts: list[Document] = []
    for path in _files(folder):
        digest = _digest(path)
        if body.get("incremental_import", True) and known.has(path, digest):
            started["files"][path.name] = {}
        elif not body.get("retry_failed", False) and digest in known.failed:
            started["files"][path.name] = known.failed[digest]
        else:
            source = Source(path, "integration_id", filename=path.name)
            try:
                info = accepted(index, source, largest=MAX_TASK)
            except Refusal as refusal:
                reason = {"error_message": refusal.message, "digest": digest}
                started["files"][path.name] = reason
                continue
            video = videos.draft(
                emulator, index, source, info, custom=custom, stream=False, digest=digest
            )
            drafts.append(video | {"task_id": video["_id"]})
            known.add(digest)
            started["files"][path.name] = {"video_id": video["_id"]}
    try:
        _begin(emulator, started, drafts)
    except Refusal:
        for video in drafts:
            emulator.store.media(video["media"]).unlink(missing_ok=True)
        raise
    taken = [
        {"video_id": video["_id"], "filename": video["system_metadata"]["filename"]}
        for video in drafts
    ]
    return 201, {"videos": taken, "failed_files": _rejected(started)}


def status(call: Call) -> Reply:
    """Answer `GET /tasks/transfers/import/{integration_id}/status`."""
    emulator, integration_id = call.emulator, call.params["integration_id"]
    folder = _folder(emulator, integration_id)
    index = indexes.existing(emulator, call.params["index_id"])
    outcomes: dict[str, dict[str, Any]] = {}
    for found in _of(emulator, integration_id, index_id=index["_id"]):
        when = {"created_at": found["created_at"]}
        outcomes |= {name: entry | when for name, entry in found["files"].items() if entry}
        outcomes = {name: {} for name in found["files"]} | outcomes
    answer: dict[str, list[Any]] = {name: [] for name in ("not_imported", *_STATES)}
    answer["not_imported"] = [file.name for file in _files(folder) if file.name not in outcomes]
    for name, entry in outcomes.items():
        if "error_message" in entry:
            shown = ("created_at", "error_message")
            answer["failed"].append({"filename": name} | {key: entry[key] for key in shown})
        elif video := emulator.store.get(videos.COLLECTION, entry.get("video_id", "")):
            video = videos.look(emulator, video, polled=True)
            shared = {"filename": name, "created_at": video["created_at"]}
            own = {"video_id": video["_id"]}
            if video["status"] == "failed":
                own = {"error_message": video["error"]["message"]}
            answer[video["status"]].append(shared | own)
    return 200, answer


def logs(call: Call) -> Reply:
    """Answer `GET /tasks/transfers/import/{integration_id}/logs`, oldest first."""
    emulator, integration_id = call.emulator, call.params["integration_id"]
    _folder(emulator, integration_id)
    names = ("index_id", "index_name", "created_at", "ended_at", "video_status")
    data = [
        {name: found[name] for name in names} | {"failed_files": _rejected(found)}
        for found in _of(emulator, integration_id)
    ]
    return 200, {"data": data}


def _begin(emulator: Emulator, started: Document, drafts: Sequence[Document]) -> None:
    """Store an import with its videos. Raises Refusal if that is no longer possible."""
    with emulator.store.transaction():
        _refuse_second(emulator.store.find(_COLLECTION))
        for video in drafts:
            videos.add(emulator, video)
            names = ("_id", "index_id", "created_at")
            task = {name: video[name] for name in names} | {"video_id": video["_id"]}
            emulator.store.insert(videos.TASKS, task)
        emulator.store.insert(_COLLECTION, started)


def _refuse_second(imports: Sequence[Document]) -> None:
    if any(found["ended_at"] is None for found in imports):
        text = "Another import is running. Only one import can run at a time."
        raise Refusal(400, "import_in_progress", text)


class _Known:
    """What an index has already, and what could not be taken into it before."""

    def __init__(self, emulator: Emulator, index: Document, past: Sequence[Document]) -> None:
        self._emulator = emulator
        self._videos = emulator.store.find(videos.COLLECTION, index_id=index["_id"])
        self._digests = {v["digest"] for v in self._videos if "digest" in v}
        self.failed: dict[str, dict[str, Any]] = {}
        """Why, by digest."""
        for found in past:
            if found["index_id"] == index["_id"]:
                entries = found["files"].values()
                self.failed |= {e["digest"]: e for e in entries if "error_message" in e}

    def has(self, path: Path, digest: str) -> bool:
        """Tell whether the content of a file is in the index, however it came there."""
        if digest in self._digests:
            return True
        size = path.stat().st_size
        same_size = [v for v in self._videos if v["system_metadata"]["size"] == size]
        return any(_digest(self._emulator.store.media(v["media"])) == digest for v in same_size)

    def add(self, digest: str) -> None:
        """Remember a file that goes into the index now."""
        self._digests.add(digest)


def _folder(emulator: Emulator, integration_id: str) -> Path:
    """Return the folder that plays an integration. Raises Refusal (404)."""
    plain = Path(integration_id).name == integration_id != ".."
    if emulator.media is None or not plain:
        raise resource_not_exist("integrations", integration_id)
    folder = emulator.media / integration_id
    try:
        return folder if folder.is_dir() else emulator.media
    except OSError:  # no file system has such a name
        return emulator.media


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _of(emulator: Emulator, integration_id: str, **equal: str) -> list[Document]:
    """Return the imports of an integration, oldest first."""
    found = emulator.store.find(_COLLECTION, integration_id=integration_id, **equal)
    return [_current(emulator, started) for started in reversed(found)]


def _current(emulator: Emulator, started: Document) -> Document:
    """Return an import as it is by now; how it ended is kept."""
    if started["ended_at"] is not None:
        return started
    ids = [entry["video_id"] for entry in started["files"].values() if "video_id" in entry]
    alive = filter(None, (emulator.store.get(videos.COLLECTION, video_id) for video_id in ids))
    seen = videos.look_all(emulator, alive)
    counts = {state: sum(video["status"] == state for video in seen) for state in _STATES}
    if any(counts[stage] for stage in videos.STAGES):
        return started | {"video_status": counts}
    ended = max([started["created_at"], *(video["updated_at"] for video in seen)])
    changes = {"ended_at": ended, "video_status": counts}
    return emulator.store.update(_COLLECTION, started["_id"], **changes) or started | changes


def _rejected(started: Document) -> list[dict[str, Any]]:
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
