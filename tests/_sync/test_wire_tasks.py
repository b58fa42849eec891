# From tests/_async/test_wire_tasks.py by scripts/unasync.py; edit that one.
"""Indexing tasks and imports on the wire."""

from datetime import UTC, datetime

import pytest

from dodeca import Client, Media
from dodeca.errors import InvalidMediaError
from dodeca.results import (
    ImportedVideo,
    ImportLog,
    ImportStarted,
    ImportStatus,
    Page,
    Stream,
    SystemMetadata,
    Task,
)
from tests._sync.wire import NOVEL, Call, Seen, paged, play
from tests.scripted import Script, reply
from tests.seams import on_clock

FILM = Media.data(b"\x00\x01\r\n--film\n", filename='a "film".mp4')
TASK = {
    "_id": "t1",
    "video_id": "v1",
    "index_id": "i1",
    "status": "indexing",
    "created_at": "2024-08-16T16:53:59Z",
    "updated_at": "2024-08-16T16:53:59Z",
    "estimated_time": "2024-08-16T17:00:00Z",
    "system_metadata": {"filename": "a.mp4", "duration": 10.5, "width": 640, "height": 360},
}
THEN = datetime(2024, 8, 16, 16, 53, 59, tzinfo=UTC)
FOUND = {
    "id": "t1",
    "video_id": "v1",
    "index_id": "i1",
    "created_at": THEN,
    "updated_at": THEN,
    "estimated_time": datetime(2024, 8, 16, 17, tzinfo=UTC),
    "system_metadata": SystemMetadata("a.mp4", 10.5, width=640, height=360),
}

TASKS = [
    Call(
        call=lambda client: client.tasks.create(
            "i1", FILM, enable_video_stream=False, user_metadata={"category": "news", "n": 5}
        ),
        sends="POST /tasks",
        form=[
            ("index_id", "i1"),
            ("video_file", "a %22film%22.mp4", "video/mp4", b"\x00\x01\r\n--film\n"),
            ("enable_video_stream", "false"),
            ("user_metadata", '{"category":"news","n":5}'),
        ],
        answer={"_id": "t1", "video_id": "v1"} | NOVEL,
        finds=Seen("t1", "pending", Task(id="t1", video_id="v1", extra=NOVEL)),
    ),
    Call(
        call=lambda client: client.tasks.create("i1", "https://host/a.mp4"),
        sends="POST /tasks",
        form=[("index_id", "i1"), ("video_url", "https://host/a.mp4")],
        answer={"_id": "t1"},
        finds=Seen("t1", "pending", Task(id="t1")),
    ),
    Call(
        call=lambda client: client.tasks.retrieve("t1"),
        sends="GET /tasks/t1",
        answer=TASK
        | {
            "status": "hibernating",
            "hls": {"video_url": "https://host/v1.m3u8", "status": "COMPLETE"},
            **NOVEL,
        },
        finds=Seen(
            "t1",
            "hibernating",
            Task(
                status="hibernating",
                hls=Stream(video_url="https://host/v1.m3u8", status="COMPLETE"),
                **FOUND,
                extra=NOVEL,
            ),
        ),
    ),
    Call(
        call=lambda client: client.tasks.list(
            index_id="i1",
            status=["ready", "validating"],
            filename="a.mp4",
            duration=10.5,
            width=640,
            height=360,
            created_at=datetime(2024, 8, 16, 16, 53, 59, tzinfo=UTC),
            updated_at="2024-08-16T18:53:59+02:00",
            sort_by="created_at",
            sort_option="desc",
            page=1,
            page_limit=5,
        ),
        sends="GET /tasks?page=1&page_limit=5&sort_by=created_at&sort_option=desc&index_id=i1"
        "&status=ready&status=validating&filename=a.mp4&duration=10.5&width=640&height=360"
        "&created_at=2024-08-16T16:53:59Z&updated_at=2024-08-16T16:53:59Z",
        answer=paged(TASK | NOVEL, TASK | {"estimated_time": None}),
        finds=[
            Task(status="indexing", **FOUND, extra=NOVEL),
            Task(status="indexing", **FOUND | {"estimated_time": None}),
        ],
    ),
    Call(call=lambda client: client.tasks.delete("t1"), sends="DELETE /tasks/t1", status=204),
]

