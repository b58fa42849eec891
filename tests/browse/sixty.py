"""A library of sixty real sources: videos, audio files, images, one URL, one that is missing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import numpy as np
from filelock import FileLock
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from dodeca import Client
from dodeca._base import asgi_server
from dodeca.emulator import samples
from dodeca.emulator.samples import Tone

from . import landscapes

LINK_HOST = "media.example"
LINK = f"http://{LINK_HOST}/far-away.mp4"
MISSING = "archive-reel-7.mp4"
_PLACES = ("coast", "harbour", "lagoon", "meadow", "orchard", "ridge", "river", "shore")
_TIMES = ("dawn", "noon", "dusk", "night")
_CAMERAS = ("A", "B", "drone")
_AUDIO, _IMAGES = 8, 15


@attrs.frozen
class Sixty:
    """Where the library is, and the server of the host that its URL names."""

    dataset: Path
    media: Path
    link_origin: str


def make_media(folder: Path) -> list[Path]:
    """Write 59 files: 33 MP4, 2 AVI and 1 Matroska file, one to be deleted, audio and images."""
    random = np.random.default_rng(4)
    colours = list(landscapes.PALETTES)

    def shots(number: int) -> list[landscapes.Shot]:
        chosen = random.choice(len(colours), number, replace=False)
        return [(colours[each], 4.0, int(random.integers(1_000_000))) for each in chosen]

    names = [f"{place}-{time}.mp4" for place in _PLACES for time in _TIMES]
    made = [landscapes.video(folder / name, shots(2 + n % 2)) for n, name in enumerate(names)]
    made.append(landscapes.video(folder / MISSING, shots(2)))
    made.append(landscapes.video(folder / "far-away.mp4", [("purple", 4, 1), ("green", 4, 2)]))
    made.append(
        landscapes.video(folder / "old-camera-1.avi", [("red", 4, 3), ("blue", 4, 4)], "mpeg4")
    )
    made.append(landscapes.video(folder / "old-camera-2.avi", shots(2), "mpeg4"))
    made.append(landscapes.video(folder / "screen.mkv", shots(2), "mpeg4"))
    for number in range(_AUDIO):
        tones = [Tone(4, 300 + 100 * number, 0.4), Tone(3), Tone(5, 900, 0.3, noise=number % 2 > 0)]
        made.append(samples.audio(folder / f"field-recording-{number + 1}.mp3", tones))
    for number in range(_IMAGES):
        colour = colours[number % len(colours)]
        made.append(landscapes.image(folder / f"still-{number + 1:02}.jpg", colour, number + 50))
    return made


def build(folder: Path) -> None:
    """Make the files and their dataset on the emulator; one file is deleted afterwards."""
    media = folder / "media"
    media.mkdir()
    files = make_media(media)
    rows = [
        {"path": str(path), "camera": _CAMERAS[number % 3], "take": number % 4 + 1}
        for number, path in enumerate(files)
        if path.name != "far-away.mp4"
    ]
    rows.append({"url": LINK, "camera": "A", "take": 1})  # type: ignore[dict-item]
    assert len(rows) == 60
    with Client.emulated(media=media) as client:
        assert not client.embed.run(rows, out=folder / "landscapes").failed
    (media / MISSING).unlink()


@contextmanager
def sixty(folder: Path, shared: Path) -> Iterator[tuple[Sixty, Client]]:
    """A copy of the library in `folder`, and the server of its one URL.

    It is built in `shared` by who comes first, since that takes most of a minute of CPU.
    """
    built, is_whole = shared / "sixty", shared / "sixty.whole"
    with FileLock(shared / "sixty.lock"):
        if not is_whole.exists():
            built.mkdir()
            build(built)
            is_whole.touch()
    media, dataset = built / "media", folder / "landscapes"
    shutil.copytree(built / "landscapes", dataset)  # queries are kept in it
    app = Starlette(routes=[Mount("/", StaticFiles(directory=media))])
    with (
        Client.emulated(media=media) as client,
        asgi_server.serving(app, host="127.0.0.1", port=0) as origin,
    ):
        yield Sixty(dataset, media, origin), client
