import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dodeca.emulator import Emulator, EmulatorTransport, samples, serving
from dodeca.emulator.exchange import Exchange

from .conformance import Watch
from .newer import LONG, QUARTERS

KEY = {"x-api-key": "anything"}


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a few small real files."""
    folder = tmp_path_factory.mktemp("media")
    scene, tone = samples.Scene, samples.Tone
    samples.video(
        folder / "clip.mp4",
        [scene("red", 5, tone=220), scene("blue", 4, tone=2000), scene("green", 3, noise=True)],
        size=(360, 360),
        fps=10,
    )
    samples.video(folder / "silent.mp4", [scene("red", 5)], size=(360, 360), fps=5, sound=False)
    samples.video(folder / "small.mp4", [scene("red", 5)], size=(320, 240), fps=5)
    samples.video(folder / "wide.mp4", [scene("red", 5)], size=(960, 360), fps=5)
    samples.video(folder / "short.mp4", [scene("red", 3)], size=(360, 360), fps=5)
    samples.audio(folder / "tones.wav", [tone(5, 3000, 0.9), tone(4), tone(3, 110, 0.2)])
    samples.audio(folder / "tones.mp3", [tone(4, 440)])
    samples.audio(folder / "tones.flac", [tone(4, 440)])
    samples.audio(folder / "tones.m4a", [tone(4, 440)])
    samples.image(folder / "purple.jpg", "purple")
    samples.image(folder / "small.png", "purple", (100, 100))
    (folder / "broken.mp4").write_bytes(b"\0\1\2\3")
    return folder


@pytest.fixture(scope="session")
def newer_media(media: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The media of all tests, with documents, and media at the limits of this model."""
    folder = tmp_path_factory.mktemp("newer")
    for file in media.iterdir():
        (folder / file.name).hardlink_to(file)
    samples.image(folder / "red.jpg", "red")
    samples.image(folder / "blue.png", "blue")
    samples.video(
        folder / "red.mp4", [samples.Scene("red", 4)], size=(360, 360), fps=5, sound=False
    )
    samples.audio(folder / "long.flac", [samples.Tone(31, 440)])
    samples.pdf(folder / "red.pdf", ["something red", "a crimson sunset"])
    samples.pdf(folder / "blue.pdf", ["something blue"])
    samples._write_pdf(folder / "quarters.pdf", QUARTERS)
    samples.pdf(folder / "17.pdf", [f"page {number}" for number in range(17)])
    samples.pdf(folder / "13.pdf", ["page"] * 13)
    samples.pdf(folder / "65.pdf", ["page"] * 65)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / "red.txt").write_text("Something red. A crimson sunset. Nothing else! Or is it?")
    (folder / "blue.md").write_text("# Something blue\n\nThe deep sea.")
    (folder / "empty.txt").write_text(" \n")
    (folder / "long.txt").write_text(LONG + ". The end.")
    return folder


@pytest.fixture
def newer(newer_media: Path) -> Iterator[httpx.Client]:
    """A client of an emulator with media for Marengo 3.5, that checks each response."""
    with Emulator(media=newer_media) as emulator, client(emulator) as http:
        yield http


@pytest.fixture
def emulator(media: Path) -> Iterator[Emulator]:
    with Emulator(media=media) as emulator:
        yield emulator


@pytest.fixture
def in_process(emulator: Emulator) -> Iterator[httpx.Client]:
    """A client of the emulator, in this process, that checks each response."""
    with client(emulator) as http:
        yield http


@pytest.fixture(params=["in process", "server"])
def http(emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client of the emulator through each transport, that checks each response."""
    if request.param == "in process":
        with client(emulator) as http:
            yield http
    else:
        with (
            serving(emulator) as url,
            httpx.Client(
                base_url=url, timeout=60, headers=KEY, event_hooks={"response": [conforms]}
            ) as http,
        ):
            yield http


def client(emulator: Emulator) -> httpx.Client:
    return httpx.Client(
        transport=EmulatorTransport(emulator),
        base_url="https://api.twelvelabs.io/v1.3",
        headers=KEY,
        event_hooks={"response": [conforms]},
    )


def encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def conforms(response: httpx.Response) -> None:
    """Check the headers of a response; `documented_responses` checks the rest."""
    assert response.headers["x-dodeca-emulator"]
    assert response.headers["x-api-version"] == "v1.3"
    assert response.headers["x-request-id"]


@pytest.fixture(autouse=True)
def documented_responses(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Check every response of an emulator in a test against the specification."""
    watch = Watch()
    monkeypatch.setattr(
        Exchange, "_response", lambda exchange, request_id: watch.response(exchange, request_id)
    )
    yield watch
    assert not watch.problems, "\n".join(watch.problems[:5])


@pytest.fixture
def error_of() -> Callable[[httpx.Response], tuple[int, str, str]]:
    def read(response: httpx.Response) -> tuple[int, str, str]:
        error: dict[str, Any] = response.json()
        error = error.get("error", error)
        return response.status_code, error["code"], error["message"]

    return read
