"""What vectors are good for: shades, copies and motion are graded, not only found."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dodeca.emulator.inference.features import AXES
from dodeca.emulator.inference.vectors import Vector, image_vector, text_vector, video_vector
from dodeca.emulator.media.analysis import analyse
from dodeca.emulator.media.palette import COLOURS, colour_names

from .videos import HEIGHT, WIDTH, Frame, encode_video, flat, stripes

PLAIN = {
    **{"red": "ff0000", "orange": "ffa500", "yellow": "ffff00", "green": "008000"},
    **{"cyan": "00ffff", "blue": "0000ff", "purple": "800080", "pink": "ffc0cb"},
    **{"brown": "a52a2a", "white": "ffffff", "grey": "808080", "black": "000000"},
    **{"magenta": "ff00ff", "maroon": "800000", "navy": "000080", "olive": "808000"},
    **{"teal": "008080", "gold": "ffd700", "violet": "ee82ee", "turquoise": "40e0d0"},
    **{"lime": "00ff00", "silver": "c0c0c0", "indigo": "4b0082", "beige": "f5f5dc"},
    **{"crimson": "dc143c", "salmon": "fa8072", "lavender": "e6e6fa", "tan": "d2b48c"},
}
"""Colours as style sheets define them."""


def encoded(picture: Frame, codec: str = "png", pixels: str = "rgb24", quality: int = 2) -> bytes:
    context = av.CodecContext.create(codec, "w")
    context.height, context.width = picture.shape[:2]
    context.pix_fmt, context.time_base = pixels, Fraction(1, 25)
    context.options = {"qmin": str(quality), "qmax": str(quality)} if codec == "mjpeg" else {}
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    packets = [*context.encode(frame.reformat(format=pixels)), *context.encode(None)]
    return b"".join(bytes(packet) for packet in packets)


def vector_of(picture: Frame) -> Vector:
    return image_vector(encoded(picture))


def painting(seed: int, height: int = 180, width: int = 320) -> Frame:
    """A blue sky with a few things in it: others in each, all with the same background."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    low = np.array([30, 60, 120]) + random.integers(-20, 20, 3)
    high = np.array([120, 170, 230]) + random.integers(-20, 20, 3)
    picture = low + (high - low) * (1 - y / height)[..., None]
    for _ in range(random.integers(3, 9)):
        radius = random.uniform(0.05, 0.3) * height
        across = x - random.random() * width
        down = (y - random.random() * height) / random.uniform(0.5, 2)
        round_ = across**2 + down**2 < radius**2
        square = (abs(across) < radius) & (abs(down) < radius)
        picture[round_ if random.random() < 0.5 else square] = random.integers(0, 256, 3)
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def paintings() -> list[Frame]:
    return [painting(seed) for seed in range(24)]


# -- colours --------------------------------------------------------------------------------------


def test_every_plain_colour_is_first_for_its_own_name() -> None:
    names = list(PLAIN)
    pictures = np.array([vector_of(flat(tuple(bytes.fromhex(PLAIN[name])))) for name in names])
    found = {name: names[int((pictures @ text_vector(name)).argmax())] for name in names}
    assert found == {name: name for name in names}
    assert (pictures[names.index("purple")] @ text_vector("purple")) > 0.6


@pytest.mark.parametrize("name", COLOURS)
def test_a_plain_colour_has_its_own_name(name: str) -> None:
    shade = np.array([[value] for value in bytes.fromhex(PLAIN[name])])
    assert COLOURS[int(colour_names(shade)[0])] == name


@given(st.integers(0, 255))
def test_what_has_no_colour_is_grey(value: int) -> None:
    assert COLOURS[int(colour_names(np.full((3, 1), value))[0])] in ("black", "grey", "white")


