"""Each documented error code: how it is provoked, its status, and its text to the letter.

Where a text has places to fill in, they are filled in with what the request was about. Nothing
provokes `tags_not_allowed`, as no operation takes tags, and `usage_limit_exceeded`, as the emulator
charges nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from dodeca.emulator import Emulator, VirtualClock, samples
from dodeca.emulator.handlers import tasks

from .conftest import client
from .library import MARENGO, OLDER, PEGASUS, index, task
from .videos import encode_video, flat


@dataclass
class Stage:
    """What the provocations work on."""

    http: httpx.Client
    clock: VirtualClock
    monkeypatch: pytest.MonkeyPatch

    def task(self, name: str, *models: dict[str, Any]) -> httpx.Response:
        """Offer a file to an index of these models."""
        index_id = index(self.http, "films", *models)
        form = {"index_id": index_id, "video_url": f"https://example.org/{name}"}
        return self.http.post("/tasks", files={k: (None, v) for k, v in form.items()})

    def search(self, *models: dict[str, Any], **fields: str) -> httpx.Response:
        """Search an index of these models; `{index}` in a text of the table is its id."""
        self.index_id = index(self.http, "films", *models)
        form = {"index_id": self.index_id, "query_text": "red", "search_options": "visual"}
        form |= fields
        return self.http.post("/search", files={k: (None, v) for k, v in form.items()})

    def indexed(self, name: str) -> tuple[str, dict[str, str]]:
        """Index a file; the ids of the index and of task and video."""
        index_id = index(self.http)
        created = task(self.http, index_id, name)
        self.http.get(f"/tasks/{created['_id']}")
        return index_id, created


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Videos that are out of bounds, each in one way."""
    folder = tmp_path_factory.mktemp("odd")
    scene = [samples.Scene("red", 5)]
    samples.video(folder / "good.mp4", scene, size=(360, 360), fps=5, sound=False)
    samples.video(folder / "low.mp4", scene, size=(640, 350), fps=1, sound=False)
    samples.video(folder / "high.mp4", scene, size=(3842, 2162), fps=1, sound=False)
    samples.video(folder / "wide.mp4", scene, size=(860, 360), fps=1, sound=False)
    short = [samples.Scene("red", 3)]
    samples.video(folder / "short.mp4", short, size=(360, 360), fps=1, sound=False)
    frames = [flat((200, 40, 40), 360, 360)] * 3
    # The last frame is shown for as long as the one before.
    for name, last in (("hour", 3599), ("hour+", 3600), ("long", 7199), ("long+", 7200)):
        encode_video(folder / f"{name}.mp4", frames, fps=1, times=[0, last - 1, last])
    (folder / "broken.mp4").write_bytes(b"\0\1\2\3")
    return folder


@pytest.fixture
def stage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    clock = VirtualClock()
    with Emulator(media=folder, clock=clock) as emulator, client(emulator) as http:
        yield Stage(http, clock, monkeypatch)


def missing(path: str, method: str = "GET", **body: Any) -> Callable[[Stage], httpx.Response]:
    """Ask for what is not there; `INDEX` stands for an index that is."""

    def provoke(stage: Stage) -> httpx.Response:
        there = path.replace("INDEX", index(stage.http))
        return stage.http.request(method, there, **body)

    return provoke


def not_exist(collection: str) -> str:
    return f"Resource with id `nope` does not exist in `{collection}`."


def too_long(duration: float, hours: int) -> str:
    return (
        f"Video is too long. Please use video with duration between 4 seconds and {hours} hours"
        f"({hours * 3600} seconds). Current duration is `{duration}` seconds."
    )


def taken_name(stage: Stage) -> httpx.Response:
    index(stage.http, "mine")
    return stage.http.post("/indexes", json={"index_name": "mine", "models": [MARENGO]})


def fixed(**more: Any) -> Callable[[Stage], httpx.Response]:
    def provoke(stage: Stage) -> httpx.Response:
        body = {"index_name": "b", **more}
        return stage.http.put(f"/indexes/{index(stage.http)}", json=body)

    return provoke


