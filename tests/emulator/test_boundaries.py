"""The emulator at the very edge of a rule."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from dodeca.emulator import samples
from dodeca.emulator.errors import ErrorResponse
from dodeca.emulator.handlers.analysis_inputs import time_range
from dodeca.emulator.inference import sentences
from dodeca.emulator.inference.observations import Observation
from dodeca.emulator.inference.schemas import _number
from dodeca.emulator.media.audio import _loudest
from dodeca.emulator.media.pixels import COLOURS, colour_names


def test_a_part_of_exactly_a_second_is_long_enough() -> None:
    found = time_range({"start_time": 1, "end_time": 2}, 10.0)
    assert (found.start, found.end) == (1.0, 2.0)
    with pytest.raises(ErrorResponse):
        time_range({"start_time": 1, "end_time": 1.9}, 10.0)


def test_samples_have_25_frames_a_second(tmp_path: Path) -> None:
    path = samples.video(tmp_path / "red.mp4", [samples.Scene("red", 1.0)], sound=False)
    with av.open(str(path)) as container:
        assert container.streams.video[0].average_rate == 25


class Phrasing:
    """Picks the first of several phrases."""

    def pick(self, *phrases: str) -> str:
        return phrases[0]


def observed(**shares: int) -> Any:
    return SimpleNamespace(share=lambda name: shares.get(name, 0))


@pytest.mark.parametrize(
    ("shares", "light"),
    [({"bright": 301}, "bright"), ({"dark": 301}, "dim"), ({"bright": 300, "dark": 300}, "medium")],
)
def test_the_light_is_named_by_what_most_of_the_pixels_are(
    shares: dict[str, int], light: str
) -> None:
    assert sentences._light(observed(**shares), Phrasing()) == light  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("shares", "motion"),
    [
        ({"motion": 401}, "much motion"),
        ({"still": 401}, "no motion"),
        ({"motion": 400, "still": 400}, "some motion"),
    ],
)
def test_the_motion_is_named_by_how_much_moves(shares: dict[str, int], motion: str) -> None:
    assert sentences._motion(observed(**shares), Phrasing()) == motion  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["width", "height", "fps"])
def test_a_size_that_is_unknown_is_zero(name: str) -> None:
    assert _number(Observation("video", 0.0, 1.0, None, None), {name}) == 0.0


def test_samples_louder_than_full_scale_are_clipped() -> None:
    loudest = _loudest(np.array([[2.0, -2.0, 0.5]], np.float32))
    assert loudest.tolist() == [4095 << 3, -(4095 << 3), 2048 << 3]


def test_unsigned_samples_have_their_middle_at_128() -> None:
    assert _loudest(np.array([[128, 129, 127]], np.uint8)).tolist() == [0, 256, -256]


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((220, 20, 20), "red"),
        ((20, 200, 20), "green"),
        ((20, 20, 220), "blue"),
        ((120, 20, 200), "purple"),
        ((230, 220, 20), "yellow"),
        ((240, 130, 10), "orange"),
        ((0, 0, 0), "black"),
        ((255, 255, 255), "white"),
    ],
)
def test_colours_have_their_usual_names(rgb: tuple[int, int, int], name: str) -> None:
    column = np.array(rgb, np.int32).reshape(3, 1)
    assert COLOURS[int(colour_names(column)[0])] == name
