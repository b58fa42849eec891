"""The emulator measures and writes the same in every version: people store its vectors and texts.

What goes in is made of whole numbers, without an encoder, and is the same on every machine. Another
digest means that vectors or texts are not those of the version before: then `vectors.VERSION` has
to change.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import av
import numpy as np
import orjson
import pytest
from numpy.typing import NDArray

from dodeca.emulator.inference import scoring, sentences, vectors
from dodeca.emulator.inference.features import AXES, audio_features, visual_features
from dodeca.emulator.inference.observations import observe_video
from dodeca.emulator.inference.sentences import Phrasing
from dodeca.emulator.media.analysis import AudioWindows, Frames, Measurements
from dodeca.emulator.media.audio import AudioMeter
from dodeca.emulator.media.pixels import difference, measure_frame, moved_share
from dodeca.emulator.media.scenes import cuts
from dodeca.emulator.samples import Tone, _frames, _samples
from dodeca.video.probe import MediaInfo

Values = NDArray[Any]


DIGESTS = {
    "rgb24": "8ef12cd6ceee",
    "bgra": "0b4d84aeac04",
    "gray": "bc5ff51a5a20",
    "601": "11153aec808e",
    "709": "8a270fdcf708",
    "full": "71052c327b4a",
    "small": "efa7016169b0",
    "large": "bbbba4c341f4",
    "jpeg": "71052c327b4a",
    "444": "42cd11e7667e",
    "10 bits": "8a270fdcf708",
    "8 kHz": "a1c80040e9d8",
    "16 kHz": "970b114975e7",
    "44.1 kHz stereo": "5443893c57c8",
    "48 kHz": "863ea59557e9",
    "96 kHz": "6d3ffb63ce52",
    "8 bits": "90813840a3b1",
    "a part": "a87b39a8b743",
    "scenes": "b3697cfa4e06",
    "texts": "0ab1095452ac",
    "visual features": "7c1f43e2eeff",
    "audio features": "2b79fb67a1be",
    "vectors": "cdb8bd55e5f3",
    "vectors of texts": "9d1e789084c6",
    "pictures": "7a34fc0499de",
    "tones": "73a40d63bd27",
}


def digest(*made: Any) -> str:
    """The beginning of a digest of arrays and of data for JSON."""
    parts = [
        np.ascontiguousarray(one).tobytes() if isinstance(one, np.ndarray) else orjson.dumps(one)
        for one in made
    ]
    return hashlib.sha256(b"|".join(parts)).hexdigest()[:12]


def numbers(count: int, most: int, seed: int = 1) -> Values:
    """Whole numbers below `most` without a pattern, the same on every machine."""
    state = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(6364136223846793005 + 2 * seed)
    state ^= state >> np.uint64(29)
    state *= np.uint64(1181783497276652981)
    return (state >> np.uint64(40)).astype(np.int64) % most


def frame(form: str, width: int, height: int, colorspace: int = 2, full: int = 0) -> av.VideoFrame:
    """A frame with slopes and noise in all components."""
    across, down = np.arange(width), np.arange(height)[:, None]
    rows = [
        np.clip(across * a // width + down * b // height + base, 0, 255)
        for a, b, base in ((200, 30, 10), (60, 120, 40), (30, 200, 5))
    ]
    rows[0] = np.clip(rows[0] + numbers(width * height, 12).reshape(height, width), 0, 255)
    rgb = np.stack(rows, axis=2).astype(np.uint8)
    made = av.VideoFrame(width, height, form)
    if form in ("rgb24", "bgra"):
        data = rgb if form == "rgb24" else np.dstack([rgb[..., ::-1], np.full_like(rgb[..., 0], 9)])
        fill(made.planes[0], data.reshape(height, -1))
    else:
        wide = form.endswith("10le")
        for number, plane in enumerate(made.planes):
            component = rgb[:: height // plane.height, :: width // plane.width, number]
            component = component[: plane.height, : plane.width]
            values = component.astype("<u2") * 4 + 1 if wide else component
            fill(plane, np.ascontiguousarray(values).view(np.uint8))
    made.colorspace, made.color_range = colorspace, full
    return made


def fill(plane: Any, data: Values) -> None:
    padding = plane.line_size - data.shape[1]
    plane.update(np.pad(data, ((0, 0), (0, padding))).tobytes())


FRAMES = {
    "rgb24": ("rgb24", 64, 48),
    "bgra": ("bgra", 66, 50),
    "gray": ("gray", 64, 48),
    "601": ("yuv420p", 64, 48, 5),
    "709": ("yuv420p", 64, 48, 1),
    "full": ("yuv420p", 64, 48, 5, 2),
    "small": ("yuv420p", 1280, 718),
    "large": ("yuv420p", 1280, 720),
    "jpeg": ("yuvj420p", 64, 48),
    "444": ("yuv444p", 30, 20),
    "10 bits": ("yuv420p10le", 64, 48, 1),
}


@pytest.mark.parametrize("name", FRAMES)
def test_measures_of_a_frame(name: str) -> None:
    made = measure_frame(frame(*FRAMES[name]))
    assert digest(made.cells, made.colours, made.detail, made.light) == DIGESTS[name]


def test_differences_of_frames() -> None:
    one, other = numbers(1152, 256).astype(np.uint8), numbers(1152, 256, 2).astype(np.uint8)
    near = (one.astype(int) + np.arange(1152) % 17).clip(0, 255).astype(np.uint8)
    assert (difference(one, other), difference(one, near), difference(one, one)) == (1342, 125, 0)
    assert (moved_share(one, other), moved_share(one, near), moved_share(one, one)) == (927, 455, 0)


def sound(form: str, layout: str, rate: int, start: float, end: float | None) -> AudioMeter:
    """What is measured of 80 pieces of a rising tone and noise, with a gap in the middle."""
    meter = AudioMeter(start, end)
    kind = {"s16": "<i2", "s32": "<i4", "u8": np.uint8, "fltp": "<f4", "s16p": "<i2"}[form]
    channels = 2 if layout == "stereo" else 1
    count = 1024
    time = 0.0
    for piece in range(80):
        position = np.arange(piece * count, (piece + 1) * count, dtype=np.int64)
        wave = (position * position // 900 * 37) % 16_000 - 8_000  # a chirp of whole numbers
        wave = wave + numbers(count, 2_000, piece) - 1_000
        rows = np.stack([wave // (1 + piece % 3), wave * (piece % 5) // 4][:channels])
        if form == "u8":
            samples = (rows // 128 + 128).clip(0, 255)
        elif form == "fltp":
            samples = rows / 32_768
        else:
            samples = rows * (65_536 if form == "s32" else 1)
        planes = samples if form.endswith("p") else samples.T.reshape(1, -1)
        made = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(planes.astype(kind)), format=form, layout=layout
        )
        made.sample_rate = rate
        time += 0.25 if piece == 40 else 0.0
        meter.add(made, None if piece % 7 == 3 else time)
        time += count / rate
    meter.finish()
    return meter


SOUNDS = {
    "8 kHz": ("s16", "mono", 8_000, 0.0, None),
    "16 kHz": ("s16", "mono", 16_000, 0.0, None),
    "44.1 kHz stereo": ("s16p", "stereo", 44_100, 0.0, None),
    "48 kHz": ("fltp", "stereo", 48_000, 0.0, None),
    "96 kHz": ("s32", "mono", 96_000, 0.0, None),
    "8 bits": ("u8", "mono", 22_050, 0.0, None),
    "a part": ("s16", "stereo", 16_000, 1.0, 3.5),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_measures_of_sound(name: str) -> None:
    meter = sound(*SOUNDS[name])
    made = meter.columns
    times = [round(time, 6) for time in made.times]
    values = [times, round(made.window, 6), round(meter.measured_until, 6)]
    arrays = [np.frombuffer(one, np.uint8) for one in (made.levels, made.bands, made.tonal)]
    assert digest(values, *arrays) == DIGESTS[name]


def measurements(seed: int) -> Measurements:
    """Twenty seconds of frames and sound: scenes of calm, motion and flashes, tones and noise."""
    count = 20 * 25
    rate = 25 if seed % 3 else 8
    times = np.arange(count) / rate + (seed % 4) * 0.001
    scene = np.cumsum(numbers(count, 40, seed) == 0)
    cells = (numbers(48 * 3 * (scene[-1] + 1), 256, seed + 1).reshape(-1, 48, 3))[scene]
    shaken = numbers(count * 48 * 3, 1 + 8 * (seed % 3), seed + 2).reshape(count, 48, 3)
    cells = (cells + shaken).clip(0, 255).astype(np.uint8)
    change = np.zeros(count, np.int64)
    steps = np.abs(np.diff(cells.astype(np.int64), axis=0)).reshape(count - 1, -1)
    change[1:] = steps.sum(axis=1) * 16 // steps.shape[1]
    change += numbers(count, 120, seed + 3) * (numbers(count, 9, seed + 4) == 0)
    colours = numbers(count * 12, 96, seed + 5).reshape(count, 12)
    colours[:, seed % 12] += 1152 - colours.sum(axis=1)
    frames = Frames(
        times=times,
        cells=cells,
        colours=colours.clip(0, 1152).astype(np.uint16),
        detail=numbers(count, 500, seed + 6).astype(np.uint16),
        motion=(numbers(count, 9, seed + 7) ** (1 + seed % 4)).clip(0, 1000).astype(np.uint16),
        change=change.astype(np.uint16),
    )
    windows = 20 * 16
    quiet = numbers(windows, 4, seed + 8) == 0
    levels = np.where(quiet, numbers(windows, 45, seed), 40 + numbers(windows, 77, seed + 9))
    audio = AudioWindows(
        times=np.arange(windows) / 16,
        window=1 / 16,
        levels=levels.astype(np.uint8),
        bands=(numbers(windows * 16, 110, seed + 10).reshape(windows, 16)).astype(np.uint8),
        tonal=numbers(windows, 256, seed + 11).astype(np.uint8),
    )
    info = MediaInfo("video", "mp4", 1, float(times[-1]), 640, 360, float(rate), "h264", "aac")
    return Measurements(info, 0.0, float(times[-1]), frames, audio)


SEEDS = range(6)
SPANS = ((0.0, 6.0), (2.0, 2.04), (3.37, 19.5), (7.0, 7.0))


def test_scene_changes() -> None:
    found = [cuts(measurements(seed)) for seed in SEEDS]
    assert sum(map(len, found)) == 61
    assert digest(found) == DIGESTS["scenes"]


def test_features_of_time_ranges() -> None:
    seen, heard = [], []
    for seed in SEEDS:
        one = measurements(seed)
        assert one.frames is not None
        for span in SPANS:
            visual = visual_features(one.frames, *span)
            seen += [visual.axes, visual.shades.tolist(), visual.layout]
            heard += audio_features(one.audio, *span)
    assert digest(seen) == DIGESTS["visual features"]
    assert digest(heard) == DIGESTS["audio features"]


def test_vectors_of_time_ranges() -> None:
    made = [
        make(measurements(seed), *span, dimensions=dimensions)
        for seed in SEEDS
        for span in SPANS
        for dimensions in (512, 1024)
        for make in (vectors.video_vector, vectors.audio_vector)
    ]
    texts = [vectors.text_vector(" ".join(AXES[at : at + 3])) for at in range(0, len(AXES), 3)]
    assert digest(*made) == DIGESTS["vectors"]
    assert digest(*texts) == DIGESTS["vectors of texts"]


PROMPTS = (
    "What happens?",
    "Which colours are shown?",
    "Is it loud, or is there silence? Is a red dog in it?",
    "How long does it last, and how bright is it? " + "Say more. " * 12,
    "List the scenes with much motion, a xylophone, seven gnus, an aardvark, a yak and a zebra.",
)


def test_texts_about_videos() -> None:
    written = []
    for seed in SEEDS:
        one = observe_video(measurements(seed))
        for temperature in (0.0, 0.6, 1.0):
            for prompt in PROMPTS:
                phrasing = Phrasing(f"{prompt} {seed}", temperature)
                written.append([*sentences.answer_sentences(prompt, [one], phrasing)])
            written.append([sentences.summary(one, Phrasing(str(seed), temperature))])
        written.append([sentences.title(one), *sentences.topics(one)])
    assert sum(map(len, written)) == 697
    assert digest(written) == DIGESTS["texts"]


def test_samples_are_made_of_the_same_numbers() -> None:
    pictures = [
        np.frombuffer(bytes(plane), np.uint8)
        for colour in ("red", "white", "black")
        for one in _frames(colour, (96, 64), 40, 25)
        for plane in one.planes
    ]
    still = [bytes(one.planes[0]) for one in _frames("blue", (64, 96), 2, None)]
    assert still[0] == still[1]
    waves = [_samples(tone) for tone in (Tone(0.1, 440.0), Tone(0.1, 440.0, 1.0), Tone(0.05))]
    noise = _samples(Tone(0.5, level=0.25, noise=True))
    assert digest(*pictures) == DIGESTS["pictures"]
    assert digest(*waves) == DIGESTS["tones"]
    assert (noise.min(), noise.max()) == pytest.approx((-8192, 8192), abs=8)
    assert abs(noise.mean()) < 100


@pytest.mark.parametrize(
    ("score", "adjustment", "level"),
    [
        (45.0, 0.5, "high"),
        (44.99, 0.5, "medium"),
        (25.0, 0.5, "medium"),
        (24.99, 0.5, "low"),
        (12.5, 0.5, "low"),
        (12.49, 0.5, "extremely low"),
        (50.0, 1.0, "medium"),
        (45.0, 1.0, "low"),
        (90.0, 1.0, "high"),
        (0.0, 0.0, "high"),
    ],
)
def test_levels_of_confidence(score: float, adjustment: float, level: str) -> None:
    assert scoring.confidence(score, adjustment) == level


def test_scores_are_of_the_best_option_or_the_worst() -> None:
    query = np.array([1.0, 0.0], np.float32)
    found: Any = {
        "visual": np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]], np.float32),
        "audio": np.array([[0.5, 0.1], [0.123456, 0.1], [0.2, 0.1]], np.float32),
    }
    both = ["visual", "audio"]
    assert scoring.scores(query, found, both, require_all=False).tolist() == [100.0, 12.35, 20.0]
    assert scoring.scores(query, found, both, require_all=True).tolist() == [50.0, 0.0, 0.0]
    assert scoring.scores(query, found, ["visual", "other"], require_all=False).tolist() == [
        *(100.0, 0.0, 0.0)
    ]
    assert len(scoring.scores(query, found, ["visual", "other"], require_all=True)) == 0
    assert len(scoring.scores(query, found, [], require_all=False)) == 0


def test_a_query_has_unit_length_whatever_it_is_made_of() -> None:
    text = scoring.query_vector("red", [], 512)
    assert math.isclose(float(np.linalg.norm(text)), 1.0, rel_tol=1e-6)
    assert np.allclose(text, vectors.text_vector("red"))
    assert not scoring.query_vector(None, [], 512).any()
