"""`/assets/multipart-uploads`: large files in chunks, which clients send to `chunk_storage`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from ..chunk_storage import (
    CHUNKS,
    SESSIONS,
    SIGNED_HEADERS,
    URL_LIFETIME,
    chunk_id,
    chunk_size_of,
    presigned_url,
)
from ..clock import timestamp
from ..database import Document, Selection, new_id
from ..errors import parameter_invalid, resource_not_exist
from ..rules import user_metadata
from ..rules.paging import page_of, paginate
from ..state import Call, Handler, Reply, State
from . import assets

_SESSION_LIFETIME = timedelta(hours=24)
_FIRST = 10  # chunks whose URLs are returned with the session


def create(call: Call) -> Reply:
    """Handle `POST /assets/multipart-uploads`."""
    body, state = call.body, call.state
    assets.refuse_streams(body)
    total, chunk_size = body["total_size"], state.chunk_size
    if body["type"] == "image" and total > assets.MAX_IMAGE:
        raise parameter_invalid("total_size", why=f"It is at most {assets.MAX_IMAGE} for images.")
    now = state.clock.now()
    file = state.database.incoming_path()
    file.touch()
    session = {
        "_id": new_id(),
        "asset_id": new_id(),
        "status": "active",
        "filename": body["filename"],
        "total_size": total,
        "chunk_size": chunk_size,
        "total_chunks": -(-total // chunk_size),
        "user_metadata": user_metadata.without_empty(body.get("user_metadata", {})),
        "created_at": timestamp(now),
        "updated_at": timestamp(now),
        "expires_at": timestamp(now + _SESSION_LIFETIME),
        "secret": secrets.token_hex(16),
        "media": state.database.add_media(file),
    }
    state.database.insert(SESSIONS, session)
    first = range(1, min(_FIRST, session["total_chunks"]) + 1)
    response = {
        "upload_id": session["_id"],
        "upload_urls": _urls(call, session, first, with_headers=True),
        "upload_headers": SIGNED_HEADERS,
    }
    names = ("asset_id", "chunk_size", "total_chunks", "expires_at")
    return 201, response | {name: session[name] for name in names}


def list_(call: Call) -> Reply:
    """Handle `GET /assets/multipart-uploads`: the sessions that are not complete."""
    state = call.state
    ended = ("status = 'active' AND expires_at <= ?", (timestamp(state.clock.now()),))
    for session in state.database.find(SESSIONS, ended):
        _expire(state, session)
    selection = Selection(SESSIONS, (("status <> 'completed'", ()),))
    items, info = page_of(state.database, selection, call.params)
    names = ("status", "total_size", "chunk_size", "total_chunks", "created_at", "expires_at")
    data = [{"upload_id": s["_id"]} | {name: s[name] for name in names} for s in items]
    return 200, {"data": data, "page_info": info}


def status(call: Call) -> Reply:
    """Handle `GET /assets/multipart-uploads/{upload_id}`: a page of its chunks."""
    session = _existing(call)
    chunks = _chunks(call.state, session)
    by_status = {name: [c for c in chunks if c["status"] == name] for name in _CHUNK_STATES}
    items, info = paginate(chunks, call.params)
    done = by_status["completed"]
    return 200, {
        "upload_id": session["_id"],
        "status": session["status"],
        "uploaded_chunks": [_shown(chunk) for chunk in items],
        **{f"chunks_{name}": len(found) for name, found in by_status.items()},
        "page_info": info,
        "total_size": session["total_size"],
        "uploaded_size": sum(chunk_size_of(session, chunk["index"]) for chunk in done),
        "created_at": session["created_at"],
        "updated_at": session["updated_at"],
    }


def presigned_urls(call: Call) -> Reply:
    """Handle `POST /assets/multipart-uploads/{upload_id}/presigned-urls`."""
    session = _existing(call)
    _check_active(session)
    start, count = call.body["start"], call.body["count"]
    last = session["total_chunks"]
    if start + count - 1 > last:
        name = "start" if start > last else "count"
        raise parameter_invalid(name, why=f"The chunks are 1 to {last}.")
    now = call.state.clock.now()
    return 200, {
        "upload_id": session["_id"],
        "start_index": start,
        "count": count,
        "upload_urls": _urls(call, session, range(start, start + count), with_headers=False),
        "generated_at": timestamp(now),
        "expires_at": timestamp(now + URL_LIFETIME),
    }


def report_chunks(call: Call) -> Reply:
    """Handle `POST /assets/multipart-uploads/{upload_id}`: the last chunk creates the asset."""
    state, reports = call.state, call.body["completed_chunks"]
    session = _existing(call)
    if session["status"] != "completed":
        _check_active(session)
    with state.database.transaction():
        chunks = _chunks(state, session)
        outside = [r for r in reports if r["chunk_index"] > len(chunks)]
        wrong = {} if outside else _chunk_errors(session, chunks, reports)
        for index, why in wrong.items():
            state.database.update(CHUNKS, chunk_id(session["_id"], index), **_failure(why))
        fine = not wrong and not outside
        counts = _complete(state, session, chunks, reports) if fine else {}
    if outside:
        why = f"The chunks are 1 to {session['total_chunks']}."
        raise parameter_invalid("completed_chunks.chunk_index", why=why)
    if wrong:
        raise parameter_invalid("completed_chunks", why=" ".join(wrong.values()))
    response = {"asset_id": session["asset_id"], **counts}
    if counts["total_completed"] == session["total_chunks"]:
        response["url"] = f"{call.origin}/v1.3/assets/{session['asset_id']}"
    return 200, response


_CHUNK_STATES = ("completed", "failed", "pending")


def _existing(call: Call) -> Document:
    upload_id = call.params["upload_id"]
    session = call.state.database.get(SESSIONS, upload_id)
    if session is None:
        raise resource_not_exist(SESSIONS, upload_id)
    return _expire(call.state, session)


def _expire(state: State, session: Document) -> Document:
    """Return a session with its current status; what an expired one received is deleted."""
    if session["status"] == "active" and timestamp(state.clock.now()) >= session["expires_at"]:
        changes = {"status": "expired", "media": None, "updated_at": session["expires_at"]}
        return state.database.update(SESSIONS, session["_id"], **changes) or session
    return session


def _check_active(session: Document) -> None:
    if session["status"] != "active":
        why = f"The session has ended: it is {session['status']}."
        raise parameter_invalid("upload_id", why=why)


def _chunks(state: State, session: Document) -> list[Document]:
    """Return all chunks of a session in order, including those that have not arrived."""
    known = {c["index"]: c for c in state.database.find(CHUNKS, upload_id=session["_id"])}
    nothing = {"status": "pending", "etag": None, "uploaded_at": None, "updated_at": None}
    count = session["total_chunks"]
    return [known.get(i) or {"index": i, **nothing} for i in range(1, count + 1)]


def _chunk_errors(
    session: Document, chunks: Sequence[Document], reports: Sequence[Mapping[str, Any]]
) -> dict[int, str]:
    """Return by index what is wrong with the chunks that are reported for the first time."""
    faults = {}
    for report in reports:
        index = report["chunk_index"]
        chunk, size = chunks[index - 1], chunk_size_of(session, index)
        if chunk["status"] == "completed":
            continue
        if chunk["etag"] is None:
            faults[index] = f"Chunk {index} has not been received."
        elif chunk["etag"].strip('"') != report["proof"].strip('"'):
            faults[index] = f"The proof of chunk {index} is not the ETag of what was received."
        elif chunk["size"] != size or report["chunk_size"] != size:
            faults[index] = f"Chunk {index} should have {size} bytes."
    return faults


def _failure(why: str) -> dict[str, Any]:
    return {"status": "failed", "etag": None, "error": why}


def _complete(
    state: State,
    session: Document,
    chunks: Sequence[Document],
    reports: Sequence[Mapping[str, Any]],
) -> dict[str, int]:
    """Mark the reported chunks, create the asset after the last ones, and return the counts."""
    done = {chunk["index"] for chunk in chunks if chunk["status"] == "completed"}
    new = {report["chunk_index"] for report in reports} - done
    now = timestamp(state.clock.now())
    for index in new:
        key = chunk_id(session["_id"], index)
        state.database.update(CHUNKS, key, status="completed", uploaded_at=now, updated_at=now)
    changes: dict[str, Any] = {"updated_at": now} if new else {}
    if new and len(done | new) == len(chunks):
        media = state.database.link_media(state.database.media_path(session["media"]))
        asset = assets.new_asset(
            state,
            "multipart",
            session["filename"],
            media,
            session["user_metadata"],
            asset_id=session["asset_id"],
        )
        state.database.insert(assets.COLLECTION, asset)
        changes |= {"status": "completed", "media": None}
    state.database.update(SESSIONS, session["_id"], **changes)
    return {
        "processed_chunks": len(new),
        "duplicate_chunks": len(reports) - len(new),
        "total_completed": len(done | new),
    }


def _shown(chunk: Document) -> dict[str, Any]:
    names = ("index", "status", "uploaded_at", "updated_at")
    error = {"error": chunk["error"]} if chunk.get("error") else {}
    return {name: chunk[name] for name in names} | error


def _urls(
    call: Call, session: Document, numbers: range, *, with_headers: bool
) -> list[dict[str, Any]]:
    now = call.state.clock.now()
    return [
        presigned_url(session, index, origin=call.origin, now=now, with_headers=with_headers)
        for index in numbers
    ]


HANDLERS: Mapping[str, Handler] = {
    "multipart_uploads_create": create,
    "multipart_uploads_list": list_,
    "multipart_uploads_status": status,
    "multipart_uploads_presigned_urls": presigned_urls,
    "multipart_uploads_report_chunks": report_chunks,
}