def too_many_bytes(stage: Stage) -> httpx.Response:
    stage.monkeypatch.setattr(tasks, "MAX_TASK", 10)
    return stage.task("good.mp4")


def kept_task(stage: Stage) -> httpx.Response:
    _, created = stage.indexed("good.mp4")
    return stage.http.delete(f"/tasks/{created['_id']}")


UPGRADE = "This endpoint is supported starting with version `1.3`. Your version is `1.2`."
RESOLUTION = "Please upload a video with resolution between 360x360 and 3840x2160. "

TABLE: list[tuple[str, str, Callable[[Stage], httpx.Response], int, str]] = [
    (
        "parameter_invalid",
        "one",
        lambda stage: stage.http.get("/assets?page=x"),
        400,
        "The `page` parameter is invalid.*",
    ),
    (
        "parameter_invalid",
        "several",
        lambda stage: stage.http.get("/assets?page=0&page_limit=0"),
        400,
        "The following parameters are invalid: `page`, `page_limit`.",
    ),
    (
        "parameter_invalid",
        "none to name",
        lambda stage: stage.http.post("/indexes", content=b"{"),
        400,
        "The request contains some invalid parameters.*",
    ),
    (
        "parameter_not_provided",
        "one",
        lambda stage: stage.http.post("/indexes", json={"index_name": "a"}),
        400,
        "The `models` parameter is required but was not provided.",
    ),
    (
        "parameter_not_provided",
        "several",
        lambda stage: stage.http.post("/indexes", json={}),
        400,
        "The following required parameters were not provided: `index_name`, `models`.",
    ),
    (
        "parameter_not_provided",
        "none to name",
        lambda stage: stage.http.post("/indexes"),
        400,
        "Some required parameters are not provided.*",
    ),
    (
        "parameter_unknown",
        "one",
        lambda stage: stage.http.get("/indexes?x=1"),
        400,
        "The `x` parameter is unknown.",
    ),
    (
        "parameter_unknown",
        "several",
        lambda stage: stage.http.get("/indexes?x=1&y=2"),
        400,
        "The following parameters are unknown: `x`, `y`.",
    ),
    *(
        ("resource_not_exist", collection, missing(*how, **body), 404, not_exist(collection))
        for collection, how, body in (
            ("assets", ["/assets/nope"], {}),
            ("indexes", ["/indexes/nope"], {}),
            ("videos", ["/indexes/INDEX/videos/nope"], {}),
            ("indexed_assets", ["/indexes/INDEX/indexed-assets/nope"], {}),
            ("tasks", ["/tasks/nope"], {}),
            ("multipart_uploads", ["/assets/multipart-uploads/nope"], {}),
        )
    ),
    (
        "api_key_invalid",
        "",
        lambda stage: stage.http.get("/indexes", headers={"x-api-key": ""}),
        401,
        "API Key is either invalid or expired. Please check your API key or generate a new one from"
        " the dashboard and try again.",
    ),
    (
        "api_upgrade_required",
        "",
        lambda stage: stage.http.get("https://api.twelvelabs.io/v1.2/indexes"),
        400,
        UPGRADE,
    ),
    (
        "index_option_cannot_be_changed",
        "",
        fixed(index_options=["visual"]),
        400,
        "Index option cannot be changed. Please remove index_options parameter and try again. If"
        " you want to change index option, please create new index.",
    ),
    (
        "index_engine_cannot_be_changed",
        "",
        fixed(engine_id="marengo3.0"),
        400,
        "Index engine cannot be changed. Please remove engine_id parameter and try again. If you"
        " want to change engine, please create new index.",
    ),
    (
        "index_name_already_exists",
        "",
        taken_name,
        400,
        "Index name `mine` already exists. Please use another unique name and try again.",
    ),
    (
        "video_resolution_too_low",
        "",
        lambda stage: stage.task("low.mp4"),
        400,
        f"The resolution of the video is too low. {RESOLUTION}Current resolution is `640x350`.",
    ),
    (
        "video_resolution_too_high",
        "",
        lambda stage: stage.task("high.mp4"),
        400,
        f"The resolution of the video is too high. {RESOLUTION}Current resolution is `3842x2162`.",
    ),
    (
        "video_resolution_invalid_aspect_ratio",
        "",
        lambda stage: stage.task("wide.mp4"),
        400,
        "The aspect ratio of the video is invalid. Please upload a video with aspect ratio between"
        " 1:1 and 16:9. Current resolution is `860x360`.",
    ),
    (
        "video_duration_too_short",
        "",
        lambda stage: stage.task("short.mp4"),
        400,
        "Video is too short. Please use video with duration between 4 seconds and 2 hours(7200"
        " seconds). Current duration is `3.0` seconds.",
    ),
    (
        "video_duration_too_long",
        "for Marengo",
        lambda stage: stage.task("long%2B.mp4", MARENGO),
        400,
        too_long(7201.0, 2),
    ),
    (
        "video_duration_too_long",
        "for Pegasus beside it",
        lambda stage: stage.task("hour%2B.mp4", MARENGO, PEGASUS),
        400,
        too_long(3601.0, 1),
    ),
    (
        "video_file_broken",
        "",
        lambda stage: stage.task("broken.mp4"),
        400,
        "Cannot read video file. Please check the video file is valid and try again.",
    ),
    (
        "video_filesize_too_large",
        "",
        too_many_bytes,
        400,
        "The video is too large. Please use a video with a size less than `10`. The current size is"
        " `SIZE`.",
    ),
    (
        "task_cannot_be_deleted",
        "",
        kept_task,
        400,
        "The task cannot be deleted: its video has to be deleted first.",
    ),
    (
        "search_option_not_supported",
        "of the model",
        lambda stage: stage.search(OLDER, search_options="transcription"),
        400,
        "Search option `transcription` is not supported for index `INDEX`. Please use one of the"
        " following search options: `visual`, `audio`.",
    ),
    (
        "search_option_not_supported",
        "of the index",
        lambda stage: stage.search(
            {**MARENGO, "model_options": ["visual"]}, search_options="audio"
        ),
        400,
        "Search option `audio` is not supported for index `INDEX`. Please use one of the following"
        " search options: `visual`.",
    ),
    (
        "search_option_combination_not_supported",
        "",
        lambda stage: stage.search(transcription_options="lexical"),
        400,
        "Search option `visual` is not supported with `transcription_options`.",
    ),
    (
        "search_filter_invalid",
        "",
        lambda stage: stage.search(filter="{"),
        400,
        "Filter used in search is invalid. Please use the valid filter syntax by following"
        " filtering documentation.",
    ),
    (
        "search_page_token_expired",
        "",
        lambda stage: stage.http.get("/search/nope"),
        400,
        "The token that identifies the page to be retrieved is expired or invalid. You must make a"
        " new search request. Token: `nope`.",
    ),
    (
        "index_not_supported_for_search",
        "",
        lambda stage: stage.search(PEGASUS),
        400,
        "You can only perform search requests on indexes with an engine from the Marengo family"
        " enabled.",
    ),
]


