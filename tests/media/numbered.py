"""Videos whose frames carry their numbers, and audio whose samples are known, to check cuts by."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import attrs
import av
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 96, 64  # six blocks across and four down, each a bit of the number
_BLOCK = 16
_BITS = (WIDTH // _BLOCK) * (HEIGHT // _BLOCK)
_TIME_BASE = Fraction(1, 90_000)
RATE = 48_000
_QUIET = {"x265-params": "log-level=none"}
CODECS: dict[str, dict[str, str]] = {
    "libx264": {"preset": "ultrafast", "bf": "2", "g": "12", "crf": "10"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:keyint=12:crf=10"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "g": "12", "crf": "20", "b": "0"},
    "mpeg4": {"g": "12", "b": "2000000"},
}


@attrs.frozen
class Shown:
    """A frame that was decoded: its number, and when it is on display."""

    number: int
    start: float
    end: float


def write_video(
    path: Path, times: Sequence[float], *, codec: str = "libx264", has_audio: bool = False
) -> Path:
    """Write a video whose frames are at these times (the last time is where it ends)."""
    with av.open(str(path), "w") as output:
        stream = cast(av.VideoStream, output.add_stream(codec, rate=25, options=CODECS[codec]))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        # MPEG-4 counts less than 65,536 ticks a second, and AVI counts frames.
        stream.codec_context.time_base = Fraction(1, 25) if codec == "mpeg4" else _TIME_BASE
        track = output.add_stream("aac", rate=RATE, layout="mono") if has_audio else None
        output.start_encoding()
        stamps = [round(time / _TIME_BASE) for time in times]
        lasting = dict(zip(stamps, np.diff(stamps), strict=False))
        for number, stamp in enumerate(stamps[:-1]):
            frame = _numbered(number)
            frame.pts, frame.time_base = stamp, _TIME_BASE
            _mux(output, stream.encode(frame), lasting)
        _mux(output, stream.encode(None), lasting)
        if track is not None:
            samples = (clicks(times[-1]) * 32767).astype(np.int16)
            for start in range(0, len(samples), 1024):
                sound = _audio_frame(samples[None, start : start + 1024], start)
                output.mux(track.encode(sound))
            output.mux(track.encode(None))
    return path


def _mux(output: Any, packets: list[Any], lasting: dict[int, int]) -> None:
    for packet in packets:
        stamp = round(packet.pts * packet.time_base / _TIME_BASE)
        near = min(lasting, key=lambda known: abs(known - stamp))
        packet.duration = round(int(lasting[near]) * _TIME_BASE / packet.time_base)
        output.mux(packet)


def write_audio(path: Path, samples: NDArray[np.int16], codec: str) -> Path:
    """Write 48,000 samples a second."""
    with av.open(str(path), "w") as output:
        track = output.add_stream(codec, rate=RATE, layout="mono")
        for start in range(0, len(samples), 1024):
            output.mux(track.encode(_audio_frame(samples[None, start : start + 1024], start)))
        output.mux(track.encode(None))
    return path


def _audio_frame(samples: NDArray[np.int16], start: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
    return frame


def clicks(seconds: float) -> NDArray[np.float64]:
    """Silence with a short click at each whole second."""
    samples = np.zeros(round(seconds * RATE))
    for start in range(0, len(samples), RATE):
        samples[start : start + 48] = 0.9
    return samples


def rotate(path: Path, matrix: tuple[int, int, int, int]) -> Path:
    """Set the display matrix of the video of an MP4 file: a, b, c, d of it, each -1, 0 or 1."""
    content = bytearray(path.read_bytes())
    across, across_down, down_across, down = (value << 16 for value in matrix)
    header = content.index(b"tkhd") + 4
    values = (across, across_down, 0, down_across, down, 0, 0, 0, 1 << 30)
    struct.pack_into(">9i", content, header + 40, *values)
    path.write_bytes(content)
    return path


def shown(path: Path, *, unturned: Any = lambda frame: frame) -> list[Shown]:
    """Decode all frames of a video, in the order of display."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        frames = list(container.decode(stream))
        starts = [float(frame.time) for frame in frames]
        last = frames[-1]
        lasting = float((last.duration or 0) * last.time_base)
        whole = ((container.start_time or 0) + (container.duration or 0)) / av.time_base
        end = starts[-1] + lasting if lasting else whole
        numbers = [_number(unturned(frame.to_ndarray(format="gray"))) for frame in frames]
    ends = [*starts[1:], end]
    return [Shown(*each) for each in zip(numbers, starts, ends, strict=True)]


def heard(path: Path) -> NDArray[np.float64]:
    """Decode the audio from the start of the file, as numbers from -1 to 1."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        zero = (container.start_time or 0) / av.time_base
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        frames = list(container.decode(stream))
        lead = round((frames[0].time - zero) * RATE)
        parts = [part for frame in [*frames, None] for part in resampler.resample(frame)]
        samples = np.concatenate([part.to_ndarray()[0] for part in parts])
    return np.concatenate([np.zeros(max(lead, 0)), samples[max(-lead, 0) :]])


def _numbered(number: int) -> av.VideoFrame:
    bits = [(number >> bit) & 1 for bit in range(_BITS)]
    blocks = np.array(bits, np.uint8).reshape(HEIGHT // _BLOCK, WIDTH // _BLOCK)
    luma = np.kron(blocks * 200 + 28, np.ones((_BLOCK, _BLOCK))).astype(np.uint8)
    planes = np.concatenate([luma, np.full((HEIGHT // 2, WIDTH), 128, np.uint8)])
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def _number(grey: NDArray[np.uint8]) -> int:
    rows, columns = grey.shape[0] // _BLOCK, grey.shape[1] // _BLOCK
    blocks = grey.reshape(rows, _BLOCK, columns, _BLOCK).mean((1, 3)) > 128
    return sum(1 << bit for bit, is_set in enumerate(blocks.ravel()) if is_set)
