"""The command in this process, and some files to work on."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dodeca.cli import app
from dodeca.emulator import Emulator, samples
from dodeca.emulator.samples import Scene, Tone
from dodeca.emulator.server import serving

CANARY = "tlk_canary0000000000000000000000"


@dataclass
class Done:
    """What a command printed, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Done]
Server = Callable[..., Run]


@pytest.fixture
def dodeca(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """`dodeca("embed", path)` runs the command; the key in the environment is a canary."""
    monkeypatch.setenv("TWELVELABS_API_KEY", CANARY)

    def run(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["dodeca", *map(str, words)])
        capfd.readouterr()
        status = app.execute()
        found = capfd.readouterr()
        assert CANARY not in found.out + found.err
        assert "Traceback" not in found.err
        return Done(status, found.out, found.err)

    return run


@pytest.fixture
def on_emulator(dodeca: Run, tmp_path: Path) -> Run:
    """The same on an emulator whose state lasts from one command to the next."""
    return lambda *words: dodeca("--emulator-db", tmp_path / "emulator.db", *words)


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a video, an audio file, an image, and some of each that are rejected."""
    folder = tmp_path_factory.mktemp("media")
    samples.video(folder / "clip.mp4", [Scene("red", 4, tone=220), Scene("blue", 4)])
    samples.video(folder / "short.mp4", [Scene("red", 2)], sound=False)
    samples.video(folder / "small.mp4", [Scene("red", 4)], size=(320, 180), sound=False)
    samples.video(folder / "wide.mp4", [Scene("blue", 5)], size=(1280, 360), sound=False)
    samples.audio(folder / "tones.wav", [Tone(6, 440)])
    samples.audio(folder / "song.m4a", [Tone(6, 440)])
    samples.image(folder / "red.jpg", "red")
    samples.image(folder / "tiny.png", "red", (64, 64))
    (folder / "broken.mp4").write_bytes(b"no video")
    (folder / "notes.txt").write_text("no media")
    return folder


@pytest.fixture
def server(dodeca: Run) -> Iterator[Server]:
    """`server(faults=[...])` starts an emulator of its own, and gives the command on it."""
    with ExitStack() as stack:

        def start(**options: Any) -> Run:
            emulator = stack.enter_context(Emulator(**options))
            url = stack.enter_context(serving(emulator))
            return lambda *words: dodeca("--base-url", url, *words)

        yield start