IMPORTED = {"video_id": "v1", "filename": "a.mp4", "created_at": "2024-08-16T16:53:59Z"}
STATUS = {
    "not_imported": ["z.txt"],
    "validating": [],
    "pending": [],
    "queued": [],
    "indexing": [IMPORTED],
    "ready": [],
    "failed": [
        {"filename": "b.mp4", "created_at": "2024-08-16T16:53:59Z", "error_message": "too short"}
    ],
}
WHERE = ImportStatus(
    not_imported=["z.txt"],
    validating=[],
    pending=[],
    queued=[],
    indexing=[ImportedVideo("a.mp4", "v1", THEN)],
    ready=[],
    failed=[ImportedVideo("b.mp4", created_at=THEN, error_message="too short")],
    extra=NOVEL,
)
IMPORTS = [
    Call(
        call=lambda client: client.imports.create(
            "c1",
            "i1",
            incremental_import=True,
            retry_failed=False,
            user_metadata={"category": "recentlyAdded", "batchNumber": 5},
        ),
        sends="POST /tasks/transfers/import/c1",
        json={
            "index_id": "i1",
            "incremental_import": True,
            "retry_failed": False,
            "user_metadata": {"category": "recentlyAdded", "batchNumber": 5},
        },
        status=201,
        answer={
            "videos": [{"video_id": "v1", "filename": "a.mp4"}],
            "failed_files": [{"filename": "b.mp4", "error_message": "too short"}],
            **NOVEL,
        },
        finds=Seen(
            "c1",
            "pending",
            created=ImportStarted(
                [ImportedVideo("a.mp4", "v1")],
                [ImportedVideo("b.mp4", error_message="too short")],
                extra=NOVEL,
            ),
        ),
    ),
    Call(
        call=lambda client: client.imports.status("c1", "i1"),
        sends="GET /tasks/transfers/import/c1/status?index_id=i1",
        answer=STATUS | NOVEL,
        finds=WHERE,
    ),
    Call(
        call=lambda client: client.imports.job("c1", "i1"),
        sends="GET /tasks/transfers/import/c1/status?index_id=i1",
        answer=STATUS | NOVEL,
        finds=Seen("c1", "indexing", WHERE),
    ),
    Call(
        call=lambda client: client.imports.logs("c1"),
        sends="GET /tasks/transfers/import/c1/logs",
        answer={
            "data": [
                {
                    "index_id": "i1",
                    "index_name": "mine",
                    "created_at": "2024-08-16T16:53:59Z",
                    "ended_at": None,
                    "video_status": {
                        "ready": 1,
                        "validating": 0,
                        "queued": 0,
                        "pending": 0,
                        "indexing": 0,
                        "failed": 2,
                    },
                    "failed_files": [{"filename": "b.mp4", "error_message": "too short"}],
                    **NOVEL,
                }
            ]
        },
        finds=Page(
            [
                ImportLog(
                    index_id="i1",
                    index_name="mine",
                    created_at=THEN,
                    video_status={
                        "ready": 1,
                        "validating": 0,
                        "queued": 0,
                        "pending": 0,
                        "indexing": 0,
                        "failed": 2,
                    },
                    failed_files=[ImportedVideo("b.mp4", error_message="too short")],
                    extra=NOVEL,
                )
            ],
            malformed=[],
        ),
    ),
]

CALLS = TASKS + IMPORTS


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_tasks_and_imports_on_the_wire(call: Call) -> None:
    play(call)


def test_an_import_is_done_when_nothing_is_under_way() -> None:
    over = STATUS | {"indexing": [], "ready": [IMPORTED]}
    script = Script(reply({"videos": []}, status=201), reply(STATUS), reply(over))
    with on_clock(Client("tlk_test", transport=script)) as client:
        job = client.imports.create("c1", "i1")
        found = job.wait()
    assert [video.video_id for video in found.ready or []] == ["v1"]
    assert [video.error_message for video in found.failed or []] == ["too short"]


def test_an_asset_is_no_source_of_a_task() -> None:
    with Client("tlk_test", transport=Script()) as client:
        with pytest.raises(InvalidMediaError, match=r"indexes\.assets\.create"):
            client.tasks.create("i1", Media.asset("a1"))