@settings(max_examples=20)
@given(st.lists(st.integers(0, 100), min_size=2, max_size=2, unique=True))
def test_more_of_a_colour_is_closer_to_its_name(parts: list[int]) -> None:
    """Whatever else is in the image: one word ranks images as its measurement does."""

    def picture(percent: int) -> Frame:
        frame = flat((0, 90, 200))
        frame[:, WIDTH // 2 :] = (128, 128, 128)
        frame[: HEIGHT * percent // 100] = (255, 0, 0)
        return frame

    reds = [vector_of(picture(percent))[AXES.index("red")] for percent in sorted(parts)]
    assert reds[0] <= reds[1]


# -- copies ---------------------------------------------------------------------------------------

COPIES: dict[str, Callable[[Frame], bytes]] = {
    "another file format": lambda p: encoded(p, "mjpeg", "yuvj420p", 20),
    "half the size": lambda p: encoded(
        av.VideoFrame.from_ndarray(p, format="rgb24")
        .reformat(p.shape[1] // 2, p.shape[0] // 2)
        .to_ndarray()
    ),
    "a small margin cut off": lambda p: encoded(p[4:-4, 7:-7]),
    "a logo in a corner": lambda p: encoded(_with_logo(p)),
}


def _with_logo(picture: Frame) -> Frame:
    picture = picture.copy()
    picture[6:26, 6:46] = 250
    return picture


def test_a_threshold_separates_copies_from_other_pictures(paintings: list[Frame]) -> None:
    originals = np.array([vector_of(picture) for picture in paintings])
    others = (originals @ originals.T)[np.triu_indices(len(originals), 1)]
    copies = {
        name: min(
            float(image_vector(copy(picture)) @ original)
            for picture, original in zip(paintings[:8], originals, strict=False)
        )
        for name, copy in COPIES.items()
    }
    assert others.max() < 0.9
    assert others.mean() < 0.7
    assert min(copies.values()) > 0.94, copies


# -- motion ---------------------------------------------------------------------------------------

Scenery = Callable[[float], Frame]
"""The picture at a time in seconds."""


def _bars() -> NDArray[np.uint8]:
    colours = [(190, 190, 190), (190, 190, 0), (0, 190, 190), (0, 190, 0), (190, 0, 190)]
    return np.repeat(np.array([colours], np.uint8), 32, axis=1).repeat(HEIGHT, axis=0)


def _disc(time: float) -> Frame:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    frame = flat((60, 60, 60))
    frame[(x - 20 - 20 * time) ** 2 + (y - HEIGHT // 2) ** 2 < 16**2] = (220, 180, 40)
    return frame


def _snow(share: float) -> Scenery:
    def at(time: float) -> Frame:
        frame, rows = _bars(), int(HEIGHT * share)
        random = np.random.default_rng(round(time * 1000))
        frame[:rows, : int(WIDTH * share)] = random.integers(0, 256, (rows, int(WIDTH * share), 1))
        return frame

    return at


SCENERIES: dict[str, Scenery] = {
    "a test card": lambda time: _bars(),
    "a disc that stops": lambda time: _disc(min(time, 1)),
    "a disc": _disc,
    "a test card with some snow": _snow(0.3),
    "a pan": lambda time: stripes((200, 160, 60), int(time * 60)),
}
"""From the least to the most motion."""


def moving(path: Path, scenery: Scenery, fps: int, seconds: int = 4) -> Vector:
    frames = [scenery(number / fps) for number in range(seconds * fps)]
    return video_vector(analyse(encode_video(path, frames, fps=fps)), 0, seconds)


@pytest.mark.parametrize("fps", [25, 10])
def test_motion_is_graded_by_area_and_time(tmp_path: Path, fps: int) -> None:
    made = [moving(tmp_path / "a.mp4", scenery, fps) for scenery in SCENERIES.values()]
    motion = [float(vector[AXES.index("motion")]) for vector in made]
    assert motion == sorted(motion)
    assert len(set(motion)) == len(motion)
    assert motion[0] == 0
    assert max(motion) < 0.24  # not saturated
    query = text_vector("much motion")
    assert int(np.argmax([query @ vector for vector in made])) == len(made) - 1


def test_stillness_is_graded_by_time(tmp_path: Path) -> None:
    still, half, never = (
        float(moving(tmp_path / "a.mp4", SCENERIES[name], 10)[AXES.index("still")])
        for name in ("a test card", "a disc that stops", "a disc")
    )
    assert still > half > never == 0


@pytest.mark.parametrize("name", ["a disc", "a pan", "a test card with some snow"])
def test_few_frames_a_second_are_not_a_still_picture(tmp_path: Path, name: str) -> None:
    slow, fast = (moving(tmp_path / "a.mp4", SCENERIES[name], fps) for fps in (1, 25))
    still, motion = AXES.index("still"), AXES.index("motion")
    assert slow[still] == fast[still] == 0
    assert 0.5 < slow[motion] / fast[motion] < 2


def test_the_frame_after_a_cut_is_no_motion(tmp_path: Path) -> None:
    cards = [flat((200, 40, 40)), flat((40, 60, 210))]
    frames = [cards[number // 20 % 2] for number in range(80)]
    analysis = analyse(encode_video(tmp_path / "a.mp4", frames, fps=20))
    whole = video_vector(analysis, 0, 4)
    assert whole[AXES.index("motion")] == 0
    assert whole[AXES.index("cuts")] > 0
    for start in range(4):
        assert video_vector(analysis, start, start + 1)[AXES.index("motion")] == 0
