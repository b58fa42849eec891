"""Small media files at the edges of the documented limits, made here: names and makers."""

from __future__ import annotations

import struct
import wave
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

Maker = Callable[[Path], object]
MIB, GIB = 1 << 20, 1 << 30
GREY = (120, 130, 140)


def video(
    path: Path,
    seconds: float = 5.0,
    size: tuple[int, int] = (640, 360),
    *,
    codec: str = "mpeg4",
    pixels: str = "yuv420p",
    fps: int = 25,
    every: bool = False,
    audio_sec: float | None = None,
    options: dict[str, str] | None = None,
) -> None:
    """A still video of two frames, the last of which ends at `seconds`; with `every`, of all."""
    width, height = size
    with av.open(str(path), "w", options=options or {}) as container:
        stream: Any = container.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.codec_context.thread_count = 1
        track: Any = container.add_stream("aac", rate=16_000, layout="mono") if audio_sec else None
        count = round(seconds * fps)
        frame = av.VideoFrame.from_ndarray(np.full((height, width, 3), GREY, np.uint8), "rgb24")
        for number in range(count) if every else sorted({0, count - 1}):
            frame.pts, frame.time_base = number, Fraction(1, fps)
            for packet in stream.encode(frame):
                packet.duration = packet.duration or 1
                container.mux(packet)
        container.mux(stream.encode(None))
        if track is not None:
            _encode_silence(container, track, audio_sec or 0, 16_000)


def audio(path: Path, codec: str, seconds: float, rate: int = 16_000) -> None:
    """Silence."""
    with av.open(str(path), "w") as container:
        _encode_silence(
            container, container.add_stream(codec, rate=rate, layout="mono"), seconds, rate
        )


def _encode_silence(container: Any, stream: Any, seconds: float, rate: int) -> None:
    left, begin = round(seconds * rate), 0
    resampler = av.AudioResampler(stream.format, "mono", rate, stream.frame_size or 1024)
    while left > 0:
        count = min(left, rate * 10)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, count), np.int16), "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, begin, Fraction(1, rate)
        for resampled in resampler.resample(frame):
            container.mux(stream.encode(resampled))
        left, begin = left - count, begin + count
    for resampled in resampler.resample(None):
        container.mux(stream.encode(resampled))
    container.mux(stream.encode(None))


