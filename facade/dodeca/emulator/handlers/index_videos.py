"""`/indexes/{index_id}/videos`: the videos of an index, once they are ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..database import Document
from ..rules import filters
from ..rules.paging import page
from ..state import Call, Handler, Reply
from . import indexes, videos


def list_(call: Call) -> Reply:
    """Answer `GET /indexes/{index_id}/videos`."""
    params, state = call.params, call.state
    index = indexes.existing(state, params["index_id"])
    found = filters.measured(videos.ready_in(state, index["_id"]), params)
    found = filters.since(found, params, "created_at")
    found = filters.since(found, params, "updated_at", "changed_at")
    items, info = page(filters.ordered(found, params), params)
    return 200, {"data": [_shown(video) for video in items], "page_info": info}


def retrieve(call: Call) -> Reply:
    """Answer `GET /indexes/{index_id}/videos/{video_id}`."""
    video = _existing(call)
    return 200, _shown(video) | videos.detail(call.state, video, call.params)


def replace(call: Call) -> Reply:
    """Answer `PUT /indexes/{index_id}/videos/{video_id}`: all custom fields at once."""
    fields = call.body.get("user_metadata", {})
    videos.describe(call.state, _existing(call), fields, keep=False)
    return 204, None


def update(call: Call) -> Reply:
    """Answer `PATCH /indexes/{index_id}/videos/{video_id}`: some custom fields."""
    fields = call.body.get("user_metadata", {})
    videos.describe(call.state, _existing(call), fields, keep=True)
    return 204, None


def delete(call: Call) -> Reply:
    """Answer `DELETE /indexes/{index_id}/videos/{video_id}`."""
    videos.remove(call.state, _existing(call))
    return 204, None


def _existing(call: Call) -> Document:
    index = indexes.existing(call.state, call.params["index_id"])
    return videos.ready(call.state, call.params["video_id"], index["_id"])


def _shown(video: Document) -> dict[str, Any]:
    return videos.shown(video, "_id", "asset_id", "created_at", "updated_at", "indexed_at")


HANDLERS: Mapping[str, Handler] = {
    "index_videos_list": list_,
    "index_videos_retrieve": retrieve,
    "index_videos_replace": replace,
    "index_videos_update": update,
    "index_videos_delete": delete,
}
