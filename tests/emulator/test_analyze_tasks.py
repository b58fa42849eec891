from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from dodeca.emulator import Emulator, VirtualClock, samples

from .conftest import client, encoded
from .test_analyze import image_source, video

Read = Callable[[httpx.Response], tuple[int, str, str]]
FIELDS = [
    {"name": "colour", "type": "string", "description": "the main colour"},
    {"name": "loud", "type": "boolean", "description": "whether it is loud"},
    {"name": "from", "type": "timestamp", "format": "hh:mm:ss", "description": "start"},
    {"name": "kind", "type": "string", "enum": ["dark", "green"], "description": "what it is"},
    {
        "name": "tags",
        "type": "array",
        "items": {"type": "string"},
        "enum": ["blue", "red"],
        "description": "words for it",
    },
    {
        "name": "events",
        "type": "time_array",
        "description": "what happens",
        "items": {
            "type": "object",
            "fields": [{"name": "count", "type": "integer", "description": "scenes"}],
        },
    },
]


def start(http: httpx.Client, headers: dict[str, str] | None = None, **body: Any) -> str:
    given = {"prompt": "Describe it"} | body
    if "image" not in body:
        given = {"video": video()} | given
    response = http.post("/analyze/tasks", json=given, headers=headers)
    assert response.status_code == 202, response.text
    task_id: str = response.json()["task_id"]
    return task_id


