"""The paths of the console: the front page, the ledger and thumbnails.

They need no API key, and have no faults.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import httpx
import orjson

from ..errors import endpoint_not_exist, method_not_allowed
from ..state import State
from ..thumbnail_urls import PATTERN, thumbnail_response
from . import front_page

ConsolePage = Callable[[State], httpx.Response]


def find(method: str, path: str, base: str) -> ConsolePage | None:
    """Return the page at a path, with or without the base path of the API before it.

    None when the console has no such path. Raises ErrorResponse (404, 405).
    """
    path = path.removeprefix(base) or "/"
    match = PATTERN.fullmatch(path)
    if path == "/":
        page: ConsolePage = _front
    elif path == "/emulator/ledger":
        page = _ledger
    elif match:
        page = partial(thumbnail_response, match)
    elif path.startswith("/emulator/"):
        raise endpoint_not_exist(path)
    else:
        return None
    if method not in ("GET", "HEAD"):
        raise method_not_allowed(method, ["GET"])
    return page


def _front(state: State) -> httpx.Response:
    return httpx.Response(200, html=front_page.render(state))


def _ledger(state: State) -> httpx.Response:
    content = orjson.dumps({"data": state.ledger.entries()})
    return httpx.Response(200, content=content, headers={"Content-Type": "application/json"})
