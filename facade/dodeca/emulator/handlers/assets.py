"""`/assets`: files uploaded once and used by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from dodeca._base.media_types import mime_type_of
from dodeca.video.probe import BrokenMedia, probe

from ..clock import timestamp
from ..database import Condition, Document, Selection, new_id
from ..errors import ErrorResponse, parameter_invalid, parameter_not_provided, resource_not_exist
from ..media.documents import PDF, document_format
from ..requests.bodies import UploadedFile
from ..rules import user_metadata
from ..rules.paging import page_of
from ..rules.urls import MB, MediaSource, open_url
from ..state import Call, Handler, Reply, State

COLLECTION = "assets"
MAX_DIRECT = 200 * MB
MAX_FROM_URL = 4096 * MB
MAX_IMAGE = 32 * MB
MAX_DOCUMENT = 512 * MB
DOCUMENT_TYPES = ("application/pdf", "text/markdown", "text/plain")
_STAGES = ("processing",)
_SHOWN = ("_id", "method", "status", "filename", "file_type", "created_at", "user_metadata")
_DETAILS = ("size", "duration", "technical_metadata", "error")


def create(call: Call) -> Reply:
    """Handle `POST /assets`: store a file, or fetch it from its URL."""
    body, state = call.body, call.state
    refuse_streams(body)
    custom = user_metadata.without_empty(user_metadata.parse(body.get("user_metadata")))
    with _open_file(call) as source:
        filename = body.get("filename") or source.filename
        if not filename:
            raise parameter_not_provided("filename")
        if not source.size:
            raise parameter_invalid(source.field, why="The file is empty.")
        limits = {"image": MAX_IMAGE, "document": MAX_DOCUMENT}
        source.checked(limits.get(_kind(_guessed(filename)), MAX_FROM_URL))
        asset = new_asset(state, body["method"], filename, source.save(state), custom)
    state.database.insert(COLLECTION, asset)
    return 201, _shown(asset, _SHOWN)


def new_asset(
    state: State,
    method: str,
    filename: str,
    media: str,
    custom: Mapping[str, Any],
    *,
    asset_id: str | None = None,
) -> Document:
    """Return a new document for an asset whose file is stored; it is not inserted yet."""
    return {
        "_id": asset_id or new_id(),
        "method": method,
        "status": _STAGES[0],
        "filename": filename,
        "file_type": _guessed(filename),
        "created_at": timestamp(state.clock.now()),
        "user_metadata": dict(custom) or None,
        "media": media,
        "polls": 0,
        "duration": None,
    }


def refuse_streams(body: Mapping[str, Any]) -> None:
    """Raise ErrorResponse for what the emulator cannot make of an asset."""
    for name in ("enable_hls", "enable_thumbnail"):
        if body.get(name):
            raise parameter_invalid(name, why="The emulator makes no streams and no thumbnails.")


def list_(call: Call) -> Reply:
    """Handle `GET /assets`, newest first."""
    params, state = call.params, call.state
    running = state.database.running(COLLECTION)
    state.jobs.refresh_all(COLLECTION, running, stages=_STAGES, work=partial(_work, state))
    selection = Selection(COLLECTION, tuple(_chosen(params)))
    items, info = page_of(state.database, selection, params)
    return 200, {"data": [_shown(asset, _SHOWN + _DETAILS) for asset in items], "page_info": info}


def _chosen(params: Mapping[str, Any]) -> list[Condition]:
    """Return the conditions for the ids, types and names that the parameters ask for."""
    found: list[Condition] = []
    if ids := params.get("asset_ids"):
        sql = "id IN (SELECT value FROM json_each(?))"
        found.append((sql, (orjson.dumps([*ids]).decode(),)))
    if types := params.get("asset_types"):
        sql = f"{_KIND} IN (SELECT value FROM json_each(?))"  # noqa: S608
        found.append((sql, (orjson.dumps([*types]).decode(),)))
    if part := params.get("filename", "").casefold():
        found.append(("instr(casefold(filename), ?)", (part,)))
    return found


def retrieve(call: Call) -> Reply:
    """Handle `GET /assets/{asset_id}`."""
    asset_id = call.params["asset_id"]
    asset = call.state.database.get(COLLECTION, asset_id)
    if asset is None:
        raise resource_not_exist(COLLECTION, asset_id)
    return 200, _shown(_refreshed(call.state, asset, polled=True), _SHOWN + _DETAILS)


def delete(call: Call) -> Reply:
    """Handle `DELETE /assets/{asset_id}`; what was made from it has its own copy."""
    asset_id, store = call.params["asset_id"], call.state.database
    with store.transaction():
        if store.get(COLLECTION, asset_id) is None:
            raise resource_not_exist(COLLECTION, asset_id)
        if not call.params["force"] and store.find("videos", asset_id=asset_id):
            text = f"Asset `{asset_id}` is indexed. Delete its indexed assets, or use `force`."
            raise ErrorResponse(409, "asset_in_use", text)
        store.delete(COLLECTION, asset_id)
    return 204, None


def find_asset(state: State, asset_id: str) -> Document | None:
    """Return an asset with its current status, or None."""
    asset = state.database.get(COLLECTION, asset_id)
    return asset and _refreshed(state, asset)


@contextmanager
def _open_file(call: Call) -> Iterator[MediaSource]:
    """Open the file of the form or of the URL, as `method` says. Raises ErrorResponse."""
    upload, url = call.files.get("file"), call.body.get("url")
    if call.body["method"] == "direct":
        if upload is None:
            raise parameter_not_provided("file")
        if url is not None:
            raise parameter_invalid("url", why="It cannot be combined with method `direct`.")
        yield _uploaded(upload)
    else:
        if url is None:
            raise parameter_not_provided("url")
        if upload is not None:
            raise parameter_invalid("file", why="It cannot be combined with method `url`.")
        with open_url(call.state, url, field="url", limit=MAX_FROM_URL) as source:
            yield source


def _uploaded(upload: UploadedFile) -> MediaSource:
    if upload.size > MAX_DIRECT:
        text = (
            f"The video is too large. Please use a video with a size less than `{MAX_DIRECT}`. "
            f"The current size is `{upload.size}`."
        )
        raise ErrorResponse(400, "video_filesize_too_large", text)
    return MediaSource(upload.path, "file", filename=upload.filename, temporary=True)


def _refreshed(state: State, asset: Document, *, polled: bool = False) -> Document:
    return state.jobs.refresh(
        COLLECTION, asset, stages=_STAGES, work=partial(_work, state), polled=polled
    )


def _work(state: State, asset: Document) -> dict[str, Any]:
    path = state.database.media_path(asset["media"])
    read = _read_document if asset["file_type"] in DOCUMENT_TYPES else _read_media
    try:
        return {"status": "ready"} | read(path, asset["file_type"])
    except BrokenMedia as error:
        return {"status": "failed", "error": {"message": f"The file cannot be read: {error}."}}


def _read_document(path: Path, guessed: str) -> dict[str, Any]:
    """Return what is known about a PDF or a text. Raises BrokenMedia."""
    technical = {"file_size_bytes": path.stat().st_size}
    if document_format(path) == "pdf":
        guessed, technical["document_page_count"] = "application/pdf", PDF(path).page_count
    return {
        "size": technical["file_size_bytes"],
        "file_type": guessed,
        "technical_metadata": technical,
    }


def _read_media(path: Path, guessed: str) -> dict[str, Any]:
    """Return what is known about an image, audio or a video. Raises BrokenMedia."""
    info = probe(path)
    technical = {
        "file_size_bytes": info.size_bytes,
        "file_container_format": info.format,
        "has_audio": info.has_audio,
        "audio_codec": info.audio_codec,
    }
    if info.kind == "image":
        technical |= {"image_width": info.width, "image_height": info.height}
    elif info.kind == "video":
        technical |= {
            "video_codec": info.video_codec,
            "video_width": info.width,
            "video_height": info.height,
            "video_fps": info.fps,
            "video_duration_seconds": info.duration,
        }
    return {
        "size": info.size_bytes,
        "file_type": _file_type(guessed, info.kind, info.format),
        "duration": info.duration,
        "technical_metadata": {k: v for k, v in technical.items() if v is not None},
    }


def _guessed(filename: str) -> str:
    return mime_type_of(filename)


_FILE_TYPE = "json_extract(body, '$.file_type')"
_KIND = (
    f"CASE WHEN {_FILE_TYPE} IN ({', '.join(map(repr, DOCUMENT_TYPES))}) THEN 'document'"
    f" ELSE substr({_FILE_TYPE}, 1, instr({_FILE_TYPE}, '/') - 1) END"
)
"""What `_kind` returns, in SQL."""


def _kind(file_type: str) -> str:
    """Return the type of an asset in the sense of the filter `asset_types`."""
    return "document" if file_type in DOCUMENT_TYPES else file_type.partition("/")[0]


def _file_type(guessed: str, kind: str, container: str) -> str:
    """Return the media type guessed from the name, unless the content is of another kind."""
    return guessed if guessed.startswith(f"{kind}/") else f"{kind}/{container}"


def _shown(asset: Document, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: asset[name] for name in names if asset.get(name) is not None}


HANDLERS: Mapping[str, Handler] = {
    "assets_create": create,
    "assets_list": list_,
    "assets_retrieve": retrieve,
    "assets_delete": delete,
}