def wav(path: Path, seconds: float, rate: int = 1000) -> None:
    """Uncompressed audio of one byte a sample."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(rate)
        out.writeframes(bytes([128]) * round(seconds * rate))


def wav_of(path: Path, tag: int, bits: int, seconds: float, rate: int = 1000) -> None:
    """A WAV file of another codec by the tag of its format."""
    block = bits // 8
    data = bytes(round(seconds * rate) * block)
    form = struct.pack("<HHIIHHH", tag, 1, rate, rate * block, block, bits, 0)
    _write_riff(path, form, data, len(data))


def piped_wav(path: Path, seconds: float, length: int = 0xFFFFFFFF, rate: int = 1000) -> None:
    """A WAV file as a program writes it to a pipe: it cannot go back to write the length."""
    form = struct.pack("<HHIIHH", 1, 1, rate, rate * 2, 2, 16)
    _write_riff(path, form, bytes(round(seconds * rate) * 2), length)


def _write_riff(path: Path, form: bytes, data: bytes, length: int) -> None:
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", length)
    whole = length if length in (0, 0xFFFFFFFF) else len(chunks) + length + 4
    path.write_bytes(b"RIFF" + struct.pack("<I", whole) + b"WAVE" + chunks + data)


def image(path: Path, width: int, height: int, **options: Any) -> None:
    """An image of one colour, in the format of the name."""
    Image.new("RGB", (width, height), GREY).save(path, **options)


def padded(make: Maker, size: int) -> Maker:
    """The same file with a box at its end that readers pass over; it has `size` bytes."""

    def made(path: Path) -> None:
        make(path)
        missing = size - path.stat().st_size
        with path.open("ab") as out:
            out.write(struct.pack(">I4sQ", 1, b"free", missing))
            out.truncate(size)

    return made


def longer(make: Maker, size: int) -> Maker:
    """The same image with zeros after its end; it has `size` bytes."""

    def made(path: Path) -> None:
        make(path)
        with path.open("ab") as out:
            out.truncate(size)

    return made


def renamed(make: Maker, name: str) -> Maker:
    """A file whose name does not tell what is in it; `name` does."""

    def made(path: Path) -> None:
        make(path.with_name(name))
        path.with_name(name).rename(path)

    return made


def files() -> Iterator[tuple[str, Maker]]:
    """All files, by name."""
    yield from _few()
    yield from _durations()
    yield from _frames()
    yield from _audio()
    yield from _images()
    yield from _sizes()


def few() -> dict[str, Maker]:
    """Files that are quick to make and to embed, of each kind and reason."""
    return dict(_few())


def _few() -> Iterator[tuple[str, Maker]]:
    for name in ("mp4", "mkv"):
        for seconds in (3.96, 4.0, 4.04):
            yield f"short-{seconds}.{name}", lambda path, s=seconds: video(path, s, (360, 360))
    yield "long-600.mp4", lambda path: video(path, 600, (360, 360))
    yield "long-600.04.mp4", lambda path: video(path, 600.04, (360, 360))
    for width, height in ((360, 358), (360, 360), (540, 360), (864, 360), (866, 360), (640, 360)):
        yield f"frame-{width}x{height}.mp4", lambda path, w=width, h=height: video(path, 5, (w, h))
    for seconds in (3.9, 4.0, 600.0, 600.1):
        yield f"pcm-{seconds}.wav", lambda path, s=seconds: wav(path, s)
    for tag, name in ((6, "alaw"), (7, "mulaw")):
        yield f"{name}.wav", lambda path, t=tag: wav_of(path, t, 8, 5)
    for length in (0, 0xFFFFFFFF):
        yield f"pipe-{length}.wav", lambda path, n=length: piped_wav(path, 10, n)
    yield "five.flac", lambda path: audio(path, "flac", 5)
    yield "five.mp3", lambda path: audio(path, "libmp3lame", 5)
    yield "five.m4a", lambda path: audio(path, "aac", 5)
    yield "only-audio.mp4", lambda path: audio(path, "aac", 5)
    yield "flac-inside.wav", renamed(lambda path: audio(path, "flac", 5), "x.flac")
    yield "jpeg-inside.png", renamed(lambda path: image(path, 200, 200), "x.jpg")
    for side in (127, 128):
        for name in ("png", "jpg"):
            yield f"side-{side}.{name}", lambda path, n=side: image(path, n, 200)
    for name in ("gif", "bmp", "tiff", "webp"):
        yield f"other.{name}", lambda path: image(path, 200, 200)


def _durations() -> Iterator[tuple[str, Maker]]:
    for name in ("mp4", "mov", "mkv"):
        for seconds in (
            1,
            2,
            3,
            5,
            60,
            599,
            600,
            601,
            3600,
            7199,
            7200,
            7201,
            14_399,
            14_400,
            14_401,
        ):
            yield f"length-{seconds}.{name}", lambda path, s=seconds: video(path, s, fps=1)
    for seconds in (3, 4, 5, 599, 600, 601):
        yield (
            f"length-{seconds}.avi",
            lambda path, s=seconds: video(path, s, fps=1, every=True, size=(360, 360)),
        )
        yield (
            f"length-{seconds}.webm",
            lambda path, s=seconds: video(path, s, fps=1, codec="libvpx", size=(360, 360)),
        )
    for seconds, audio_sec in ((3.0, 4.5), (5.0, 3.0), (5.0, 5.0), (599.0, 601.0)):
        for name in ("mp4", "mov"):
            yield (
                f"audio-{seconds}-{audio_sec}.{name}",
                lambda path, s=seconds, a=audio_sec: video(path, s, (360, 360), audio_sec=a),
            )
    fragmented = {"movflags": "frag_keyframe+empty_moov"}
    yield "fragmented.mp4", lambda path: video(path, 5, every=True, options=fragmented)
    yield "front.mp4", lambda path: video(path, 5, options={"movflags": "faststart"})


def _frames() -> Iterator[tuple[str, Maker]]:
    sizes = [
        *((358, 358), (358, 640), (360, 640), (362, 360), (360, 862), (360, 864), (360, 866)),
        *((480, 360), (450, 360), (360, 450), (360, 480), (454, 360), (448, 360), (1280, 720)),
        *((1920, 1080), (3840, 2160), (3842, 2160), (3840, 2162), (2160, 3840), (5184, 2160)),
        *((5186, 2160), (5184, 2162), (2160, 5184), (1080, 1080), (2160, 2160), (2162, 2162)),
    ]
    for width, height in sizes:
        for name in ("mp4", "mkv"):
            yield (
                f"frame-{width}x{height}.{name}",
                lambda path, w=width, h=height: video(path, 5, (w, h), fps=1),
            )


def _audio() -> Iterator[tuple[str, Maker]]:
    for seconds in (1, 3.999, 4.001, 599.999, 600.001, 14_399.9, 14_400, 14_400.1):
        yield f"length-{seconds}.wav", lambda path, s=seconds: wav(path, s)
    for bits in (8, 16, 24, 32):
        yield f"pcm-{bits}.wav", lambda path, b=bits: wav_of(path, 1, b, 5)
    yield "float-32.wav", lambda path: wav_of(path, 3, 32, 5)
    yield "float-64.wav", lambda path: wav_of(path, 3, 64, 5)
    for codec in ("adpcm_ms", "adpcm_ima_wav"):
        yield f"{codec}.wav", lambda path, c=codec: audio(path, c, 5)
    for seconds in (3.9, 4, 600, 601):
        yield f"pipe-{seconds}.wav", lambda path, s=seconds: piped_wav(path, s)
        yield f"length-{seconds}.flac", lambda path, s=seconds: audio(path, "flac", s)
    for seconds in (2, 3.5, 4.5, 599, 601):
        yield f"length-{seconds}.mp3", lambda path, s=seconds: audio(path, "libmp3lame", s)
    for name, codec in {"ogg": "libopus", "opus": "libopus", "aac": "aac", "ac3": "ac3"}.items():
        yield f"other.{name}", lambda path, c=codec: audio(path, c, 5, 48_000)
    for name, codec in {"aiff": "pcm_s16be", "m4a": "aac"}.items():
        yield f"other.{name}", lambda path, c=codec: audio(path, c, 5, 48_000)


def _images() -> Iterator[tuple[str, Maker]]:
    for width in (64, 127, 128, 129):
        for height in (127, 128, 129, 1000):
            for name in ("png", "jpg"):
                yield (
                    f"image-{width}x{height}.{name}",
                    lambda path, w=width, h=height: image(path, w, h),
                )
    for mode in ("L", "RGBA", "P", "1"):
        yield (
            f"mode-{mode}.png",
            lambda path, m=mode: Image.new(m, (200, 200)).save(path),
        )
    yield "cmyk.jpg", lambda path: Image.new("CMYK", (200, 200)).save(path)
    yield "progressive.jpg", lambda path: image(path, 200, 200, progressive=True)


def _sizes() -> Iterator[tuple[str, Maker]]:
    for size in (36 * MIB - 1, 36 * MIB, 36 * MIB + 1):
        yield f"size-{size}.mp4", padded(lambda path: video(path, 5), size)
    for size in (2 * GIB, 2 * GIB + 1, 4 * GIB, 4 * GIB + 1):
        yield f"size-{size}.mp4", padded(lambda path: video(path, 5), size)
    for size in (32 * MIB, 32 * MIB + 1):
        yield f"size-{size}.png", longer(lambda path: image(path, 200, 200), size)
