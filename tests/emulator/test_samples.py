import hashlib

import pytest

from dodeca.emulator import samples
from dodeca.emulator.media import scenes
from dodeca.emulator.media.analysis import analyse
from dodeca.emulator.media.palette import COLOURS
from dodeca.video.probe import probe


def test_colours_are_those_that_vectors_name():
    assert tuple(samples.COLOURS) == COLOURS


def test_write_all(tmp_path):
    paths = samples.write_all(tmp_path / "new" / "folder")
    kinds = {probe(path).kind for path in paths}
    assert kinds == {"video", "audio", "image"}
    assert all(path.parent == tmp_path / "new" / "folder" for path in paths)
    analysis = analyse(paths[0])
    assert analysis.info.duration == 20.0
    assert scenes.cuts(analysis) == [5.0, 9.0, 15.0]


def test_video(tmp_path):
    parts = [samples.Scene("cyan", 1.5, tone=440), samples.Scene("brown", 0.5, noise=True)]
    info = probe(samples.video(tmp_path / "v.mp4", parts, size=(320, 180), fps=30))
    assert (info.kind, info.video_codec, info.audio_codec) == ("video", "h264", "aac")
    assert (info.width, info.height, info.fps, info.duration) == (320, 180, 30.0, 2.0)


def test_a_video_looks_like_something(tmp_path):
    path = samples.video(tmp_path / "v.mp4", [samples.Scene("green", 1)], size=(320, 180))
    frames = analyse(path).frames
    assert frames.cells[0].std(axis=0).max() > 5
    assert frames.motion[1:].mean() > 8


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".flac", ".m4a"])
def test_audio(suffix, tmp_path):
    tones = [samples.Tone(1, 1000, 0.5), samples.Tone(1)]
    analysis = analyse(samples.audio(tmp_path / f"a{suffix}", tones))
    assert analysis.info.duration == pytest.approx(2.0, abs=0.002)
    sound = analysis.audio
    assert sound.levels[sound.times < 0.9].min() > 100
    assert sound.levels[sound.times > 1.1].max() < 40


def test_an_unknown_kind_of_file_or_colour(tmp_path):
    with pytest.raises(ValueError, match=r"\.aiff"):
        samples.audio(tmp_path / "a.aiff", [samples.Tone(1)])
    with pytest.raises(ValueError, match="beige"):
        samples.image(tmp_path / "a.png", "beige")


@pytest.mark.parametrize(("suffix", "form"), [(".jpg", "jpeg"), (".png", "png")])
@pytest.mark.parametrize("size", [(200, 100), (101, 201), (20, 600), (1, 1)])
def test_image(suffix, form, size, tmp_path):
    info = probe(samples.image(tmp_path / f"i{suffix}", "orange", size))
    assert (info.kind, info.format, info.width, info.height) == ("image", form, *size)


def test_colours_survive_at_any_size(tmp_path):
    """Large video is taken to be coded otherwise than small, unless it says what it is."""
    path = samples.video(tmp_path / "large.mp4", [samples.Scene("red", 0.2)], size=(1280, 720))
    large = analyse(path).frames.cells[0].astype(int)
    path = samples.video(tmp_path / "small.mp4", [samples.Scene("red", 0.2)], size=(320, 180))
    assert abs(large - analyse(path).frames.cells[0]).mean() < 4


def test_the_same_bytes_every_time(tmp_path):
    def made(folder):
        folder.mkdir()
        scene, tone = samples.Scene("red", 1, tone=440), samples.Tone(1, noise=True)
        paths = [
            samples.video(folder / "v.mp4", [scene], size=(160, 90)),
            samples.audio(folder / "a.wav", [tone]),
            samples.image(folder / "i.png", "red"),
        ]
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]

    assert made(tmp_path / "one") == made(tmp_path / "two")
