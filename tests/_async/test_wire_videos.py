"""The videos and the assets of an index on the wire."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from dodeca import AsyncClient
from dodeca.errors import InvalidRequestError
from dodeca.results import IndexedAsset, Stream, SystemMetadata, Transcript, Video
from tests._async.wire import NOVEL, Call, Row, Seen, paged, play, seen
from tests.scripted import Script, reply

pytestmark = pytest.mark.anyio

MEASURED = {
    "filename": "01.mp4",
    "duration": 10.5,
    "fps": 25.0,
    "width": 1920,
    "height": 1080,
    "size": 1048576,
    "model_names": ["marengo2.7"],
    "video_title": "One",
}
ITEM = {
    "_id": "v1",
    "asset_id": "a1",
    "created_at": "2024-08-16T16:53:59Z",
    "updated_at": "2024-08-16T18:53:59+02:00",
    "indexed_at": None,
    "system_metadata": MEASURED | NOVEL,
}
DETAIL = ITEM | {
    "user_metadata": {"category": "recentlyAdded", "batchNumber": 5, "tags": ["a", "b"]},
    "hls": {
        "video_url": "https://host/v1.m3u8",
        "thumbnail_urls": ["https://host/v1.jpg"],
        "status": "HIBERNATING",
        "updated_at": "2024-08-16T16:53:59Z",
    },
    "transcription": [{"start": 0.5, "end": 2.0, "value": "hello"}],
}
EMBEDDING = {
    "model_name": "marengo3.0",
    "video_embedding": {
        "segments": [
            {
                "float": [0.5, -0.5],
                "start_offset_sec": 0,
                "end_offset_sec": 7.5,
                "embedding_option": "visual",
                "embedding_scope": "clip",
            }
        ]
    },
}
THEN = datetime(2024, 8, 16, 16, 53, 59, tzinfo=UTC)
SAME = {
    "asset_id": "a1",
    "created_at": THEN,
    "updated_at": THEN,
    "system_metadata": SystemMetadata(**MEASURED, extra=NOVEL),
}
SAME_DETAIL = SAME | {
    "user_metadata": {"category": "recentlyAdded", "batchNumber": 5, "tags": ["a", "b"]},
    "hls": Stream(
        video_url="https://host/v1.m3u8",
        thumbnail_urls=["https://host/v1.jpg"],
        status="HIBERNATING",
        updated_at=THEN,
    ),
    "transcription": [Transcript(0.5, 2.0, "hello")],
}

# Every filter of the reference's sample, then every filter as a range.
EXACT = {
    "filename": "01.mp4",
    "duration": 10,
    "fps": 25,
    "width": 1920,
    "height": 1080,
    "size": 1048576,
    "created_at": "2024-08-16T16:53:59Z",
    "updated_at": "2024-08-16T16:53:59Z",
}
EXACT_QUERY = (
    "&filename=01.mp4&duration=10&fps=25&width=1920&height=1080&size=1048576"
    "&created_at=2024-08-16T16:53:59Z&updated_at=2024-08-16T16:53:59Z"
)
RANGES = {
    "duration": {"gte": 5, "lte": 60.5},
    "fps": {"gte": 23.976, "lte": 60},
    "width": {"gte": 360, "lte": 1920},
    "height": {"gte": 360, "lte": 1080},
    "size": {"gte": 1, "lte": 9},
    "user_metadata": {
        "category": "recentlyAdded",
        "batchNumber": 5,
        "rating": 9.3,
        "needsReview": True,
    },
    "sort_by": "updated_at",
    "sort_option": "asc",
    "page_limit": 50,
}
RANGES_QUERY = (
    "page_limit=50&sort_by=updated_at&sort_option=asc"
    "&duration%5Bgte%5D=5&duration%5Blte%5D=60.5&fps%5Bgte%5D=23.976&fps%5Blte%5D=60"
    "&width%5Bgte%5D=360&width%5Blte%5D=1920&height%5Bgte%5D=360&height%5Blte%5D=1080"
    "&size%5Bgte%5D=1&size%5Blte%5D=9"
    "&category=recentlyAdded&batchNumber=5&rating=9.3&needsReview=true"
)
METADATA = {"category": "recentlyAdded", "batchNumber": 5, "rating": 9.3, "needsReview": True}

VIDEOS = [
    Call(
        call=lambda client: client.indexes.videos.list("i1", **EXACT),
        sends="GET /indexes/i1/videos?page=1&page_limit=10" + EXACT_QUERY,
        answer=paged(ITEM | NOVEL),
        finds=[Video(id="v1", **SAME, extra=NOVEL)],
    ),
    Call(
        call=lambda client: client.indexes.videos.list("i1", **RANGES),
        sends="GET /indexes/i1/videos?page=1&" + RANGES_QUERY,
        answer=paged(),
        finds=[],
    ),
    Call(
        call=lambda client: client.indexes.videos.retrieve(
            "i1", "v1", embedding_option=["visual", "audio"], transcription=True
        ),
        sends="GET /indexes/i1/videos/v1"
        "?embedding_option=visual&embedding_option=audio&transcription=true",
        answer=DETAIL | NOVEL,
        finds=Video(id="v1", **SAME_DETAIL, extra=NOVEL),
    ),
    Call(
        call=lambda client: client.indexes.videos.update("i1", "v1", user_metadata={"a": None}),
        sends="PATCH /indexes/i1/videos/v1",
        json={"user_metadata": {"a": None}},
        status=204,
    ),
    Call(
        call=lambda client: client.indexes.videos.replace("i1", "v1", user_metadata=METADATA),
        sends="PUT /indexes/i1/videos/v1",
        json={"user_metadata": METADATA},
        status=204,
    ),
    Call(
        call=lambda client: client.indexes.videos.replace("i1", "v1"),
        sends="PUT /indexes/i1/videos/v1",
        json={},
        status=204,
    ),
    Call(
        call=lambda client: client.indexes.videos.delete("i1", "v1"),
        sends="DELETE /indexes/i1/videos/v1",
        status=204,
    ),
]

ASSETS = [
    Call(
        call=lambda client: client.indexes.assets.create(
            "i1", "a1", enable_video_stream=True, user_metadata={"n": 1, "tags": ["x"]}
        ),
        sends="POST /indexes/i1/indexed-assets",
        json={
            "asset_id": "a1",
            "enable_video_stream": True,
            "user_metadata": {"n": 1, "tags": ["x"]},
        },
        status=202,
        answer={"_id": "v1", "asset_id": "a1", **NOVEL},
        finds=Seen("v1", "pending", IndexedAsset(id="v1", asset_id="a1", extra=NOVEL)),
    ),
    Call(
        call=lambda client: client.indexes.assets.create("i1", "a1"),
        sends="POST /indexes/i1/indexed-assets",
        json={"asset_id": "a1"},
        status=202,
        answer={"_id": "v1"},
        finds=Seen("v1", "pending", IndexedAsset(id="v1")),
    ),
    Call(
        call=lambda client: client.indexes.assets.list("i1", status=["ready", "validating"]),
        sends="GET /indexes/i1/indexed-assets?page=1&page_limit=10&status=ready&status=validating",
        answer=paged(ITEM | {"status": "hibernating"} | NOVEL),
        finds=[IndexedAsset(id="v1", status="hibernating", **SAME, extra=NOVEL)],
    ),
    Call(
        call=lambda client: client.indexes.assets.list("i1", **EXACT),
        sends="GET /indexes/i1/indexed-assets?page=1&page_limit=10" + EXACT_QUERY,
        answer=paged(),
        finds=[],
    ),
    Call(
        call=lambda client: client.indexes.assets.list("i1", **RANGES),
        sends="GET /indexes/i1/indexed-assets?page=1&" + RANGES_QUERY,
        answer=paged(),
        finds=[],
    ),
    Call(
        call=lambda client: client.indexes.assets.retrieve(
            "i1", "v1", embedding_option="visual-text", transcription=False
        ),
        sends="GET /indexes/i1/indexed-assets/v1?embedding_option=visual-text&transcription=false",
        answer=DETAIL | {"status": "ready"} | NOVEL,
        finds=IndexedAsset(id="v1", status="ready", **SAME_DETAIL, extra=NOVEL),
    ),
    Call(
        call=lambda client: client.indexes.assets.job("i1", "v1"),
        sends="GET /indexes/i1/indexed-assets/v1",
        answer={"_id": "v1", "status": "indexing"},
        finds=Seen("v1", "indexing", IndexedAsset(id="v1", status="indexing")),
    ),
    Call(
        call=lambda client: client.indexes.assets.update("i1", "v1", user_metadata=METADATA),
        sends="PATCH /indexes/i1/indexed-assets/v1",
        json={"user_metadata": METADATA},
        status=204,
    ),
    Call(
        call=lambda client: client.indexes.assets.delete("i1", "v1"),
        sends="DELETE /indexes/i1/indexed-assets/v1",
        status=204,
    ),
]

CALLS = VIDEOS + ASSETS


@pytest.mark.parametrize("call", CALLS, ids=repr)
async def test_videos_and_indexed_assets_on_the_wire(call: Call) -> None:
    await play(call)


@pytest.mark.parametrize("resource", ["videos", "assets"])
async def test_the_vectors_of_a_video_are_embeddings(resource: str) -> None:
    script = Script(reply({"_id": "v1", "status": "ready", "embedding": EMBEDDING}))
    async with AsyncClient("tlk_test", transport=script) as client:
        found = await getattr(client.indexes, resource).retrieve("i1", "v1")
    assert seen(found.embedding) == [Row([0.5, -0.5], "visual", "clip", 0.0, 7.5)]
    assert found.embedding.model_name == "marengo3.0"


async def test_silence_has_no_transcription() -> None:
    script = Script(reply({"_id": "v1", "transcription": None, "embedding": None}))
    async with AsyncClient("tlk_test", transport=script) as client:
        found = await client.indexes.videos.retrieve("i1", "v1", transcription=True)
    assert found == Video(id="v1")


BAD_FILTERS: list[Callable[[AsyncClient], object]] = [
    lambda client: client.indexes.videos.list("i1", duration=-1),
    lambda client: client.indexes.videos.list("i1", duration={"gt": 1}),
    lambda client: client.indexes.videos.list("i1", duration={}),
    lambda client: client.indexes.videos.list("i1", fps={"gte": float("inf")}),
    lambda client: client.indexes.videos.list("i1", width={"gte": "1"}),
    lambda client: client.indexes.videos.list("i1", user_metadata={"a": ["x"]}),
    lambda client: client.indexes.videos.list("i1", user_metadata={"page": 2}),
    lambda client: client.indexes.videos.list("i1", user_metadata={"size[lte]": 2}),
    lambda client: client.indexes.videos.list("i1", user_metadata={"": "x"}),
    lambda client: client.indexes.assets.list("i1", user_metadata={"status": "x"}),
    lambda client: client.indexes.assets.list("i1", status=["redy"]),
    lambda client: client.indexes.assets.list("..", status=["ready"]),
]


@pytest.mark.parametrize("call", BAD_FILTERS)
async def test_bad_filters_are_refused_at_the_call(
    call: Callable[[AsyncClient], object],
) -> None:
    async with AsyncClient("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidRequestError):
            call(client)


BAD_METADATA: list[Any] = [
    {"a": object()},
    {"a": {"b": 1}},
    {"a": float("nan")},
    {"a": 2**53},
    {"a": ["x", 1]},
    {"a": "\ud800"},
    {"a": ["\ud800"]},
    {"": 1},
    {1: 1},
    ["a"],
]


@pytest.mark.parametrize("metadata", BAD_METADATA)
async def test_metadata_that_cannot_be_held_is_refused(metadata: Any) -> None:
    async with AsyncClient("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidRequestError):
            await client.indexes.videos.update("i1", "v1", user_metadata=metadata)
        with pytest.raises(InvalidRequestError):
            await client.tasks.create("i1", "https://host/a.mp4", user_metadata=metadata)
