"""Clips of matches: names, ranges, what is merged, and what is refused."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dodeca import Segment
from dodeca.embeddings import Match, Matches
from dodeca.embeddings.clips import Clip
from dodeca.emulator import samples
from dodeca.emulator.samples import Scene
from dodeca.errors import ConfigurationError, InvalidMediaError, InvalidRequestError
from dodeca.video.probe import probe


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "scenes.mp4"
    return samples.video(path, [Scene("red", 2, tone=220), Scene("blue", 2)], size=(64, 64))


def match(source: object, start: float | None, end: float | None, score: float = 0.5) -> Match:
    segment = Segment(
        np.ones(2, np.float32),
        "visual",
        "clip",
        start,
        end,
        source_id="scenes.mp4",
        source=None if source is None else str(source),
    )
    return Match(segment, score)


def names(clips: list[Clip]) -> list[str]:
    return [clip.path.name for clip in clips]


def test_a_clip_is_the_part_of_the_file_that_it_says(video: Path, tmp_path: Path) -> None:
    found = match(video, 1, 2.5)
    clip = found.save_clip(tmp_path / "one.mp4")
    assert (clip.start_sec, clip.end_sec, clip.source) == (1, 2.5, str(video))
    assert clip.match is found
    info = probe(clip.path)
    assert (info.duration, info.width, info.audio_codec) == (1.5, 64, "aac")
    assert repr(clip) == f"<Clip {tmp_path}/one.mp4: 1.00-2.50 s>"
    record = json.loads(clip.to_json())
    assert (record["path"], record["start_sec"]) == (str(clip.path), 1.0)
    assert record["match"]["segment"]["end_sec"] == 2.5
    assert "vector" not in record["match"]["segment"]


def test_pad_stays_within_the_media(video: Path, tmp_path: Path) -> None:
    clip = match(video, 0.5, 3.5).save_clip(tmp_path / "all.mp4", pad_sec=1)
    assert clip.start_sec == 0
    assert clip.end_sec == pytest.approx(4, abs=0.05)  # its audio lasts some samples longer


def test_a_fast_clip_says_where_its_key_frame_is(video: Path, tmp_path: Path) -> None:
    clip = match(video, 1, 1.5).save_clip(tmp_path / "fast.mp4", fast=True)
    assert (clip.start_sec, clip.end_sec) == (0, pytest.approx(1.6, abs=0.11))


def test_matches_of_one_time_range_share_a_clip(video: Path, tmp_path: Path) -> None:
    found = Matches([match(video, 0, 1, 0.9), match(video, 0, 1, 0.8), match(video, 2, 3, 0.7)])
    clips = found.save_clips(tmp_path / "a" / "b")
    assert names(clips) == [
        "scenes_00.00.00.000-00.00.01.000.mp4",
        "scenes_00.00.02.000-00.00.03.000.mp4",
    ]
    assert [clip.match.score for clip in clips] == [0.9, 0.7]
    assert Matches().save_clips(tmp_path / "none") == []


def test_merged_matches_are_one_clip_once_they_touch(video: Path, tmp_path: Path) -> None:
    found = Matches([match(video, 0, 1, 0.9), match(video, 2, 3, 0.8)])
    assert len(found.save_clips(tmp_path, merge=True)) == 2
    (clip,) = found.save_clips(tmp_path, merge=True, pad_sec=0.5)
    assert (clip.start_sec, clip.end_sec, clip.match.score) == (0, 3.5, 0.9)


def test_no_file_is_replaced_in_a_folder_and_the_named_one_is(video: Path, tmp_path: Path) -> None:
    found = Matches([match(video, 0, 1)])
    first, second = found.save_clips(tmp_path), found.save_clips(tmp_path)
    assert names(first + second) == [
        "scenes_00.00.00.000-00.00.01.000.mp4",
        "scenes_00.00.00.000-00.00.01.000_2.mp4",
    ]
    target = tmp_path / "named.mp4"
    target.write_bytes(b"an older clip")
    assert found[0].save_clip(target).path == target
    assert probe(target).duration == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a\nb<c>|d?*.mp4", "a_b_c__d__"),
        ("--output.mp4", "output"),
        (" . .mp4", "clip"),
        ("%d%s.mp4", "%d%s"),
        ("é" * 100 + ".mp4", "é" * 80),
        ("file:x.mp4", "file_x"),
    ],
)
def test_clips_have_names_that_every_system_takes(
    name: str, stem: str, video: Path, tmp_path: Path
) -> None:
    source = tmp_path / name
    source.hardlink_to(video)
    (clip,) = Matches([match(source, 0, 0.5)]).save_clips(tmp_path / "clips")
    assert clip.path.name == f"{stem}_00.00.00.000-00.00.00.500.mp4"
    assert clip.path.is_file()


def test_what_has_no_file_or_no_times_is_refused_before_anything_is_cut(
    video: Path, tmp_path: Path
) -> None:
    good = match(video, 0, 1)
    bad: list[tuple[Match, type[Exception], str]] = [
        (match(video, None, None), InvalidRequestError, "has no time range"),
        (match(None, 0, 1), InvalidMediaError, "does not say what file"),
        (match("https://example.com/a.mp4", 0, 1), InvalidMediaError, "none at 'https://example"),
        (match("65f0a1b2c3d4e5f60718293a", 0, 1), InvalidMediaError, "none at '65f0a1"),
        (match(tmp_path / "moved.mp4", 0, 1), InvalidMediaError, "none at"),
        (match("a\0b.mp4", 0, 1), InvalidMediaError, "none at"),
        (match(tmp_path, 0, 1), InvalidMediaError, "none at"),
        (match(video, 2, 2), InvalidRequestError, "ends after it starts"),
    ]
    for wrong, error, text in bad:
        with pytest.raises(error, match=text):
            Matches([good, wrong]).save_clips(tmp_path / "clips")
        with pytest.raises(error, match=text):
            wrong.save_clip(tmp_path / "clip.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pad", [-1, float("nan"), float("inf"), "1", None])
def test_a_pad_is_a_number(pad: Any, video: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="pad_sec must be a number"):
        match(video, 0, 1).save_clip(tmp_path / "clip.mp4", pad_sec=pad)
    with pytest.raises(InvalidRequestError, match="pad_sec must be a number"):
        Matches([match(video, 0, 1)]).save_clips(tmp_path, pad_sec=pad)


@pytest.mark.parametrize("name", ["clip", "clip.gif", "clip.mp4.", ""])
def test_a_name_says_what_kind_of_file_a_clip_is(name: str, video: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"ends with \.mp4, \.m4v"):
        match(video, 0, 1).save_clip(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_clip_never_replaces_its_source(video: Path, tmp_path: Path) -> None:
    source, other = tmp_path / "source.mp4", tmp_path / "other.mp4"
    source.write_bytes(video.read_bytes())
    other.hardlink_to(source)
    for path in (source, other):
        with pytest.raises(InvalidRequestError, match="cannot replace what it is cut from"):
            match(source, 0, 1).save_clip(path)
    assert source.read_bytes() == video.read_bytes()


def test_a_file_that_cannot_be_decoded_leaves_nothing_behind(tmp_path: Path) -> None:
    source, target = tmp_path / "broken.mp4", tmp_path / "clip.mp4"
    source.write_bytes(b"no video" * 99)
    target.write_bytes(b"an older clip")
    with pytest.raises(InvalidMediaError, match=r"broken\.mp4: "):
        match(source, 0, 1).save_clip(target)
    assert target.read_bytes() == b"an older clip"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.mp4", "clip.mp4"]
    with pytest.raises(InvalidMediaError, match=r"broken\.mp4: "):
        Matches([match(source, 0, 1)]).save_clips(tmp_path / "clips")


def test_a_folder_that_is_missing_is_named(video: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"missing.clip\.mp4"):
        match(video, 0, 1).save_clip(tmp_path / "missing" / "clip.mp4")


def test_without_the_extra_the_error_names_it(video: Path, tmp_path: Path) -> None:
    code = f"""if True:
        import sys
        sys.modules["av"] = None
        from dodeca.embeddings import Match, Matches, Segment
        found = Match(Segment([1.0], start_sec=0.0, end_sec=1.0, source={str(video)!r}), 1.0)
        for call in (lambda: found.save_clip("a.mp4"), lambda: Matches([found]).save_clips("x")):
            try:
                call()
            except Exception as error:
                print(type(error).__name__, error)
    """
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(ConfigurationError.__name__) for line in lines)
    assert all("pip install 'dodeca[media]'" in line for line in lines)
    assert list(tmp_path.iterdir()) == []


@given(st.floats(0, 300_000), st.floats(0.001, 3600))
def test_names_of_clips_sort_as_their_times(start: float, length: float) -> None:
    from dodeca.embeddings.clips import _clock

    assert _clock(start) <= _clock(start + length)
    hours, minutes, seconds, thousandths = map(int, _clock(start).split("."))
    whole = hours * 3600 + minutes * 60 + seconds + thousandths / 1000
    assert whole == pytest.approx(start, abs=0.0006)


def test_a_clip_is_frozen(video: Path, tmp_path: Path) -> None:
    clip = match(video, 0, 1).save_clip(tmp_path / "clip.mp4")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        clip.start_sec = 3  # type: ignore[misc]


def test_those_who_save_at_the_same_time_replace_no_clip_of_each_other(
    tmp_path: Path, video: Path
) -> None:
    """Two files of one name, and the same time of both: all want the same name for the clip."""
    blue = tmp_path / "b" / "scenes.mp4"
    (tmp_path / "b").mkdir()
    samples.video(blue, [Scene("blue", 2)], size=(32, 32), sound=False)
    folder, start = tmp_path / "clips", threading.Barrier(6)

    def save(source: Path) -> list[Clip]:
        start.wait()
        return Matches([match(source, 0, 1)]).save_clips(folder)

    with ThreadPoolExecutor(6) as pool:
        saved = [clip for clips in pool.map(save, [video, blue] * 3) for clip in clips]
    paths = {clip.path for clip in saved}
    assert len(paths) == 6
    assert paths == set(folder.iterdir())
    for clip in saved:
        assert probe(clip.path).width == (64 if clip.source == str(video) else 32)


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, math.inf), (math.inf, math.inf), (math.nan, 1), (0, math.nan), (1e300, 2e300), (0, 1e12)],
)
def test_a_range_that_no_media_has_is_refused(
    video: Path, tmp_path: Path, start: float, end: float
) -> None:
    found = match(video, start, end)
    with pytest.raises(InvalidRequestError, match="a clip ends after it starts"):
        found.save_clip(tmp_path / "clip.mp4")
    with pytest.raises(InvalidRequestError, match="a clip ends after it starts"):
        Matches([found]).save_clips(tmp_path / "clips")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a file")
@pytest.mark.parametrize("fast", [False, True])
def test_a_full_disk_is_not_the_fault_of_the_source(
    video: Path, tmp_path: Path, fast: bool
) -> None:
    """Some muxers write at their end only, where FFmpeg reports an error of its own."""
    code = f"""if True:
        import resource, signal
        from dodeca.embeddings import Match, Segment
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        found = Match(Segment([1.0], start_sec=0.0, end_sec=2.0, source={str(video)!r}), 1.0)
        for ending in ("mp4", "mkv", "mov"):
            try:
                found.save_clip("clip." + ending, fast={fast})
            except Exception as error:
                print(type(error).__name__, error)
    """
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["OSError [Errno 27] File too large"] * 3
    assert list(tmp_path.iterdir()) == []
