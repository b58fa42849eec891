from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from dodeca.emulator import Emulator, VirtualClock, samples

from .conformance import operations
from .conftest import client, encoded

Read = Callable[[httpx.Response], tuple[int, str, str]]
NO_SPEECH = (
    "Transcription embeddings are left out: the emulator has no speech recognition and invents no"
    " text."
)


def body(kind: str, **block: Any) -> dict[str, Any]:
    return {"input_type": kind, "model_name": "marengo3.0", kind: block}


def url(name: str) -> dict[str, str]:
    return {"url": f"https://example.org/media/{name}"}


def fixed(seconds: int) -> dict[str, Any]:
    return {"strategy": "fixed", "fixed": {"duration_sec": seconds}}


def dynamic(seconds: int) -> dict[str, Any]:
    return {"strategy": "dynamic", "dynamic": {"min_duration_sec": seconds}}


def embed(http: httpx.Client, kind: str, **block: Any) -> dict[str, Any]:
    response = http.post("/embed-v2", json=body(kind, **block))
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def rows(response: dict[str, Any]) -> list[tuple[str, str, float, float]]:
    names = ("embedding_option", "embedding_scope", "start_sec", "end_sec")
    return [tuple(row[name] for name in names) for row in response["data"]]


def vector(response: dict[str, Any], index: int = 0) -> Any:
    return np.array(response["data"][index]["embedding"], np.float32)


# -- what comes back --------------------------------------------------------------------------


def test_a_text_has_one_vector_and_no_metadata(http: httpx.Client) -> None:
    response = embed(http, "text", input_text="red")
    assert response.keys() == {"data"}
    assert rows(response) == [(None, None, None, None)]
    assert vector(response).shape == (512,)
    assert np.linalg.norm(vector(response)) == pytest.approx(1, abs=1e-6)


def test_an_image_by_each_source(http: httpx.Client, media: Path) -> None:
    by_url = embed(http, "image", media_source=url("purple.jpg"))
    assert by_url["metadata"] == {"input_type": "image", "input_url": url("purple.jpg")["url"]}
    by_text = embed(http, "image", media_source={"base64_string": encoded(media / "purple.jpg")})
    assert by_text["metadata"] == {"input_type": "image"}
    assert by_text["data"] == by_url["data"]
    form = {"file": ("violet.jpg", (media / "purple.jpg").read_bytes())}
    asset = http.post("/assets", data={"method": "direct"}, files=form).json()["_id"]
    by_asset = embed(http, "image", media_source={"asset_id": asset})
    assert by_asset["metadata"] == {"input_type": "image", "input_filename": "violet.jpg"}
    assert by_asset["data"] == by_url["data"]


def test_a_text_and_an_image_lie_between_the_two(in_process: httpx.Client) -> None:
    image = embed(in_process, "image", media_source=url("purple.jpg"))
    text = embed(in_process, "text", input_text="loud noise")
    both = embed(in_process, "text_image", media_source=url("purple.jpg"), input_text="loud noise")
    assert both["metadata"]["input_type"] == "text_image"
    assert rows(both) == [(None, None, None, None)]
    assert vector(both) @ vector(image) > vector(text) @ vector(image)
    assert vector(both) @ vector(text) > vector(text) @ vector(image)


def test_audio_in_fixed_segments(http: httpx.Client) -> None:
    response = embed(http, "audio", media_source=url("tones.wav"), segmentation=fixed(5))
    assert rows(response) == [
        ("audio", "clip", 0.0, 5.0),
        ("audio", "clip", 5.0, 10.0),
        ("audio", "clip", 10.0, 12.0),
        ("audio", "asset", 0.0, 12.0),
    ]
    assert response["metadata"] == {
        "input_type": "audio",
        "input_url": url("tones.wav")["url"],
        "embedding_scopes": ["clip", "asset"],
        "embedding_options": ["audio", "transcription"],
        "duration": 12.0,
        "start_offset_sec": 0.0,
        "end_offset_sec": 12.0,
        "emulator_note": NO_SPEECH,
    }


