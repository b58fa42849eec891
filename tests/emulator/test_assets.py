from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from dodeca.emulator import Emulator, VirtualClock, samples
from dodeca.emulator.handlers import assets

from .conftest import client

Read = Callable[[httpx.Response], tuple[int, str, str]]


def upload(http: httpx.Client, path: Path, **fields: Any) -> dict[str, Any]:
    with path.open("rb") as file:
        response = http.post(
            "/assets", data={"method": "direct", **fields}, files={"file": (path.name, file)}
        )
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_an_upload_is_taken_in_and_looked_at(media: Path) -> None:
    with Emulator(clock=VirtualClock()) as emulator, client(emulator) as http:
        created = upload(http, media / "clip.mp4", user_metadata='{"rating": 5, "tags": ["a"]}')
        shown = {
            "_id": created["_id"],
            "method": "direct",
            "status": "processing",
            "filename": "clip.mp4",
            "file_type": "video/mp4",
            "created_at": "2025-01-01T00:00:00.000Z",
            "user_metadata": {"rating": 5, "tags": ["a"]},
        }
        assert created == shown
        size = (media / "clip.mp4").stat().st_size
        assert http.get(f"/assets/{created['_id']}").json() == shown | {
            "status": "ready",
            "size": size,
            "duration": 12.0,
            "technical_metadata": {
                "file_size_bytes": size,
                "file_container_format": "mp4",
                "has_audio": True,
                "audio_codec": "aac",
                "video_codec": "h264",
                "video_width": 360,
                "video_height": 360,
                "video_fps": 10.0,
                "video_duration_seconds": 12.0,
            },
        }


def test_an_upload_through_each_door(http: httpx.Client, media: Path) -> None:
    asset = upload(http, media / "purple.jpg", filename="violet.jpg")
    found = http.get(f"/assets/{asset['_id']}").json()
    assert (found["filename"], found["file_type"]) == ("violet.jpg", "image/jpeg")
    assert found["technical_metadata"]["image_width"] == 640


def test_the_content_tells_the_type_when_the_name_does_not(
    in_process: httpx.Client, media: Path
) -> None:
    asset = upload(in_process, media / "tones.wav", filename="sound")
    assert asset["file_type"] == "application/octet-stream"
    assert in_process.get(f"/assets/{asset['_id']}").json()["file_type"] == "audio/wav"


def test_an_asset_by_url(in_process: httpx.Client) -> None:
    url = "https://example.org/tones.mp3"
    asset = in_process.post("/assets", data={"method": "url", "url": url}, files={"": b""})
    assert asset.status_code == 400  # a part without a name is unknown
    form = {"method": (None, "url"), "url": (None, url)}
    asset = in_process.post("/assets", files=form)
    assert asset.status_code == 201
    found = in_process.get(f"/assets/{asset.json()['_id']}").json()
    assert (found["method"], found["filename"], found["status"]) == ("url", "tones.mp3", "ready")


def test_what_cannot_be_read_fails(in_process: httpx.Client, media: Path, error_of: Read) -> None:
    asset = upload(in_process, media / "broken.mp4")
    found = in_process.get(f"/assets/{asset['_id']}").json()
    assert found["status"] == "failed"
    assert found["error"]["message"].startswith("The file cannot be read: ")
    body = {
        "input_type": "video",
        "model_name": "marengo3.0",
        "video": {"media_source": {"asset_id": asset["_id"]}},
    }
    status, code, message = error_of(in_process.post("/embed-v2", json=body))
    assert (status, code) == (400, "parameter_invalid")
    assert "its status is `failed`" in message


def test_an_asset_is_of_no_use_until_it_is_ready(media: Path, error_of: Read) -> None:
    with Emulator(pace="2") as emulator, client(emulator) as http:
        asset = upload(http, media / "purple.jpg")["_id"]
        body = {
            "input_type": "image",
            "model_name": "marengo3.0",
            "image": {"media_source": {"asset_id": asset}},
        }
        assert "its status is `processing`" in error_of(http.post("/embed-v2", json=body))[2]
        states = [http.get(f"/assets/{asset}").json()["status"] for _ in range(2)]
        assert states == ["processing", "ready"]
        assert http.post("/embed-v2", json=body).status_code == 200


def test_assets_are_listed_filtered_and_paged(in_process: httpx.Client, media: Path) -> None:
    names = ["clip.mp4", "tones.wav", "purple.jpg", "tones.mp3"]
    ids = {name: upload(in_process, media / name)["_id"] for name in names}

    def listed(query: str) -> list[str]:
        response = in_process.get(f"/assets?{query}")
        assert response.status_code == 200
        return [asset["filename"] for asset in response.json()["data"]]

    assert listed("") == names[::-1]
    assert listed("page=2&page_limit=3") == ["clip.mp4"]
    assert listed("asset_types=audio") == ["tones.mp3", "tones.wav"]
    assert listed("asset_types=video&asset_types=image") == ["purple.jpg", "clip.mp4"]
    assert listed(f"asset_ids={ids['clip.mp4']}&asset_ids=x") == ["clip.mp4"]
    assert listed("&".join(f"asset_ids={id_}" for id_ in ids.values())) == names[::-1]
    assert listed("filename=TONES") == ["tones.mp3", "tones.wav"]
    assert listed("filename=tones&asset_types=video") == []


