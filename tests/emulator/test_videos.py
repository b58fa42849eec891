from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dodeca.emulator import Emulator, VirtualClock

from .conftest import client
from .library import MARENGO, OLDER, PEGASUS, index, listed, task, video

Read = Callable[[httpx.Response], tuple[int, str, str]]

FIRST = {"category": "news", "rating": 9.3, "batch": 5, "checked": True, "tags": ["a", "b"]}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def http(media: Path, clock: VirtualClock) -> Iterator[httpx.Client]:
    with Emulator(media=media, clock=clock) as emulator, client(emulator) as http:
        yield http


def test_a_video_shows_what_it_is(http: httpx.Client, media: Path) -> None:
    index_id = index(http)
    video_id = video(http, index_id, "clip.mp4", user_metadata=FIRST)
    now = "2025-01-01T00:00:00.000Z"
    shown = {
        "_id": video_id,
        "created_at": now,
        "updated_at": now,
        "indexed_at": now,
        "system_metadata": {
            "filename": "clip.mp4",
            "video_title": "clip",
            "duration": 12.0,
            "fps": 10.0,
            "width": 360,
            "height": 360,
            "size": (media / "clip.mp4").stat().st_size,
            "model_names": ["marengo3.0"],
        },
    }
    assert http.get(f"/indexes/{index_id}/videos").json()["data"] == [shown]
    assert http.get(f"/indexes/{index_id}/videos/{video_id}").json() == shown | {
        "user_metadata": FIRST,
        "hls": {"status": "CANCELED", "updated_at": now},
    }


def segments(response: httpx.Response) -> list[tuple[str, float, float, int]]:
    assert response.status_code == 200, response.text
    return [
        (s["embedding_option"], s["start_offset_sec"], s["end_offset_sec"], len(s["float"]))
        for s in response.json()["embedding"]["video_embedding"]["segments"]
    ]


def test_vectors_come_when_asked_for(http: httpx.Client) -> None:
    index_id = index(http)
    path = f"/indexes/{index_id}/videos/{video(http, index_id, 'clip.mp4')}"
    query = "?embedding_option=audio&embedding_option=visual&embedding_option=transcription"
    assert segments(http.get(path + query)) == [
        ("audio", 0.0, 5.0, 512),
        ("audio", 5.0, 9.0, 512),
        ("audio", 9.0, 12.0, 512),
        ("visual", 0.0, 5.0, 512),
        ("visual", 5.0, 9.0, 512),
        ("visual", 9.0, 12.0, 512),
    ]
    assert segments(http.get(f"{path}?embedding_option=transcription")) == []


def test_marengo_2_7_has_longer_vectors_of_even_clips(http: httpx.Client) -> None:
    index_id = index(http, "a", OLDER, PEGASUS)
    path = f"/indexes/{index_id}/videos/{video(http, index_id, 'clip.mp4')}"
    response = http.get(f"{path}?embedding_option=visual-text")
    assert response.json()["embedding"]["model_name"] == "marengo2.7"
    assert segments(response) == [("visual-text", 0.0, 6.0, 1024), ("visual-text", 6.0, 12.0, 1024)]


def test_a_silent_video_has_no_vectors_of_sound(http: httpx.Client) -> None:
    index_id = index(http)
    path = f"/indexes/{index_id}/videos/{video(http, index_id, 'silent.mp4')}"
    assert segments(http.get(f"{path}?embedding_option=audio&embedding_option=visual")) == [
        ("visual", 0.0, 5.0, 512)
    ]


@pytest.mark.parametrize(
    ("model", "option", "offered"),
    [
        (MARENGO, "visual-text", "`visual`, `audio`, `transcription`"),
        ({**MARENGO, "model_options": ["visual"]}, "audio", "`visual`"),
        ({**MARENGO, "model_options": ["visual"]}, "transcription", "`visual`"),
        (OLDER, "visual", "`visual-text`, `audio`"),
        (PEGASUS, "visual", "no Marengo model"),
    ],
)
def test_vectors_that_an_index_does_not_have(
    http: httpx.Client, error_of: Read, model: dict[str, Any], option: str, offered: str
) -> None:
    index_id = index(http, "a", model)
    path = f"/indexes/{index_id}/videos/{video(http, index_id, 'silent.mp4')}"
    status, code, message = error_of(http.get(f"{path}?embedding_option={option}"))
    assert (status, code) == (400, "parameter_invalid")
    assert "`embedding_option`" in message
    assert offered in message


def test_nothing_spoken_is_found(http: httpx.Client) -> None:
    index_id = index(http)
    path = f"/indexes/{index_id}/videos/{video(http, index_id, 'silent.mp4')}"
    assert "transcription" not in http.get(path).json()
    assert http.get(f"{path}?transcription=true").json()["transcription"] is None


