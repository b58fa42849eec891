from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from dodeca.emulator import Emulator, VirtualClock, samples

from .conftest import client

Read = Callable[[httpx.Response], tuple[int, str, str]]
V27, V30 = "Marengo-retrieval-2.7", "marengo3.0"


def form(**fields: Any) -> dict[str, Any]:
    """Fields of a multipart form; tuples are files."""
    return {k: v if isinstance(v, tuple) else (None, str(v)) for k, v in fields.items()}


def embed(http: httpx.Client, **fields: Any) -> dict[str, Any]:
    response = http.post("/embed", files=form(**{"model_name": V27, **fields}))
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def url(name: str) -> str:
    return f"https://example.org/media/{name}"


def start(http: httpx.Client, **fields: Any) -> str:
    fields = {"model_name": V27, "video_url": url("clip.mp4")} | fields
    response = http.post("/embed/tasks", files=form(**fields))
    assert response.status_code == 200, response.text
    task_id: str = response.json()["_id"]
    return task_id


def segments(http: httpx.Client, task_id: str, **params: Any) -> list[dict[str, Any]]:
    task = http.get(f"/embed/tasks/{task_id}", params=params).json()
    assert task["status"] == "ready"
    found: list[dict[str, Any]] = task["video_embedding"]["segments"]
    return found


# -- at once ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "length"), [(V27, 1024), (V30, 512)])
def test_all_kinds_at_once(http: httpx.Client, media: Path, model: str, length: int) -> None:
    upload = ("violet.jpg", (media / "purple.jpg").read_bytes())
    response = embed(
        http, model_name=model, text="purple", image_file=upload, audio_url=url("tones.wav")
    )
    assert response["model_name"] == model
    assert response["image_embedding"]["metadata"] == {"input_filename": "violet.jpg"}
    assert response["audio_embedding"]["metadata"] == {"input_url": url("tones.wav")}
    parts = [response[f"{name}_embedding"]["segments"] for name in ("text", "image", "audio")]
    text, image, audio = (np.array(part[0]["float"], np.float32) for part in parts)
    assert text.shape == image.shape == audio.shape == (length,)
    assert text @ image > 0.5 > text @ audio
    assert (parts[2][0]["start_offset_sec"], parts[2][0]["end_offset_sec"]) == (0, 12)


def test_the_beginning_of_a_sound_is_skipped(in_process: httpx.Client) -> None:
    whole = embed(in_process, audio_url=url("tones.wav"))["audio_embedding"]["segments"][0]
    rest = embed(in_process, audio_url=url("tones.wav"), audio_start_offset_sec=5.5)
    part = rest["audio_embedding"]["segments"][0]
    assert (part["start_offset_sec"], part["end_offset_sec"]) == (5.5, 12)
    assert part["float"] != whole["float"]
    late = embed(in_process, audio_url=url("tones.wav"), audio_start_offset_sec=12)
    assert "duration is 12.0 seconds" in late["audio_embedding"]["error_message"]


def test_a_part_that_fails_leaves_the_others(http: httpx.Client, media: Path) -> None:
    tiny = media.parent / "tiny.png"
    samples.image(tiny, "red", (62, 80))
    response = embed(
        http,
        text="red",
        image_file=("tiny.png", tiny.read_bytes()),
        audio_file=("video.mp4", (media / "clip.mp4").read_bytes()),
    )
    assert len(response["text_embedding"]["segments"]) == 1
    assert "At least 64x64" in response["image_embedding"]["error_message"]
    assert "formats of audio" in response["audio_embedding"]["error_message"]
    assert "segments" not in response["image_embedding"].keys() | response["audio_embedding"].keys()


