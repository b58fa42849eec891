from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from dodeca.emulator import Emulator, VirtualClock

from .conftest import client
from .library import MARENGO, OLDER, PEGASUS, index, listed, task, video

Read = Callable[[httpx.Response], tuple[int, str, str]]


def test_an_index_through_each_door(http: httpx.Client) -> None:
    index_id = index(http, "films", OLDER, PEGASUS, addons=["thumbnail"])
    found = http.get(f"/indexes/{index_id}").json()
    assert found.pop("created_at") == found.pop("updated_at")
    assert found == {
        "_id": index_id,
        "index_name": "films",
        "models": [OLDER, PEGASUS],
        "addons": ["thumbnail"],
        "expires_at": None,
        "video_count": 0,
        "total_duration": 0,
    }
    assert http.put(f"/indexes/{index_id}", json={"index_name": "others"}).status_code == 204
    assert http.get(f"/indexes/{index_id}").json()["index_name"] == "others"
    assert http.delete(f"/indexes/{index_id}").status_code == 204
    assert http.get(f"/indexes/{index_id}").status_code == 404


def test_an_index_counts_its_videos(in_process: httpx.Client) -> None:
    index_id = index(in_process)
    for name in ("clip.mp4", "silent.mp4"):
        video(in_process, index_id, name)
    found = in_process.get(f"/indexes/{index_id}").json()
    assert (found["video_count"], found["total_duration"]) == (2, 17.0)


def test_indexes_are_listed_filtered_and_ordered(media: Path) -> None:
    clock = VirtualClock()
    with Emulator(clock=clock, media=media) as emulator, client(emulator) as http:
        ids = {}
        visual = {**MARENGO, "model_options": ["visual"]}
        for name, models in {"a": [visual], "b": [PEGASUS], "c": [OLDER, PEGASUS]}.items():
            ids[name] = index(http, name, *models)
            clock.advance(60)

        def names(query: str) -> list[str]:
            return listed(http, f"/indexes?{query}", "index_name")

        assert names("") == ["c", "b", "a"]
        assert names("sort_option=asc") == ["a", "b", "c"]
        assert names("page=2&page_limit=2") == ["a"]
        assert names("index_name=b") == ["b"]
        assert names("model_family=pegasus") == ["c", "b"]
        assert names("model_family=marengo") == ["c", "a"]
        assert names("model_options=visual") == ["c", "b", "a"]
        assert names("model_options=visual%2Caudio") == ["c", "b"]
        assert names("created_at=2025-01-01T00:01:00Z") == ["c", "b"]
        http.put(f"/indexes/{ids['a']}", json={"index_name": "z"})
        assert names("sort_by=updated_at") == ["z", "c", "b"]
        assert names("updated_at=2025-01-01T00:03:00Z") == ["z"]


def test_a_deleted_index_takes_its_videos_along(emulator: Emulator, error_of: Read) -> None:
    folder = emulator.state.database.media_path("x").parent
    with client(emulator) as http:
        kept, gone = index(http, "kept"), index(http, "gone")
        video(http, kept, "silent.mp4")
        ready = task(http, gone, "silent.mp4")
        http.get(f"/tasks/{ready['_id']}")
        assert len([file for file in folder.iterdir() if file.is_file()]) == 2
        assert http.delete(f"/indexes/{gone}").status_code == 204
        assert len([file for file in folder.iterdir() if file.is_file()]) == 1
        assert http.get(f"/tasks/{ready['_id']}").json()["status"] == "ready"
        assert http.delete(f"/tasks/{ready['_id']}").status_code == 204
        missing = (404, "resource_not_exist")
        for path in ("", "/videos", "/indexed-assets"):
            assert error_of(http.get(f"/indexes/{gone}{path}"))[:2] == missing
        assert len(listed(http, f"/indexes/{kept}/videos")) == 1


@pytest.mark.parametrize(
    ("body", "code", "named"),
    [
        ({}, "parameter_not_provided", "`index_name`, `models`"),
        ({"index_name": "", "models": [MARENGO]}, "parameter_invalid", "`index_name`"),
        ({"index_name": "a", "models": []}, "parameter_invalid", "`models`"),
        ({"index_name": "a", "models": [MARENGO] * 3}, "parameter_invalid", "`models`"),
        ({"index_name": "a", "models": [MARENGO, OLDER]}, "parameter_invalid", "Only one model"),
        (
            {"index_name": "a", "models": [{**MARENGO, "model_name": "marengo9"}]},
            "parameter_invalid",
            "`models.model_name`",
        ),
        (
            {"index_name": "a", "models": [{**MARENGO, "model_options": ["smell"]}]},
            "parameter_invalid",
            "`models.model_options`",
        ),
        (
            {"index_name": "a", "models": [PEGASUS], "addons": ["thumbnail"]},
            "parameter_invalid",
            "`addons`",
        ),
        (
            {"index_name": "a", "models": [MARENGO], "addons": ["x"]},
            "parameter_invalid",
            "`addons`",
        ),
        ({"index_name": "a", "models": [MARENGO], "x": 1}, "parameter_unknown", "`x`"),
    ],
)
def test_indexes_that_cannot_be(
    in_process: httpx.Client, error_of: Read, body: dict[str, Any], code: str, named: str
) -> None:
    response = in_process.post("/indexes", json=body)
    assert error_of(response)[:2] == (400, code)
    assert named in error_of(response)[2]
    assert listed(in_process, "/indexes") == []


def test_a_name_belongs_to_one_index(in_process: httpx.Client, error_of: Read) -> None:
    first, second = index(in_process, "a"), index(in_process, "b")
    taken = in_process.put(f"/indexes/{second}", json={"index_name": "a"})
    assert error_of(taken)[:2] == (400, "index_name_already_exists")
    same = in_process.put(f"/indexes/{first}", json={"index_name": "a"})
    assert same.status_code == 204
