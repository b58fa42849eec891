import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dodeca.emulator import Emulator, VirtualClock
from dodeca.emulator.handlers import imports
from dodeca.emulator.rules import models

from .conftest import client
from .library import index, listed, video

Read = Callable[[httpx.Response], tuple[int, str, str]]
PATH = "/tasks/transfers/import/bucket"


@pytest.fixture
def bucket(tmp_path: Path, media: Path) -> Path:
    """A folder that plays an integration: two good videos, a bad one, and a hidden file."""
    folder = tmp_path / "bucket"
    folder.mkdir()
    for name in ("clip.mp4", "silent.mp4", "small.mp4"):
        shutil.copy(media / name, folder / name)
    (folder / ".hidden").write_bytes(b"")
    (folder / "deeper").mkdir()
    return folder


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def http(bucket: Path, clock: VirtualClock) -> Iterator[httpx.Client]:
    with (
        Emulator(media=bucket.parent, clock=clock, pace="4") as emulator,
        client(emulator) as http,
    ):
        yield http


def start(http: httpx.Client, index_id: str, **more: Any) -> dict[str, Any]:
    response = http.post(PATH, json={"index_id": index_id, **more})
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    return answer


def status(http: httpx.Client, index_id: str) -> dict[str, list[str]]:
    """The names of the files by status; each call is a poll."""
    response = http.get(f"{PATH}/status", params={"index_id": index_id}).json()
    return {
        state: [entry if isinstance(entry, str) else entry["filename"] for entry in entries]
        for state, entries in response.items()
        if entries
    }


def finish(http: httpx.Client, index_id: str) -> dict[str, list[str]]:
    for _ in range(3):
        status(http, index_id)
    return status(http, index_id)


def names(found: dict[str, Any]) -> list[str]:
    return [entry["filename"] for entry in found["videos"]]


TOO_LOW = (
    "The resolution of the video is too low. Please upload a video with resolution between 360x360"
    " and 3840x2160. Current resolution is `320x240`."
)


def test_an_import_from_start_to_end(http: httpx.Client, clock: VirtualClock) -> None:
    index_id = index(http, "films")
    assert status(http, index_id) == {"not_imported": ["clip.mp4", "silent.mp4", "small.mp4"]}
    created = start(http, index_id, user_metadata={"origin": "bucket"})
    assert names(created) == ["clip.mp4", "silent.mp4"]
    assert created["failed_files"] == [{"filename": "small.mp4", "error_message": TOO_LOW}]
    both = ["clip.mp4", "silent.mp4"]
    seen = [status(http, index_id) for _ in range(3)]
    rest = {"failed": ["small.mp4"]}
    assert seen == [{stage: both, **rest} for stage in ("pending", "queued", "indexing")]
    (log,) = http.get(f"{PATH}/logs").json()["data"]
    assert log["ended_at"] is None
    assert log["video_status"]["indexing"] == 2
    clock.advance(30)
    assert status(http, index_id) == {"ready": both, **rest}
    counts = dict.fromkeys(("validating", "pending", "queued", "indexing"), 0) | {"failed": 1}
    assert http.get(f"{PATH}/logs").json()["data"] == [
        {
            "index_id": index_id,
            "index_name": "films",
            "created_at": "2025-01-01T00:00:00.000Z",
            "ended_at": "2025-01-01T00:00:30.000Z",
            "video_status": counts | {"ready": 2},
            "failed_files": created["failed_files"],
        }
    ]
    (first, _) = created["videos"]
    found = http.get(f"/indexes/{index_id}/videos/{first['video_id']}").json()
    assert found["user_metadata"] == {"origin": "bucket"}
    assert http.get(f"/tasks/{first['video_id']}").json()["status"] == "ready"


def test_one_import_at_a_time(http: httpx.Client, error_of: Read) -> None:
    first, second = index(http, "a"), index(http, "b")
    start(http, first)
    for index_id in (first, second):
        response = http.post(PATH, json={"index_id": index_id})
        assert error_of(response)[:2] == (400, "import_in_progress")
    finish(http, first)
    assert names(start(http, second)) == ["clip.mp4", "silent.mp4"]