@pytest.mark.parametrize(("kind", "name"), [("audio", "tones.wav"), ("video", "clip.mp4")])
def test_the_defaults_of_the_document_are_what_is_left_out(
    in_process: httpx.Client, kind: str, name: str
) -> None:
    schemas = operations()["embed_v2_create"].spec["components"]["schemas"]
    fields = schemas[f"{kind.title()}InputRequest"]["properties"]
    said = {field: node["default"] for field, node in fields.items() if "default" in node}
    assert said.keys() >= {"start_sec", "embedding_option"}
    plain = embed(in_process, kind, media_source=url(name))
    assert embed(in_process, kind, media_source=url(name), **said) == plain


def test_audio_has_segments_of_six_seconds_by_default(in_process: httpx.Client) -> None:
    response = embed(in_process, "audio", media_source=url("tones.wav"), embedding_scope=["clip"])
    assert [row[2:] for row in rows(response)] == [(0.0, 6.0), (6.0, 12.0)]


def test_video_segments_end_at_scene_changes(http: httpx.Client) -> None:
    response = embed(http, "video", media_source=url("clip.mp4"))
    visual = [("visual", "clip", 0.0, 5.0), ("visual", "clip", 5.0, 9.0)]
    assert rows(response) == [
        *visual,
        ("visual", "clip", 9.0, 12.0),
        ("audio", "clip", 0.0, 5.0),
        ("audio", "clip", 5.0, 9.0),
        ("audio", "clip", 9.0, 12.0),
        ("visual", "asset", 0.0, 12.0),
        ("audio", "asset", 0.0, 12.0),
    ]
    assert "clip_length" not in response["metadata"]


def test_dynamic_segments_are_never_shorter_than_the_minimum(in_process: httpx.Client) -> None:
    response = embed(
        in_process,
        "video",
        media_source=url("clip.mp4"),
        segmentation=dynamic(5),
        embedding_option=["visual"],
        embedding_scope=["clip"],
    )
    assert [row[2:] for row in rows(response)] == [(0.0, 5.0), (5.0, 12.0)]


def test_a_stretch_of_a_video_in_fixed_segments(in_process: httpx.Client) -> None:
    response = embed(
        in_process,
        "video",
        media_source=url("clip.mp4"),
        start_sec=1,
        end_sec=6.5,
        segmentation=fixed(3),
        embedding_option=["audio", "visual"],
    )
    assert rows(response) == [
        ("visual", "clip", 1.0, 4.0),
        ("visual", "clip", 4.0, 6.5),
        ("audio", "clip", 1.0, 4.0),
        ("audio", "clip", 4.0, 6.5),
        ("visual", "asset", 1.0, 6.5),
        ("audio", "asset", 1.0, 6.5),
    ]
    metadata = response["metadata"]
    assert metadata["clip_length"] == 3
    assert (metadata["start_offset_sec"], metadata["end_offset_sec"]) == (1.0, 6.5)
    assert metadata["duration"] == 12.0
    assert metadata["embedding_options"] == ["visual", "audio"]
    assert "emulator_note" not in metadata


def test_an_end_within_the_last_started_second_is_the_end(
    in_process: httpx.Client, media: Path
) -> None:
    samples.audio(media / "odd.wav", [samples.Tone(4.3, 440)])
    response = embed(in_process, "audio", media_source=url("odd.wav"), end_sec=5)
    assert response["metadata"]["end_offset_sec"] == pytest.approx(4.3, abs=0.05)


def test_transcription_alone_gives_nothing_and_says_why(in_process: httpx.Client) -> None:
    response = embed(
        in_process,
        "audio",
        media_source=url("tones.wav"),
        embedding_option=["transcription"],
    )
    assert response["data"] == []
    assert response["metadata"]["emulator_note"] == NO_SPEECH


def test_a_video_without_sound_has_no_audio_embeddings(in_process: httpx.Client) -> None:
    response = embed(in_process, "video", media_source=url("silent.mp4"))
    assert {row[0] for row in rows(response)} == {"visual"}
    assert "no soundtrack" in response["metadata"]["emulator_note"]


def test_vectors_mean_something(in_process: httpx.Client) -> None:
    video = embed(in_process, "video", media_source=url("clip.mp4"), embedding_scope=["clip"])
    by_row = {row: vector(video, index) for index, row in enumerate(rows(video))}
    red, blue = by_row["visual", "clip", 0.0, 5.0], by_row["visual", "clip", 5.0, 9.0]
    text = vector(embed(in_process, "text", input_text="red"))
    assert text @ red > text @ blue
    sound = embed(in_process, "audio", media_source=url("tones.wav"), segmentation=fixed(5))
    text = vector(embed(in_process, "text", input_text="a loud high tone"))
    assert text @ vector(sound, 0) > text @ vector(sound, 1)