def test_long_texts_are_cut_at_either_end_or_refused(
    in_process: httpx.Client, error_of: Read
) -> None:
    words = ["red"] * 77 + ["blue"] * 3
    vectors = {
        cut: embed(in_process, text=" ".join(words), text_truncate=cut)["text_embedding"]
        for cut in ("start", "end")
    }
    assert vectors["end"] == embed(in_process, text=" ".join(words[:77]))["text_embedding"]
    assert vectors["start"] == embed(in_process, text=" ".join(words[3:]))["text_embedding"]
    body = form(model_name=V27, text=" ".join(words), text_truncate="none")
    assert error_of(in_process.post("/embed", files=body)) == (
        400,
        "parameter_invalid",
        "The `text` parameter is invalid. "
        "The text token length should be less than or equal to 77.",
    )
    body = form(model_name=V27, text="red", text_truncate="middle")
    assert error_of(in_process.post("/embed", files=body)) == (
        400,
        "parameter_invalid",
        "The `text_truncate` parameter is invalid. "
        "You should use one of the following values: `none`, `start`, `end`.",
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"model_name": V27}, "parameter_not_provided"),
        ({"model_name": "marengo9", "text": "red"}, "parameter_invalid"),
        ({"model_name": V27, "text": " "}, "parameter_invalid"),
        ({"text": "red"}, "parameter_not_provided"),
    ],
)
def test_what_cannot_be_embedded_is_refused(
    in_process: httpx.Client, error_of: Read, fields: dict[str, str], code: str
) -> None:
    assert error_of(in_process.post("/embed", files=form(**fields)))[:2] == (400, code)


# -- as tasks ---------------------------------------------------------------------------------


def test_a_task_from_its_creation_to_its_vectors(media: Path) -> None:
    clock = VirtualClock()
    with Emulator(media=media, clock=clock, pace="2") as emulator, client(emulator) as http:
        file = ("video.mp4", (media / "clip.mp4").read_bytes())
        body = form(model_name=V27, video_file=file, video_clip_length=5)
        task_id = http.post("/embed/tasks", files=body).json()["_id"]
        metadata = {
            "input_filename": "video.mp4",
            "video_clip_length": 5,
            "video_embedding_scope": ["clip"],
            "video_embedding_option": ["visual-text", "audio"],
            "duration": 12.0,
        }
        assert http.get(f"/embed/tasks/{task_id}/status").json() == {
            "_id": task_id,
            "model_name": V27,
            "status": "processing",
            "video_embedding": {"metadata": metadata},
        }
        task = http.get(f"/embed/tasks/{task_id}").json()
        assert task["status"] == "ready"
        assert task["video_embedding"]["metadata"] == metadata
        shown = [
            (s["embedding_option"], s["start_offset_sec"], s["end_offset_sec"], len(s["float"]))
            for s in task["video_embedding"]["segments"]
        ]
        clips = [(0, 5), (5, 10), (10, 12)]
        assert shown == [
            (option, *clip, 1024) for clip in clips for option in ("visual-text", "audio")
        ]


def test_through_each_door(http: httpx.Client) -> None:
    task_id = start(http, model_name=V30, video_embedding_scope="video")
    found = segments(http, task_id)
    assert {(s["embedding_scope"], s["embedding_option"]) for s in found} == {
        (scope, option) for scope in ("clip", "video") for option in ("visual", "audio")
    }
    assert [(s["start_offset_sec"], s["end_offset_sec"]) for s in found[-2:]] == [(0, 12)] * 2
    assert len(found[0]["float"]) == 512
    only = segments(http, task_id, embedding_option="audio")
    assert {s["embedding_option"] for s in only} == {"audio"}
    assert http.get(f"/embed/tasks/{task_id}/status").json()["status"] == "ready"
    assert http.get("/embed/tasks").json()["data"][0]["_id"] == task_id


def test_a_last_clip_under_two_seconds_is_dropped(tmp_path: Path) -> None:
    file = tmp_path / "video.mp4"
    samples.video(file, [samples.Scene("red", 31)], size=(360, 360), fps=1, sound=False)
    with Emulator(media=tmp_path) as emulator, client(emulator) as http:
        found = segments(http, start(http, video_url=url("video.mp4")))
    assert [s["end_offset_sec"] for s in found] == [6, 12, 18, 24, 30]
    assert {s["embedding_option"] for s in found} == {"visual-text"}