def definitions(*given: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A request body for segments."""
    form = {"type": "segment_definitions", "segment_definitions": list(given)}
    for name in ("segment_time_format",):
        if name in more:
            form[name] = more.pop(name)
    return {
        "video": video(),
        "analysis_mode": "time_based_metadata",
        "response_format": form,
        **more,
    }


def segments(http: httpx.Client, *given: dict[str, Any], **more: Any) -> dict[str, Any]:
    response = http.post("/analyze/tasks", json=definitions(*given, **more))
    assert response.status_code == 202, response.text
    task = http.get(f"/analyze/tasks/{response.json()['task_id']}").json()
    assert task["status"] == "ready"
    found: dict[str, Any] = orjson.loads(task["result"]["data"])
    return found


def spans(found: list[dict[str, Any]]) -> list[tuple[float, float]]:
    return [(segment["start_time"], segment["end_time"]) for segment in found]


# -- text ------------------------------------------------------------------------------------


def test_a_task_from_its_creation_to_its_text(media: Path) -> None:
    clock = VirtualClock()
    with Emulator(media=media, clock=clock, pace="4") as emulator, client(emulator) as http:
        body = {"video": video(), "prompt": "Describe it", "custom_id": "mine-1"}
        created = http.post("/analyze/tasks", json=body)
        assert created.status_code == 202
        task_id = created.json()["task_id"]
        assert created.json() == {"task_id": task_id, "status": "queued"}
        states = [http.get(f"/analyze/tasks/{task_id}").json() for _ in range(4)]
        assert [s["status"] for s in states] == ["queued", "pending", "processing", "ready"]
        assert states[0] == {
            "task_id": task_id,
            "custom_id": "mine-1",
            "video_source": {**video(), "system_metadata": {"duration": 12.0}},
            "request_params": {
                "analysis_mode": "general",
                "prompt": "Describe it",
                "temperature": 0.2,
            },
            "status": "queued",
            "created_at": "2025-01-01T00:00:00.000Z",
        }
        result = states[-1]["result"]
        assert result["data"].startswith("[dodeca emulator]")
        assert result["finish_reason"] == "stop"
        assert states[-1]["completed_at"] == "2025-01-01T00:00:00.000Z"


def test_through_each_door(http: httpx.Client, media: Path) -> None:
    given = {"type": "base64_string", "base64_string": encoded(media / "clip.mp4")}
    task_id = start(http, video=given, max_tokens=512, start_time=5, end_time=9)
    task = http.get(f"/analyze/tasks/{task_id}").json()
    assert task["custom_id"] is None
    assert task["video_source"]["type"] == "base64_string"
    assert task["request_params"]["start_time"] == 5
    assert "mostly blue" in task["result"]["data"] or "blue (100 %)" in task["result"]["data"]
    assert "base64" not in orjson.dumps(task["request_params"]).decode()
    assert http.delete(f"/analyze/tasks/{task_id}").status_code == 204
    assert http.get(f"/analyze/tasks/{task_id}").status_code == 404
    assert http.delete(f"/analyze/tasks/{task_id}").status_code == 404


def test_a_key_makes_a_task_only_once(emulator: Emulator, in_process: httpx.Client) -> None:
    tasks = [start(in_process, {"Idempotency-Key": key}) for key in ("a", "a", "b")]
    assert tasks[0] == tasks[1] != tasks[2]
    assert in_process.get("/analyze/tasks").json()["page_info"]["total_results"] == 2


def test_images_and_reference_images(in_process: httpx.Client) -> None:
    image = start(in_process, model_name="pegasus1.6", image=[image_source("p")], prompt="see <@p>")
    task = in_process.get(f"/analyze/tasks/{image}").json()
    assert task["video_source"] is None
    assert task["request_params"]["image"] == [image_source("p") | {"media_type": "image"}]
    assert "<@p>" in task["result"]["data"]
    source = image_source("logo") | {"media_type": "image"}
    prompt = {"input_text": "colours of <@logo>", "media_sources": [source]}
    body = {"video": video(), "prompt_v2": prompt}
    created = in_process.post("/analyze/tasks", json=body).json()["task_id"]
    data = in_process.get(f"/analyze/tasks/{created}").json()["result"]["data"]
    assert "purple (100 %)" in data


def test_a_text_stops_at_its_limit(in_process: httpx.Client) -> None:
    body = {"max_tokens": 512, "prompt": "scenes " + "word " * 600}
    schema = {"type": "array", "items": {"type": "object", "properties": {}}}
    for name in "abcdefghij":
        schema["items"]["properties"][name] = {"type": "string"}
    form = {"type": "json_schema", "json_schema": schema}
    task = in_process.get(f"/analyze/tasks/{start(in_process, **body, response_format=form)}")
    assert task.json()["result"]["finish_reason"] == "length"
    assert task.json()["result"]["usage"]["output_tokens"] == 512
    assert "max_tokens" in task.json()["error"]["message"]


def test_tasks_are_listed_filtered_and_shortened(in_process: httpx.Client, media: Path) -> None:
    files = {"file": ("a.mp4", (media / "clip.mp4").read_bytes())}
    asset = in_process.post("/assets", data={"method": "direct"}, files=files).json()["_id"]
    schema = {"type": "json_schema", "json_schema": {"type": "string"}}
    first = start(in_process, prompt="x" * 50, response_format=schema)
    second = start(in_process, video={"type": "asset_id", "asset_id": asset})
    body = definitions(*({"id": name, "description": "scenes"} for name in "ab"))
    third = in_process.post("/analyze/tasks", json=body).json()["task_id"]

    def listed(**params: str) -> list[str]:
        response = in_process.get("/analyze/tasks", params=params).json()
        return [task["task_id"] for task in response["data"]]

    assert listed() == [third, second, first]
    assert listed(asset_id=asset) == [second]
    assert listed(video_url=video()["url"]) == [third, first]
    assert listed(analysis_mode="time_based_metadata") == [third]
    assert listed(status="failed") == []
    items = in_process.get("/analyze/tasks").json()["data"]
    assert items[2]["request_params"]["prompt"] == "x" * 30
    assert items[2]["request_params"]["response_format"] == {"type": "json_schema"}
    assert len(items[0]["request_params"]["response_format"]["segment_definitions"]) == 1
    whole = in_process.get(f"/analyze/tasks/{first}").json()
    assert whole["request_params"]["prompt"] == "x" * 50


def test_a_task_at_work_is_not_deleted(media: Path, error_of: Read) -> None:
    with Emulator(media=media, pace="4") as emulator, client(emulator) as http:
        task_id = start(http)
        for _ in range(2):
            http.get(f"/analyze/tasks/{task_id}")
        response = error_of(http.delete(f"/analyze/tasks/{task_id}"))
        assert response[:2] == (409, "task_cannot_be_deleted")


def test_a_task_is_canceled_in_every_state_before_its_end(media: Path, error_of: Read) -> None:
    with Emulator(media=media, pace="4") as emulator, client(emulator) as http:
        for polls in range(4):
            path = f"/analyze/tasks/{start(http)}"
            for _ in range(polls):
                http.get(path)
            for _ in range(2):  # the second time it is canceled already
                response = http.post(f"{path}/cancel")
                assert response.status_code == 200
                assert response.json() == {"task_id": path[-24:], "status": "canceled"}
            task = http.get(path).json()
            assert (task["status"], task["error"]["code"]) == ("canceled", "user_canceled")
            assert "result" not in task
            assert task["completed_at"]
        listed = http.get("/analyze/tasks", params={"status": "canceled"}).json()["data"]
        assert len(listed) == 4
        assert http.delete(path).status_code == 204
        assert error_of(http.post(f"{path}/cancel"))[:2] == (404, "resource_not_exist")


def test_a_task_that_has_ended_is_not_canceled(in_process: httpx.Client, error_of: Read) -> None:
    path = f"/analyze/tasks/{start(in_process)}"
    assert in_process.get(path).json()["status"] == "ready"
    assert error_of(in_process.post(f"{path}/cancel"))[:2] == (409, "task_cannot_be_canceled")
    assert in_process.get(path).json()["result"]


# -- segments --------------------------------------------------------------------------------


def test_segments_with_fields(in_process: httpx.Client) -> None:
    given = {"id": "scene", "description": "every scene", "fields": FIELDS}
    found = segments(in_process, given, segment_time_format="hh:mm:ss.fff")["scene"]
    assert spans(found) == [
        ("00:00:00.000", "00:00:05.000"),
        ("00:00:05.000", "00:00:09.000"),
        ("00:00:09.000", "00:00:12.000"),
    ]
    assert found[2]["metadata"] == {
        "colour": "green",
        "loud": True,
        "from": "00:00:09",
        "kind": "green",
        "tags": ["blue"],
        "events": [
            {
                "start_time": "00:00:09.000",
                "end_time": "00:00:12.000",
                "metadata": {"count": 1},
            }
        ],
    }


def test_fields_of_segments_that_no_measurement_decides_are_named(
    in_process: httpx.Client,
) -> None:
    field = {"name": "animal", "type": "string", "enum": ["dog", "cat"], "description": "who"}
    given = {"id": "scene", "description": "every scene", "fields": [field]}
    created = in_process.post("/analyze/tasks", json=definitions(given)).json()
    result = in_process.get(f"/analyze/tasks/{created['task_id']}").json()["result"]
    assert result["emulator_note"] == 'No measurement decides between: "dog", "cat".'


def test_segments_that_a_description_or_an_image_fits(
    in_process: httpx.Client, tmp_path: Path
) -> None:
    samples.image(tmp_path / "green.png", "green")
    image = {"name": "a", "media_type": "image", "base64_string": encoded(tmp_path / "green.png")}
    by_word = {"id": "words", "description": "something blue"}
    by_image = {"id": "image", "description": "like <@a>", "media_sources": [image]}
    found = segments(in_process, by_word, by_image)
    assert spans(found["words"]) == [(5, 9)]
    assert spans(found["image"]) == [(9, 12)]


def test_durations_and_ranges_of_segments(in_process: httpx.Client) -> None:
    scenes = {"id": "a", "description": "scenes"}
    assert spans(segments(in_process, scenes, min_segment_duration=5)["a"]) == [(0, 5), (5, 12)]
    assert spans(segments(in_process, scenes, max_segment_duration=4)["a"]) == [
        (0, 2.5),
        (2.5, 5),
        (5, 9),
        (9, 12),
    ]
    assert spans(segments(in_process, scenes, start_time=6, end_time=10)["a"]) == [(6, 10)]
    ranges = [{"start_time": 6, "end_time": 8}, {"start_time": 1, "end_time": 6}]
    assert spans(segments(in_process, scenes | {"time_ranges": ranges})["a"]) == [(6, 8), (1, 6)]


TAGS = {name: FIELDS[4][name] for name in ("name", "type", "description")}
RANGE = {"time_ranges": [{"start_time": 0, "end_time": 4}]}


@pytest.mark.parametrize(
    ("definition", "more", "message"),
    [
        ({}, {"prompt": "a"}, "`prompt` parameter is invalid"),
        ({}, {"max_tokens": 512}, "at least 2048"),
        ({}, {"max_tokens": "unlimited"}, "segments and `pegasus1.6`"),
        (RANGE, {"max_tokens": "unlimited", "model_name": "pegasus1.6"}, "with `time_ranges`"),
        (RANGE, {"start_time": 2}, "cannot be combined with `time_ranges`"),
        (RANGE, {"min_segment_duration": 2}, "cannot be combined with `time_ranges`"),
        ({}, {"min_segment_duration": 3, "max_segment_duration": 2}, "shorter than 3"),
        ({}, {"min_segment_duration": 1}, "`min_segment_duration`"),
        ({"time_ranges": [{"start_time": 0, "end_time": 1}]}, {}, "lasts at least 2 seconds"),
        ({"time_ranges": [{"start_time": 9, "end_time": 13}]}, {}, "within the 12.0 seconds"),
        (
            {
                "time_ranges": [
                    {"start_time": 3, "end_time": 6},
                    {"start_time": 0, "end_time": 4},
                ]
            },
            {},
            "They overlap",
        ),
        ({"description": "<@a>"}, {}, "an image that is not given: `<@a>`"),
        ({"fields": [FIELDS[0], FIELDS[0]]}, {}, "given more than once"),
        ({"fields": [FIELDS[0] | {"name": "metadata"}]}, {}, "`metadata` is reserved"),
        ({"fields": [FIELDS[0] | {"format": "seconds"}]}, {}, "`timestamp` only"),
        ({"fields": [FIELDS[0] | {"type": "timestamp"}]}, {}, "required but was not provided"),
        ({"fields": [FIELDS[0] | {"type": "array"}]}, {}, "required but was not provided"),
        ({"fields": [FIELDS[0] | {"items": {"type": "string"}}]}, {}, "`array` and `time_array`"),
        ({"fields": [FIELDS[1] | {"enum": ["a"]}]}, {}, "texts only"),
        ({"fields": [FIELDS[0] | {"enum": []}]}, {}, "at least one value"),
        ({"fields": [TAGS | {"items": {"type": "object"}}]}, {}, "`time_array` only"),
        ({"fields": [FIELDS[5] | {"items": {"type": "string"}}]}, {}, "`time_array` only"),
    ],
)
def test_segments_that_are_refused(
    in_process: httpx.Client,
    error_of: Read,
    definition: dict[str, Any],
    more: dict[str, Any],
    message: str,
) -> None:
    given = {"id": "a", "description": "scenes"} | definition
    status, _, text = error_of(in_process.post("/analyze/tasks", json=definitions(given, **more)))
    assert status == 400
    assert message in text


def test_ids_of_definitions_are_unique(in_process: httpx.Client, error_of: Read) -> None:
    given = {"id": "a", "description": "scenes"}
    response = in_process.post("/analyze/tasks", json=definitions(given, given))
    assert "given more than once" in error_of(response)[2]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"min_segment_duration": 2}, "requires `time_based_metadata`"),
        ({"max_tokens": "unlimited"}, "segments and `pegasus1.6`"),
        ({"max_tokens": 100}, "`max_tokens`"),
        ({"max_tokens": 5000, "model_name": "pegasus1.2"}, "at most 4096"),
        ({"response_format": {"type": "json_schema"}}, "`response_format.json_schema`"),
        (
            {"response_format": definitions({"id": "a", "description": "b"})["response_format"]},
            "need the analysis mode",
        ),
        ({"custom_id": ""}, "`custom_id`"),
        ({"custom_id": "a b"}, "`custom_id`"),
        ({"analysis_mode": "time_based_metadata"}, "`prompt` parameter is invalid"),
        ({"video_id": "a"}, "`video_id` parameter is unknown"),
    ],
)
def test_tasks_that_are_refused(
    in_process: httpx.Client, error_of: Read, body: dict[str, Any], message: str
) -> None:
    given = {"video": video(), "prompt": "a"} | body
    status, _, text = error_of(in_process.post("/analyze/tasks", json=given))
    assert status == 400
    assert message in text


def test_segments_need_their_definitions(in_process: httpx.Client, error_of: Read) -> None:
    body = {"video": video(), "analysis_mode": "time_based_metadata"}
    for more, message in (
        ({}, "`response_format`"),
        ({"response_format": {"type": "json_schema", "json_schema": {}}}, "alone"),
        ({"response_format": {"type": "segment_definitions"}}, "segment_definitions`"),
    ):
        assert message in error_of(in_process.post("/analyze/tasks", json=body | more))[2]
    images = {"model_name": "pegasus1.6", "image": [image_source("a")]}
    body = {"analysis_mode": "time_based_metadata"} | images
    assert "need a `video`" in error_of(in_process.post("/analyze/tasks", json=body))[2]
