"""`dodeca check` accepts and rejects what the API does."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca import Client
from dodeca.cli import preflight
from dodeca.cli.preflight import Endpoint, FileInfo
from dodeca.emulator.errors import ErrorResponse
from dodeca.emulator.handlers import embed_v2, embed_v2_tasks
from dodeca.emulator.rules import limits, models
from dodeca.errors import DodecaError
from dodeca.video.probe import MediaInfo

from .conftest import Run

MIB = 1024 * 1024


def accepted(info: FileInfo) -> dict[str, bool]:
    return {check.endpoint.value: check.is_accepted for check in preflight.check_file(info)}


def test_files_and_what_would_be_rejected(dodeca: Run, media: Path) -> None:
    done = dodeca("--json", "check", media)
    assert done.status == 3
    found = {Path(record["file"]).name: record for record in done.records}
    assert "notes.txt" not in found
    ways = {
        name: [way["accepted"] for way in record["ways"].values()] for name, record in found.items()
    }
    assert ways == {
        "clip.mp4": [True, True, True],
        "short.mp4": [True, False, False],
        "small.mp4": [False, False, False],
        "wide.mp4": [False, False, False],
        "broken.mp4": [False, False, False],
        "tones.wav": [True, True, False],
        "song.m4a": [False, False, False],
        "red.jpg": [True, False, False],
        "tiny.png": [False, False, False],
    }
    refused = {name for name, record in found.items() if record["refused"]}
    assert refused == {name for name, accepts in ways.items() if not any(accepts)}
    clip = found["clip.mp4"]
    assert (clip["kind"], clip["duration"], clip["width"], clip["height"]) == ("video", 8, 640, 360)


def test_the_emulator_rejects_the_same_files(media: Path) -> None:
    with Client.emulated() as client:
        index = client.indexes.create("films", {"marengo3.0": ["visual"]}).id
        kinds = {"image": client.embed.image, "audio": client.embed.audio}
        tasks: dict[str, Any] = {
            "audio": client.embed.tasks.audio,
            "video": client.embed.tasks.video,
        }
        for path in sorted(media.glob("*.[mjpw]*")):
            checked = preflight.inspect(path)
            kind = checked.kind if checked.kind != "unreadable" else "video"
            calls: dict[str, Any] = {
                "embed": lambda p=path, k=kind: kinds.get(k, client.embed.video)(p)
            }
            if kind in tasks:
                calls["embed-task"] = lambda p=path, k=kind: tasks[k](p)
            if kind == "video":
                calls["index"] = lambda p=path: client.tasks.create(index, p)
            for way, call in calls.items():
                try:
                    call()
                except DodecaError:
                    assert not accepted(checked)[way], (path.name, way)
                else:
                    assert accepted(checked)[way], (path.name, way)


SIDES = st.one_of(
    st.sampled_from([359, 360, 361, 640, 720, 1280, 1920, 2160, 2161, 3840, 3841, 5184, 5185]),
    st.integers(100, 6000),
)
SECONDS = st.one_of(
    st.sampled_from([3.9, 4, 10, 600, 600.1, 3600, 7200, 7200.1, 14400, 14400.1]),
    st.floats(0.1, 20_000),
)


@given(SIDES, SIDES, SECONDS)
def test_frame_sizes_and_lengths_as_the_emulator_judges_them(
    width: int, height: int, duration: float
) -> None:
    info = MediaInfo("video", "mp4", 1000, duration, width, height, 25.0, "h264", "aac")
    says = accepted(FileInfo("video", "mp4", 1000, duration, width, height))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "_probe", lambda source: info)
        source: Any = SimpleNamespace(field="video", size=1000)
        index: Any = {"models": [{"model_name": "marengo3.0"}]}
        for way, judge in {
            "embed": lambda: embed_v2.REQUEST_LIMITS.check_video(source),
            "embed-task": lambda: embed_v2_tasks.TASK_LIMITS.check_video(source),
            "index": lambda: models.check_video(index, source),
        }.items():
            try:
                judge()
            except ErrorResponse:
                assert not says[way], way
            else:
                assert says[way], way


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (36 * MIB, {"embed": True, "embed-task": True, "index": True}),
        (36 * MIB + 1, {"embed": False, "embed-task": True, "index": True}),
        (2048 * MIB + 1, {"embed": False, "embed-task": True, "index": False}),
        (4096 * MIB + 1, {"embed": False, "embed-task": False, "index": False}),
    ],
)
def test_sizes(size: int, expected: dict[str, bool]) -> None:
    assert accepted(FileInfo("video", "mp4", size, 60, 1280, 720)) == expected


def test_an_hour_is_the_most_for_pegasus() -> None:
    check = preflight.check_file(FileInfo("video", "mp4", 1000, 3601, 1280, 720))[2]
    assert check.is_accepted
    assert check.note == "Pegasus takes at most 1 hour"


def test_problems_quote_what_arrived() -> None:
    found = preflight.check_file(FileInfo("video", "mp4", 40 * MIB, 725.0, 1280, 720))[0]
    assert found.problems == (
        "at most 10 minutes, got 12 min 5 s",
        "at most 36 MB, got 40 MB",
    )


def test_a_named_endpoint_decides(dodeca: Run, media: Path) -> None:
    assert dodeca("check", media / "short.mp4").status == 0
    assert dodeca("check", media / "short.mp4", "--for", "embed").status == 0
    done = dodeca("check", media / "short.mp4", "--for", "embed", "--for", Endpoint.INDEX.value)
    assert done.status == 3
    assert "at least 4 s, got 2.0 s" in done.out
    assert "0 of 1 can be used" in done.err


def test_a_missing_file_is_rejected(dodeca: Run, media: Path) -> None:
    done = dodeca("check", media / "clip.mp4", media / "nowhere.mp4")
    assert done.status == 3
    assert "there is no such file" in done.out


def test_without_the_extra_media_headers_are_read(
    dodeca: Run, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "dodeca.video.probe", None)
    names = ("clip.mp4", "short.mp4", "small.mp4", "tones.wav", "song.m4a", "red.jpg", "tiny.png")
    done = dodeca("--json", "check", *(media / name for name in names))
    found = {Path(record["file"]).name: record for record in done.records}
    ways = {
        name: [way["accepted"] for way in record["ways"].values()] for name, record in found.items()
    }
    assert ways == {
        "clip.mp4": [True, True, True],
        "short.mp4": [True, False, False],
        "small.mp4": [True, True, True],  # its frame size is unknown
        "tones.wav": [True, True, False],
        "song.m4a": [False, False, False],
        "red.jpg": [True, False, False],
        "tiny.png": [False, False, False],
    }
    assert found["clip.mp4"]["duration"] == pytest.approx(8, abs=0.1)
    assert "pip install 'dodeca[media]'" in done.err
