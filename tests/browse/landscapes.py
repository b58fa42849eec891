"""Videos, images and audio that are pleasant to see: hills below a sun, in one colour each.

The emulator finds them by their colours. They are small, and the same every time.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import attrs
import av
import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
Pixels = NDArray[np.uint8]

FPS = 6
SIZE = (640, 360)
_DRAWN = (320, 180)  # frames are drawn small and enlarged, since drawing is what takes long
_RATE = 44_100


@attrs.frozen
class Palette:
    """The colours of a landscape: the sky from top to bottom, the sun, and the hills."""

    top: Colour
    bottom: Colour
    sun: Colour
    hills: Colour


PALETTES = {
    "red": Palette((120, 20, 40), (235, 70, 50), (255, 190, 120), (110, 18, 26)),
    "orange": Palette((190, 80, 40), (250, 170, 80), (255, 235, 180), (140, 60, 20)),
    "yellow": Palette((220, 180, 60), (250, 230, 120), (255, 250, 220), (170, 130, 20)),
    "green": Palette((60, 140, 90), (150, 215, 140), (250, 255, 220), (20, 90, 40)),
    "cyan": Palette((20, 130, 160), (120, 220, 220), (240, 255, 255), (10, 90, 110)),
    "blue": Palette((16, 30, 110), (60, 110, 220), (210, 225, 255), (14, 24, 90)),
    "purple": Palette((50, 20, 100), (150, 80, 200), (240, 200, 255), (50, 16, 90)),
    "pink": Palette((200, 90, 150), (250, 170, 200), (255, 235, 240), (150, 50, 110)),
    "grey": Palette((90, 92, 96), (160, 162, 166), (225, 226, 228), (70, 72, 76)),
    "white": Palette((205, 212, 220), (244, 246, 248), (255, 255, 255), (190, 196, 204)),
    "brown": Palette((70, 46, 24), (150, 100, 56), (230, 190, 140), (64, 38, 16)),
}
"""The landscapes, by colour names of the emulator."""

Shot = tuple[str, float, int]
"""A colour, its seconds, and a number that decides how the hills lie."""


def video(path: Path, shots: Sequence[Shot], codec: str = "libx264") -> Path:
    """Write a video with a soundtrack; shots follow each other with hard cuts."""
    with av.open(str(path), "w") as container:
        stream = cast(av.VideoStream, container.add_stream(codec, rate=FPS))
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        # A key frame every two seconds, as cameras write them; one thread, so that bytes repeat.
        stream.options = {"g": str(2 * FPS), "threads": "1"}
        if codec == "libx264":
            stream.options |= {"preset": "veryfast"}
        track = cast(
            av.AudioStream,
            container.add_stream(
                "mp2" if path.suffix == ".avi" else "aac", rate=_RATE, layout="mono"
            ),
        )
        for number, frame in enumerate(_frames(shots)):
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        _add_sound(container, track, sum(seconds for _, seconds, _ in shots), shots[0][2])
    return path


def image(path: Path, colour: str, seed: int) -> Path:
    """Write a JPEG of a landscape."""
    with av.open(str(path), "w", format="image2", options={"update": "1"}) as container:
        stream = cast(av.VideoStream, container.add_stream("mjpeg", rate=1))
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuvj420p"
        frame = av.VideoFrame.from_ndarray(_draw(colour, seed, 0.0, SIZE), format="rgb24")
        container.mux(stream.encode(frame.reformat(format="yuvj420p")))
        container.mux(stream.encode(None))
    return path


def _frames(shots: Sequence[Shot]) -> Iterator[av.VideoFrame]:
    for colour, seconds, seed in shots:
        for number in range(round(seconds * FPS)):
            drawn = _draw(colour, seed, number / FPS, _DRAWN)
            frame = av.VideoFrame.from_ndarray(drawn, format="rgb24")
            yield frame.reformat(*SIZE, "yuv420p", interpolation="BICUBIC")


def _draw(colour: str, seed: int, time: float, size: tuple[int, int]) -> Pixels:
    """One frame: a sky with a sun that rises, and three ridges that pass at their own speeds."""
    palette = PALETTES[colour]
    top, bottom, sun, hills = (
        np.array(each, np.float32)
        for each in (palette.top, palette.bottom, palette.sun, palette.hills)
    )
    random = np.random.default_rng(seed)
    width, height = size
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    pixels = top + (bottom - top) * np.clip(y * 1.5, 0, 1) + np.zeros_like(x)
    sun_x, sun_y = random.uniform(0.2, 0.8) + time * 0.008, random.uniform(0.25, 0.5) - time * 0.004
    radius = random.uniform(0.05, 0.11)
    distance = np.hypot((x - sun_x) * (width / height), y - sun_y)
    pixels += (sun - pixels) * np.exp(-((distance / (radius * 3.2)) ** 2)) * 0.55
    pixels = np.where(distance < radius, sun, pixels)
    for depth in range(3):
        waves, phases = random.uniform(1.5, 4, 3), random.uniform(0, 6.3, 3)
        ridge = 0.55 + 0.15 * depth
        for order, amplitude in enumerate((0.07, 0.035, 0.018)):
            turns = waves[order] * (order + 1) * (x * 2.2 + time * 0.012 * (depth + 1))
            ridge = ridge + amplitude * np.sin(turns + phases[order])
        shade = hills * (1 - 0.28 * depth) + (bottom - hills) * (0.42 - 0.2 * depth)
        pixels = np.where(y > ridge, shade * (1 - 0.25 * (y - ridge)), pixels)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _add_sound(
    container: av.container.OutputContainer, track: av.AudioStream, seconds: float, seed: int
) -> None:
    """A tone that swells and falls."""
    times = np.arange(round(seconds * _RATE)) / _RATE
    hz = np.random.default_rng(seed).uniform(110, 500)
    swell = 0.25 + 0.25 * np.sin(times * 0.9) + 0.12 * np.sin(times * 2.3)
    wave = (swell * np.sin(2 * np.pi * hz * times)).astype(np.float32)
    resampler = av.AudioResampler(track.codec_context.format, "mono", _RATE)
    for start in range(0, len(wave), 1024):
        samples = np.ascontiguousarray(wave[None, start : start + 1024])
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = _RATE, start, Fraction(1, _RATE)
        for each in resampler.resample(frame):
            container.mux(track.encode(each))
    container.mux(track.encode(None))
