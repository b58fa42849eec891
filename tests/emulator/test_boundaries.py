"""The emulator at the very edge of a rule."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from dodeca.emulator import samples
from dodeca.emulator.console import front_page
from dodeca.emulator.errors import ErrorResponse
from dodeca.emulator.handlers.analysis_inputs import time_range
from dodeca.emulator.inference import schemas, sentences
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


def seen(kind: str = "video", heard: Any = None, **shares: int) -> Observation:
    """What an observation with these shares is, in thousandths."""
    return Observation(kind, 0.0, 4.0, dict.fromkeys(COLOURS, 0) | shares, heard, 640, 360, 25.0)


@pytest.mark.parametrize(
    ("heard", "volume"),
    [
        (None, "silent"),
        ({"silence": 901}, "silent"),
        ({"silence": 900, "loud": 501}, "loud"),
        ({"loud": 500, "quiet": 501}, "quiet"),
        ({"loud": 500, "quiet": 500}, "moderate"),
    ],
)
def test_the_volume_is_named_by_how_much_is_loud(heard: Any, volume: str) -> None:
    assert sentences._volume(seen(heard=heard)) == volume


@pytest.mark.parametrize(
    ("heard", "sound"),
    [
        (None, "nothing, as it has no soundtrack"),
        ({"silence": 901}, "silence"),
        ({"silence": 900, "noisy": 2, "tonal": 1}, "moderate noise"),
        ({"noisy": 1, "tonal": 1}, "moderate tones"),
        ({"high pitch": 301, "low pitch": 301}, "moderate high tones"),
        ({"high pitch": 300, "low pitch": 301}, "moderate low tones"),
        ({"high pitch": 300, "low pitch": 300}, "moderate tones"),
    ],
)
def test_a_sound_is_noise_or_has_a_pitch(heard: Any, sound: str) -> None:
    assert sentences._sound(seen(heard=heard), Phrasing()) == sound  # type: ignore[arg-type]


def test_colours_count_from_six_percent_and_three_are_named() -> None:
    assert seen(red=500, blue=200, green=100, pink=90).colours == ["red", "blue", "green"]
    assert seen(red=500, blue=60, green=59).colours == ["red", "blue"]
    assert seen(red=10).colours == ["red"]
    assert seen(red=60, blue=60).colours == ["red", "blue"], "in their usual order"


@pytest.mark.parametrize(("share", "is_found"), [(149, False), (150, True)])
def test_a_word_is_found_from_fifteen_percent(share: int, is_found: bool) -> None:
    said = sentences._search_sentence(seen(red=share), "red", ["red"])
    assert (said == 'There is nothing in it that measures as "red".') is not is_found


def test_a_word_is_found_in_scenes_and_adjacent_ones_are_one() -> None:
    ranges = [(0.0, 1.0, 150), (1.0, 2.0, 600), (2.0, 3.0, 149), (3.0, 4.0, 900)]
    shares = dict.fromkeys(COLOURS, 0)
    scenes = tuple(
        Observation("video", start, end, shares | {"red": red}, None) for start, end, red in ranges
    )
    whole = Observation("video", 0.0, 4.0, shares | {"red": 437}, None, scenes=scenes)
    said = sentences._search_sentence(whole, "red", ["red"])
    assert said == '"red" measures 44 % over all; it is there from 0.0 to 2.0 s, 3.0 to 4.0 s.'


@pytest.mark.parametrize("size", [119, 120, 121])
def test_a_prompt_is_quoted_up_to_120_characters(size: int) -> None:
    first = next(sentences.answer_sentences("x" * size, [], Phrasing()))  # type: ignore[arg-type]
    assert first == f'{sentences.LABEL} On "{"x" * min(size, 120)}{"…" if size > 120 else ""}":'


def test_five_unknown_words_are_named() -> None:
    prompt = "gnu yak emu elk asp ox eel"
    said = list(sentences.answer_sentences(prompt, [], Phrasing()))[1]  # type: ignore[arg-type]
    assert '"gnu", "yak", "emu", "elk" or "asp"' in said
    assert "eel" not in said


def test_topics_count_from_forty_percent() -> None:
    one = seen(red=100, bright=400, dark=401, motion=401, still=400, cuts=401)
    assert sentences.topics(one) == ["red", "dark", "motion", "cuts", "silent"]


@pytest.mark.parametrize(("temperature", "varied"), [(0.0, 0), (0.25, 33), (1.0, 133)])
def test_a_higher_temperature_varies_more(temperature: float, varied: int) -> None:
    phrases = [
        sentences.Phrasing(str(seed), temperature).pick("one", "two", "three")
        for seed in range(200)
    ]
    assert 200 - phrases.count("one") == pytest.approx(varied, abs=15)


def made(schema: Any, observation: Observation | None = None) -> Any:
    return schemas.generate_json(schema, observation or seen(red=300), sentences.Phrasing("", 0))


@pytest.mark.parametrize(("share", "value"), [(299, False), (300, True)])
def test_a_boolean_is_true_from_thirty_percent(share: int, value: bool) -> None:
    schema = {"type": "object", "properties": {"red": {"type": "boolean"}}}
    assert made(schema, seen(red=share)) == {"red": value}
    choice = {"type": "object", "properties": {"red": {"enum": ["Yes", "No"]}}}
    assert made(choice, seen(red=share)) == {"red": "Yes" if value else "No"}


@pytest.mark.parametrize(("silence", "value"), [(899, True), (900, False)])
def test_there_is_sound_unless_nine_tenths_are_silent(silence: int, value: bool) -> None:
    schema = {"type": "object", "properties": {"has_sound": {"type": "boolean"}}}
    assert made(schema, seen(heard={"silence": silence})) == {"has_sound": value}


@pytest.mark.parametrize(
    ("share", "degree"),
    [(0, "none"), (74, "none"), (76, "low"), (274, "low"), (276, "medium"), (599, "medium"),
     (601, "high"), (1000, "high")],
)  # fmt: skip
def test_a_degree_is_the_closest_one(share: int, degree: str) -> None:
    schema = {
        "type": "object",
        "properties": {"motion": {"enum": ["none", "low", "medium", "high"]}},
    }
    assert made(schema, seen(motion=share)) == {"motion": degree}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, 4),
        ({"type": "integer", "minimum": 4}, 4),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "exclusiveMinimum": 4}, 5),
        ({"type": "integer", "minimum": 4.5}, 5),
        ({"type": "integer", "maximum": 3.5}, 3),
        ({"type": "integer", "exclusiveMaximum": 4}, 3),
        ({"type": "number", "exclusiveMinimum": 4}, 4.001),
        ({"type": "number", "exclusiveMaximum": 4}, 3.999),
        ({"type": "number", "minimum": 6, "exclusiveMinimum": 4}, 6),
        ({"type": "number", "maximum": 2, "exclusiveMaximum": 4}, 2),
        ({"type": "number", "minimum": 2**53}, 2**53),
        ({"type": "number", "minimum": 7, "maximum": 7}, 7),
    ],
)
def test_a_number_is_the_closest_within_its_bounds(schema: Any, value: float) -> None:
    assert made({"type": "object", "properties": {"duration": schema}}) == {"duration": value}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number", "minimum": 2**53 + 2},
        {"type": "number", "minimum": 5, "maximum": 4},
        {"type": "integer", "minimum": 4.1, "maximum": 4.9},
        {"type": "number", "minimum": "1"},
        {"type": "array", "minItems": 2},
        {"type": "timestamp", "format": "minutes"},
        {"enum": []},
        {"anyOf": []},
        {"type": "string", "pattern": "a"},
        {"type": "text"},
        {"$ref": "#/$defs/none"},
        False,
    ],
)
def test_what_no_value_can_satisfy_is_not_supported(schema: Any) -> None:
    with pytest.raises(ErrorResponse) as caught:
        made({"type": "object", "properties": {"x": schema}})
    assert caught.value.status == 422


def test_schemas_are_nested_up_to_twelve_levels() -> None:
    def nested(levels: int) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "null"}
        for _ in range(levels):
            schema = {"type": "object", "properties": {"x": schema}}
        return schema

    made(nested(12))
    with pytest.raises(ErrorResponse):
        made(nested(13))


@pytest.mark.parametrize(
    ("form", "text"),
    [("seconds", 3725.679), ("hh:mm:ss", "01:02:05"), ("hh:mm:ss.fff", "01:02:05.679")],
)
def test_times_have_three_formats(form: str, text: Any) -> None:
    assert schemas.format_time(3725.6789, form) == text


def test_the_console_shows_a_picture_only_of_what_is_ready() -> None:
    def card(status: str, file_type: str) -> str:
        asset = {"_id": "a", "filename": "f", "status": status, "file_type": file_type}
        return front_page._asset(asset)

    assert "<img" in card("ready", "video/mp4")
    assert "<img" in card("ready", "image/png")
    assert "<img" not in card("failed", "video/mp4")
    assert "?" in card("processing", "image/png")
    assert "♪" in card("ready", "audio/mpeg")
