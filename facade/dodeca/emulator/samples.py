"""Small real media files for examples and tests: made in seconds, the same every time.

Scenes are shaded backgrounds in a colour with discs that move over them, each with its own layout,
so that scene changes and colours are known in advance.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.container import OutputContainer
from numpy.typing import NDArray

COLOURS = {
    "red": (214, 36, 36),
    "orange": (240, 140, 30),
    "yellow": (240, 215, 50),
    "green": (40, 160, 60),
    "cyan": (40, 190, 200),
    "blue": (36, 70, 210),
    "purple": (130, 50, 190),
    "pink": (240, 110, 180),
    "brown": (115, 70, 30),
    "white": (240, 240, 240),
    "grey": (128, 128, 128),
    "black": (16, 16, 16),
}
"""Colour names that scenes and images take, with their RGB values."""

RATE = 44_100
"""Samples per second of every soundtrack made here."""

_BT601 = 5  # as containers number colour spaces
_CODECS = {".wav": "pcm_s16le", ".mp3": "libmp3lame", ".flac": "flac", ".m4a": "aac"}


@dataclass(frozen=True)
class Scene:
    """One scene of a video: a colour for some seconds, with a tone, noise or silence."""

    colour: str
    seconds: float
    tone: float | None = None
    """Frequency of the soundtrack in Hz; None is silence unless `noise` is set."""
    level: float = 0.5
    """Peak of the tone or noise, 0 to 1."""
    noise: bool = False
    moving: bool = True


@dataclass(frozen=True)
class Tone:
    """A part of an audio file: a tone of `hz`, noise, or silence without either."""

    seconds: float
    hz: float | None = None
    level: float = 0.5
    noise: bool = False


def video(
    path: str | Path,
    scenes: Sequence[Scene],
    *,
    size: tuple[int, int] = (640, 360),
    fps: int = 25,
    sound: bool = True,
) -> Path:
    """Write a video to `path`, H.264 and AAC in MP4; scenes follow each other with hard cuts.

    `size` is width and height in pixels, both even. A scene lasts a whole number of frames.
    """
    path = Path(path)
    frames = [round(scene.seconds * fps) for scene in scenes]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        # Slower presets read, where 16 does not divide the height, what was never written.
        stream.options = {"preset": "superfast", "threads": "1"}
        stream.codec_context.colorspace = _BT601
        track = container.add_stream("aac", rate=RATE, layout="mono") if sound else None
        number = 0
        for scene, count in zip(scenes, frames, strict=True):
            for frame in _frames(scene.colour, size, count, fps if scene.moving else None):
                frame.pts, frame.time_base = number, Fraction(1, fps)
                container.mux(stream.encode(frame))
                number += 1
        container.mux(stream.encode(None))
        if track is not None:
            tones = [
                Tone(count / fps, scene.tone, scene.level, scene.noise)
                for scene, count in zip(scenes, frames, strict=True)
            ]
            _encode_audio(container, track, tones)
    return path


def audio(path: str | Path, tones: Sequence[Tone]) -> Path:
    """Write an audio file of the tones; the suffix is .wav, .mp3, .flac or .m4a."""
    path = Path(path)
    codec = _CODECS.get(path.suffix.lower())
    if codec is None:
        raise ValueError(f"the file name must end in one of {', '.join(_CODECS)}, got {path.name}")
    with av.open(str(path), "w") as container:
        stream = cast(av.AudioStream, container.add_stream(codec, rate=RATE, layout="mono"))
        _encode_audio(container, stream, tones)
    return path


def image(path: str | Path, colour: str, size: tuple[int, int] = (640, 360)) -> Path:
    """Write an image of a scene in a colour, JPEG or PNG by the suffix of `path`."""
    path = Path(path)
    jpeg = path.suffix.lower() in {".jpg", ".jpeg"}
    frame = next(_frames(colour, size, 1, None))
    with av.open(str(path), "w", format="image2", options={"update": "1"}) as container:
        stream = container.add_stream("mjpeg" if jpeg else "png", rate=1)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if jpeg else "rgb24"
        container.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))
        container.mux(stream.encode(None))
    return path


def pdf(path: str | Path, pages: Sequence[str]) -> Path:
    """Write a PDF with a page for each text, in Latin-1, whose lines begin at the top left."""
    marks = str.maketrans({mark: f"\\{mark}" for mark in "\\()"})
    contents = []
    for text in pages:
        lines = " T* ".join(f"({line.translate(marks)}) Tj" for line in text.splitlines())
        contents.append(f"BT /F1 12 Tf 14 TL 72 770 Td {lines} ET".encode("latin-1"))
    return _write_pdf(path, contents)


def _write_pdf(path: str | Path, contents: Sequence[bytes]) -> Path:
    """Write a PDF of pages of 595 by 842 points with these content streams, and a font `/F1`."""
    numbers = range(4, 4 + 2 * len(contents), 2)
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, content in zip(numbers, contents, strict=True):
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            b" /Resources << /Font << /F1 3 0 R >> >>"
            b" /Contents %d 0 R >>" % (number + 1),
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        ]
    body = bytearray(b"%PDF-1.4\n")
    table = b"0000000000 65535 f \n"
    for number, content in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(body)
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start, size = len(body), len(objects) + 1
    body += b"xref\n0 %d\n%b" % (size, table)
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    path = Path(path)
    path.write_bytes(body)
    return path


def write_all(folder: str | Path) -> list[Path]:
    """Write the files of the demo into `folder`: a video, an audio file and an image."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return [
        video(
            folder / "colours.mp4",
            [
                Scene("red", 5, tone=220),
                Scene("blue", 4, tone=2000),
                Scene("green", 6, noise=True, level=0.3),
                Scene("yellow", 5),
            ],
        ),
        audio(folder / "tones.wav", [Tone(6, 3000, 0.9), Tone(6), Tone(6, 110, 0.2)]),
        image(folder / "purple.jpg", "purple"),
    ]


