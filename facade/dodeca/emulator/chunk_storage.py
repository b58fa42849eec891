"""The storage host: accepts the chunks of uploads at presigned URLs, without an API key.

It is on the host of the API itself, under `/storage/`. A chunk is written directly to its offset in
the file of its session, so that nothing has to be assembled afterwards.
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
SIGNED_HEADERS = {"content-type": "application/octet-stream"}
"""Headers to send with a chunk to the URLs that a new session returns."""
URL_LIFETIME = timedelta(hours=1)


def presigned_url(
    session: Document, index: int, *, origin: str, now: datetime, with_headers: bool
) -> dict[str, Any]:
    """Return a URL for a chunk, for one upload within URL_LIFETIME."""
    expires = now + URL_LIFETIME
    query = {"expires": str(int(expires.timestamp())), "nonce": secrets.token_hex(8)}
    if with_headers:
        query["headers"] = ",".join(SIGNED_HEADERS)
    query["signature"] = _signature(session, index, query)
    url = f"{origin}{PREFIX}{session['_id']}/{index}?{urlencode(query)}"
    return {"chunk_index": index, "url": url, "expires_at": timestamp(expires)}


def chunk_id(upload_id: str, index: int) -> str:
    """Return the id of the document of a chunk."""
    return f"{upload_id}-{index}"


def chunk_size_of(session: Mapping[str, Any], index: int) -> int:
    """Return the bytes of a chunk: `chunk_size` for all but the last."""
    before = (index - 1) * int(session["chunk_size"])
    return min(int(session["chunk_size"]), int(session["total_size"]) - before)


class ChunkUpload:
    """The upload of a chunk: the body of a PUT to a presigned URL."""

    def __init__(
        self, state: State, method: str, path: str, query: str, headers: httpx.Headers
    ) -> None:
        """Check the URL. Raises ErrorResponse: 400, 403, 404, 405."""
        self._state = state
        if "x-api-key" in headers:
            text = "Send no API key to storage: it is another host, which should not see the key."
            raise ErrorResponse(400, "api_key_not_expected", text)
        if method != "PUT":
            raise method_not_allowed(method, ["PUT"])
        upload_id, _, number = path.removeprefix(PREFIX).partition("/")
        session = state.database.get(SESSIONS, upload_id)
        if session is None or not re.fullmatch(r"\d{1,9}", number):
            raise ErrorResponse(404, "no_such_upload", "There is no upload at this URL.")
        self._session, self._index = session, int(number)
        self._nonce = self._verified_nonce(dict(parse_qsl(query)), headers)
        self._key = chunk_id(upload_id, self._index)
        self._expected_size = chunk_size_of(session, self._index)
        self._size = 0
        self._digest = hashlib.md5(usedforsecurity=False)
        chunk = state.database.get(CHUNKS, self._key)
        if chunk and (chunk["status"] == "completed" or self._nonce in chunk["used"]):
            raise _access_denied("The URL has been used.")
        # What was received before is overwritten.
        state.database.update(CHUNKS, self._key, etag=None)
        self._file = state.database.media_path(session["media"]).open("rb+")
        self._file.seek((self._index - 1) * int(session["chunk_size"]))

    def feed(self, chunk: bytes) -> None:
        """Write the next bytes. Raises ErrorResponse beyond the size of the chunk."""
        self._size += len(chunk)
        if self._size > self._expected_size:
            text = f"Chunk {self._index} has {self._expected_size} bytes, and more were sent."
            raise ErrorResponse(400, "entity_too_large", text)
        self._digest.update(chunk)
        self._file.write(chunk)

    def finish(self) -> None:
        """Record that the chunk has arrived. Raises ErrorResponse when its session has ended."""
        self._file.flush()
        os.fsync(self._file.fileno())
        store = self._state.database
        received: dict[str, Any] = {"etag": self.etag, "size": self._size}
        received |= {"status": "pending", "error": None}
        received["updated_at"] = timestamp(self._state.clock.now())
        with store.transaction():
            session = store.get(SESSIONS, self._session["_id"])
            if session is None or session["status"] != "active":
                raise _access_denied("The upload has ended.")
            if chunk := store.get(CHUNKS, self._key):
                store.update(CHUNKS, self._key, **received, used=[*chunk["used"], self._nonce])
                return
            identity = {"_id": self._key, "upload_id": session["_id"], "index": self._index}
            store.insert(
                CHUNKS, {**identity, **received, "used": [self._nonce], "uploaded_at": None}
            )

    @property
    def etag(self) -> str:
        """The ETag of the chunk, in quotes: its MD5."""
        return f'"{self._digest.hexdigest()}"'

    def close(self) -> None:
        """Close the file; an unfinished chunk is not recorded."""
        self._file.close()

    def _verified_nonce(self, query: Mapping[str, str], headers: httpx.Headers) -> str:
        """Return the nonce of a URL that is authentic and has not expired. Raises ErrorResponse."""
        session, now = self._session, self._state.clock.now()
        unsigned = {name: text for name, text in query.items() if name != "signature"}
        expected = _signature(session, self._index, unsigned)
        given = query.get("signature", "")
        if not hmac.compare_digest(expected.encode(), given.encode()):
            raise _access_denied("The signature does not belong to the URL.")
        if now >= datetime.fromtimestamp(int(query["expires"]), UTC):
            raise _access_denied("The URL has expired.")
        if session["status"] != "active" or timestamp(now) >= session["expires_at"]:
            raise _access_denied("The upload has ended.")
        for name in filter(None, query.get("headers", "").split(",")):
            if headers.get(name) != SIGNED_HEADERS[name]:
                raise _access_denied(
                    f"The header `{name}` is signed and should be `{SIGNED_HEADERS[name]}`."
                )
        return query["nonce"]


def _signature(session: Document, index: int, query: Mapping[str, str]) -> str:
    text = f"{index}?{urlencode(sorted(query.items()))}"
    return hmac.digest(session["secret"].encode(), text.encode(), "sha256").hex()


def _access_denied(why: str) -> ErrorResponse:
    return ErrorResponse(403, "access_denied", why)
