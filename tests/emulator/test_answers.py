"""Texts say what was measured, and what cannot be known."""

from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from dodeca.emulator import Emulator, RealTime, VirtualClock

from .conftest import client
from .library import PEGASUS, index, task, video


def analyze(http: httpx.Client, name: str, prompt: str, **more: Any) -> str:
    url = f"https://example.org/{name}"
    body = {"video": {"type": "url", "url": url}, "prompt": prompt, "stream": False, **more}
    response = http.post("/analyze", json=body)
    assert response.status_code == 200, response.text
    return str(response.json()["data"])


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("Is there a dog?", '"dog"'),
        ("Does a woman talk about pricing?", '"woman", "talk" or "pricing"'),
    ],
)
def test_what_cannot_be_recognised_is_named(
    in_process: httpx.Client, prompt: str, named: str
) -> None:
    assert f"The emulator cannot recognise {named}:" in analyze(in_process, "silent.mp4", prompt)


@pytest.mark.parametrize("prompt", ["Describe the video.", "What colours are there?", "Is it red?"])
def test_what_can_be_measured_is_answered(in_process: httpx.Client, prompt: str) -> None:
    assert "cannot recognise" not in analyze(in_process, "silent.mp4", prompt)


def test_without_a_soundtrack_there_is_no_loudness(in_process: httpx.Client) -> None:
    without = analyze(in_process, "silent.mp4", "How loud is it?")
    assert 'Whether it is "loud" cannot be said: there is no sound in it.' in without
    assert "measures as" not in without
    assert "there is no sound" not in analyze(in_process, "clip.mp4", "How loud is it?")


@pytest.mark.parametrize(
    ("name", "description", "choices", "expected"),
    [
        ("subject", "What it shows", ["a blue car", "a red car"], "a red car"),
        ("subject", "What it shows", ["dog", "cat", "unknown"], "unknown"),
        ("colour", "How much red is there", ["low", "medium", "high"], "high"),
        ("colour", "How much blue is there", ["low", "medium", "high"], "low"),
        ("red", "Is it red", ["no", "yes"], "yes"),
        ("blue", "Is it blue", ["yes", "no"], "no"),
    ],
)
def test_a_choice_follows_the_measurements(
    in_process: httpx.Client, name: str, description: str, choices: list[str], expected: str
) -> None:
    field = {"type": "string", "description": description, "enum": choices}
    schema = {"type": "object", "properties": {name: field}}
    form = {"type": "json_schema", "json_schema": schema}
    text = analyze(in_process, "silent.mp4", "a", response_format=form)
    assert orjson.loads(text) == {name: expected}


def schema(**choices: list[Any]) -> dict[str, Any]:
    fields = {name: {"enum": values} for name, values in choices.items()}
    return {"type": "json_schema", "json_schema": {"type": "object", "properties": fields}}


def test_choices_that_no_measurement_decides_are_named(in_process: httpx.Client) -> None:
    source = {"type": "url", "url": "https://example.org/silent.mp4"}
    form = schema(animal=["dog", "cat"], colour=["red", "blue"], mood=["sad", "unknown"])
    note = 'No measurement decides between: "dog", "cat"; "sad", "unknown".'
    body = {"video": source, "prompt": "a", "response_format": form}
    whole = in_process.post("/analyze", json={**body, "stream": False}).json()
    assert orjson.loads(whole["data"]) == {"animal": "dog", "colour": "red", "mood": "unknown"}
    assert whole["emulator_note"] == note
    streamed = in_process.post("/analyze", json=body).text.splitlines()
    assert orjson.loads(streamed[-1])["emulator_note"] == note
    task_id = in_process.post("/analyze/tasks", json=body).json()["task_id"]
    result = in_process.get(f"/analyze/tasks/{task_id}").json()["result"]
    assert result["emulator_note"] == note


def test_a_choice_that_is_measured_has_no_note(in_process: httpx.Client) -> None:
    source = {"type": "url", "url": "https://example.org/silent.mp4"}
    form = schema(colour=["red", "blue"], only=["this"])
    body = {"video": source, "prompt": "a", "response_format": form, "stream": False}
    assert "emulator_note" not in in_process.post("/analyze", json=body).json()


def test_parts_of_an_indexed_video_have_a_size(in_process: httpx.Client) -> None:
    video_id = video(in_process, index(in_process, "parts", PEGASUS), "clip.mp4")
    body = {"video_id": video_id, "type": "chapter", "prompt": "What size is it?"}
    chapters = in_process.post("/summarize", json=body).json()["chapters"]
    assert len(chapters) == 3
    assert all("at 360x360 pixels" in chapter["chapter_summary"] for chapter in chapters)


def test_a_task_says_when_it_will_be_ready(media: Path) -> None:
    clock, pace = VirtualClock(), RealTime(2.0)
    with Emulator(media=media, clock=clock, pace=pace) as emulator, client(emulator) as http:
        created = task(http, index(http), "silent.mp4")  # five seconds
        clock.advance(9)
        found = http.get(f"/tasks/{created['_id']}").json()
        assert found["status"] != "ready"
        assert found["estimated_time"] == "2025-01-01T00:00:10.000Z"
        clock.advance(1)
        assert http.get(f"/tasks/{created['_id']}").json()["status"] == "ready"
