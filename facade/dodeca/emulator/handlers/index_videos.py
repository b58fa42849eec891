"""`/indexes/{index_id}/videos`: the videos of an index that are ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..database import Document, Selection
from ..rules import filters
from ..rules.paging import page_of
from ..state import Call, Handler, Reply
from . import indexes, videos


def list_(call: Call) -> Reply:
    """Handle `GET /indexes/{index_id}/videos`."""
    params, state = call.params, call.state
    index = indexes.find_index(state, params["index_id"])
    videos.refresh_index(state, index["_id"])
    conditions = [
        *videos.ready_in(index["_id"]),
        *filters.filter_videos(params),
        *filters.filter_since(params, "created_at"),
        *filters.filter_since(params, "updated_at", "changed_at"),
    ]
    selection = Selection(videos.COLLECTION, tuple(conditions), filters.order_of(params))
    items, info = page_of(state.database, selection, params)
    return 200, {"data": [_shown(video) for video in items], "page_info": info}


def retrieve(call: Call) -> Reply:
    """Handle `GET /indexes/{index_id}/videos/{video_id}`."""
    video = _existing(call)
    return 200, _shown(video) | videos.details(call.state, video, call.params)


def replace(call: Call) -> Reply:
    """Handle `PUT /indexes/{index_id}/videos/{video_id}`: replace all custom fields."""
    fields = call.body.get("user_metadata", {})
    videos.set_metadata(call.state, _existing(call), fields, keep=False)
    return 204, None


def update(call: Call) -> Reply:
    """Handle `PATCH /indexes/{index_id}/videos/{video_id}`: set some custom fields."""
    fields = call.body.get("user_metadata", {})
    videos.set_metadata(call.state, _existing(call), fields, keep=True)
    return 204, None


def delete(call: Call) -> Reply:
    """Handle `DELETE /indexes/{index_id}/videos/{video_id}`."""
    videos.remove(call.state, _existing(call))
    return 204, None


def _existing(call: Call) -> Document:
    index = indexes.find_index(call.state, call.params["index_id"])
    return videos.ready_video(call.state, call.params["video_id"], index["_id"])


def _shown(video: Document) -> dict[str, Any]:
    return videos.public_fields(video, "_id", "asset_id", "created_at", "updated_at", "indexed_at")


HANDLERS: Mapping[str, Handler] = {
    "index_videos_list": list_,
    "index_videos_retrieve": retrieve,
    "index_videos_replace": replace,
    "index_videos_update": update,
    "index_videos_delete": delete,
}