def _frames(
    colour: str, size: tuple[int, int], count: int, fps: int | None
) -> Iterator[av.VideoFrame]:
    """Yield `count` frames of a shaded background in `colour` with three discs.

    With `fps` the discs move: from side to side in three to five seconds, at any size.
    """
    width, height = size
    if colour not in COLOURS:
        raise ValueError(f"the colour must be one of {', '.join(COLOURS)}, got {colour}")
    seed = zlib.crc32(colour.encode())
    red, green, blue = COLOURS[colour]
    # BT.601, limited range.
    luma = (66 * red + 129 * green + 25 * blue) // 256 + 16
    chroma_u = (-38 * red - 74 * green + 112 * blue) // 256 + 128
    chroma_v = (112 * red - 94 * green - 18 * blue) // 256 + 128
    rows, columns = np.mgrid[0:height, 0:width]
    slope = columns * (1 + seed % 3) // width * 8 + rows * 24 // height
    ground = np.clip(luma - 12 + slope, 16, 235).astype(np.uint8)
    radius = min(width, height) // 6
    span = np.arange(-radius, radius)
    disc = span[:, None] ** 2 + span[None, :] ** 2 < radius**2
    for number in range(count):
        luma_plane = ground.copy()
        for index in range(3):
            phase = (seed >> (5 * index)) % 997
            step = number * (2 + index) * width // (20 * fps) if fps else 0
            x = _bounce(phase * width // 100 + step * 2, width - 2 * radius)
            y = _bounce(phase * height // 70 + step, height - 2 * radius)
            patch = luma_plane[y : y + 2 * radius, x : x + 2 * radius]
            patch[disc] = np.clip(luma + (28, -24, 44)[index], 16, 235)
        yield _frame(luma_plane, chroma_u, chroma_v)


def _bounce(position: int, width: int) -> int:
    """Return a position that runs to the end and back."""
    width = max(width, 1)
    position %= 2 * width
    return min(position, 2 * width - position)


def _frame(luma: NDArray[np.uint8], chroma_u: int, chroma_v: int) -> av.VideoFrame:
    height, width = luma.shape
    frame = av.VideoFrame(width, height, "yuv420p")
    line = frame.planes[0].line_size
    frame.planes[0].update(np.pad(luma, ((0, 0), (0, line - width))).tobytes())
    for plane, value in zip(frame.planes[1:], (chroma_u, chroma_v), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    return frame


def _encode_audio(
    container: OutputContainer, stream: av.AudioStream, tones: Sequence[Tone]
) -> None:
    samples = np.concatenate([_samples(tone) for tone in tones])
    fifo = av.AudioResampler(format=stream.format, layout="mono", rate=RATE, frame_size=1024)
    for start in range(0, len(samples), RATE):
        chunk = np.ascontiguousarray(samples[None, start : start + RATE])
        frame = av.AudioFrame.from_ndarray(chunk, format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, start
        frame.time_base = Fraction(1, RATE)
        for resampled in fifo.resample(frame):
            container.mux(stream.encode(resampled))
    for resampled in fifo.resample(None):
        container.mux(stream.encode(resampled))
    container.mux(stream.encode(None))


def _samples(tone: Tone) -> NDArray[np.int16]:
    count = round(tone.seconds * RATE)
    if tone.noise:
        wave = np.random.default_rng(count).uniform(-1, 1, count)
    elif tone.hz is not None:
        wave = np.sin(2 * np.pi * tone.hz * np.arange(count) / RATE)
    else:
        wave = np.zeros(count)
    return np.asarray(np.rint(wave * tone.level * 32767), np.int16)