def test_the_same_request_gives_the_same_bytes(emulator: Emulator) -> None:
    request = body("video", media_source=url("clip.mp4"))
    with client(emulator) as http, Emulator(media=emulator.state.media_folder) as second:
        first = http.post("/embed-v2", json=request).content
        assert http.post("/embed-v2", json=request).content == first
        with client(second) as other:
            assert other.post("/embed-v2", json=request).content == first


# -- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        (
            {"input_type": "text", "text": {"input_text": "x"}},
            "parameter_not_provided",
            "The `model_name` parameter is required but was not provided.",
        ),
        (
            body("text", input_text="x") | {"model_name": "marengo9"},
            "parameter_invalid",
            "The `model_name` parameter is invalid. The emulator has `marengo3.0` and"
            " `marengo3.5`.",
        ),
        (
            body("smell", x=1),
            "parameter_unknown",
            "The `smell` parameter is unknown.",
        ),
        (
            {"input_type": "video", "model_name": "marengo3.0"},
            "parameter_not_provided",
            "The `video` parameter is required but was not provided.",
        ),
        (
            body("text", input_text="x") | {"image": {"media_source": url("purple.jpg")}},
            "parameter_invalid",
            "The `image` parameter is invalid. Only `text` belongs to the given `input_type`.",
        ),
        (
            body("text", input_text="x") | {"auto_truncate": True},
            "parameter_invalid",
            "The `auto_truncate` parameter is invalid. `marengo3.0` does not support it.",
        ),
        (
            body("text", input_text="word " * 501),
            "parameter_invalid",
            "The `text.input_text` parameter is invalid. The text token length should be less than"
            " or equal to 500.",
        ),
        (
            body("text", input_text=" \n"),
            "parameter_invalid",
            "The `text.input_text` parameter is invalid. The text is empty.",
        ),
        (
            body("text_image", input_text="a " * 501, media_source=url("purple.jpg")),
            "parameter_invalid",
            "The `text_image.input_text` parameter is invalid. The text token length should be less"
            " than or equal to 500.",
        ),
        (
            body("image", media_source={}),
            "parameter_invalid",
            "The `image.media_source` parameter is invalid. The value has less than 1 property.",
        ),
        (
            body("image", media_source=url("purple.jpg") | {"asset_id": "x"}),
            "parameter_invalid",
            "The `image.media_source` parameter is invalid. The value has more than 1 property.",
        ),
        (
            body("audio", media_source=url("tones.wav"), segmentation=fixed(1)),
            "parameter_invalid",
            "The `audio.segmentation.fixed.duration_sec` parameter is invalid. The value is less"
            " than the minimum of 2.",
        ),
        (
            body("audio", media_source=url("tones.wav"), segmentation=dynamic(4)),
            "parameter_unknown",
            "The `audio.segmentation.dynamic` parameter is unknown.",
        ),
        (
            body("video", media_source=url("clip.mp4"), segmentation=fixed(11)),
            "parameter_invalid",
            "The `video.segmentation.fixed.duration_sec` parameter is invalid. The value is greater"
            " than the maximum of 10.",
        ),
        (
            body("video", media_source=url("clip.mp4"), segmentation=dynamic(6)),
            "parameter_invalid",
            "The `video.segmentation.dynamic.min_duration_sec` parameter is invalid. The value is"
            " greater than the maximum of 5.",
        ),
        (
            body("video", media_source=url("clip.mp4"), embedding_option=["visual", "smell"]),
            "parameter_invalid",
            'The `video.embedding_option` parameter is invalid. The value is not one of "visual",'
            ' "audio" or "transcription".',
        ),
        (
            body("audio", media_source=url("tones.wav"), embedding_option=[]),
            "parameter_invalid",
            "The `audio.embedding_option` parameter is invalid. It should name at least one value.",
        ),
        (
            body("audio", media_source=url("tones.wav"), embedding_scope=["local"]),
            "parameter_invalid",
            'The `audio.embedding_scope` parameter is invalid. The value is not one of "clip" or'
            ' "asset".',
        ),
        (
            body("audio", media_source=url("tones.wav"), start_sec=-1),
            "parameter_invalid",
            "The `audio.start_sec` parameter is invalid. The value is less than the minimum of 0.",
        ),
        (
            body("audio", media_source=url("tones.wav"), start_sec=12),
            "parameter_invalid",
            "The `audio.start_sec` parameter is invalid. The duration is 12.0 seconds.",
        ),
        (
            body("audio", media_source=url("tones.wav"), start_sec=5, end_sec=5),
            "parameter_invalid",
            "The `audio.end_sec` parameter is invalid. It should be greater than 5.0.",
        ),
        (
            body("audio", media_source=url("tones.wav"), end_sec=12.5),
            "parameter_invalid",
            "The `audio.end_sec` parameter is invalid. The duration is 12.0 seconds.",
        ),
    ],
)
def test_requests_that_break_a_rule(
    http: httpx.Client, error_of: Read, request_: dict[str, Any], code: str, message: str
) -> None:
    response = http.post("/embed-v2", json=request_)
    assert error_of(response) == (400, code, message)


