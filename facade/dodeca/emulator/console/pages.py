"""What the emulator has besides the API: a front page, thumbnails, and the ledger.

None of it needs an API key, and no fault befalls it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import httpx
import orjson

from dodeca.video.probe import BrokenMedia
from dodeca.video.thumbnails import thumbnail

from .. import ledger
from ..errors import Refusal, endpoint_not_exist, method_not_allowed, resource_not_exist
from . import front_page

if TYPE_CHECKING:
    from ..core import Emulator

Page = Callable[["Emulator"], httpx.Response]
_THUMBNAIL = re.compile(r"/emulator/thumbnails/([0-9a-f]{24})(?:/(\d{1,9})-(\d{1,11}))?\.jpg")


def find(method: str, path: str, base: str) -> Page | None:
    """Return what answers at a path, with or without the base path of the API before it.

    None when it is not one of these pages. Raises Refusal (404, 405).
    """
    path = path.removeprefix(base) or "/"
    match = _THUMBNAIL.fullmatch(path)
    if path == "/":
        found: Page = _front
    elif path == "/emulator/ledger":
        found = _ledger
    elif match:
        found = partial(_thumbnail, match)
    elif path.startswith("/emulator/"):
        raise endpoint_not_exist(path)
    else:
        return None
    if method not in ("GET", "HEAD"):
        raise method_not_allowed(method, ["GET"])
    return found


def _front(emulator: Emulator) -> httpx.Response:
    return httpx.Response(200, html=front_page.front(emulator))


def _ledger(emulator: Emulator) -> httpx.Response:
    content = orjson.dumps({"data": ledger.entries(emulator)})
    return httpx.Response(200, content=content, headers={"Content-Type": "application/json"})


def _thumbnail(match: re.Match[str], emulator: Emulator) -> httpx.Response:
    media_id, moment, expires = match.groups()
    if expires and emulator.clock.now().timestamp() >= int(expires):
        raise Refusal(403, "access_denied", "The URL has expired.")
    found = emulator.store.get("videos", media_id) or emulator.store.get("assets", media_id)
    if not found or not found.get("media"):
        raise resource_not_exist("thumbnails", media_id)
    try:
        path = emulator.store.media(found["media"])
        content = thumbnail(path, int(moment) / 1000 if moment else None)
    except (BrokenMedia, OSError):
        raise resource_not_exist("thumbnails", media_id) from None
    return httpx.Response(200, content=content, headers={"Content-Type": "image/jpeg"})


def thumbnail_path(video_id: str, seconds: float, expires: datetime) -> str:
    """Return where the picture of a moment of a video is to be had until a time."""
    moment = f"{round(seconds * 1000)}-{int(expires.timestamp())}"
    return f"/emulator/thumbnails/{video_id}/{moment}.jpg"
