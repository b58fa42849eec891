"""One small video with its embeddings and some queries, made once."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from dodeca import Client, Embeddings, segmentation
from dodeca.emulator import samples
from dodeca.emulator.samples import Scene

SCENES = [
    Scene("red", 5, tone=220),
    Scene("blue", 4, tone=2000),
    Scene("green", 6, noise=True, level=0.3),
    Scene("yellow", 5),
]
QUERIES = ("a red car", "a loud noise")


@cache
def folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="dodeca-")  # goes when the process ends


@cache
def video() -> Path:
    return samples.video(Path(folder().name) / "colours.mp4", SCENES)


@cache
def embedded() -> tuple[Embeddings, dict[str, Embeddings]]:
    with Client.emulated() as client:
        found = client.embed.video(video(), segmentation=segmentation.dynamic(4))
        return found, {text: client.embed.text(text) for text in QUERIES}


@cache
def library() -> Embeddings:
    """Rows of two videos, an audio file and an image, as a library has them."""
    place = Path(folder().name)
    scenes = [Scene("brown", 4, tone=500), Scene("red", 4)]
    with Client.emulated() as client:
        return Embeddings.concat(
            {
                "first": embedded()[0],
                "second": client.embed.video(samples.video(place / "garden.mp4", scenes)),
                "third": client.embed.audio(
                    samples.audio(place / "tones.wav", [samples.Tone(6, noise=True)])
                ),
                "fourth": client.embed.image(samples.image(place / "red.jpg", "red")),
            }
        )