@pytest.mark.parametrize(
    ("kind", "name", "code", "message"),
    [
        (
            "video",
            "broken.mp4",
            "video_file_broken",
            "Cannot read video file. Please check the video file is valid and try again.",
        ),
        (
            "video",
            "tones.wav",
            "video_file_broken",
            "Cannot read video file. Please check the video file is valid and try again.",
        ),
        (
            "video",
            "small.mp4",
            "video_resolution_too_low",
            "The resolution of the video is too low. Please upload a video with resolution between "
            "360x360 and 5184x2160. Current resolution is `320x240`.",
        ),
        (
            "video",
            "wide.mp4",
            "video_resolution_invalid_aspect_ratio",
            "The aspect ratio of the video is invalid. Please upload a video with aspect ratio "
            "between 1:1 and 2.4:1. Current resolution is `960x360`.",
        ),
        (
            "image",
            "small.png",
            "parameter_invalid",
            "The `image.media_source.url` parameter is invalid. At least 128x128 pixels are needed,"
            " not 100x100.",
        ),
        (
            "image",
            "broken.mp4",
            "parameter_invalid",
            "The `image.media_source.url` parameter is invalid. The image cannot be read.",
        ),
        (
            "image",
            "clip.mp4",
            "parameter_invalid",
            "The `image.media_source.url` parameter is invalid. The formats of images are JPEG and"
            " PNG.",
        ),
        (
            "audio",
            "tones.m4a",
            "parameter_invalid",
            "The `audio.media_source.url` parameter is invalid. The formats of audio are WAV, MP3,"
            " FLAC.",
        ),
        (
            "audio",
            "clip.mp4",
            "parameter_invalid",
            "The `audio.media_source.url` parameter is invalid. The formats of audio are WAV, MP3,"
            " FLAC.",
        ),
        (
            "audio",
            "broken.mp4",
            "parameter_invalid",
            "The `audio.media_source.url` parameter is invalid. The audio file cannot be read.",
        ),
    ],
)
def test_media_that_break_a_rule(
    in_process: httpx.Client, error_of: Read, kind: str, name: str, code: str, message: str
) -> None:
    response = in_process.post("/embed-v2", json=body(kind, media_source=url(name)))
    assert error_of(response) == (400, code, message)


@pytest.mark.parametrize("name", ["tones.wav", "tones.mp3", "tones.flac"])
def test_the_formats_of_audio(in_process: httpx.Client, name: str) -> None:
    response = embed(
        in_process,
        "audio",
        media_source=url(name),
        embedding_option=["audio"],
        embedding_scope=["asset"],
    )
    assert len(response["data"]) == 1


