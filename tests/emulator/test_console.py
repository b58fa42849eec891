import logging
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dodeca.emulator import Emulator, EmulatorTransport, VirtualClock, samples, serving
from dodeca.emulator.console import front_page
from dodeca.video.probe import probe

from .conftest import KEY, client
from .test_analyze import indexed


@pytest.fixture(params=["in process", "server"])
def browser(emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client without a key, at the root of the emulator."""
    if request.param == "in process":
        transport = EmulatorTransport(emulator)
        with httpx.Client(transport=transport, base_url="http://x") as http:
            yield http
    else:
        with (
            serving(emulator) as url,
            httpx.Client(base_url=httpx.URL(url).join("/"), timeout=60) as http,
        ):
            yield http


def test_an_empty_emulator_has_a_page(browser: httpx.Client) -> None:
    response = browser.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["x-dodeca-emulator"]
    assert response.text.count("None yet.") == 4
    assert "<b>0</b> indexes" in response.text
    assert browser.get("/v1.3/").text.count("None yet.") == 4


def test_the_page_shows_what_there_is(
    media: Path, emulator: Emulator, browser: httpx.Client
) -> None:
    with client(emulator) as http:
        video_id = indexed(http, "marengo3.0", "pegasus1.2")
        with (media / "purple.jpg").open("rb") as file:
            form = {"file": ("<b>poster</b>.jpg", file)}
            asset = http.post("/assets", data={"method": "direct"}, files=form).json()["_id"]
        url = "https://example.org/clip.mp4"
        body = {"video": {"type": "url", "url": url}, "prompt": "a"}
        task = http.post("/analyze/tasks", json=body).json()["task_id"]
        files = {"model_name": (None, "marengo3.0"), "video_url": (None, url)}
        http.post("/embed/tasks", files=files)
        video = {"media_source": {"url": url}}
        new = {"model_name": "marengo3.0", "input_type": "video", "video": video}
        http.post("/embed-v2/tasks", json=new)
        http.get("/nowhere")
    shown = browser.get("/").text
    for text in (
        "marengo3.0-pegasus1.2",
        "<em>pegasus1.2: visual, audio</em>",
        f"/emulator/thumbnails/{video_id}.jpg",
        f"/emulator/thumbnails/{asset}.jpg",
        "12 s · 360x360",
        task,
        "<td>analyze</td>",
        "<td>embed (v1)</td>",
        "<td>embed (v2)</td>",
        "<td>index a video</td>",
        "<b>4</b> tasks",
        "<b>1</b> index<",
        '<span class="state rejected">404</span>',
        "<td>analyze_tasks_create</td>",
    ):
        assert text in shown, text
    assert "<b>poster" not in shown
    assert "None yet." not in shown
    assert shown.index("/v1.3/nowhere") < shown.index("analyze_tasks_create")  # the last one first
    assert re.findall(r'(?:src|href)="(?!/emulator/)', shown) == []  # nothing from outside


def test_thumbnails_are_small_pictures(
    media: Path, emulator: Emulator, browser: httpx.Client, tmp_path: Path
) -> None:
    samples.image(tmp_path / "large.png", "red", (1000, 2000))
    with client(emulator) as http:
        video = indexed(http, "marengo3.0")

        def upload(path: Path) -> str:
            form = {"file": (path.name, path.read_bytes())}
            response = http.post("/assets", data={"method": "direct"}, files=form).json()
            found: str = response["_id"]
            return found

        large, sound = upload(tmp_path / "large.png"), upload(media / "tones.wav")
        broken = upload(media / "broken.mp4")
    for name, size in ((video, (360, 360)), (large, (240, 480))):
        response = browser.get(f"/emulator/thumbnails/{name}.jpg")
        assert response.headers["content-type"] == "image/jpeg"
        info = probe(response.content)
        assert (info.format, info.width, info.height) == ("jpeg", *size)
    for name in (sound, broken, "0" * 24):
        assert browser.get(f"/emulator/thumbnails/{name}.jpg").status_code == 404


def test_the_ledger_is_there_for_every_client(emulator: Emulator, browser: httpx.Client) -> None:
    assert browser.get("/emulator/ledger").json() == {"data": []}
    with client(emulator) as http:
        form = {"file": ("a", b"abc")}
        asset = http.post("/assets", data={"method": "direct"}, files=form).json()["_id"]
    (entry,) = browser.get("/v1.3/emulator/ledger").json()["data"]
    assert entry.keys() == {"operationId", "id", "time"}
    assert (entry["operationId"], entry["id"]) == ("assets_create", asset)


def test_other_paths_and_methods_are_refused(browser: httpx.Client) -> None:
    for method, path, status in (
        ("GET", "/emulator/other", 404),
        ("GET", "/emulator/thumbnails/..%2f.jpg", 404),
        ("POST", "/", 405),
        ("DELETE", "/emulator/ledger", 405),
    ):
        response = browser.request(method, path)
        assert response.status_code == status
        assert response.json()["code"]


def test_no_fault_befalls_the_page_and_no_log_tells_of_it(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.faults.replace([{"fault": 500, "times": None}])
    transport = EmulatorTransport(emulator)
    with (
        caplog.at_level(logging.INFO, "dodeca.emulator.access_log"),
        httpx.Client(transport=transport, base_url="http://x", headers=KEY) as http,
    ):
        assert http.get("/").status_code == 200
        assert caplog.records == []
        assert http.get("/v1.3/assets").status_code == 500


def test_lengths_sizes_and_ages_in_words() -> None:
    assert [front_page._length(s) for s in (None, 5.5, 12.0, 59.96, 61, 3725)] == [
        "",
        "5.5 s",
        "12 s",
        "59.96 s",
        "1:01 min",
        "62:05 min",
    ]
    assert [front_page._bytes(n) for n in (None, 3, 2048, 5 * 1024**2)] == [
        "",
        "1 kB",
        "2 kB",
        "5.0 MB",
    ]
    assert [front_page._ago(s) for s in (5, 61, 7300, 90000)] == [
        "5 s ago",
        "1 min ago",
        "2 h ago",
        "1 d ago",
    ]


def test_running_and_failed_tasks_have_their_colours(media: Path) -> None:
    with Emulator(media=media, pace="3", clock=VirtualClock()) as emulator:
        with client(emulator) as http:
            form = {"file": ("a.mp4", (media / "broken.mp4").read_bytes())}
            asset = http.post("/assets", data={"method": "direct"}, files=form).json()["_id"]
            for _ in range(3):
                http.get(f"/assets/{asset}")
            body = {"video": {"type": "url", "url": "https://e.org/clip.mp4"}, "prompt": "a"}
            http.post("/analyze/tasks", json=body)
        shown = front_page.render(emulator.state)
    assert '<span class="state failed">failed</span>' in shown
    assert '<span class="state running">queued</span>' in shown
    assert "2025-01-01 00:00:00 UTC" in shown
