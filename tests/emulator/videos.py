"""Videos made frame by frame, for what `samples` does not make: odd formats, fades, noise."""

import struct
import zlib
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]

RED, GREEN, BLUE = (200, 40, 40), (40, 160, 60), (40, 60, 210)
HEIGHT, WIDTH = 96, 160


def encode_video(
    path: Path,
    frames: Iterable[Frame],
    *,
    fps: int = 25,
    times: Sequence[float] | None = None,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    options: dict[str, str] | None = None,
    aspect: Fraction = Fraction(1),
) -> Path:
    """Encode RGB frames, at even steps or at the given times in seconds.

    `aspect` is the width of a pixel in relation to its height.
    """
    with av.open(str(path), "w") as container:
        stream: Any = None
        for number, data in enumerate(frames):
            if stream is None:
                stream = container.add_stream(codec, rate=fps)
                stream.height, stream.width = data.shape[:2]
                stream.pix_fmt = pixels
                stream.options = options or ({"preset": "veryfast"} if codec == "libx264" else {})
                stream.codec_context.thread_count = 1
                if aspect != 1:
                    stream.codec_context.sample_aspect_ratio = aspect
                stream.codec_context.time_base = Fraction(1, 1000)
            frame = av.VideoFrame.from_ndarray(data, format="rgb24")
            seconds = times[number] if times else number / fps
            frame.pts, frame.time_base = round(seconds * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def png(width: int, height: int) -> bytes:
    """A white image of any size in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff" * ((width + 7) // 8)) * height)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def flat(colour: Sequence[int], height: int = HEIGHT, width: int = WIDTH) -> Frame:
    return np.full((height, width, 3), colour, np.uint8)


def stripes(colour: Sequence[int], shift: int, wide: int = 24) -> Frame:
    """Stripes of a colour and half of it, moved to the left by `shift` pixels."""
    dark = ((np.arange(WIDTH) + shift) // wide) % 2 == 0
    row = np.where(dark[:, None], np.array(colour) // 2, colour)
    return np.ascontiguousarray(np.broadcast_to(row, (HEIGHT, WIDTH, 3)).astype(np.uint8))


def blend(before: Frame, after: Frame, steps: int) -> list[Frame]:
    """A fade from one frame to the other."""
    first, last = before.astype(float), after.astype(float)
    return [(first + (last - first) * i / steps).astype(np.uint8) for i in range(steps + 1)]
