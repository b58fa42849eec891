from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from dodeca.emulator import ByCount, Emulator, VirtualClock
from dodeca.emulator.errors import video_file_broken
from dodeca.emulator.handlers import tasks
from dodeca.emulator.inference import indexing

from .conftest import client
from .library import MARENGO, PEGASUS, data, index, listed, task, video

Read = Callable[[httpx.Response], tuple[int, str, str]]


def upload(http: httpx.Client, path: Path, **fields: str) -> httpx.Response:
    with path.open("rb") as file:
        return http.post("/tasks", data=fields, files={"video_file": (path.name, file)})


def test_an_uploaded_video_becomes_ready(http: httpx.Client, media: Path) -> None:
    index_id = index(http)
    created = upload(http, media / "clip.mp4", index_id=index_id).json()
    found = http.get(f"/tasks/{created['_id']}").json()
    assert found["status"] == "ready"
    assert (found["index_id"], found["video_id"]) == (index_id, created["video_id"])
    assert found["system_metadata"] == {
        "filename": "clip.mp4",
        "duration": 12.0,
        "width": 360,
        "height": 360,
    }
    assert found["hls"]["status"] == "CANCELED"
    (listed,) = data(http.get("/tasks"))
    assert listed == {name: value for name, value in found.items() if name != "hls"}


def test_a_task_goes_through_its_states(media: Path) -> None:
    clock = VirtualClock()
    with Emulator(media=media, pace=ByCount(5), clock=clock) as emulator, client(emulator) as http:
        created = task(http, index(http), "silent.mp4")
        seen = []
        for _ in range(6):
            clock.advance(1)
            found = http.get(f"/tasks/{created['_id']}").json()
            seen.append((found["status"], found["updated_at"][17:19]))
        assert seen == [
            ("validating", "01"),
            ("pending", "02"),
            ("queued", "03"),
            ("indexing", "04"),
            ("ready", "05"),
            ("ready", "05"),
        ]


def test_a_new_task_is_uploading(media: Path) -> None:
    with Emulator(media=media, pace="20") as emulator, client(emulator) as http:
        created = task(http, index(http), "silent.mp4")
        assert listed(http, "/tasks", "status") == ["uploading"]
        assert listed(http, "/tasks?status=uploading", "_id") == [created["_id"]]
        assert listed(http, "/tasks?status=ready", "_id") == []


def test_tasks_are_listed_filtered_and_ordered(media: Path) -> None:
    clock = VirtualClock()
    with Emulator(media=media, clock=clock, pace="1") as emulator, client(emulator) as http:
        first, second = index(http, "a"), index(http, "b")
        video(http, first, "clip.mp4")
        clock.advance(60)
        video(http, second, "silent.mp4")
        clock.advance(60)
        task(http, second, "clip.mp4")

        def names(query: str) -> list[str]:
            with emulator.state.jobs.uncounted():
                return listed(http, f"/tasks?{query}")

        assert names("") == ["clip.mp4", "silent.mp4", "clip.mp4"]
        assert names("sort_option=asc&page_limit=2") == ["clip.mp4", "silent.mp4"]
        assert names(f"index_id={second}") == ["clip.mp4", "silent.mp4"]
        assert names("index_id=unknown") == []
        assert names("filename=silent.mp4") == ["silent.mp4"]
        assert names("duration=5") == ["silent.mp4"]
        assert names("duration=12&width=360&height=360") == ["clip.mp4", "clip.mp4"]
        assert names("width=640") == []
        assert names("status=ready") == ["silent.mp4", "clip.mp4"]
        assert names("status=ready&status=uploading") == ["clip.mp4", "silent.mp4", "clip.mp4"]
        assert names("created_at=2025-01-01T00:01:00Z") == ["clip.mp4", "silent.mp4"]
        assert names("updated_at=2025-01-01T00:02:00Z") == ["clip.mp4"]


