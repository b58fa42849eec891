"""The emulator: ten minutes of 720p as an embedding task on one core, and a text in process.

`python -m tests.benchmarks.emulator` runs it alone. The film is measured in a process of its own,
bound to one core where the system allows that.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import orjson

from dodeca import Client, segmentation
from dodeca.emulator import samples
from tests.benchmarks.measure import medians
from tests.benchmarks.report import Goal, Medians, Result

FILM_SEC = 600
_PART_SEC = 60
_COLOURS = ("red", "green", "blue", "yellow", "purple", "orange")
_TEXTS = 200
FILM = "emulator: film seconds embedded in one CPU second"


def run() -> Result:
    """Seconds of film for each CPU second, peak memory, and milliseconds for a text."""
    with tempfile.TemporaryDirectory() as folder:
        path = film(Path(folder))
        command = [sys.executable, "-m", "tests.benchmarks.emulator", "--embed", str(path)]
        done = subprocess.run(command, check=True, capture_output=True)
    found = orjson.loads(done.stdout)
    with Client.emulated() as client:

        def texts() -> None:
            for number in range(_TEXTS):
                client.embed.text(f"a red car at night, number {number}")

        text = medians({"dodeca": texts}).scaled(1000 / _TEXTS)
    speed = FILM_SEC / found["cpu"]
    return Result(
        "emulator",
        [
            Medians("ten minutes of 720p", {"dodeca": found["cpu"]}, base=""),
            Medians("ten minutes of 720p: peak memory", {"dodeca": found["mb"]}, "MB", base=""),
            Medians("a text in process", text, "CPU ms", base=""),
        ],
        [
            Goal(9, FILM, "≥", 15.0, speed),
            Goal(9, "emulator: peak memory of that", "≤", 300.0, found["mb"], " MB"),
            Goal(9, "emulator: CPU of a text in process", "≤", 5.0, text["dodeca"], " ms"),
        ],
    )


def film(folder: Path) -> Path:
    """Ten minutes of 720p: a minute of moving scenes with sound, ten times over."""
    scenes = [
        samples.Scene(colour, _PART_SEC / len(_COLOURS), tone=220.0 * (number + 1))
        for number, colour in enumerate(_COLOURS)
    ]
    part = samples.video(folder / "part.mp4", scenes, size=(1280, 720))
    parts, whole = folder / "parts.txt", folder / "film.mp4"
    parts.write_text(f"file {part.name}\n" * (FILM_SEC // _PART_SEC))
    with av.open(str(parts), format="concat") as source, av.open(str(whole), "w") as target:
        outs = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        last = dict.fromkeys(outs, -(2**62))
        for packet in source.demux():
            if packet.dts is None or packet.pts is None:
                continue
            index = packet.stream.index  # the sound of a part is a little longer than the part
            packet.dts = last[index] = max(packet.dts, last[index] + 1)
            packet.pts = max(packet.pts, packet.dts)
            packet.stream = outs[index]
            target.mux(packet)
    return whole


def embed(path: Path) -> dict[str, float]:
    """CPU seconds and the peak of memory, in MB, that a film takes on one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with Client.emulated() as client:
        started = time.process_time()
        job = client.embed.tasks.video(path, segmentation=segmentation.dynamic(4))
        found = job.wait(timeout=600)
        spent = time.process_time() - started
    assert found.end_sec.max() > FILM_SEC - 10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cpu": spent, "mb": peak}


if __name__ == "__main__":
    if "--embed" in sys.argv:
        sys.stdout.buffer.write(orjson.dumps(embed(Path(sys.argv[-1]))))
    else:
        run().show()
