# From tests/_async/test_wire_assets.py by scripts/unasync.py; edit that one.
"""Assets and uploads in chunks on the wire; `test_upload` has whole uploads."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from dodeca import Client, Media
from dodeca.errors import InvalidRequestError
from dodeca.results import (
    Asset,
    Chunk,
    ChunkReport,
    Page,
    ServiceError,
    Stream,
    Thumbnail,
    Upload,
    UploadUrl,
)
from tests._sync.wire import NOVEL, Call, Seen, paged, play
from tests.scripted import Script

THEN = datetime(2024, 8, 16, 16, 53, 59, tzinfo=UTC)
TEXT = "2024-08-16T16:53:59Z"
ASSET = {
    "_id": "a1",
    "method": "direct",
    "status": "processing",
    "filename": "clip.mp4",
    "file_type": "video/mp4",
    "created_at": TEXT,
}
DETAIL = ASSET | {
    "status": "hibernating",
    "method": "pigeon",
    "user_metadata": {"category": "news"},
    "source": {"type": "connector", "details": {"provider": "google_drive", "source_id": "s1"}},
    "hls": {"manifest_url": "https://host/a1.m3u8", "status": "ready"},
    "thumbnail": {"representative_url": "https://host/a1.jpg", "status": "pending"},
    "technical_metadata": {"codec": "h264"},
    "size": 1048576,
    "duration": 10.5,
}
COMMON: dict[str, Any] = {
    "id": "a1",
    "filename": "clip.mp4",
    "file_type": "video/mp4",
    "created_at": THEN,
}
FOUND = Asset(
    status="hibernating",
    method="pigeon",
    user_metadata={"category": "news"},
    source={"type": "connector", "details": {"provider": "google_drive", "source_id": "s1"}},
    hls=Stream(manifest_url="https://host/a1.m3u8", status="ready"),
    thumbnail=Thumbnail("https://host/a1.jpg", "pending"),
    technical_metadata={"codec": "h264"},
    size=1048576,
    duration=10.5,
    **COMMON,
    extra=NOVEL,
)

ASSETS = [
    Call(
        call=lambda client: client.assets.create(
            Media.data(b"\x00film\xff", filename="clip.mp4"),
            filename="named.mp4",
            user_metadata={"category": "news", "ratings": ["a", "b"]},
            enable_hls=True,
            enable_thumbnail=False,
        ),
        sends="POST /assets",
        form=[
            ("method", "direct"),
            ("file", "clip.mp4", "video/mp4", b"\x00film\xff"),
            ("filename", "named.mp4"),
            ("enable_hls", "true"),
            ("enable_thumbnail", "false"),
            ("user_metadata", '{"category":"news","ratings":["a","b"]}'),
        ],
        status=201,
        answer=ASSET | NOVEL,
        finds=Seen(
            "a1",
            "processing",
            Asset(status="processing", method="direct", **COMMON, extra=NOVEL),
        ),
    ),
    Call(
        call=lambda client: client.assets.upload("https://host/a.mp4"),
        sends="POST /assets",
        form=[("method", "url"), ("url", "https://host/a.mp4")],
        status=201,
        answer={"_id": "a1", "status": "ready"},
        finds=Seen("a1", "ready", Asset(id="a1", status="ready")),
    ),
    Call(
        call=lambda client: client.assets.list(
            asset_ids=["a1", "a2"],
            asset_types=["video", "audio"],
            filename="clip",
            page=1,
            page_limit=20,
        ),
        sends="GET /assets?page=1&page_limit=20&asset_ids=a1&asset_ids=a2"
        "&asset_types=video&asset_types=audio&filename=clip",
        answer=paged(DETAIL | NOVEL),
        finds=[FOUND],
    ),
    Call(
        call=lambda client: client.assets.retrieve("a1"),
        sends="GET /assets/a1",
        answer=DETAIL | NOVEL,
        finds=FOUND,
    ),
    Call(
        call=lambda client: client.assets.job("a1"),
        sends="GET /assets/a1",
        answer={"_id": "a1", "status": "failed", "error": {"message": "broken", **NOVEL}},
        finds=Seen(
            "a1",
            "failed",
            Asset(id="a1", status="failed", error=ServiceError("broken", extra=NOVEL)),
        ),
    ),
    Call(
        call=lambda client: client.assets.delete("a1", force=True),
        sends="DELETE /assets/a1?force=true",
        status=204,
    ),
    Call(call=lambda client: client.assets.delete("a1"), sends="DELETE /assets/a1", status=204),
]

URLS = [{"chunk_index": 1, "url": "https://storage/1?signed", "expires_at": TEXT}]
SESSION = {
    "upload_id": "u1",
    "status": "resting",
    "total_size": 15,
    "chunk_size": 10,
    "total_chunks": 2,
    "created_at": TEXT,
    "expires_at": TEXT,
}
UPLOADS = [
    Call(
        call=lambda client: client.assets.multipart_uploads.create(
            "film.mp4",
            "video",
            15,
            user_metadata={"n": 1},
            enable_hls=True,
            enable_thumbnail=True,
        ),
        sends="POST /assets/multipart-uploads",
        json={
            "filename": "film.mp4",
            "type": "video",
            "total_size": 15,
            "enable_hls": True,
            "enable_thumbnail": True,
            "user_metadata": {"n": 1},
        },
        status=201,
        answer={
            "upload_id": "u1",
            "asset_id": "a1",
            "upload_urls": URLS,
            "upload_headers": {"x-amz-acl": "private"},
            "chunk_size": 10,
            "total_chunks": 2,
            "expires_at": TEXT,
            **NOVEL,
        },
        finds=Upload(
            "u1",
            "a1",
            chunk_size=10,
            total_chunks=2,
            upload_urls=[UploadUrl(1, "https://storage/1?signed", THEN)],
            upload_headers={"x-amz-acl": "private"},
            expires_at=THEN,
            extra=NOVEL,
        ),
    ),
    Call(
        call=lambda client: client.assets.multipart_uploads.list(page=1, page_limit=3),
        sends="GET /assets/multipart-uploads?page=1&page_limit=3",
        answer=paged(SESSION | NOVEL),
        finds=[
            Upload(
                "u1",
                status="resting",
                total_size=15,
                chunk_size=10,
                total_chunks=2,
                created_at=THEN,
                expires_at=THEN,
                extra=NOVEL,
            )
        ],
    ),
    Call(
        call=lambda client: client.assets.multipart_uploads.status("u1", page=1),
        sends="GET /assets/multipart-uploads/u1?page=1&page_limit=50",
        answer={
            "upload_id": "u1",
            "status": "active",
            "uploaded_chunks": [
                {"index": 1, "status": "completed", "uploaded_at": TEXT, "updated_at": TEXT},
                {"index": 2, "status": "failed", "uploaded_at": None, "error": "cut", **NOVEL},
            ],
            "page_info": {"page": 1, "total_page": 1},
        },
        finds=[
            Chunk(1, "completed", THEN, THEN),
            Chunk(2, "failed", error="cut", extra=NOVEL),
        ],
    ),
    Call(
        call=lambda client: client.assets.multipart_uploads.presigned_urls("u1", 1, 1),
        sends="POST /assets/multipart-uploads/u1/presigned-urls",
        json={"start": 1, "count": 1},
        answer={"upload_id": "u1", "start_index": 1, "count": 1, "upload_urls": URLS},
        finds=Page(
            [UploadUrl(1, "https://storage/1?signed", THEN)],
            malformed=[],
            extra={"upload_id": "u1", "start_index": 1, "count": 1},
        ),
    ),
    Call(
        call=lambda client: client.assets.multipart_uploads.report_chunks(
            "u1",
            [{"chunk_index": 1, "proof": "etag1", "proof_type": "etag", "chunk_size": 10}],
        ),
        sends="POST /assets/multipart-uploads/u1",
        json={
            "completed_chunks": [
                {"chunk_index": 1, "proof": "etag1", "proof_type": "etag", "chunk_size": 10}
            ]
        },
        answer={
            "asset_id": "a1",
            "url": "https://host/a1",
            "processed_chunks": 1,
            "duplicate_chunks": 0,
            "total_completed": 2,
            **NOVEL,
        },
        finds=ChunkReport("a1", "https://host/a1", 1, 0, 2, extra=NOVEL),
    ),
]

CALLS = ASSETS + UPLOADS


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_assets_and_uploads_on_the_wire(call: Call) -> None:
    play(call)


def test_signatures_of_upload_urls_are_not_shown() -> None:
    shown = repr(UploadUrl(1, "https://storage/1?X-Signature=canary"))
    assert "canary" not in shown
    assert "https://storage/1" in shown


BAD: list[Callable[[Client], Any]] = [
    lambda client: client.assets.create(Media.asset("a1")),
    lambda client: client.assets.create("https://host/a", filename=""),
    lambda client: client.assets.create("https://host/a", enable_hls="true"),
    lambda client: client.assets.upload("https://host/a", upload_id="u1"),
    lambda client: client.assets.upload(Media.asset("a1")),
    lambda client: client.assets.multipart_uploads.create("a.mp4", "videos", 1),
    lambda client: client.assets.multipart_uploads.create("a.mp4", "video", 0),
    lambda client: client.assets.multipart_uploads.presigned_urls("u1", 0, 1),
    lambda client: client.assets.multipart_uploads.presigned_urls("u1", 1, 0),
    lambda client: client.assets.multipart_uploads.report_chunks("u1", []),
    lambda client: client.assets.multipart_uploads.report_chunks("u1", [{"chunk_index": 1}]),
]


@pytest.mark.parametrize("call", BAD)
def test_bad_input_is_refused_before_anything_is_sent(
    call: Callable[[Client], Any],
) -> None:
    with Client("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidRequestError):
            call(client)