def test_a_video_that_cannot_be_indexed_fails(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Any:
        raise video_file_broken()

    monkeypatch.setattr(indexing, "index_video", broken)
    with Emulator(media=media) as emulator, client(emulator) as http:
        index_id = index(http)
        created = task(http, index_id, "silent.mp4")
        found = http.get(f"/tasks/{created['_id']}").json()
        assert found["status"] == "failed"
        assert found["error"]["message"] == video_file_broken().message
        assert listed(http, f"/indexes/{index_id}/videos") == []
        assert listed(http, f"/indexes/{index_id}/indexed-assets", "status") == ["failed"]
        assert http.delete(f"/tasks/{created['_id']}").status_code == 204
        assert listed(http, f"/indexes/{index_id}/indexed-assets") == []
        assert listed(http, "/tasks") == []


def test_a_task_goes_after_its_video(in_process: httpx.Client, error_of: Read) -> None:
    index_id = index(in_process)
    created = task(in_process, index_id, "silent.mp4")
    path = f"/tasks/{created['_id']}"
    assert in_process.get(path).json()["status"] == "ready"
    assert error_of(in_process.delete(path))[:2] == (400, "task_cannot_be_deleted")
    in_process.delete(f"/indexes/{index_id}/videos/{created['video_id']}")
    assert in_process.get(path).json()["status"] == "ready"
    assert in_process.delete(path).status_code == 204
    assert error_of(in_process.get(path))[:2] == (404, "resource_not_exist")
    assert error_of(in_process.delete(path))[:2] == (404, "resource_not_exist")


def test_a_running_task_stays(media: Path, error_of: Read) -> None:
    with Emulator(media=media, pace="9") as emulator, client(emulator) as http:
        index_id = index(http)
        created = task(http, index_id, "silent.mp4")
        response = http.delete(f"/tasks/{created['_id']}")
        assert error_of(response) == (
            400,
            "task_cannot_be_deleted",
            "The task cannot be deleted: its status is `uploading`.",
        )
        http.delete(f"/indexes/{index_id}/indexed-assets/{created['video_id']}")
        assert http.get(f"/tasks/{created['_id']}").json()["status"] == "failed"


def test_the_url_wins(in_process: httpx.Client, media: Path) -> None:
    url = "https://example.org/silent.mp4"
    index_id = index(in_process)
    upload(in_process, media / "clip.mp4", index_id=index_id, video_url=url)
    assert listed(in_process, "/tasks") == ["silent.mp4"]


def test_a_task_carries_metadata_and_wishes_over(in_process: httpx.Client) -> None:
    index_id = index(in_process)
    fields = {"rating": 5, "tags": ["a"], "empty": "", "none": None}
    found = video(
        in_process, index_id, "silent.mp4", user_metadata=fields, enable_video_stream="false"
    )
    response = in_process.get(f"/indexes/{index_id}/videos/{found}").json()
    assert response["user_metadata"] == {"rating": 5, "tags": ["a"]}
    assert "hls" not in response
    (only,) = data(in_process.get("/tasks"))
    assert "hls" not in in_process.get(f"/tasks/{only['_id']}").json()


@pytest.mark.parametrize(
    ("fields", "code", "named"),
    [
        ({}, "parameter_not_provided", "`video_file`, `video_url`"),
        ({"video_url": "silent.mp4"}, "parameter_invalid", "`video_url`"),
        ({"video_url": "https://a.org/none.mp4"}, "parameter_invalid", "`video_url`"),
        (
            {"video_url": "https://a.org/silent.mp4", "user_metadata": "[]"},
            "parameter_invalid",
            "`user_metadata`",
        ),
        (
            {"video_url": "https://a.org/silent.mp4", "user_metadata": '{"fps": 1}'},
            "parameter_invalid",
            "`fps`",
        ),
        (
            {"video_url": "https://a.org/silent.mp4", "enable_video_stream": "yes"},
            "parameter_invalid",
            "`enable_video_stream`",
        ),
        ({"url": "https://a.org/silent.mp4"}, "parameter_unknown", "`url`"),
    ],
)
def test_forms_that_break_a_rule(
    in_process: httpx.Client, error_of: Read, fields: dict[str, str], code: str, named: str
) -> None:
    form = {"index_id": index(in_process), **fields}
    response = in_process.post("/tasks", files={name: (None, v) for name, v in form.items()})
    assert error_of(response)[:2] == (400, code)
    assert named in error_of(response)[2]
    assert listed(in_process, "/tasks") == []


def test_an_unknown_index(in_process: httpx.Client, error_of: Read, media: Path) -> None:
    assert error_of(upload(in_process, media / "silent.mp4", index_id="nope")) == (
        404,
        "resource_not_exist",
        "Resource with id `nope` does not exist in `indexes`.",
    )


def test_pegasus_alone_takes_videos_too(in_process: httpx.Client) -> None:
    index_id = index(in_process, "a", PEGASUS)
    found = video(in_process, index_id, "silent.mp4")
    response = in_process.get(f"/indexes/{index_id}/videos/{found}").json()
    assert response["system_metadata"]["model_names"] == ["pegasus1.2"]


def test_everything_outlives_a_restart(tmp_path: Path, media: Path) -> None:
    db = tmp_path / "db"
    with Emulator(media=media, db=db, pace="2") as emulator, client(emulator) as http:
        index_id = index(http, "a", MARENGO, PEGASUS)
        created = task(http, index_id, "silent.mp4")
        assert http.get(f"/tasks/{created['_id']}").json()["status"] == "pending"
    with Emulator(media=media, db=db, pace="2") as emulator, client(emulator) as http:
        assert http.get(f"/tasks/{created['_id']}").json()["status"] == "ready"
        assert listed(http, f"/indexes/{index_id}/videos", "_id") == [created["video_id"]]


def test_an_index_that_goes_meanwhile(
    emulator: Emulator, error_of: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_video = tasks.check_video
    with client(emulator) as http:
        index_id = index(http)

        def slow(*args: Any, **more: Any) -> Any:
            http.delete(f"/indexes/{index_id}")
            return check_video(*args, **more)

        monkeypatch.setattr(tasks, "check_video", slow)
        form = {"index_id": index_id, "video_url": "https://example.org/silent.mp4"}
        response = http.post("/tasks", files={name: (None, text) for name, text in form.items()})
        assert error_of(response)[:2] == (404, "resource_not_exist")
        assert listed(http, "/tasks") == []
    folder = emulator.state.database.media_path("x").parent
    assert [file for file in folder.iterdir() if file.is_file()] == []
