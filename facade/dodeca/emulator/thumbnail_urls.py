"""Thumbnails of videos and images at URLs of the emulator; those of a search expire."""

from __future__ import annotations

import re
from datetime import datetime

import httpx

from dodeca.video.probe import BrokenMedia
from dodeca.video.thumbnails import thumbnail

from .errors import ErrorResponse, resource_not_exist
from .state import State

PATTERN = re.compile(r"/emulator/thumbnails/([0-9a-f]{24})(?:/(\d{1,9})-(\d{1,11}))?\.jpg")


def thumbnail_path(video_id: str, seconds: float, expires: datetime) -> str:
    """Return the path of a thumbnail of a video at a time, which works until `expires`."""
    frame = f"{round(seconds * 1000)}-{int(expires.timestamp())}"
    return f"/emulator/thumbnails/{video_id}/{frame}.jpg"


def thumbnail_response(match: re.Match[str], state: State) -> httpx.Response:
    """Return the JPEG at a path that matches PATTERN. Raises ErrorResponse (403, 404)."""
    media_id, milliseconds, expires = match.groups()
    if expires and state.clock.now().timestamp() >= int(expires):
        raise ErrorResponse(403, "access_denied", "The URL has expired.")
    found = state.database.get("videos", media_id) or state.database.get("assets", media_id)
    if not found or not found.get("media"):
        raise resource_not_exist("thumbnails", media_id)
    try:
        path = state.database.media_path(found["media"])
        content = thumbnail(path, int(milliseconds) / 1000 if milliseconds else None)
    except (BrokenMedia, OSError):
        raise resource_not_exist("thumbnails", media_id) from None
    return httpx.Response(200, content=content, headers={"Content-Type": "image/jpeg"})
