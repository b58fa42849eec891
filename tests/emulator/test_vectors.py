import hashlib
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca.emulator import samples
from dodeca.emulator.inference.vectors import (
    AXES,
    audio_vector,
    image_vector,
    text_image_vector,
    text_vector,
    video_vector,
)
from dodeca.emulator.media.analysis import analyse
from dodeca.video.probe import BrokenMedia

from .videos import GREEN, RED, encode_video, flat

Scene, Tone = samples.Scene, samples.Tone

CLIPS = [
    Scene("red", 2, tone=440),
    Scene("blue", 2, tone=3000, level=0.9),
    Scene("green", 2, noise=True),
    Scene("yellow", 2),
    Scene("red", 2, tone=100),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("vectors")


@pytest.fixture(scope="module")
def clips(folder):
    """Five scenes of two seconds each."""
    return analyse(samples.video(folder / "clips.mp4", CLIPS, size=(320, 180)))


def seen(analysis):
    return [video_vector(analysis, start, start + 2) for start in range(0, 10, 2)]


def heard(analysis):
    return [audio_vector(analysis, start, start + 2) for start in range(0, 10, 2)]


def best(text, candidates):
    return int(np.argmax([text_vector(text) @ candidate for candidate in candidates]))


def axis(vector, name):
    return float(vector[AXES.index(name)])


def sound_of(path, tones):
    analysis = analyse(samples.audio(path, tones))
    return audio_vector(analysis, 0, analysis.end)


def test_axes_have_names_of_their_own():
    assert len(set(AXES)) == len(AXES) < 64
    assert {"red", "dark", "motion", "loud", "silence", "high pitch", "rhythm"} <= set(AXES)


@pytest.mark.parametrize("dimensions", [512, 1024])
def test_every_vector_has_unit_length(dimensions, clips, folder):
    picture = samples.image(folder / "red.png", "red")
    made = [
        video_vector(clips, 0, 10, dimensions=dimensions),
        audio_vector(clips, 0, 10, dimensions=dimensions),
        image_vector(picture, dimensions=dimensions),
        text_vector("a red car", dimensions=dimensions),
        text_image_vector("a red car", picture, dimensions=dimensions),
    ]
    for vector in made:
        assert vector.dtype == np.float32
        assert vector.shape == (dimensions,)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)


def test_too_few_dimensions():
    with pytest.raises(ValueError, match="dimensions"):
        text_vector("red", dimensions=len(AXES))


@given(st.text(max_size=60))
def test_any_text_has_a_vector(text):
    vector = text_vector(text)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
    assert (vector == text_vector(text)).all()


@pytest.mark.parametrize("empty", ["", "  ", "?!", "\0", "\ud800"])
def test_text_without_words_has_a_vector(empty):
    assert np.linalg.norm(text_vector(empty)) == pytest.approx(1, abs=1e-6)


def test_text_finds_the_clip_of_its_colour(clips):
    candidates = seen(clips)[:4]
    for index, colour in enumerate(["red", "blue", "green", "yellow"]):
        assert best(colour, candidates) == index
    assert best("a crimson sunset", candidates) == 0
    assert best("the deep blue sea", candidates) == 1


def test_text_finds_the_picture_of_its_colour(folder):
    names = list(samples.COLOURS)
    pictures = [image_vector(samples.image(folder / f"{n}.jpg", n)) for n in names]
    assert [best(name, pictures) for name in names] == list(range(len(names)))
    assert best("night", pictures) == names.index("black")


def test_text_finds_the_sound(clips):
    candidates = heard(clips)
    assert best("loud high tone", candidates) == 1
    assert best("a whistle", candidates) == 1
    assert best("noise", candidates) == 2
    assert best("silence", candidates) == 3
    assert best("deep bass", candidates) == 4


def test_a_loud_high_tone_ranks_over_silence(media):
    """The tone, the silence and the quiet low tone of one file."""
    analysis = analyse(media / "tones.wav")
    parts = [audio_vector(analysis, *part) for part in ((0, 5), (5, 9), (9, 12))]
    query = text_vector("loud high tone")
    scores = [float(query @ part) for part in parts]
    assert scores[0] > 0.7
    assert scores[1] < 0.1
    assert best("low tone", parts) == 2
    assert best("silent", parts) == 1


def test_scenes_differ_and_stay_themselves(clips):
    parts = seen(clips)
    across = [float(parts[i] @ parts[j]) for i in range(4) for j in range(i)]
    assert max(across) < 0.4
    assert float(parts[0] @ parts[4]) > 0.9
    first, second = video_vector(clips, 0, 1), video_vector(clips, 1, 2)
    assert float(first @ second) > 0.9


def test_the_whole_is_near_each_of_its_parts(clips):
    whole = video_vector(clips, 0, 10)
    assert min(float(whole @ part) for part in seen(clips)) > 0.2
    assert axis(whole, "red") > axis(whole, "blue") > 0


def test_another_encoding_is_nearly_the_same(folder, clips):
    smaller = analyse(samples.video(folder / "small.mp4", CLIPS, size=(160, 90), fps=10))
    for one, other in zip(seen(clips), seen(smaller), strict=True):
        assert float(one @ other) > 0.95
    for one, other in zip(heard(clips), heard(smaller), strict=True):
        assert float(one @ other) > 0.95
    tones = [Tone(2, 700)]
    flac, mp3 = (sound_of(folder / f"tone.{kind}", tones) for kind in ("flac", "mp3"))
    assert float(flac @ mp3) > 0.98


