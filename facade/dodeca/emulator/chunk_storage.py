"""The storage host: takes the chunks of uploads at presigned URLs, without an API key.

It answers on the host of the API itself, under `/storage/`. A chunk is written straight to its
place in the file of its session, so that nothing is left to put together afterwards.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx

from .clock import timestamp
from .database import Document
from .errors import ErrorResponse, method_not_allowed
from .state import State

PREFIX = "/storage/"
SESSIONS = "multipart_uploads"
CHUNKS = "multipart_chunks"
HEADERS = {"content-type": "application/octet-stream"}
"""What has to be sent with a chunk to one of the URLs that come with a new session."""
LIFE = timedelta(hours=1)  # of a URL


def presigned(
    session: Document, index: int, *, origin: str, now: datetime, with_headers: bool
) -> dict[str, Any]:
    """Return a URL for a chunk, good for one upload within the hour."""
    expires = now + LIFE
    query = {"expires": str(int(expires.timestamp())), "nonce": secrets.token_hex(8)}
    if with_headers:
        query["headers"] = ",".join(HEADERS)
    query["signature"] = _signature(session, index, query)
    url = f"{origin}{PREFIX}{session['_id']}/{index}?{urlencode(query)}"
    return {"chunk_index": index, "url": url, "expires_at": timestamp(expires)}


def chunk_id(upload_id: str, index: int) -> str:
    """Return under which id the document of a chunk lies."""
    return f"{upload_id}-{index}"


def size_of(session: Mapping[str, Any], index: int) -> int:
    """Return how many bytes a chunk has: all but the last the same."""
    before = (index - 1) * int(session["chunk_size"])
    return min(int(session["chunk_size"]), int(session["total_size"]) - before)


class ChunkUpload:
    """A chunk on its way in: the body of a PUT to a presigned URL."""

    def __init__(
        self, state: State, method: str, path: str, query: str, headers: httpx.Headers
    ) -> None:
        """Check the URL. Raises ErrorResponse: 400, 403, 404, 405."""
        self._state = state
        if "x-api-key" in headers:
            text = "Storage takes no API key: it belongs to another host, and should not see it."
            raise ErrorResponse(400, "api_key_not_expected", text)
        if method != "PUT":
            raise method_not_allowed(method, ["PUT"])
        upload_id, _, number = path.removeprefix(PREFIX).partition("/")
        session = state.database.get(SESSIONS, upload_id)
        if session is None or not re.fullmatch(r"\d{1,9}", number):
            raise ErrorResponse(404, "no_such_upload", "There is no upload at this URL.")
        self._session, self._index = session, int(number)
        self._nonce = self._claimed(dict(parse_qsl(query)), headers)
        self._key = chunk_id(upload_id, self._index)
        self._room = size_of(session, self._index)
        self._size = 0
        self._digest = hashlib.md5(usedforsecurity=False)
        chunk = state.database.get(CHUNKS, self._key)
        if chunk and (chunk["status"] == "completed" or self._nonce in chunk["used"]):
            raise _denied("The URL has been used.")
        # From here on, what was received before is overwritten.
        state.database.update(CHUNKS, self._key, etag=None)
        self._file = state.database.media_path(session["media"]).open("rb+")
        self._file.seek((self._index - 1) * int(session["chunk_size"]))

    def feed(self, chunk: bytes) -> None:
        """Take the next piece. Raises ErrorResponse beyond the size of the chunk."""
        self._size += len(chunk)
        if self._size > self._room:
            text = f"Chunk {self._index} has {self._room} bytes, and more were sent."
            raise ErrorResponse(400, "entity_too_large", text)
        self._digest.update(chunk)
        self._file.write(chunk)

    def finish(self) -> None:
        """Record that the chunk has arrived. Raises ErrorResponse when its session has ended."""
        self._file.flush()
        os.fsync(self._file.fileno())
        store = self._state.database
        fresh = {"etag": self.etag, "size": self._size, "status": "pending", "error": None}
        fresh["updated_at"] = timestamp(self._state.clock.now())
        with store.transaction():
            session = store.get(SESSIONS, self._session["_id"])
            if session is None or session["status"] != "active":
                raise _denied("The upload has ended.")
            if chunk := store.get(CHUNKS, self._key):
                store.update(CHUNKS, self._key, **fresh, used=[*chunk["used"], self._nonce])
                return
            place = {"_id": self._key, "upload_id": session["_id"], "index": self._index}
            store.insert(CHUNKS, {**place, **fresh, "used": [self._nonce], "uploaded_at": None})

    @property
    def etag(self) -> str:
        """The ETag of what was sent, in quotes: its MD5."""
        return f'"{self._digest.hexdigest()}"'

    def close(self) -> None:
        """Close the file; what was sent of an unfinished chunk counts for nothing."""
        self._file.close()

    def _claimed(self, query: Mapping[str, str], headers: httpx.Headers) -> str:
        """Return the nonce of a URL that is genuine and still works. Raises ErrorResponse."""
        session, now = self._session, self._state.clock.now()
        unsigned = {name: text for name, text in query.items() if name != "signature"}
        expected = _signature(session, self._index, unsigned)
        given = query.get("signature", "")
        if not hmac.compare_digest(expected.encode(), given.encode()):
            raise _denied("The signature does not belong to the URL.")
        if now >= datetime.fromtimestamp(int(query["expires"]), UTC):
            raise _denied("The URL has expired.")
        if session["status"] != "active" or timestamp(now) >= session["expires_at"]:
            raise _denied("The upload has ended.")
        for name in filter(None, query.get("headers", "").split(",")):
            if headers.get(name) != HEADERS[name]:
                raise _denied(f"The header `{name}` is signed and should be `{HEADERS[name]}`.")
        return query["nonce"]


def _signature(session: Document, index: int, query: Mapping[str, str]) -> str:
    text = f"{index}?{urlencode(sorted(query.items()))}"
    return hmac.digest(session["secret"].encode(), text.encode(), "sha256").hex()


def _denied(why: str) -> ErrorResponse:
    return ErrorResponse(403, "access_denied", why)