def test_eleven_minutes_are_for_tasks_only(
    in_process: httpx.Client, error_of: Read, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("long")
    samples.audio(folder / "long.flac", [samples.Tone(660)])
    in_process._transport.emulator.state.media_folder = folder  # type: ignore[attr-defined]
    request = body("audio", media_source=url("long.flac"))
    assert error_of(in_process.post("/embed-v2", json=request)) == (
        400,
        "video_duration_too_long",
        "Audio is too long. Please use audio with duration between 0 seconds and 10 minutes(600 "
        "seconds). Current duration is `660.0` seconds.",
    )
    assert in_process.post("/embed-v2/tasks", json=request).status_code == 202


# -- tasks ------------------------------------------------------------------------------------


def create(http: httpx.Client, kind: str, **block: Any) -> str:
    response = http.post("/embed-v2/tasks", json=body(kind, **block))
    assert response.status_code == 202, response.text
    answer = response.json()
    assert answer == {"_id": answer["_id"], "status": "processing"}
    assert len(answer["_id"]) == 24
    return str(answer["_id"])


def test_a_task_gives_what_the_call_gives(http: httpx.Client) -> None:
    request = {"media_source": url("clip.mp4"), "segmentation": fixed(5)}
    task = http.get(f"/embed-v2/tasks/{create(http, 'video', **request)}").json()
    assert task["status"] == "ready"
    call = embed(http, "video", **request)
    assert task["data"] == call["data"]
    assert task["metadata"] == call["metadata"]


@pytest.mark.parametrize("kind", ["base64", "asset"])
def test_a_task_keeps_its_media(http: httpx.Client, media: Path, kind: str) -> None:
    """The source may be gone when the work begins, and is given up when it is done."""
    if kind == "base64":
        source = {"base64_string": encoded(media / "tones.mp3")}
        task_id = create(http, "audio", media_source=source)
    else:
        form = {"file": ("a.mp3", (media / "tones.mp3").read_bytes())}
        asset = http.post("/assets", data={"method": "direct"}, files=form).json()["_id"]
        task_id = create(http, "audio", media_source={"asset_id": asset})
        assert http.delete(f"/assets/{asset}").status_code == 204
    assert http.get(f"/embed-v2/tasks/{task_id}").json()["status"] == "ready"


def test_media_of_finished_tasks_are_given_up(emulator: Emulator) -> None:
    with client(emulator) as http:
        task_id = create(http, "audio", media_source=url("tones.mp3"))
        kept = emulator.state.database.media_path("x").parent
        assert len([file for file in kept.iterdir() if file.is_file()]) == 1
        http.get(f"/embed-v2/tasks/{task_id}")
        assert [file for file in kept.iterdir() if file.is_file()] == []


def test_a_task_that_waits_for_polls(media: Path) -> None:
    with Emulator(media=media, pace="3") as emulator, client(emulator) as http:
        task_id = create(http, "audio", media_source=url("tones.mp3"))
        assert http.get("/embed-v2/tasks").json()["data"][0]["status"] == "processing"
        seen = [http.get(f"/embed-v2/tasks/{task_id}").json() for _ in range(3)]
        assert [task["status"] for task in seen] == ["processing"] + ["ready"] * 2
        assert "data" not in seen[0]
        assert seen[1]["data"] == seen[2]["data"]


def test_a_task_that_takes_its_time(media: Path) -> None:
    clock = VirtualClock()
    with (
        Emulator(media=media, pace="realtime:0.5", clock=clock) as emulator,
        client(emulator) as http,
    ):
        task_id = create(http, "audio", media_source=url("tones.wav"))
        clock.advance(5.9)
        assert http.get(f"/embed-v2/tasks/{task_id}").json()["status"] == "processing"
        clock.advance(0.1)
        task = http.get(f"/embed-v2/tasks/{task_id}").json()
        assert task["status"] == "ready"
        assert task["created_at"] == "2025-01-01T00:00:00.000Z"
        assert task["updated_at"] == "2025-01-01T00:00:06.000Z"


def test_a_task_is_forgotten_after_seven_days(media: Path, error_of: Read) -> None:
    clock = VirtualClock()
    with Emulator(media=media, clock=clock) as emulator, client(emulator) as http:
        task_id = create(http, "audio", media_source=url("tones.wav"))
        clock.advance(7 * 86_400 - 1)
        assert http.get(f"/embed-v2/tasks/{task_id}").json()["status"] == "ready"
        clock.advance(1)
        assert error_of(http.get(f"/embed-v2/tasks/{task_id}")) == (
            404,
            "resource_not_exist",
            f"Resource with id `{task_id}` does not exist in `embedding_tasks`.",
        )
        assert http.get("/embed-v2/tasks").json()["data"] == []


def test_tasks_are_listed_newest_first_in_pages(media: Path, error_of: Read) -> None:
    clock = VirtualClock()
    with Emulator(media=media, clock=clock, pace="1") as emulator, client(emulator) as http:
        ids = []
        for _ in range(5):
            ids.append(create(http, "audio", media_source=url("tones.mp3")))
            clock.advance(60)
        video = {"media_source": url("clip.mp4"), "segmentation": fixed(5)}
        ids.append(create(http, "video", **video))
        ids.reverse()
        with emulator.state.jobs.uncounted():
            whole = http.get("/embed-v2/tasks").json()
        assert [task["_id"] for task in whole["data"]] == ids
        assert whole["page_info"] == {
            "page": 1,
            "limit_per_page": 10,
            "total_page": 1,
            "total_results": 6,
        }
        assert whole["data"][0] == {
            "_id": ids[0],
            "model_name": "marengo3.0",
            "status": "processing",
            "created_at": "2025-01-01T00:05:00.000Z",
            "updated_at": "2025-01-01T00:05:00.000Z",
            "video_embedding": {
                "metadata": {
                    "input_url": url("clip.mp4")["url"],
                    "duration": 12.0,
                    "video_embedding_option": ["visual", "audio", "transcription"],
                    "video_embedding_scope": ["clip", "asset"],
                    "video_clip_length": 5,
                }
            },
        }
        assert whole["data"][1]["audio_embedding"]["metadata"]["end_offset_sec"] == 4

        def listed(query: str) -> list[str]:
            with emulator.state.jobs.uncounted():
                found = http.get(f"/embed-v2/tasks?{query}").json()
            return [task["_id"] for task in found["data"]]

        assert listed("page=2&page_limit=4") == ids[4:]
        assert listed("page=3&page_limit=4") == []
        assert listed("started_at=2025-01-01T00:03:00Z") == ids[:3]
        assert listed("ended_at=2025-01-01T01:00:00%2B01:00") == ids[5:]
        assert listed("started_at=2024-12-31&ended_at=2025-01-01T00:01:00.000Z") == ids[4:]
        http.get(f"/embed-v2/tasks/{ids[2]}")
        assert listed("status=ready") == [ids[2]]
        assert listed("status=processing&page_limit=2") == ids[:2]
        assert listed("status=failed") == []
        for query in ("page=0", "page_limit=51", "page_limit=0", "started_at=soon", "page=x"):
            name = query.partition("=")[0]
            status, code, message = error_of(http.get(f"/embed-v2/tasks?{query}"))
            assert (status, code) == (400, "parameter_invalid")
            assert f"`{name}`" in message


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        (body("text", input_text="x"), "`text`"),
        (body("audio", media_source=url("tones.wav")) | {"embedding_dimension": 256}, "dimension"),
        (body("audio", media_source=url("tones.wav")) | {"embedding_dimension": 512}, "dimension"),
        (
            body("audio", media_source=url("tones.wav")) | {"embedding_uncertainty": True},
            "`embedding_uncertainty`",
        ),
        (body("video", media_source=url("short.mp4")), "too short"),
        (body("video", media_source=url("broken.mp4")), "Cannot read video file"),
    ],
)
def test_tasks_that_break_a_rule(
    in_process: httpx.Client, error_of: Read, request_: dict[str, Any], named: str
) -> None:
    status, _, message = error_of(in_process.post("/embed-v2/tasks", json=request_))
    assert status == 400
    assert named in message
    assert in_process.get("/embed-v2/tasks").json()["data"] == []


def test_options_that_change_nothing_are_taken(in_process: httpx.Client) -> None:
    request = body("audio", media_source=url("tones.wav"))
    request |= {"embedding_uncertainty": False}
    assert in_process.post("/embed-v2/tasks", json=request).status_code == 202


def test_an_unknown_task(http: httpx.Client, error_of: Read) -> None:
    response = http.get("/embed-v2/tasks/000000000000000000000000")
    assert error_of(response)[:2] == (404, "resource_not_exist")
    assert response.json().keys() == {"error"}


def test_a_task_survives_a_restart(media: Path, tmp_path: Path) -> None:
    db = tmp_path / "emulator.db"
    with Emulator(media=media, db=db) as emulator, client(emulator) as http:
        first = create(http, "audio", media_source=url("tones.wav"))
        ready = http.get(f"/embed-v2/tasks/{first}").content
        second = create(http, "audio", media_source=url("tones.mp3"))
    with Emulator(db=db) as emulator, client(emulator) as http:
        assert http.get(f"/embed-v2/tasks/{first}").content == ready
        assert http.get(f"/embed-v2/tasks/{second}").json()["status"] == "ready"
