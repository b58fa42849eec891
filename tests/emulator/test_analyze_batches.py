"""Batches of analyses: states, counts and limits, by the emulator's clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dodeca.emulator import ByCount, Emulator, Pace, RealTime, VirtualClock
from tests.depth import depth

from .conftest import client
from .test_analyze_tasks import definitions

Read = Callable[[httpx.Response], tuple[int, str, str]]
DAY = 86_400
PROMPT = {"prompt": {"input_text": "Describe it"}}


def upload(http: httpx.Client, media: Path, name: str = "clip.mp4") -> str:
    files = {"file": (name, (media / name).read_bytes())}
    identity = str(http.post("/assets", data={"method": "direct"}, files=files).json()["_id"])
    while http.get(f"/assets/{identity}").json()["status"] != "ready":
        pass
    return identity


def about(asset: str, **more: Any) -> dict[str, Any]:
    return {"video": {"type": "asset_id", "asset_id": asset}, **more}


def post(http: httpx.Client, *requests: dict[str, Any], **more: Any) -> httpx.Response:
    given = {"model_name": "pegasus1.5", "analysis_mode": "general", "defaults": PROMPT, **more}
    return http.post("/analyze/batches", json={"requests": list(requests), **given})


def start(http: httpx.Client, *requests: dict[str, Any], **more: Any) -> str:
    response = post(http, *requests, **more)
    assert response.status_code == 201, response.text
    return str(response.json()["batch_id"])


def found(http: httpx.Client, batch: str) -> dict[str, Any]:
    body: dict[str, Any] = http.get(f"/analyze/batches/{batch}").json()
    return body


def lines(http: httpx.Client, batch: str) -> list[dict[str, Any]]:
    response = http.get(f"/analyze/batches/{batch}/results")
    assert response.headers["content-type"] == "application/jsonl"
    return [orjson.loads(line) for line in response.content.splitlines()]


def counts(batch: dict[str, Any]) -> list[int]:
    names = ("queued", "processing", "ready", "failed", "canceled")
    return [batch[f"{name}_items"] for name in names]


@contextmanager
def emulated(media: Path, pace: Pace) -> Iterator[tuple[VirtualClock, httpx.Client, str]]:
    """An emulator with an asset that is ready, and a clock that stands still."""
    clock = VirtualClock()
    with Emulator(media=media, clock=clock, pace=pace) as emulator, client(emulator) as http:
        asset = upload(http, media)
        yield clock, http, asset


@pytest.fixture
def asset(in_process: httpx.Client, media: Path) -> str:
    return upload(in_process, media)


# -- from the creation to the results --------------------------------------------------------


def test_a_batch_from_its_creation_to_its_results(media: Path) -> None:
    with emulated(media, ByCount(3)) as (clock, http, asset):
        requests = [about(asset, custom_id="a"), about(asset), about(asset, custom_id="c")]
        created = post(http, *requests)
        batch = created.json()["batch_id"]
        items = created.json()["items"]
        assert created.status_code == 201
        assert created.json() == {
            "batch_id": batch,
            "status": "pending",
            "total_items": 3,
            "created_at": "2025-01-01T00:00:00.000Z",
            "expires_at": "2025-01-02T00:00:00.000Z",
            "items": [
                {"task_id": item["task_id"], "custom_id": name}
                for item, name in zip(items, ("a", None, "c"), strict=True)
            ],
        }
        assert len({item["task_id"] for item in items}) == 3
        clock.advance(60)
        states = [found(http, batch) for _ in range(4)]
        assert [state["status"] for state in states] == [
            "pending",
            "processing",
            "completed",
            "completed",
        ]
        assert [counts(state) for state in states[:3]] == [
            [3, 0, 0, 0, 0],
            [0, 3, 0, 0, 0],
            [0, 0, 3, 0, 0],
        ]
        assert "completed_at" not in states[1]
        assert states[3]["completed_at"] == "2025-01-01T00:01:00.000Z"
        results = lines(http, batch)
    assert [line["task_id"] for line in results] == [item["task_id"] for item in items]
    assert [line["custom_id"] for line in results] == ["a", None, "c"]
    assert {line["status"] for line in results} == {"ready"}
    assert results[0]["data"]["data"].startswith("[dodeca emulator]")
    assert results[0]["data"]["finish_reason"] == "stop"


def test_through_each_door(http: httpx.Client, media: Path) -> None:
    batch = start(http, about(upload(http, media), custom_id="a"))
    assert found(http, batch)["status"] == "completed"
    assert [line["custom_id"] for line in lines(http, batch)] == ["a"]
    assert http.delete(f"/analyze/batches/{batch}").status_code == 204
    assert http.get(f"/analyze/batches/{batch}").status_code == 404


def test_results_before_the_end_have_neither_data_nor_errors(media: Path) -> None:
    with emulated(media, ByCount(9)) as (_, http, asset):
        (line,) = lines(http, start(http, about(asset)))
    assert line == {"task_id": line["task_id"], "custom_id": None, "status": "queued"}


def test_a_request_replaces_defaults_as_a_whole(in_process: httpx.Client, asset: str) -> None:
    schema = {"type": "object", "properties": {"colour": {"type": "string"}}}
    form = {"type": "json_schema", "json_schema": schema}
    defaults = {**PROMPT, "response_format": form, "end_time": 4, "temperature": 0}
    own = {"prompt": {"input_text": "Which scenes?"}, "end_time": 9, "start_time": 5}
    batch = start(in_process, about(asset), about(asset, **own), defaults=defaults)
    first, second = (
        in_process.get(f"/analyze/tasks/{line['task_id']}").json()
        for line in lines(in_process, batch)
    )
    assert first["batch_id"] == batch
    assert first["request_params"]["prompt_v2"] == PROMPT["prompt"]
    assert first["request_params"]["end_time"] == 4
    assert second["request_params"]["prompt_v2"] == {"input_text": "Which scenes?"}
    assert (second["request_params"]["start_time"], second["request_params"]["end_time"]) == (5, 9)
    assert orjson.loads(second["result"]["data"])["colour"]
    assert second["video_source"]["asset_id"] == asset


def test_a_task_of_an_image_states_no_duration(in_process: httpx.Client, media: Path) -> None:
    (line,) = lines(in_process, start(in_process, about(upload(in_process, media, "purple.jpg"))))
    assert line["error"]["code"] == "asset_unavailable"
    task = in_process.get(f"/analyze/tasks/{line['task_id']}").json()
    assert task["video_source"]["system_metadata"] == {}


def test_segments(in_process: httpx.Client, asset: str) -> None:
    form = definitions({"id": "scene", "description": "every scene"})["response_format"]
    mode = {"analysis_mode": "time_based_metadata", "defaults": {"response_format": form}}
    batch = start(in_process, about(asset), **mode)
    (line,) = lines(in_process, batch)
    assert len(orjson.loads(line["data"]["data"])["scene"]) == 3


def test_reference_images(in_process: httpx.Client, asset: str, media: Path) -> None:
    image = upload(in_process, media, "purple.jpg")
    source = {"name": "logo", "media_type": "image", "asset_id": image}
    prompt = {"input_text": "colours of <@logo>", "media_sources": [source]}
    (line,) = lines(in_process, start(in_process, about(asset, prompt=prompt)))
    assert "purple (100 %)" in line["data"]["data"]


def test_batches_are_listed_newest_first_and_filtered(in_process: httpx.Client, asset: str) -> None:
    form = definitions({"id": "scene", "description": "every scene"})["response_format"]
    mode = {"analysis_mode": "time_based_metadata", "defaults": {"response_format": form}}
    first, second = start(in_process, about(asset)), start(in_process, about(asset), **mode)
    canceled = start(in_process, about(asset))
    in_process.post(f"/analyze/batches/{canceled}/cancel")

    def listed(**params: Any) -> list[str]:
        response = in_process.get("/analyze/batches", params=params)
        return [batch["batch_id"] for batch in response.json()["data"]]

    assert listed() == [canceled, second, first]
    assert listed(status="completed") == [second, first]
    assert listed(status=["canceled", "expired"]) == [canceled]
    assert listed(analysis_mode="general") == [canceled, first]
    assert listed(analysis_mode=["general", "time_based_metadata"], page_limit=2, page=2) == [first]
    assert in_process.get("/analyze/batches", params={"status": "failed"}).status_code == 400


# -- what fails --------------------------------------------------------------------------------


def test_an_item_fails_alone(in_process: httpx.Client, asset: str, media: Path) -> None:
    sound, image = (upload(in_process, media, name) for name in ("tones.mp3", "purple.jpg"))
    batch = start(in_process, about(sound), about(asset), about(image), about(asset, end_time=5))
    state = found(in_process, batch)
    assert (state["status"], counts(state)) == ("completed", [0, 0, 2, 2, 0])
    results = lines(in_process, batch)
    assert [line["status"] for line in results] == ["failed", "ready", "failed", "ready"]
    assert [line["error"]["code"] for line in results[::2]] == ["asset_unavailable"] * 2


def test_a_part_of_more_than_two_hours_fails_alone(
    emulator: Emulator, in_process: httpx.Client, asset: str
) -> None:
    emulator.state.database.update("assets", asset, duration=3 * 3600.0)
    whole = {"start_time": 1, "end_time": 2 * 3600 + 1.5}
    batch = start(in_process, about(asset, **whole), about(asset, end_time=5))
    first, second = lines(in_process, batch)
    assert (first["status"], first["error"]["code"]) == ("failed", "video_duration_too_long")
    assert second["status"] == "ready"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model_name": "pegasus1.6"}, "model_name"),
        ({"defaults": {}}, "prompt"),
        ({"defaults": {"prompt": {"input_text": " "}}}, "prompt.input_text"),
        ({"analysis_mode": "time_based_metadata"}, "prompt"),
        ({"analysis_mode": "time_based_metadata", "defaults": {}}, "response_format"),
        ({"defaults": {**PROMPT, "min_segment_duration": 3}}, "min_segment_duration"),
        ({"defaults": {**PROMPT, "max_tokens": 511}}, "defaults.max_tokens"),
        ({"defaults": {**PROMPT, "start_time": 99}}, "start_time"),
        ({"requests": []}, "requests"),
    ],
)
def test_a_request_that_cannot_be_right_creates_nothing(
    in_process: httpx.Client, asset: str, error_of: Read, change: dict[str, Any], said: str
) -> None:
    body = {"requests": [about(asset)], **change}
    status, code, message = error_of(post(in_process, **body))
    assert (status, code.startswith("parameter_")) == (400, True)
    assert f"`{said}" in message
    assert in_process.get("/analyze/batches").json()["data"] == []
    assert in_process.get("/analyze/tasks").json()["data"] == []


def test_a_schema_outside_the_subset_is_a_400(
    in_process: httpx.Client, asset: str, error_of: Read
) -> None:
    form = {"type": "json_schema", "json_schema": {"type": "string", "minLength": 3}}
    response = post(in_process, about(asset), about(asset, response_format=form))
    status, code, message = error_of(response)
    assert (status, code) == (400, "parameter_invalid")
    assert message.endswith("This is request 2.")


def test_custom_ids(in_process: httpx.Client, asset: str, error_of: Read) -> None:
    longest = "x" * 64
    batch = start(in_process, about(asset, custom_id=longest), about(asset, custom_id="-_9"))
    assert [line["custom_id"] for line in lines(in_process, batch)] == [longest, "-_9"]
    for wrong in ("x" * 65, "", "a b", "ä"):
        assert error_of(post(in_process, about(asset, custom_id=wrong)))[0] == 400
    repeated = post(in_process, *(about(asset, custom_id="same") for _ in range(2)))
    assert error_of(repeated)[:2] == (400, "parameter_invalid")
    assert "`same`" in error_of(repeated)[2]


def test_assets_that_are_not_there_or_not_ready(media: Path, error_of: Read) -> None:
    with Emulator(media=media, pace="3") as emulator, client(emulator) as http:
        files = {"file": ("a.mp4", (media / "clip.mp4").read_bytes())}
        new = http.post("/assets", data={"method": "direct"}, files=files).json()["_id"]
        assert error_of(post(http, about(new)))[0] == 409
        assert error_of(post(http, about("0" * 24)))[:2] == (404, "resource_not_exist")
        assert error_of(post(http, about("not an id")))[:2] == (400, "parameter_invalid")
        assert http.get("/analyze/batches").json()["data"] == []


# -- limits ------------------------------------------------------------------------------------


def test_a_batch_has_at_most_a_thousand_requests(
    in_process: httpx.Client, asset: str, error_of: Read
) -> None:
    requests = [about(asset, end_time=1)] * depth(2, deep=1_000)
    assert found(in_process, start(in_process, *requests))["total_items"] == len(requests)
    assert error_of(post(in_process, *[about(asset)] * 1_001))[:2] == (400, "parameter_invalid")


def test_a_batch_has_at_most_two_thousand_hours(
    emulator: Emulator, in_process: httpx.Client, asset: str, error_of: Read
) -> None:
    emulator.state.database.update("assets", asset, duration=500 * 3600.0)
    start(in_process, *[about(asset)] * 4)
    emulator.state.database.update("assets", asset, duration=500 * 3600.0 + 1)
    status, code, message = error_of(post(in_process, *[about(asset)] * 4))
    assert (status, code) == (400, "parameter_invalid")
    assert "2,000 hours" in message


def test_five_batches_are_active_at_the_same_time(media: Path, error_of: Read) -> None:
    with emulated(media, ByCount(2)) as (_, http, asset):
        batches = [start(http, about(asset)) for _ in range(5)]
        assert error_of(post(http, about(asset)))[:2] == (429, "too_many_requests")
        for _ in range(2):
            found(http, batches[0])
        batches.append(start(http, about(asset)))
        assert error_of(post(http, about(asset)))[0] == 429
        http.post(f"/analyze/batches/{batches[1]}/cancel")
        start(http, about(asset))


# -- cancel and delete -------------------------------------------------------------------------


def test_what_is_queued_is_canceled_and_what_is_in_progress_is_finished(media: Path) -> None:
    with emulated(media, RealTime(1.0)) as (clock, http, asset):
        short = upload(http, media, "silent.mp4")  # five seconds instead of twelve
        batch = start(http, about(asset), about(short), about(asset))
        clock.advance(4)  # the short one is in its last third
        assert counts(found(http, batch)) == [2, 1, 0, 0, 0]
        response = http.post(f"/analyze/batches/{batch}/cancel")
        assert (response.status_code, response.json()["status"]) == (202, "canceling")
        assert counts(response.json()) == [0, 1, 0, 0, 2]
        assert found(http, batch)["status"] == "canceling"
        assert http.post(f"/analyze/batches/{batch}/cancel").status_code == 202
        clock.advance(2)
        ended = found(http, batch)
        assert (ended["status"], counts(ended)) == ("canceled", [0, 0, 1, 0, 2])
        assert ended["canceled_at"] == "2025-01-01T00:00:06.000Z"
        results = lines(http, batch)
        assert [line["status"] for line in results] == ["canceled", "ready", "canceled"]
        assert "error" not in results[0]
        task = http.get(f"/analyze/tasks/{results[0]['task_id']}").json()
        assert (task["status"], task["error"]["code"]) == ("canceled", "user_canceled")


def test_a_batch_that_has_ended_cannot_be_canceled(
    in_process: httpx.Client, asset: str, error_of: Read
) -> None:
    batch = start(in_process, about(asset))
    found(in_process, batch)
    response = in_process.post(f"/analyze/batches/{batch}/cancel")
    assert error_of(response)[:2] == (409, "batch_completed")
    other = start(in_process, about(asset))
    in_process.post(f"/analyze/batches/{other}/cancel")
    response = in_process.post(f"/analyze/batches/{other}/cancel")
    assert error_of(response)[:2] == (409, "batch_canceled")


def test_a_batch_that_runs_cannot_be_deleted(media: Path, error_of: Read) -> None:
    with emulated(media, ByCount(9)) as (_, http, asset):
        batch = start(http, about(asset))
        response = http.delete(f"/analyze/batches/{batch}")
        assert error_of(response)[:2] == (409, "batch_not_terminal")
        http.post(f"/analyze/batches/{batch}/cancel")
        (line,) = lines(http, batch)
        assert http.delete(f"/analyze/batches/{batch}").status_code == 204
        assert http.get(f"/analyze/tasks/{line['task_id']}").status_code == 404
        assert http.get("/analyze/tasks").json()["data"] == []


def test_nothing_is_known_of_a_batch_that_is_not_there(
    in_process: httpx.Client, error_of: Read
) -> None:
    path = f"/analyze/batches/{'0' * 24}"
    for response in (
        in_process.get(path),
        in_process.delete(path),
        in_process.get(f"{path}/results"),
        in_process.post(f"{path}/cancel"),
    ):
        assert error_of(response)[:2] == (404, "resource_not_exist")


def test_a_task_of_a_batch_is_deleted_and_canceled_with_it(
    in_process: httpx.Client, asset: str, error_of: Read
) -> None:
    batch = start(in_process, about(asset))
    (line,) = lines(in_process, batch)
    path = f"/analyze/tasks/{line['task_id']}"
    assert error_of(in_process.delete(path))[:2] == (409, "task_cannot_be_deleted")
    assert error_of(in_process.post(f"{path}/cancel"))[0] == 409
    assert counts(found(in_process, batch)) == [0, 0, 1, 0, 0]


# -- time --------------------------------------------------------------------------------------


def test_after_a_day_what_has_not_ended_is_canceled(media: Path, error_of: Read) -> None:
    with emulated(media, RealTime(10_000)) as (clock, http, asset):
        short = upload(http, media, "silent.mp4")
        batch = start(http, about(asset), about(short))  # 120,000 and 50,000 seconds
        clock.advance(DAY - 1)
        assert counts(found(http, batch)) == [0, 1, 1, 0, 0]
        clock.advance(1)
        ended = found(http, batch)
        assert (ended["status"], counts(ended)) == ("expired", [0, 0, 1, 0, 1])
        assert ended["expired_at"] == ended["expires_at"]
        first, second = lines(http, batch)
        assert (first["status"], second["status"]) == ("canceled", "ready")
        task = http.get(f"/analyze/tasks/{first['task_id']}").json()
        assert task["error"]["code"] == "batch_expired"
        assert task["completed_at"] == ended["expires_at"]
        response = http.post(f"/analyze/batches/{batch}/cancel")
        assert error_of(response)[:2] == (409, "batch_expired")


def test_a_task_that_was_due_in_time_is_ready_however_late_it_is_polled(media: Path) -> None:
    with emulated(media, RealTime(10_000)) as (clock, http, asset):
        short = upload(http, media, "silent.mp4")
        batch = start(http, about(asset), about(short))
        clock.advance(2 * DAY)
        tasks = http.get("/analyze/tasks").json()["data"]
        assert [task["status"] for task in tasks] == ["ready", "canceled"]
        assert counts(found(http, batch)) == [0, 0, 1, 0, 1]


def test_after_thirty_days_a_batch_and_its_tasks_are_gone(media: Path) -> None:
    with emulated(media, RealTime(1)) as (clock, http, asset):
        batch = start(http, about(asset))
        (line,) = lines(http, batch)
        clock.advance(30 * DAY - 1)
        assert lines(http, batch)[0]["status"] == "ready"
        clock.advance(1)
        assert http.get(f"/analyze/tasks/{line['task_id']}").status_code == 404
        assert http.get(f"/analyze/batches/{batch}").status_code == 404
        assert http.get("/analyze/batches").json()["data"] == []


def test_batches_outlive_the_emulator(media: Path, tmp_path: Path) -> None:
    path = tmp_path / "emulator.sqlite"
    with Emulator(media=media, db=path) as emulator, client(emulator) as http:
        batch = start(http, about(upload(http, media), custom_id="a"))
    with Emulator(media=media, db=path) as emulator, client(emulator) as http:
        assert found(http, batch)["status"] == "completed"
        assert lines(http, batch)[0]["custom_id"] == "a"


# -- whatever happens --------------------------------------------------------------------------

STEPS = st.sampled_from(["poll", "list", "wait", "cancel", "results", "tasks", "later"])
ENDED = {"completed", "canceled", "expired"}


@settings(max_examples=depth(3, deep=80), deadline=None, database=None)
@given(
    steps=st.lists(STEPS, min_size=3, max_size=12),
    parts=st.lists(st.integers(1, 3), min_size=1, max_size=4),
    pace=st.sampled_from(["instant", "3", "realtime:1", "realtime:9000"]),
)
def test_counts_add_up_and_what_has_ended_stays(
    steps: list[str], parts: list[int], pace: str, media: Path
) -> None:
    clock = VirtualClock()
    with Emulator(media=media, clock=clock, pace=pace) as emulator, client(emulator) as http:
        asset = upload(http, media, "silent.mp4")
        batch = start(http, *(about(asset, end_time=part) for part in parts))
        ended: dict[str, str] = {}
        status = "pending"
        for step in steps:
            match step:
                case "poll":
                    found(http, batch)
                case "list":
                    http.get("/analyze/batches")
                case "tasks":
                    http.get("/analyze/tasks")
                case "cancel":
                    answer = http.post(f"/analyze/batches/{batch}/cancel")
                    assert answer.status_code in ((409,) if status in ENDED else (202, 409))
                case "results":
                    assert len(lines(http, batch)) == len(parts)
                case "wait":
                    clock.advance(3)
                case "later":
                    clock.advance(40_000)
            state = found(http, batch)
            assert sum(counts(state)) == state["total_items"] == len(parts)
            assert status not in ENDED or state["status"] == status
            status = state["status"]
            if status in ENDED:
                assert counts(state)[:2] == [0, 0]
                assert state[f"{status}_at"] >= state["created_at"]
            for line in lines(http, batch):
                before = ended.get(line["task_id"], line["status"])
                assert line["status"] == before
                if line["status"] in ("ready", "failed", "canceled"):
                    ended[line["task_id"]] = line["status"]
