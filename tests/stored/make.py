"""Write what a version leaves on disk: `python -m tests.stored.make FOLDER`.

The folder holds an emulator's database and media, a bulk run that was killed in its middle, a
table of vectors, and pickles. It is made once for each version of a format and kept, so that
every later version proves that it still opens what earlier ones wrote.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np

from dodeca import Client, Embeddings, segmentation

TEXTS = ("red", "blue", "green")
RATE = 8_000


def main(folder: Path) -> None:
    """Write all of it."""
    folder.mkdir(parents=True)
    media = _tones(folder / "media")
    with Client.emulated(db=folder / "emulator.sqlite") as client:
        models = {"marengo3.0": ["visual", "audio"]}
        index = client.indexes.create("stored", models)
        asset = client.assets.upload(media / "0.wav")
        job = client.embed.tasks.audio(media / "1.wav", segmentation=segmentation.fixed(4))
        audio = job.wait()
        text = client.embed.text("red")
        library = Embeddings.concat({"red": text, "1.wav": audio})
        library.to_parquet(folder / "library.parquet")
        values = {"audio": audio, "text": text, "library": library, "index": index}
        for name, value in values.items():
            (folder / f"{name}.pickle").write_bytes(pickle.dumps(value))
        (folder / "expected.json").write_text(
            json.dumps({"index": index.id, "asset": asset.id, "task": job.id}) + "\n"
        )
        client.embed.run(inputs()[:2], out=folder / "run")
    if (child := os.fork()) == 0:
        _killed_run(folder)
    os.waitpid(child, 0)


def inputs() -> list[dict[str, str]]:
    """What the stored run works on: the same on every machine, so that it can go on anywhere."""
    texts = [{"text": text, "colour": text} for text in TEXTS]
    return [*texts, *({"url": f"https://example.com/{number}.wav"} for number in range(3))]


def _killed_run(folder: Path) -> None:
    def die(run: Any) -> None:
        if run.done >= 3:
            os._exit(9)

    client = Client.emulated(db=folder / "emulator.sqlite", media=folder / "media")
    client.embed.run(inputs(), out=folder / "run", via="task", progress=die, concurrency=1)


def _tones(folder: Path) -> Path:
    folder.mkdir()
    times = np.arange(RATE * 4) / RATE
    for number in range(3):
        tone = 128 + 100 * np.sin(2 * np.pi * (300 + 200 * number) * times)
        with wave.open(str(folder / f"{number}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(1)
            file.setframerate(RATE)
            file.writeframes(tone.astype(np.uint8).tobytes())
    return folder


if __name__ == "__main__":
    main(Path(sys.argv[1]))