def test_an_asset_is_deleted_with_its_file(emulator: Emulator, media: Path, error_of: Read) -> None:
    folder = emulator.state.database.media_path("x").parent
    with client(emulator) as http:
        asset = upload(http, media / "purple.jpg")["_id"]
        assert len([file for file in folder.iterdir() if file.is_file()]) == 1
        assert http.delete(f"/assets/{asset}").status_code == 204
        assert [file for file in folder.iterdir() if file.is_file()] == []
        for response in (http.get(f"/assets/{asset}"), http.delete(f"/assets/{asset}")):
            assert error_of(response) == (
                404,
                "resource_not_exist",
                f"Resource with id `{asset}` does not exist in `assets`.",
            )


FILE = {"file": ("a.jpg", b"abc")}
URL = "https://example.org/purple.jpg"


@pytest.mark.parametrize(
    ("fields", "files", "code", "named"),
    [
        ({}, FILE, "parameter_not_provided", "`method`"),
        ({"method": "direct"}, {"x": b""}, "parameter_unknown", "`x`"),
        ({"method": "direct", "x": "1"}, FILE, "parameter_unknown", "`x`"),
        ({"method": "mail"}, FILE, "parameter_invalid", "`method`"),
        ({"method": "direct", "url": URL}, FILE, "parameter_invalid", "`url`"),
        ({"method": "url", "url": URL}, FILE, "parameter_invalid", "`file`"),
        ({"method": "url"}, FILE, "parameter_not_provided", "`url`"),
        ({"method": "direct"}, {"file": ("a.jpg", b"")}, "parameter_invalid", "`file`"),
        ({"method": "direct", "filename": "x" * 256}, FILE, "parameter_invalid", "`filename`"),
        ({"method": "direct", "enable_hls": "true"}, FILE, "parameter_invalid", "`enable_hls`"),
        (
            {"method": "direct", "enable_thumbnail": "true"},
            FILE,
            "parameter_invalid",
            "`enable_thumbnail`",
        ),
        ({"method": "direct", "user_metadata": "{"}, FILE, "parameter_invalid", "`user_metadata`"),
        ({"method": "direct", "user_metadata": "[]"}, FILE, "parameter_invalid", "`user_metadata`"),
        (
            {"method": "direct", "user_metadata": orjson.dumps({"a": {"b": 1}}).decode()},
            FILE,
            "parameter_invalid",
            "`user_metadata`",
        ),
    ],
)
def test_forms_that_break_a_rule(
    in_process: httpx.Client,
    error_of: Read,
    fields: dict[str, str],
    files: dict[str, Any],
    code: str,
    named: str,
) -> None:
    response = in_process.post("/assets", data=fields, files=files)
    assert error_of(response)[:2] == (400, code)
    assert named in error_of(response)[2]
    assert response.json().keys() == {"code", "message"}
    assert in_process.get("/assets").json()["data"] == []


def test_a_file_without_a_name_needs_one(
    in_process: httpx.Client, error_of: Read, media: Path
) -> None:
    form = {"method": (None, "direct"), "file": (None, (media / "purple.jpg").read_bytes())}
    assert error_of(in_process.post("/assets", files=form))[:2] == (400, "parameter_not_provided")
    form["filename"] = (None, "purple.jpg")
    assert in_process.post("/assets", files=form).status_code == 201


def test_images_have_a_lower_limit(
    in_process: httpx.Client, error_of: Read, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "MAX_IMAGE", 1000)
    for name, status in (("purple.jpg", 400), ("tones.wav", 201)):
        file = {"file": (name, (media / name).read_bytes())}
        response = in_process.post("/assets", data={"method": "direct"}, files=file)
        assert response.status_code == status


def test_a_form_without_a_file(in_process: httpx.Client, error_of: Read) -> None:
    response = in_process.post("/assets", files={"method": (None, "direct")})
    assert error_of(response)[:2] == (400, "parameter_not_provided")


def test_an_upload_has_a_limit(
    in_process: httpx.Client, error_of: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "MAX_DIRECT", 1000)
    response = in_process.post(
        "/assets", data={"method": "direct"}, files={"file": ("a.mp4", bytes(1001))}
    )
    assert error_of(response) == (
        400,
        "video_filesize_too_large",
        "The video is too large. Please use a video with a size less than `1000`. The current size "
        "is `1001`.",
    )


def test_documents_are_assets(in_process: httpx.Client, tmp_path: Path) -> None:
    samples.pdf(tmp_path / "a.pdf", ["one page", "another"])
    for name, content in {"b.txt": b"text", "c.md": b"# text", "d.pdf": b"%PDF-1.4 no"}.items():
        (tmp_path / name).write_bytes(content)
    found = {}
    for path in sorted(tmp_path.iterdir()):
        created = upload(in_process, path)
        found[path.name] = in_process.get(f"/assets/{created['_id']}").json()
    assert {name: (asset["file_type"], asset["status"]) for name, asset in found.items()} == {
        "a.pdf": ("application/pdf", "ready"),
        "b.txt": ("text/plain", "ready"),
        "c.md": ("text/markdown", "ready"),
        "d.pdf": ("application/pdf", "failed"),
    }
    assert found["a.pdf"]["technical_metadata"]["document_page_count"] == 2
    assert found["d.pdf"]["error"]["message"] == "The file cannot be read: it is no valid PDF."
    upload(in_process, tmp_path / "a.pdf", filename="e.jpg")
    listed = in_process.get("/assets?asset_types=document").json()["data"]
    assert [asset["filename"] for asset in listed] == ["d.pdf", "c.md", "b.txt", "a.pdf"]
