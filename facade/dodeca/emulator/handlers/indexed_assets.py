"""`/indexes/{index_id}/indexed-assets`: uploaded assets that are added to an index.

All videos of an index are listed, also those that a task or an import has added; only those from
assets have an `asset_id`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..database import Document, Selection
from ..errors import parameter_invalid, resource_not_exist
from ..rules import filters, user_metadata
from ..rules.models import check_video
from ..rules.paging import page_of
from ..rules.urls import MediaSource
from ..state import Call, Handler, Reply
from . import assets, indexes, videos

_NAME = "indexed_assets"  # the name of the collection in messages


def create(call: Call) -> Reply:
    """Handle `POST /indexes/{index_id}/indexed-assets`: index a ready asset later."""
    body, state = call.body, call.state
    index = indexes.find_index(state, call.params["index_id"])
    custom = user_metadata.initial(body.get("user_metadata", {}))
    asset = assets.find_asset(state, body["asset_id"])
    if asset is None:
        raise resource_not_exist(assets.COLLECTION, body["asset_id"])
    if asset["status"] != "ready":
        why = f"The asset is not ready: its status is `{asset['status']}`."
        raise parameter_invalid("asset_id", why=why)
    source = MediaSource(
        state.database.media_path(asset["media"]), "asset_id", filename=asset["filename"]
    )
    video = videos.new_video(
        state,
        index,
        source,
        check_video(index, source),
        custom=custom,
        stream=body.get("enable_video_stream", False),
        asset_id=asset["_id"],
    )
    videos.add(state, video)
    return 202, {"_id": video["_id"], "asset_id": asset["_id"]}


def list_(call: Call) -> Reply:
    """Handle `GET /indexes/{index_id}/indexed-assets`."""
    params, state = call.params, call.state
    index = indexes.find_index(state, params["index_id"])
    refreshed = videos.refresh_index(state, index["_id"], polled=True)
    current = {video["_id"]: video | {"status": _status(video)} for video in refreshed}
    conditions = [
        ("index_id = ?", (index["_id"],)),
        *filters.filter_videos(params),
        *filters.with_status(params.get("status", ()), current.values()),
        *filters.filter_since(params, "created_at"),
        *filters.filter_since(params, "updated_at"),
    ]
    selection = Selection(videos.COLLECTION, tuple(conditions), filters.order_of(params))
    items, info = page_of(state.database, selection, params)
    data = [_shown(current.get(video["_id"], video)) for video in items]
    return 200, {"data": data, "page_info": info}


def retrieve(call: Call) -> Reply:
    """Handle `GET /indexes/{index_id}/indexed-assets/{indexed_asset_id}`."""
    video = videos.refresh(call.state, _existing(call), polled=True)
    detail = videos.details(call.state, video, call.params)
    return 200, _shown(video) | detail


def update(call: Call) -> Reply:
    """Handle `PATCH /indexes/{index_id}/indexed-assets/{indexed_asset_id}`: custom fields."""
    fields = call.body.get("user_metadata", {})
    videos.set_metadata(call.state, _existing(call), fields, keep=True)
    return 204, None


def delete(call: Call) -> Reply:
    """Handle `DELETE /indexes/{index_id}/indexed-assets/{indexed_asset_id}`; the asset is kept."""
    videos.remove(call.state, videos.refresh(call.state, _existing(call)))
    return 204, None


def _existing(call: Call) -> Document:
    index = indexes.find_index(call.state, call.params["index_id"])
    video_id = call.params["indexed_asset_id"]
    video = call.state.database.get(videos.COLLECTION, video_id)
    if video is None or video["index_id"] != index["_id"]:
        raise resource_not_exist(_NAME, video_id)
    return video


def _shown(video: Document) -> dict[str, Any]:
    names = ("_id", "asset_id", "created_at", "updated_at", "indexed_at", "error")
    return videos.public_fields(video, *names) | {"status": _status(video)}


def _status(video: Document) -> str:
    """Return the status, without the stage that only tasks have."""
    return "validating" if video["status"] == "uploading" else str(video["status"])


HANDLERS: Mapping[str, Handler] = {
    "indexed_assets_create": create,
    "indexed_assets_list": list_,
    "indexed_assets_retrieve": retrieve,
    "indexed_assets_update": update,
    "indexed_assets_delete": delete,
}