def test_an_import_that_starts_meanwhile_wins(
    http: httpx.Client, error_of: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_id = index(http)
    check_video = imports.check_video

    def slow(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(imports, "check_video", check_video)
        start(http, index_id)
        return check_video(*args, **more)

    monkeypatch.setattr(imports, "check_video", slow)
    response = http.post(PATH, json={"index_id": index_id})
    assert error_of(response)[:2] == (400, "import_in_progress")
    assert len(listed(http, f"/indexes/{index_id}/indexed-assets")) == 2


def test_what_an_index_has_is_not_imported_again(http: httpx.Client, bucket: Path) -> None:
    index_id = index(http)
    start(http, index_id)
    finish(http, index_id)
    shutil.copy(bucket / "clip.mp4", bucket / "copy.mp4")
    assert status(http, index_id)["not_imported"] == ["copy.mp4"]
    assert names(start(http, index_id)) == []
    assert "not_imported" not in status(http, index_id)
    again = start(http, index_id, incremental_import=False)
    assert names(again) == ["clip.mp4", "copy.mp4", "silent.mp4"]
    assert len(finish(http, index_id)["ready"]) == 3
    assert len(listed(http, f"/indexes/{index_id}/videos")) == 5
    assert len(http.get(f"{PATH}/logs").json()["data"]) == 3


def test_an_earlier_upload_counts_too(media: Path) -> None:
    """Without a folder of its own the media folder itself is the integration."""
    with Emulator(media=media) as emulator, client(emulator) as http:
        index_id = index(http)
        video(http, index_id, "silent.mp4")
        assert names(start(http, index_id)) == ["clip.mp4"]
        assert names(start(http, index(http, "b"))) == ["clip.mp4", "silent.mp4"]


def test_failures_are_retried_when_asked_for(
    http: httpx.Client, bucket: Path, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(media / "wide.mp4", bucket / "wide.mp4")
    index_id = index(http)
    start(http, index_id)
    finish(http, index_id)
    monkeypatch.setattr(models, "RATIOS", (*models.RATIOS, (960, 360)))
    failed = [entry["filename"] for entry in start(http, index_id)["failed_files"]]
    assert failed == ["small.mp4", "wide.mp4"]
    again = start(http, index_id, retry_failed=True)
    assert names(again) == ["wide.mp4"]
    assert [entry["filename"] for entry in again["failed_files"]] == ["small.mp4"]
    found = finish(http, index_id)
    assert sorted(found["ready"]) == ["clip.mp4", "silent.mp4", "wide.mp4"]
    assert found["failed"] == ["small.mp4"]


def test_a_deleted_index_ends_its_import(http: httpx.Client) -> None:
    index_id, other = index(http, "a"), index(http, "b")
    start(http, index_id)
    http.delete(f"/indexes/{index_id}")
    assert len(names(start(http, other))) == 2


def test_what_does_not_exist(http: httpx.Client, error_of: Read) -> None:
    for response in (
        http.post(PATH, json={"index_id": "nope"}),
        http.get(f"{PATH}/status?index_id=nope"),
    ):
        assert error_of(response) == (
            404,
            "resource_not_exist",
            "Resource with id `nope` does not exist in `indexes`.",
        )
    assert error_of(http.get(f"{PATH}/status"))[:2] == (400, "parameter_not_provided")


@pytest.mark.parametrize("name", ["%2E%2E", "..%2F..", "a%2Fb", "%2F", "%2E"])
def test_integrations_are_in_the_folder(http: httpx.Client, error_of: Read, name: str) -> None:
    path = PATH.replace("bucket", name)
    missing = (404, "resource_not_exist")
    assert error_of(http.post(path, json={"index_id": index(http)}))[:2] == missing
    assert error_of(http.get(f"{path}/logs"))[:2] == missing


@pytest.mark.parametrize("name", ["x" * 300, "a%00b", "%FF"])
def test_names_that_no_folder_can_have(http: httpx.Client, name: str) -> None:
    response = http.get(PATH.replace("bucket", name) + "/logs")
    assert response.json() == {"data": []}


def test_without_a_media_folder_there_are_no_integrations(error_of: Read) -> None:
    with Emulator() as emulator, client(emulator) as http:
        response = http.get(f"{PATH}/logs")
        assert error_of(response) == (
            404,
            "resource_not_exist",
            "Resource with id `bucket` does not exist in `integrations`.",
        )
