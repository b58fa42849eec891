"""The emulator: videos as embedding tasks on one core, and a text in process.

`python -m tests.benchmarks.emulator` runs it alone. Each video is measured in a process of its
own, bound to one core where the system allows that.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import orjson

from dodeca import Client, segmentation
from dodeca.emulator import samples
from tests.benchmarks.measure import highest_memory, medians
from tests.benchmarks.report import Goal, Medians, Result

FILM_SEC = 600
NOISY_SEC = 48
_PART_SEC = 60
_NOISY_PART_SEC = 6
_COLOURS = ("red", "green", "blue", "yellow", "purple", "orange")
_NOISE = "all_seed=18:alls=12:allf=t"  # each pixel of each frame, by up to a twentieth
_BITS = 16_000_000  # a second, as telephones write 1080p
_TEXTS = 200
DRAWN, NOISY, DECODED = "drawn, 720p", "noisy, 1080p", "noisy, 1080p: PyAV decodes it"
FILM = "emulator: film seconds embedded in one CPU second"


def run(*, noisy_sec: int = NOISY_SEC) -> Result:
    """Seconds of film for each CPU second, peak memory, and milliseconds for a text."""
    with tempfile.TemporaryDirectory() as folder:
        films = {DRAWN: film(Path(folder)), NOISY: noisy(Path(folder), noisy_sec)}
        found = {name: measured(path) for name, path in films.items()}
        plain = decoded(films[NOISY])
        bits = films[NOISY].stat().st_size * 8 / noisy_sec / 1e6
    seconds = {DRAWN: FILM_SEC, NOISY: noisy_sec}
    cpu = {name: one["cpu"] / seconds[name] * 1000 for name, one in found.items()}
    cpu[DECODED] = plain / noisy_sec * 1000
    peaks = {name: one["mb"] for name, one in found.items()}
    with Client.emulated() as client:

        def texts() -> None:
            for number in range(_TEXTS):
                client.embed.text(f"a red car at night, number {number}")

        text = medians({"dodeca": texts}).scaled(1000 / _TEXTS)
    return Result(
        "emulator",
        [
            Medians("a second of video", cpu, "CPU ms", base=DRAWN),
            Medians("a video: peak memory", peaks, "MB", base=DRAWN),
            Medians("a text in process", text, "CPU ms", base=""),
        ],
        [
            Goal(9, FILM, "≥", 15.0, 1000 / cpu[DRAWN]),
            Goal(9, "emulator: the same of noisy 1080p", "≥", 2.0, 1000 / cpu[NOISY]),
            Goal(9, "noisy 1080p: CPU, of PyAV's decoding", "≤", 1.5, cpu[NOISY] / cpu[DECODED]),
            Goal(9, "emulator: peak memory of that", "≤", 300.0, peaks[DRAWN], " MB"),
            Goal(9, "emulator: peak memory of noisy 1080p", "≤", 300.0, peaks[NOISY], " MB"),
            Goal(9, "emulator: CPU of a text in process", "≤", 5.0, text["dodeca"], " ms"),
        ],
        [
            f"Drawn: {FILM_SEC} s of discs that move over plain colours, in parts of "
            f"{_PART_SEC} s. Noisy: {noisy_sec} s at {bits:.0f} Mbit/s, in parts of "
            f"{_NOISY_PART_SEC} s, with grain on each pixel of each frame, as a camera gives "
            "in poor light."
        ],
    )


def measured(path: Path) -> dict[str, float]:
    """What `embed` measures, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.emulator", "--embed", str(path)]
    done = subprocess.run(command, check=True, capture_output=True)
    return orjson.loads(done.stdout)


def film(folder: Path) -> Path:
    """Ten minutes of 720p: a minute of moving scenes with sound, ten times over."""
    part = samples.video(folder / "part.mp4", _scenes(_PART_SEC), size=(1280, 720))
    return _repeated(part, folder / "film.mp4", FILM_SEC // _PART_SEC)


def noisy(folder: Path, seconds: int) -> Path:
    """1080p with grain: moving scenes with sound, over and over."""
    clean = samples.video(folder / "clean.mp4", _scenes(_NOISY_PART_SEC), size=(1920, 1080))
    part = folder / "noisy_part.mp4"
    with av.open(str(clean)) as source, av.open(str(part), "w") as target:
        video, audio = source.streams.video[0], source.streams.audio[0]
        stream = target.add_stream("libx264", rate=25, options={"preset": "superfast"})
        stream.bit_rate = _BITS
        stream.width, stream.height, stream.pix_fmt = video.width, video.height, "yuv420p"
        track = target.add_stream_from_template(audio)
        graph = av.filter.Graph()
        graph.link_nodes(
            graph.add_buffer(template=video),
            graph.add("noise", _NOISE),
            graph.add("buffersink"),
        ).configure()
        for frame in source.decode(video):
            graph.vpush(frame)
            target.mux(stream.encode(graph.vpull()))
        target.mux(stream.encode(None))
        source.seek(0)
        for packet in source.demux(audio):
            if packet.dts is not None:
                packet.stream = track
                target.mux(packet)
    return _repeated(part, folder / "noisy.mp4", seconds // _NOISY_PART_SEC)


def _scenes(seconds: float) -> list[samples.Scene]:
    return [
        samples.Scene(colour, seconds / len(_COLOURS), tone=220.0 * (number + 1))
        for number, colour in enumerate(_COLOURS)
    ]


def _repeated(part: Path, whole: Path, times: int) -> Path:
    parts = whole.with_suffix(".txt")
    parts.write_text(f"file {part.name}\n" * times)
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
    with av.open(str(path)) as container:
        assert found.end_sec.max() > (container.duration or 0) / 1e6 - 10
    return {"cpu": spent, "mb": highest_memory() / 1024**2}


def decoded(path: Path) -> float:
    """CPU seconds of decoding each frame, and nothing else."""
    started = time.process_time()
    with av.open(str(path)) as container:
        for _ in container.decode(video=0):
            pass
    return time.process_time() - started


if __name__ == "__main__":
    if "--embed" in sys.argv:
        sys.stdout.buffer.write(orjson.dumps(embed(Path(sys.argv[-1]))))
    else:
        run().show()
