"""The folder of the page "From a folder to clips", and its four commands."""

import shlex
from pathlib import Path

from dodeca.emulator import samples
from dodeca.emulator.samples import Tone
from tests.browse import landscapes
from tests.pages import ROOT

PAGE = ROOT / "facade" / "docs" / "guide" / "from-folder-to-clips.md"
_SHOTS: dict[str, list[landscapes.Shot]] = {
    "coast-dawn.mp4": [("pink", 5, 3), ("blue", 6, 4)],
    "desert-dusk.mp4": [("orange", 5, 31), ("red", 6, 32)],
    "harbour-night.mp4": [("blue", 6, 11), ("purple", 4, 12)],
    "lake-dawn.mp4": [("cyan", 5, 41), ("blue", 5, 42)],
    "meadow-noon.mp4": [("green", 5, 21), ("yellow", 5, 22)],
}


def make_folder(folder: Path) -> Path:
    """Five videos of two landscapes each, an image and an audio file."""
    folder.mkdir()
    for name, shots in _SHOTS.items():
        landscapes.video(folder / name, shots)
    landscapes.image(folder / "still.jpg", "blue", 77)
    samples.audio(folder / "waves.mp3", [Tone(5, 300, 0.4), Tone(4)])
    return folder


def commands() -> dict[str, list[str]]:
    """The words after `dodeca` of each command on the page, by the name of the command."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    words = [shlex.split(line)[1:] for line in lines if line.startswith("dodeca ")]
    return {each[0]: each for each in words}
