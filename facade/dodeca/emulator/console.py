"""What the emulator has besides the API: a front page, thumbnails, and the ledger.

None of it needs an API key, and no fault befalls it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
import orjson

from . import ledger, page
from .container import BrokenMedia
from .errors import endpoint_not_exist, method_not_allowed, resource_not_exist
from .thumbnails import thumbnail

if TYPE_CHECKING:
    from .core import Emulator

Page = Callable[["Emulator"], httpx.Response]
_THUMBNAIL = re.compile(r"/emulator/thumbnails/([0-9a-f]{24})\.jpg")


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
        media_id = match[1]
        found = lambda emulator: _thumbnail(emulator, media_id)  # noqa: E731
    elif path.startswith("/emulator/"):
        raise endpoint_not_exist(path)
    else:
        return None
    if method not in ("GET", "HEAD"):
        raise method_not_allowed(method, ["GET"])
    return found


def _front(emulator: Emulator) -> httpx.Response:
    return httpx.Response(200, html=page.front(emulator))


def _ledger(emulator: Emulator) -> httpx.Response:
    content = orjson.dumps({"data": ledger.entries(emulator)})
    return httpx.Response(200, content=content, headers={"Content-Type": "application/json"})


def _thumbnail(emulator: Emulator, media_id: str) -> httpx.Response:
    found = emulator.store.get("videos", media_id) or emulator.store.get("assets", media_id)
    if not found or not found.get("media"):
        raise resource_not_exist("thumbnails", media_id)
    try:
        content = thumbnail(emulator.store.media(found["media"]))
    except (BrokenMedia, OSError):
        raise resource_not_exist("thumbnails", media_id) from None
    return httpx.Response(200, content=content, headers={"Content-Type": "image/jpeg"})