@pytest.fixture
def two(http: httpx.Client, clock: VirtualClock) -> str:
    """An index with two videos, one minute apart."""
    index_id = index(http)
    video(http, index_id, "clip.mp4", user_metadata=FIRST)
    clock.advance(60)
    video(http, index_id, "silent.mp4", user_metadata={"category": "sport", "batch": 6})
    return index_id


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["silent.mp4", "clip.mp4"]),
        ("sort_option=asc", ["clip.mp4", "silent.mp4"]),
        ("page_limit=1&page=2", ["clip.mp4"]),
        ("filename=clip.mp4", ["clip.mp4"]),
        ("filename=clip", []),
        ("duration=12", ["clip.mp4"]),
        ("duration=12.5", []),
        ("duration[gte]=5&duration[lte]=11.9", ["silent.mp4"]),
        ("duration%5Bgte%5D=12", ["clip.mp4"]),
        ("fps=5", ["silent.mp4"]),
        ("fps[gte]=6", ["clip.mp4"]),
        ("width=360&height=360", ["silent.mp4", "clip.mp4"]),
        ("width[lte]=359", []),
        ("size[gte]=1", ["silent.mp4", "clip.mp4"]),
        ("size=1", []),
        ("created_at=2025-01-01T00:00:30Z", ["silent.mp4"]),
        ("category=news", ["clip.mp4"]),
        ("batch=5", ["clip.mp4"]),
        ("batch=5.0", ["clip.mp4"]),
        ("batch=five", []),
        ("rating=9.3", ["clip.mp4"]),
        ("checked=true", ["clip.mp4"]),
        ("checked=false", []),
        ("tags=b", ["clip.mp4"]),
        ("category=sport&batch=6", ["silent.mp4"]),
        ("category=sport&batch=5", []),
        ("unheard=of", []),
        ("updated_at=2024-01-01T00:00:00Z", []),
    ],
)
def test_videos_are_filtered(http: httpx.Client, two: str, query: str, names: list[str]) -> None:
    assert listed(http, f"/indexes/{two}/videos?{query}") == names


def test_only_changed_videos_count_as_updated(
    http: httpx.Client, two: str, clock: VirtualClock
) -> None:
    (newest, oldest) = listed(http, f"/indexes/{two}/videos", "_id")
    clock.advance(60)
    http.patch(f"/indexes/{two}/videos/{oldest}", json={"user_metadata": {"a": 1}})
    path = f"/indexes/{two}/videos"
    assert listed(http, f"{path}?updated_at=2024-01-01T00:00:00Z", "_id") == [oldest]
    assert listed(http, f"{path}?updated_at=2025-01-01T00:03:00Z", "_id") == []
    assert listed(http, f"{path}?sort_by=updated_at", "_id") == [oldest, newest]


def test_fields_are_set_one_by_one_or_all_at_once(http: httpx.Client) -> None:
    index_id = index(http)
    path = f"/indexes/{index_id}/videos/{video(http, index_id, 'silent.mp4', user_metadata=FIRST)}"

    def fields() -> dict[str, Any]:
        found: dict[str, Any] = http.get(path).json().get("user_metadata", {})
        return found

    change = {"category": "sport", "rating": None, "batch": None, "tags": None, "new": "x"}
    assert http.patch(path, json={"user_metadata": change}).status_code == 204
    assert fields() == {"category": "sport", "checked": True, "new": "x"}
    assert http.patch(path, json={}).status_code == 204
    assert fields() == {"category": "sport", "checked": True, "new": "x"}
    assert http.put(path, json={"user_metadata": {"only": 1}}).status_code == 204
    assert fields() == {"only": 1}
    assert http.put(path, json={}).status_code == 204
    assert fields() == {}


@pytest.mark.parametrize("method", ["put", "patch"])
@pytest.mark.parametrize(
    "change", [{"duration": 1}, {"a": 1, "filename": "x"}, {"a": {"b": 1}}, {"a": [1]}]
)
def test_fields_that_cannot_be_set(
    http: httpx.Client, error_of: Read, method: str, change: dict[str, Any]
) -> None:
    index_id = index(http)
    path = f"/indexes/{index_id}/videos/{video(http, index_id, 'silent.mp4', user_metadata=FIRST)}"
    response = http.request(method, path, json={"user_metadata": change})
    assert error_of(response)[:2] == (400, "parameter_invalid")
    assert http.get(path).json()["user_metadata"] == FIRST


def test_a_video_belongs_to_one_index(http: httpx.Client, error_of: Read) -> None:
    mine, other = index(http, "a"), index(http, "b")
    video_id = video(http, mine, "silent.mp4")
    for method in ("get", "put", "patch", "delete"):
        body = {"json": {}} if method in ("put", "patch") else {}
        response = http.request(method, f"/indexes/{other}/videos/{video_id}", **body)
        assert error_of(response) == (
            404,
            "resource_not_exist",
            f"Resource with id `{video_id}` does not exist in `videos`.",
        )
    assert http.delete(f"/indexes/{mine}/videos/{video_id}").status_code == 204
    assert http.get(f"/indexes/{mine}/videos/{video_id}").status_code == 404
    assert listed(http, f"/indexes/{mine}/videos") == []


def test_a_video_appears_when_it_is_ready(media: Path) -> None:
    with Emulator(media=media, pace="2") as emulator, client(emulator) as http:
        index_id = index(http)
        created = task(http, index_id, "silent.mp4")
        path = f"/indexes/{index_id}/videos"
        http.get(f"/tasks/{created['_id']}")
        assert listed(http, path) == []
        assert http.get(f"{path}/{created['video_id']}").status_code == 404
        http.get(f"/tasks/{created['_id']}")
        assert listed(http, path) == ["silent.mp4"]