def test_a_part_of_a_video(in_process: httpx.Client) -> None:
    part = start(
        in_process,
        video_start_offset_sec=4,
        video_end_offset_sec=9,
        video_clip_length=2,
        video_embedding_scope="video",
    )
    found = segments(in_process, part, embedding_option="visual-text")
    spans = [(s["embedding_scope"], s["start_offset_sec"], s["end_offset_sec"]) for s in found]
    assert spans == [("clip", 4, 6), ("clip", 6, 8), ("video", 0, 12)]


def test_a_video_shorter_than_a_usual_clip_is_one_clip(in_process: httpx.Client) -> None:
    found = segments(in_process, start(in_process, video_url=url("silent.mp4")))
    assert [(s["start_offset_sec"], s["end_offset_sec"]) for s in found] == [(0, 5)]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"video_clip_length": 11},
            "The `video_clip_length` parameter is invalid. "
            "`video_clip_length` should be within 2-10 seconds long",
        ),
        ({"video_clip_length": 2.5}, "whole number of seconds"),
        ({"video_clip_length": 6, "video_url": url("silent.mp4")}, "longer than the part"),
        (
            {"video_start_offset_sec": 5, "video_end_offset_sec": 5},
            "The `video_end_offset_sec` parameter is invalid. "
            "`video_end_offset_sec` should be greater than `video_start_offset_sec`",
        ),
        ({"video_start_offset_sec": 5}, "`video_end_offset_sec` parameter is required"),
        ({"video_end_offset_sec": 5}, "`video_start_offset_sec` parameter is required"),
        ({"video_start_offset_sec": 0, "video_end_offset_sec": 13}, "duration is 12.0"),
        ({"video_start_offset_sec": 0, "video_end_offset_sec": 5}, "longer than the part"),
        ({"video_url": url("small.mp4")}, "between 360x360 and 3840x2160"),
        ({"video_url": url("wide.mp4")}, "between 1:1 and 16:9. Current resolution is `960x360`"),
        ({"video_url": url("short.mp4")}, "Video is too short"),
        ({"video_url": url("broken.mp4")}, "Cannot read video file"),
    ],
)
def test_tasks_out_of_bounds_are_refused(
    in_process: httpx.Client, error_of: Read, fields: dict[str, Any], message: str
) -> None:
    body = form(**{"model_name": V27, "video_url": url("clip.mp4")} | fields)
    status, _, text = error_of(in_process.post("/embed/tasks", files=body))
    assert status == 400
    assert message in text


def test_a_task_needs_a_video(in_process: httpx.Client, error_of: Read) -> None:
    response = in_process.post("/embed/tasks", files=form(model_name=V27))
    assert error_of(response)[:2] == (400, "parameter_not_provided")


def test_ids_that_are_none(in_process: httpx.Client, error_of: Read) -> None:
    assert error_of(in_process.get("/embed/tasks/nonsense/status")) == (
        400,
        "parameter_invalid",
        "The `task_id` parameter is invalid. `task_id` value is invalid",
    )
    nowhere = "0" * 24
    for path in (f"/embed/tasks/{nowhere}/status", f"/embed/tasks/{nowhere}"):
        assert error_of(in_process.get(path))[:2] == (404, "resource_not_exist")


def test_an_option_of_the_other_model_is_refused(in_process: httpx.Client, error_of: Read) -> None:
    path = f"/embed/tasks/{start(in_process)}"
    response = in_process.get(path, params={"embedding_option": "transcription"})
    assert error_of(response)[:2] == (400, "parameter_invalid")


def test_tasks_are_listed_filtered_and_forgotten(media: Path) -> None:
    clock = VirtualClock()
    with Emulator(media=media, clock=clock) as emulator, client(emulator) as http:
        first = start(http)
        clock.advance(24 * 3600)
        second = start(http)

        def listed(**params: str) -> list[str]:
            response = http.get("/embed/tasks", params=params).json()
            return [task["_id"] for task in response["data"]]

        assert listed() == [second, first]
        assert listed(started_at="2025-01-01T12:00:00Z") == [second]
        assert listed(ended_at="2025-01-01T12:00:00Z") == [first]
        assert listed(status="ready") == [second, first]
        assert listed(status="failed") == []
        clock.advance(6 * 24 * 3600)
        assert listed() == [second]
        assert http.get(f"/embed/tasks/{first}").status_code == 404
