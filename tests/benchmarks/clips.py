"""Clips: ten seconds out of the middle of two hours, exact and without encoding, beside ffmpeg."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av

from dodeca.emulator import samples
from dodeca.emulator.samples import Scene
from dodeca.video.clips import CONTAINERS, TimeRange, cut
from tests.benchmarks.measure import medians
from tests.benchmarks.report import OURS, Goal, Medians, Result

HOURS = 2
WANTED = TimeRange(3_600.1, 3_610.1)
COPIED, FFMPEG = "dodeca, fast", "ffmpeg"
_PART_SEC = 20


def run(*, hours: float = HOURS, wanted: TimeRange = WANTED, repeats: int = 3) -> Result:
    """Seconds of each way."""
    with tempfile.TemporaryDirectory() as name:
        video = write_long_video(Path(name), hours)
        spent = medians(ways(video, wanted), repeats=repeats, clock=time.perf_counter)
        size = video.stat().st_size
    goals = [Goal(16, "10 s of two hours, exact", "≤", 3, spent[OURS], " s")]
    if FFMPEG in spent:
        goals.append(Goal(16, "the same, of ffmpeg", "≤", 1.5, spent[OURS] / spent[FFMPEG]))
    return Result(
        "clips",
        [Medians(f"10 s of {hours:g} h of 720p with audio, {size / 1e6:.0f} MB", spent, "s")],
        goals,
        ["`ffmpeg` is the command with `-ss` before `-i`, the same encoder and its settings."],
    )


def ways(video: Path, wanted: TimeRange) -> dict[str, Callable[[], object]]:
    """Ways to cut a clip."""

    def clip(*, fast: bool) -> None:
        cut(video, io.BytesIO(), wanted, CONTAINERS[".mp4"], fast=fast)

    found: dict[str, Callable[[], object]] = {
        OURS: lambda: clip(fast=False),
        COPIED: lambda: clip(fast=True),
    }
    if shutil.which("ffmpeg"):
        target = video.with_name("clip.mp4")
        words = ["ffmpeg", "-nostdin", "-y", "-loglevel", "error", "-ss", str(wanted.start)]
        words += ["-i", str(video), "-t", str(wanted.length), "-c:v", "libx264", "-preset"]
        words += ["veryfast", "-crf", "18", "-bf", "0", "-c:a", "aac", str(target)]
        found[FFMPEG] = lambda: subprocess.run(words, check=True)
    return found


def write_long_video(folder: Path, hours: float) -> Path:
    """Write hours of video: twenty seconds that are encoded once, and repeated packet by packet."""
    scenes = [Scene("red", _PART_SEC / 2, tone=220), Scene("blue", _PART_SEC / 2, noise=True)]
    part = samples.video(folder / "part.mp4", scenes, size=(1280, 720))
    path = folder / "long.mp4"
    with av.open(str(part)) as source, av.open(str(path), "w") as output:
        video, audio = source.streams.video[0], source.streams.audio[0]
        streams = {s.index: output.add_stream_from_template(s, opaque=True) for s in (video, audio)}
        # A whole number of the packets of audio, and the frames of that time.
        packets = [packet for packet in source.demux(video, audio) if packet.size]
        contents = [bytes(packet) for packet in packets]
        for turn in range(round(hours * 3600 / _PART_SEC)):
            for packet, content in zip(packets, contents, strict=True):
                shift = round(turn * _PART_SEC / packet.time_base)
                if (packet.pts or 0) * packet.time_base >= _PART_SEC:
                    continue
                copy = av.Packet(content)
                copy.pts, copy.dts = (packet.pts or 0) + shift, (packet.dts or 0) + shift
                copy.duration, copy.time_base = packet.duration, packet.time_base
                copy.is_keyframe = packet.is_keyframe
                copy.stream = streams[packet.stream_index]
                output.mux(copy)
    return path


if __name__ == "__main__":
    run().show()