@pytest.mark.parametrize(
    ("code", "provoke", "status", "text"),
    [
        pytest.param(code, provoke, status, text, id=f"{code} {case}".strip())
        for code, case, provoke, status, text in TABLE
    ],
)
def test_each_code_has_its_status_and_text(
    stage: Stage,
    folder: Path,
    code: str,
    provoke: Callable[[Stage], httpx.Response],
    status: int,
    text: str,
) -> None:
    response = provoke(stage)
    error = response.json().get("error") or response.json()
    expected = text.replace("INDEX", getattr(stage, "index_id", ""))
    expected = expected.replace("SIZE", str((folder / "good.mp4").stat().st_size))
    if expected.endswith("*"):  # an explanation of the emulator follows
        expected = expected.removesuffix("*")
        assert error["message"].startswith(expected)
    else:
        assert error["message"] == expected
    assert (response.status_code, error["code"]) == (status, code)


@pytest.mark.parametrize(
    ("name", "models"),
    [("good", [MARENGO]), ("long", [MARENGO]), ("hour", [MARENGO, PEGASUS])],
)
def test_what_is_just_within_the_limits(
    stage: Stage, name: str, models: list[dict[str, Any]]
) -> None:
    assert stage.task(f"{name}.mp4", *models).status_code == 200
