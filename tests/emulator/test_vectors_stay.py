"""What is measured is what it was when it was written, to the last bit.

Stored vectors are compared with new ones, so that a change of any constant has to raise `VERSION`
of the vectors, and then the digests here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from dodeca.emulator.inference import features, vectors
from dodeca.emulator.media import palette
from dodeca.emulator.media.analysis import AudioWindows, Frames, Measurements
from dodeca.emulator.media.audio import BANDS, AudioMeter
from dodeca.emulator.media.pixels import (
    CELLS,
    POINTS,
    FrameMeasures,
    difference,
    measure_frame,
    moved_share,
)
from dodeca.emulator.media.scenes import cuts
from dodeca.emulator.media.segments import dynamic
from dodeca.video.probe import MediaInfo

pytestmark = pytest.mark.filterwarnings("error")


def chance(seed: int, count: int, below: int) -> NDArray[np.int64]:
    """Whole numbers that are the same with any version of NumPy."""
    raw = np.random.PCG64(seed).random_raw(count)
    return np.asarray(raw >> np.uint64(32), np.int64) % below


def digest(*parts: Any) -> str:
    """A digest of arrays and other values; floats to the millionth."""
    found = hashlib.sha256()
    for part in parts:
        values = np.asarray(part)
        if values.dtype.kind == "f":
            values = np.rint(values.astype(np.float64) * 1e6).astype(np.int64)
        found.update(f"{values.shape}".encode())
        found.update(np.ascontiguousarray(values).astype("<i8").tobytes())
    return found.hexdigest()[:12]


def image(width: int, height: int) -> NDArray[np.uint8]:
    """Blocks of all brightnesses and colours, with some noise."""
    y, x = np.mgrid[:height, :width]
    base = np.stack([x * 255 // width, y * 255 // height, (x // 9 + y // 7) % 9 * 31], axis=2)
    noise = chance(1, base.size, 24).reshape(base.shape)
    return np.clip(base + noise - 12, 0, 255).astype(np.uint8)


def yuv(pixel_format: str, width: int, height: int) -> av.VideoFrame:
    """A frame whose planes hold any numbers: no conversion of a library is involved."""
    frame = av.VideoFrame(width, height, pixel_format)
    for number, plane in enumerate(frame.planes):
        values = chance(number + 2, plane.buffer_size, 256).astype(np.uint8)
        if frame.format.components[0].bits > 8:  # ten bits of each little-endian pair
            values[1::2] &= 3
        plane.update(values.tobytes())
    return frame


def measured(found: FrameMeasures) -> str:
    return digest(found.cells, found.colours, found.detail, found.light)


PACKED = {
    "rgb24": ((128, 72), "b037ae1951d3"),
    "bgr24": ((61, 47), "6b2d4a78d4e3"),
    "rgba": ((64, 64), "a9313242f096"),
    "bgra": ((64, 64), "a9313242f096"),
    "gray": ((128, 72), "9eb928a9cd28"),
}


@pytest.mark.parametrize("pixel_format", PACKED)
def test_frames_of_packed_formats(pixel_format: str) -> None:
    size, expected = PACKED[pixel_format]
    rgb = image(*size)
    planes = {
        "rgb24": rgb,
        "bgr24": rgb[..., ::-1],
        "rgba": np.dstack([rgb, rgb[..., 0]]),
        "bgra": np.dstack([rgb[..., ::-1], rgb[..., 0]]),
        "gray": rgb[..., 1],
    }
    array = np.ascontiguousarray(planes[pixel_format])
    assert measured(measure_frame(av.VideoFrame.from_ndarray(array, pixel_format))) == expected


@pytest.mark.parametrize(
    ("pixel_format", "size", "colorspace", "color_range", "expected"),
    [
        ("yuv420p", (128, 96), 2, 0, "0fea42fcf045"),
        ("yuv420p", (1280, 720), 2, 0, "a2cde7057153"),
        ("yuv420p", (1280, 718), 2, 0, "d7b4bd4e1b80"),
        ("yuv420p", (128, 96), 1, 0, "6f5f0d6d8c6b"),
        ("yuv422p", (128, 96), 9, 2, "8dab0f40bbc1"),
        ("yuv444p", (96, 128), 5, 1, "b48864067172"),
        ("yuv444p", (96, 128), 6, 2, "6a7179cdfce6"),
        ("yuvj420p", (128, 96), 2, 0, "61a3535fe700"),
        ("yuv420p10le", (128, 96), 2, 0, "4047e7e38be0"),
        ("yuva420p", (128, 96), 2, 0, "0fea42fcf045"),
        ("gbrp", (128, 96), 0, 0, "0c3b66dc00f1"),
    ],
)
def test_frames_of_planar_formats(
    pixel_format: str, size: tuple[int, int], colorspace: int, color_range: int, expected: str
) -> None:
    frame = yuv(pixel_format, *size)
    frame.colorspace, frame.color_range = colorspace, color_range
    assert measured(measure_frame(frame)) == expected


AUDIO = [
    ("s16", "mono", 16_000, "9036234d65f4"),
    ("s16", "stereo", 44_100, "192462d73669"),
    ("s16p", "5.1", 48_000, "1bfb9e28d29b"),
    ("u8", "mono", 8_000, "d17f7806f72e"),
    ("s32", "stereo", 96_000, "49935ffbff8a"),
    ("flt", "mono", 22_050, "344146e1016d"),
    ("fltp", "stereo", 48_000, "be693772d636"),
]
CHANNELS = {"mono": 1, "stereo": 2, "5.1": 6}
TYPES = {"u8": "uint8", "s16": "int16", "s32": "int32", "fl": "float32"}


def sound(sample_format: str, layout: str, rate: int, count: int) -> NDArray[Any]:
    """Tones that rise, with noise and silence: (channels, count) in the type of the format."""
    n = np.arange(count, dtype=np.int64)
    channels = []
    for channel in range(CHANNELS[layout]):
        period = rate // (90 * (channel + 1)) - n * 40 // count
        saw = n % np.maximum(period, 2) * 20_000 // np.maximum(period, 2) - 10_000
        saw += chance(channel + 9, count, 4_000) * (n * 3 // count) // 2
        channels.append(np.where(n * 7 // count == 5, 0, saw))
    values = np.stack(channels)
    kind = TYPES[sample_format.removesuffix("p").replace("flt", "fl")]
    if kind == "uint8":
        return (values // 256 + 128).astype(kind)
    if kind == "float32":
        return (values / 32_768).astype(kind)
    return (values << (16 if kind == "int32" else 0)).astype(kind)


def audio_frames(sample_format: str, layout: str, rate: int) -> Iterator[av.AudioFrame]:
    values = sound(sample_format, layout, rate, rate * 3)
    for start in range(0, values.shape[1], 1_024):
        part = values[:, start : start + 1_024]
        if not sample_format.endswith("p"):
            part = part.T.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(part), sample_format, layout)
        frame.sample_rate = rate
        yield frame


@pytest.mark.parametrize(("sample_format", "layout", "rate", "expected"), AUDIO)
def test_windows_of_audio(sample_format: str, layout: str, rate: int, expected: str) -> None:
    meter = AudioMeter(0.25, 2.9)
    for number, frame in enumerate(audio_frames(sample_format, layout, rate)):
        # The clock of the stream jumps once, drifts a little once, and is silent in between.
        jump = {40: 0.2, 60: 0.09}.get(number, 0.0)
        time = number * 1_024 / rate + jump
        meter.add(frame, None if number % 3 == 2 else time)
    meter.finish()
    columns = meter.columns
    bytes_of = [
        np.frombuffer(part, np.uint8) for part in (columns.levels, columns.bands, columns.tonal)
    ]
    found = digest(columns.times, columns.window, meter.measured_until, *bytes_of)
    assert found == expected


def frames(count: int, often: int = 6) -> Frames:
    """Scenes with noise and motion of all sizes; `often` of 100 frames begin one."""
    scene = np.minimum(np.cumsum(chance(20, count, 100) < often), 200)
    cells = chance(21, 201 * CELLS * 3, 256).reshape(201, CELLS, 3)[scene]
    cells = np.clip(cells + chance(22, cells.size, 9).reshape(cells.shape) - 4, 0, 255)
    split = np.sort(chance(23, count * 11, POINTS + 1).reshape(count, 11), axis=1)
    colours = np.diff(split, axis=1, prepend=0, append=POINTS)
    change = np.zeros(count, np.int64)
    change[1:] = np.abs(np.diff(cells, axis=0)).mean(axis=(1, 2)) * 16
    step = np.array([33, 34, 40, 120, 1_400])[np.minimum(chance(24, count, 60) // 12, 4)]
    motion = np.where(chance(25, count, 3) == 0, chance(26, count, 10), chance(27, count, 1_000))
    return Frames(
        times=np.cumsum(step) / 1_000,
        cells=cells.astype(np.uint8),
        colours=colours.astype(np.uint16),
        detail=chance(28, count, 500).astype(np.uint16),
        motion=motion.astype(np.uint16),
        change=change.astype(np.uint16),
    )


def windows(count: int) -> AudioWindows:
    """Loud and silent, tonal and noisy, high and low windows."""
    loud = np.arange(BANDS) % 3 > 0  # the others are below what counts
    return AudioWindows(
        times=np.arange(count, dtype=np.float64) * 0.064,
        window=0.064,
        levels=np.where(np.arange(count) // 9 % 4 == 1, 20, chance(30, count, 117)).astype("u1"),
        bands=(chance(31, count * BANDS, 110).reshape(count, BANDS) * loud).astype(np.uint8),
        tonal=chance(32, count, 256).astype(np.uint8),
    )


def analysis(seen: Frames, heard: AudioWindows | None) -> Measurements:
    info = MediaInfo("video", "mp4", 1, 60.0, 128, 96, 25.0, "h264", "aac")
    return Measurements(info, 0.0, 60.0, seen, heard)


def test_what_moves_between_two_frames() -> None:
    before, after = (chance(seed, POINTS, 60).astype(np.uint8) for seed in (40, 41))
    found = digest([moved_share(before, after), difference(before, after)])
    assert found == "b18062f497fa"


SPANS = [(0.0, 0.5), (0.25, 3.0), (3.0, 3.001), (7.04, 20.0), (0.0, 60.0), (61.0, 99.0)]


def test_features_of_video_and_audio() -> None:
    seen, heard = frames(700), windows(900)
    found = []
    for span in SPANS:
        visual = features.visual_features(seen, *span)
        axes, pattern = features.audio_features(heard, *span)
        found.append(
            digest(
                list(visual.axes.values()),
                visual.shades,
                list(visual.layout.values()),
                list(axes.values()),
                list(pattern.values()),
            )
        )
    assert found == [
        "cda1d9f01839",
        "c4c93aeaa950",
        "473212b91c35",
        "ec8b02d776b4",
        "83c4a76ced65",
        "c379d7d1870d",
    ]


def test_vectors_of_video_and_audio() -> None:
    seen = analysis(frames(700), windows(900))
    found = [
        digest(vectors.video_vector(seen, *span), vectors.audio_vector(seen, *span))
        for span in SPANS
    ]
    assert found == [
        "1fffa89bc0df",
        "7d366d5f0c33",
        "90519fa38b86",
        "11ce0db3e644",
        "36066c287b29",
        "035c2831eab3",
    ]


def test_cuts_and_segments_between_them() -> None:
    found = [cuts(analysis(frames(700, often), None)) for often in (2, 6, 15, 40)]
    assert len(found[1]) > 10
    assert digest(*found, dynamic(0, 60, found[1], 2)) == "d9bf6a8cc4d3"


def test_names_of_all_colours() -> None:
    every = np.stack(np.meshgrid(*[np.arange(0, 256, 15)] * 3, indexing="ij")).reshape(3, -1)
    words = sorted(word for shades in palette.PALETTE.values() for word in shades)
    found = digest(palette.colour_names(every), [palette.shade_of(word) for word in words])
    assert found == "5355a490ab7b"