def test_motion_and_stillness(folder):
    def clip(moving):
        scenes = [Scene("grey", 2, moving=moving)]
        path = samples.video(folder / f"{moving}.mp4", scenes, size=(160, 90), sound=False)
        return video_vector(analyse(path), 0, 2)

    moving, still = clip(True), clip(False)
    assert axis(moving, "motion") > axis(still, "motion") == 0
    assert axis(still, "still") > axis(moving, "still")
    assert best("something moving fast", [still, moving]) == 1
    assert best("a still picture", [still, moving]) == 0


def test_cuts_within_a_stretch(folder, clips):
    scenes = [Scene(("red", "green")[number % 2], 1) for number in range(6)]
    path = samples.video(folder / "cuts.mp4", scenes, size=(160, 90), sound=False)
    assert axis(video_vector(analyse(path), 0, 6), "cuts") > 0.1
    assert axis(video_vector(clips, 0, 2), "cuts") == 0


def test_loudness_pitch_and_rhythm(folder):
    loud = sound_of(folder / "s.wav", [Tone(2, 3000, 0.9)])
    faint = sound_of(folder / "s.wav", [Tone(2, 100, 0.01)])
    noise = sound_of(folder / "s.wav", [Tone(2, noise=True)])
    beat = sound_of(folder / "s.wav", [Tone(0.1, 800), Tone(0.2)] * 8)
    assert axis(loud, "loud") > 0.4
    assert axis(faint, "loud") == 0
    assert axis(faint, "quiet") > 0.2
    assert axis(loud, "high pitch") > 0.4
    assert axis(faint, "low pitch") > 0.4
    assert axis(noise, "noisy") > 0.5 > axis(noise, "tonal")
    assert axis(noise, "high pitch") < 0.1
    assert axis(beat, "rhythm") > 0.4
    assert max(axis(sound, "rhythm") for sound in (loud, faint, noise)) < 0.05


def test_no_soundtrack_is_silence(media):
    silent = analyse(media / "silent.mp4")
    quiet = text_vector("silence")
    assert float(quiet @ audio_vector(silent, 0, 5)) > 0.8
    beyond = analyse(media / "tones.wav")
    assert float(quiet @ audio_vector(beyond, 100, 101)) > 0.8


def test_sound_has_nothing_to_see(media):
    vector = video_vector(analyse(media / "tones.wav"), 0, 5)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
    assert not vector[: len(AXES)].any()


def test_what_is_on_show_counts_for_as_long_as_it_is(folder):
    """Slides: a frame is seen until the next one, also in the middle of nowhere."""
    pictures = [flat(RED), flat(GREEN), flat(RED)]
    slides = analyse(encode_video(folder / "slides.mp4", pictures, times=[0, 4, 10]))
    assert axis(video_vector(slides, 1, 2), "red") > 0.6
    assert axis(video_vector(slides, 5, 9), "green") > 0.6
    assert axis(video_vector(slides, 4, 10), "red") == 0
    three_to_one = video_vector(slides, 1, 5)
    red, green = (axis(three_to_one, name) ** 2 for name in ("red", "green"))
    assert red == pytest.approx(3 * green, rel=0.01)
    assert axis(video_vector(slides, 5, 5), "green") > 0.6


def test_text_with_a_picture_is_near_both(folder):
    picture = samples.image(folder / "blue.png", "blue")
    both = text_image_vector("a loud noise", picture)
    assert float(both @ image_vector(picture)) > 0.6
    assert float(both @ text_vector("a loud noise")) > 0.6


def test_broken_pictures():
    with pytest.raises(BrokenMedia):
        image_vector(b"\0\1\2\3")


def test_other_words_other_vectors():
    assert float(text_vector("man walking a dog") @ text_vector("man walking a cat")) > 0.8
    assert float(text_vector("xylem") @ text_vector("phloem")) < 0.5


def digest(*made):
    return hashlib.sha256(b"".join(vector.tobytes() for vector in made)).hexdigest()[:16]


PROGRAM = """
import sys, hashlib
from dodeca.emulator.inference import vectors
from dodeca.emulator.media.analysis import analyse
folder = sys.argv[1]
a, b = analyse(f"{folder}/clip.mp4"), analyse(f"{folder}/tones.mp3")
made = [vectors.video_vector(a, 0, 5), vectors.audio_vector(a, 5, 9), vectors.audio_vector(b, 0, 4),
        vectors.image_vector(f"{folder}/purple.jpg"), vectors.text_vector("loud high tone, red")]
print(hashlib.sha256(b"".join(v.tobytes() for v in made)).hexdigest()[:16])
"""


def test_the_same_bits_twice_and_in_another_process(media):
    def made():
        clip, tone = analyse(media / "clip.mp4"), analyse(media / "tones.mp3")
        return digest(
            video_vector(clip, 0, 5),
            audio_vector(clip, 5, 9),
            audio_vector(tone, 0, 4),
            image_vector(media / "purple.jpg"),
            text_vector("loud high tone, red"),
        )

    once, again = made(), made()
    command = [sys.executable, "-c", PROGRAM, str(media)]
    other = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert once == again == other


def test_the_same_bits_on_every_machine():
    """Against what they were when written: a text, an image and audio made of whole numbers."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(
        b"\0" + bytes(v for x in range(64) for v in (3 * x, 2 * y, x + y)) for y in range(64)
    )
    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    picture = b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)
    wave = struct.pack("<16000h", *((n * n // 7) % 9000 - 4500 for n in range(16000)))
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16)
    riff = b"WAVE" + form + struct.pack("<4sI", b"data", len(wave)) + wave
    sound = b"RIFF" + struct.pack("<I", len(riff)) + riff
    assert [
        digest(text_vector("A man walking a red dog, at night")),
        digest(text_vector("red", dimensions=1024)),
        digest(image_vector(picture)),
        digest(audio_vector(analyse(sound), 0, 1)),
    ] == ["9469439aee0b28ac", "84b6146a328d1dd4", "f556687e364b76a1", "a704a7c8dd1ec421"]
