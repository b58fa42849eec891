from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from dodeca.emulator import Emulator, VirtualClock

from .conftest import client
from .library import MARENGO, index, listed, video

Read = Callable[[httpx.Response], tuple[int, str, str]]


def asset(http: httpx.Client, name: str) -> str:
    """Create an asset from a file of the media folder and return its id, when it is ready."""
    form = {"method": "url", "url": f"https://example.org/{name}"}
    response = http.post("/assets", files={key: (None, text) for key, text in form.items()})
    assert response.status_code == 201, response.text
    asset_id = str(response.json()["_id"])
    http.get(f"/assets/{asset_id}")
    return asset_id


def indexed(http: httpx.Client, index_id: str, asset_id: str, **more: Any) -> httpx.Response:
    body = {"asset_id": asset_id, **more}
    return http.post(f"/indexes/{index_id}/indexed-assets", json=body)


def test_an_asset_is_indexed_and_stays(http: httpx.Client, media: Path) -> None:
    index_id, asset_id = index(http), asset(http, "clip.mp4")
    created = indexed(http, index_id, asset_id, user_metadata={"a": 1, "empty": []})
    assert created.status_code == 202
    assert created.json() == {"_id": created.json()["_id"], "asset_id": asset_id}
    path = f"/indexes/{index_id}/indexed-assets/{created.json()['_id']}"
    found = http.get(path).json()
    assert (found["status"], found["asset_id"]) == ("ready", asset_id)
    assert found["user_metadata"] == {"a": 1}
    assert found["system_metadata"]["filename"] == "clip.mp4"
    assert found["indexed_at"]
    assert "hls" not in found
    query = "?embedding_option=visual&transcription=true"
    detail = http.get(path + query).json()
    assert len(detail["embedding"]["video_embedding"]["segments"]) == 3
    assert detail["transcription"] is None
    assert listed(http, f"/indexes/{index_id}/videos", "asset_id") == [asset_id]
    assert http.patch(path, json={"user_metadata": {"a": None, "b": "x"}}).status_code == 204
    assert http.get(path).json()["user_metadata"] == {"b": "x"}
    assert http.delete(path).status_code == 204
    assert http.get(path).status_code == 404
    assert http.get(f"/assets/{asset_id}").json()["status"] == "ready"


def test_the_states_of_an_indexed_asset(media: Path) -> None:
    clock = VirtualClock()
    with Emulator(media=media, pace="4", clock=clock) as emulator, client(emulator) as http:
        asset_id = asset(http, "silent.mp4")
        for _ in range(3):
            http.get(f"/assets/{asset_id}")
        index_id = index(http)
        created = indexed(http, index_id, asset_id, enable_video_stream=True).json()["_id"]
        path = f"/indexes/{index_id}/indexed-assets"
        seen = [*listed(http, path, "status")]
        seen += [http.get(f"{path}/{created}").json()["status"] for _ in range(3)]
        assert seen == ["pending", "queued", "indexing", "ready"]
        assert http.get(f"{path}/{created}").json()["hls"]["status"] == "CANCELED"


def test_an_asset_has_to_be_ready(media: Path, error_of: Read) -> None:
    with Emulator(media=media, pace="2") as emulator, client(emulator) as http:
        response = indexed(http, index(http), asset(http, "silent.mp4"))
        status, code, message = error_of(response)
        assert (status, code) == (400, "parameter_invalid")
        assert message.startswith("The `asset_id` parameter is invalid. The asset is not ready")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("purple.jpg", "video_file_broken"),
        ("tones.wav", "video_file_broken"),
        ("small.mp4", "video_resolution_too_low"),
        ("wide.mp4", "video_resolution_invalid_aspect_ratio"),
        ("short.mp4", "video_duration_too_short"),
    ],
)
def test_assets_that_no_index_takes(
    in_process: httpx.Client, error_of: Read, name: str, code: str
) -> None:
    index_id = index(in_process)
    assert error_of(indexed(in_process, index_id, asset(in_process, name)))[:2] == (400, code)
    assert listed(in_process, f"/indexes/{index_id}/indexed-assets") == []


def test_what_does_not_exist(in_process: httpx.Client, error_of: Read) -> None:
    index_id, other = index(in_process, "a"), index(in_process, "b")
    text = "Resource with id `{}` does not exist in `{}`."
    missing = indexed(in_process, index_id, "nope")
    assert error_of(missing) == (404, "resource_not_exist", text.format("nope", "assets"))
    missing = indexed(in_process, "nope", asset(in_process, "silent.mp4"))
    assert error_of(missing) == (404, "resource_not_exist", text.format("nope", "indexes"))
    made = indexed(in_process, index_id, asset(in_process, "silent.mp4")).json()["_id"]
    for index_, id_ in ((index_id, "nope"), (other, made)):
        path = f"/indexes/{index_}/indexed-assets/{id_}"
        for method in ("get", "patch", "delete"):
            body = {"json": {}} if method == "patch" else {}
            response = in_process.request(method, path, **body)
            wanted = (404, "resource_not_exist", text.format(id_, "indexed_assets"))
            assert error_of(response) == wanted


def test_indexed_assets_are_filtered(media: Path) -> None:
    clock = VirtualClock()
    with Emulator(media=media, pace="1", clock=clock) as emulator, client(emulator) as http:
        index_id = index(http, "a", MARENGO)
        video(http, index_id, "clip.mp4", user_metadata={"n": 1})
        clock.advance(60)
        indexed(http, index_id, asset(http, "silent.mp4"), user_metadata={"n": 2})

        def names(query: str) -> list[str]:
            with emulator.state.jobs.uncounted():
                return listed(http, f"/indexes/{index_id}/indexed-assets?{query}")

        assert names("") == ["silent.mp4", "clip.mp4"]
        assert names("status=ready") == ["clip.mp4"]
        assert names("status=ready&status=validating") == ["silent.mp4", "clip.mp4"]
        assert names("status=failed") == []
        assert names("n=2") == ["silent.mp4"]
        assert names("duration[gte]=6") == ["clip.mp4"]
        assert names("filename=silent.mp4&fps=5") == ["silent.mp4"]
        assert names("created_at=2025-01-01T00:00:30Z") == ["silent.mp4"]
        assert names("updated_at=2025-01-01T00:00:30Z&sort_option=asc") == ["silent.mp4"]


def test_a_used_asset_is_only_deleted_by_force(in_process: httpx.Client, error_of: Read) -> None:
    index_id, asset_id = index(in_process), asset(in_process, "silent.mp4")
    made = indexed(in_process, index_id, asset_id).json()["_id"]
    assert error_of(in_process.delete(f"/assets/{asset_id}"))[:2] == (409, "asset_in_use")
    assert in_process.delete(f"/assets/{asset_id}?force=true").status_code == 204
    found = in_process.get(f"/indexes/{index_id}/indexed-assets/{made}").json()
    assert found["status"] == "ready"
    second = asset(in_process, "silent.mp4")
    made = indexed(in_process, index_id, second).json()["_id"]
    in_process.delete(f"/indexes/{index_id}/indexed-assets/{made}")
    assert in_process.delete(f"/assets/{second}").status_code == 204
