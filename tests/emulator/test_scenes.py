from functools import partial

import numpy as np
import pytest

from dodeca.emulator.media import analysis as media
from dodeca.emulator.media import scenes

from .videos import BLUE, GREEN, HEIGHT, RED, WIDTH, blend, encode_video, flat, stripes

NO_SCENECUT = "scenecut=0:keyint=250"
noise = np.random.default_rng(1).integers
blocks = np.kron(noise(0, 255, (6, 60, 3)), np.ones((16, 16, 1))).astype(np.uint8)


def moving(colour, count, speed=6, wide=24):
    return [stripes(colour, number * speed, wide) for number in range(count)]


def noisy(colour, count):
    around = [noise(-60, 61, (HEIGHT, WIDTH, 3)) + colour for _ in range(count)]
    return [np.clip(picture, 0, 255).astype(np.uint8) for picture in around]


def pan(count, speed):
    return [blocks[:, i * speed : i * speed + WIDTH] for i in range(count)]


# Frames, and those that begin a new scene.
HARD_CUTS = {
    "flat": ([flat(RED)] * 30 + [flat(BLUE)] * 30, [30]),
    "short scenes": ([flat(c) for c in (RED, GREEN, BLUE) * 2 for _ in range(8)], range(8, 48, 8)),
    "moving": (moving(RED, 30) + moving(BLUE, 30), [30]),
    "moving fast": (moving(RED, 30, 23, 80) + moving(BLUE, 30, 23, 80), [30]),
    "another hue as bright": ([flat((150, 90, 90))] * 30 + [flat((90, 115, 90))] * 30, [30]),
    "dark": (moving((30, 30, 40), 30) + moving((60, 45, 30), 30), [30]),
    "noisy": (noisy((120, 120, 120), 30) + noisy((60, 120, 160), 30), [30]),
    "same colours in other places": (pan(30, 2) + [p[::-1, ::-1] for p in pan(30, 2)], [30]),
}
NO_CUTS = {
    "moving": moving(RED, 60),
    "moving fast": moving(RED, 60, 37, 60),
    "moving every third frame": [stripes(RED, (i // 3) * 69, 80) for i in range(60)],
    "noise": noisy((120, 120, 120), 50),
    "fade in": [flat((0, 0, 0))] * 15 + blend(flat((0, 0, 0)), flat((220, 180, 140)), 25),
    "fast fade": blend(flat((0, 0, 0)), flat((220, 180, 140)), 6) + [flat((220, 180, 140))] * 20,
    "dissolve": [flat(RED)] * 15 + blend(flat(RED), flat(BLUE), 20) + [flat(BLUE)] * 15,
    "flash": moving(GREEN, 25) + [flat((255, 255, 255))] * 2 + moving(GREEN, 25),
    "pan": pan(60, 8),
    "whip pan": pan(15, 2)[:1] * 20 + pan(20, 40) + pan(20, 40)[-1:] * 20,
}


def cuts_of(path):
    return scenes.cuts(media.analyse(path))


def near(cuts, frames, fps=25):
    """Whether there is one cut for each frame, at most one frame away."""
    expected = [frame / fps for frame in frames]
    if len(cuts) != len(expected):
        return False
    return all(abs(a - b) <= 1 / fps + 0.002 for a, b in zip(cuts, expected, strict=True))


@pytest.mark.parametrize("name", HARD_CUTS)
def test_hard_cuts_are_found_to_the_frame(name, tmp_path):
    pictures, frames = HARD_CUTS[name]
    cuts = cuts_of(encode_video(tmp_path / "video.mp4", pictures))
    assert near(cuts, frames), cuts


@pytest.mark.parametrize("name", NO_CUTS)
def test_what_is_no_cut(name, tmp_path):
    assert cuts_of(encode_video(tmp_path / "video.mp4", NO_CUTS[name])) == []


@pytest.mark.parametrize("first", [30, 31, 32, 33])
@pytest.mark.parametrize(
    "parameters", ["", "bframes=8:b-adapt=0:", "bframes=3:b-pyramid=none:b-adapt=0:"]
)
def test_cuts_within_pictures_that_are_left_out(first, parameters, tmp_path):
    """Encoders that put no key frame at a cut, with up to eight frames nobody refers to."""
    options = {"preset": "veryfast", "x264-params": f"{parameters}{NO_SCENECUT}"}
    pictures = moving(RED, first) + moving(BLUE, 30)
    cuts = cuts_of(encode_video(tmp_path / "video.mp4", pictures, options=options))
    assert near(cuts, [first]), cuts


@pytest.mark.parametrize("codec", ["mpeg4", "libvpx-vp9"])
def test_other_codecs(codec, tmp_path):
    options = {"bf": "2"} if codec == "mpeg4" else {"deadline": "realtime", "cpu-used": "8"}
    write = partial(encode_video, codec=codec, options=options)
    cuts = cuts_of(write(tmp_path / "video.mkv", moving(RED, 34) + moving(BLUE, 26)))
    assert near(cuts, [34]), cuts


def test_slides_at_a_changing_rate(tmp_path):
    pictures = [flat(colour) for colour in (RED, GREEN, BLUE, RED, GREEN)]
    path = encode_video(tmp_path / "slides.mp4", pictures, times=[0, 3, 6.5, 9, 12])
    assert cuts_of(path) == [3.0, 6.5, 9.0, 12.0]


def test_slides_at_a_low_rate(tmp_path):
    pictures = [flat(colour) for colour in (RED, GREEN, BLUE, RED) for _ in range(5)]
    assert cuts_of(encode_video(tmp_path / "slides.mp4", pictures, fps=5)) == [1.0, 2.0, 3.0]


def test_sound_alone_and_one_picture_have_no_cuts(media):
    assert cuts_of(media / "tones.wav") == []
    assert cuts_of(media / "purple.jpg") == []
