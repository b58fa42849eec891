"""The `media_source` of requests: base64 in the request itself, a URL, or an asset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import pybase64

from ..errors import parameter_invalid, resource_not_exist
from ..rules.urls import MB, MediaSource, open_url, too_large
from ..state import State
from . import assets

MediaKind = Literal["image", "audio", "video", "document"]

MAX_IMAGE = 32 * MB
MAX_OTHER_IMAGE = 5 * MB  # of searches and of embeddings of version 1
MAX_BASE64 = 36 * MB  # audio and video, decoded
MAX_DOCUMENT = 512 * MB
MAX_FILE = 4096 * MB  # audio and video from a URL or an asset


@contextmanager
def open_source(
    state: State,
    media_source: Mapping[str, Any],
    *,
    kind: MediaKind,
    field: str,
    limit: int | None = None,
) -> Iterator[MediaSource]:
    """Open the media that a `media_source` object names; `field` is its dotted name.

    The request is validated, so there is exactly one source. `limit` is the maximum size in bytes,
    if it is not the usual one. Raises ErrorResponse: 400 when the media cannot be read or are
    too large, 404 for an unknown asset.
    """
    ((name, value),) = media_source.items()
    field = f"{field}.{name}"
    if limit is None:
        limit = {"image": MAX_IMAGE, "document": MAX_DOCUMENT}.get(kind, MAX_FILE)
    match name:
        case "base64_string":
            yield _decode(value, field, min(limit, MAX_BASE64))
        case "asset_id":
            yield _asset_source(state, value, field).checked(limit)
        case _:
            with open_url(state, value, field=field, limit=limit) as source:
                yield source


def source_name(source: MediaSource) -> dict[str, str]:
    """Return what the `metadata` of a response say about where media come from."""
    if source.url:
        return {"input_url": source.url}
    return {"input_filename": source.filename} if source.filename else {}


def _decode(text: str, field: str, limit: int) -> MediaSource:
    if len(text) > (limit + 2) // 3 * 4:
        raise too_large(field, limit)
    try:
        content = pybase64.b64decode(text, validate=True)
    except ValueError:
        raise parameter_invalid(field, why="It is not valid base64.") from None
    return MediaSource(content, field).checked(limit)


def _asset_source(state: State, asset_id: str, field: str) -> MediaSource:
    asset = assets.find_asset(state, asset_id)
    if asset is None:
        raise resource_not_exist("assets", asset_id)
    if asset["status"] != "ready":
        why = f"The asset is not ready: its status is `{asset['status']}`."
        raise parameter_invalid(field, why=why)
    return MediaSource(state.database.media_path(asset["media"]), field, filename=asset["filename"])
