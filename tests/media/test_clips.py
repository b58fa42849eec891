"""Cutting: which frames and samples a clip has, checked by decoding it."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import av
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dodeca.video.clips import CONTAINERS, cut, suffix_for
from dodeca.video.media_range import TimeRange
from dodeca.video.probe import BrokenMedia
from tests.depth import depth
from tests.media import numbered
from tests.media.numbered import RATE, Shown

STEADY = [number / 25 for number in range(101)]
# Frames that last from 10 ms to a second, as in recordings of screens and phones.
UNEVEN = [0, 0.04, 0.05, 0.1, 0.1334, 0.2, 1.2, 1.25, 1.3, 1.9, 2.0, 2.01, 2.02, 2.5, 3.3, 4.0]
MATRICES = {
    "upright": (1, 0, 0, 1),
    "90": (0, 1, -1, 0),
    "180": (-1, 0, 0, -1),
    "270": (0, -1, 1, 0),
    "mirrored": (-1, 0, 0, 1),
    "90, mirrored": (0, 1, 1, 0),
}


@attrs.frozen
class Kind:
    """A kind of video, and the times of its frames."""

    suffix: str
    codec: str = "libx264"
    times: list[float] = attrs.field(factory=lambda: STEADY)


KINDS = {
    "H.264": Kind(".mp4"),
    "H.264 in MPEG-TS": Kind(".ts"),
    "HEVC": Kind(".mp4", "libx265"),
    "VP9": Kind(".webm", "libvpx-vp9"),
    "MPEG-4 in AVI": Kind(".avi", "mpeg4"),
    "VFR in MP4": Kind(".mp4", times=UNEVEN),
    "VFR in Matroska": Kind(".mkv", times=UNEVEN),
    "VFR of HEVC": Kind(".mkv", "libx265", UNEVEN),
}
# The others in make test-deep.
NAMES = depth(["H.264", "HEVC", "VP9", "VFR in MP4", "VFR in Matroska"], deep=[*KINDS])
COPIED = depth(["H.264", "VFR in Matroska"], deep=[*KINDS])
VIDEO_ENDINGS = depth([".mp4", ".webm"], deep=[s for s, c in CONTAINERS.items() if c.video_codec])
TURNED = depth(["90", "90, mirrored"], deep=[*MATRICES])
examples = settings(max_examples=depth(2, deep=100))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="module")
def video(folder: Path) -> Callable[[str], Path]:
    def make(name: str) -> Path:
        kind = KINDS[name]
        path = folder / f"{name}{kind.suffix}"
        if not path.exists():
            numbered.write_video(path, kind.times, codec=kind.codec)
        return path

    return make


def clip_of(
    source: Path, start: float, end: float, suffix: str = ".mp4", *, fast: bool = False
) -> tuple[Path, TimeRange]:
    path = source.with_name(f"clip of {source.stem}{suffix}")
    with path.open("wb") as stream:
        saved = cut(source, stream, TimeRange(start, end), CONTAINERS[suffix], fast=fast)
    return path, saved


def expected(source: list[Shown], start: float, end: float) -> list[Shown]:
    """The frames on display in a range, with times from its start."""
    inside = [s for s in source if s.end > start + 0.001 and s.start < end - 0.001]
    return [
        Shown(s.number, max(s.start - start, 0), min(s.end, end) - start if s.end else 0)
        for s in inside
    ]


def assert_shows(found: list[Shown], wanted: list[Shown]) -> None:
    assert [shown.number for shown in found] == [shown.number for shown in wanted]
    # Matroska and WebM count milliseconds.
    assert [s.start for s in found] == pytest.approx([s.start for s in wanted], abs=0.0016)
    assert found[-1].end == pytest.approx(wanted[-1].end, abs=0.0016)


@pytest.mark.parametrize("name", NAMES)
def test_a_clip_shows_what_the_source_shows_in_its_range(
    name: str, video: Callable[[str], Path]
) -> None:
    source = video(name)
    whole = numbered.shown(source)
    zero = whole[0].start
    whole = [Shown(s.number, s.start - zero, s.end - zero) for s in whole]
    assert len(whole) > 12

    @examples
    @given(st.floats(0, 1), st.floats(0.05, 2))
    def check(share: float, length: float) -> None:
        start = share * (whole[-1].end - 0.1)
        end = min(start + length, whole[-1].end)
        bounds = [s.end - start for s in whole] + [end - s.start for s in whole]
        assume(not any(abs(bound - 0.001) < 1e-6 for bound in bounds))  # either way is right
        path, saved = clip_of(source, start, end)
        assert saved == pytest.approx((start, end), abs=0.0011)
        assert_shows(numbered.shown(path), expected(whole, start, end))

    check()


@pytest.mark.parametrize("suffix", VIDEO_ENDINGS)
def test_every_container_for_video_has_the_same_frames_and_audio(suffix: str, folder: Path) -> None:
    source = folder / "with audio.mp4"
    if not source.exists():
        numbered.write_video(source, STEADY, has_audio=True)
    path, saved = clip_of(source, 1.5, 3.2, suffix)
    assert saved == pytest.approx((1.5, 3.2), abs=0.0011)
    found = numbered.shown(path)
    assert [shown.number for shown in found] == list(range(37, 80))
    samples = numbered.heard(path)
    # The clicks of the whole seconds 2 and 3, and nothing else, to a few samples.
    for second in (0.5, 1.5):
        click = round(second * RATE)
        assert abs(np.argmax(np.abs(samples[click - 4800 : click + 4800])) - 4800) < 100
        samples[click - 1500 : click + 1500] = 0
    assert np.abs(samples).max() < 0.1


@pytest.mark.parametrize(("suffix", "codec"), [(".wav", "pcm_s16le"), (".flac", "flac")])
@examples
@given(start=st.integers(0, 3 * RATE), length=st.integers(480, RATE))
def test_audio_without_loss_is_the_same_to_the_sample(
    suffix: str, codec: str, start: int, length: int, folder: Path
) -> None:
    source = folder / f"noise{suffix}"
    samples = np.random.default_rng(1).integers(-9000, 9000, 4 * RATE).astype(np.int16)
    if not source.exists():
        numbered.write_audio(source, samples, codec)
    path, saved = clip_of(source, start / RATE, (start + length) / RATE, suffix)
    assert saved == pytest.approx((start / RATE, (start + length) / RATE))
    found = np.rint(numbered.heard(path) * 32768)
    assert np.array_equal(found, samples[start : start + length])


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [(".mp3", "libmp3lame"), (".m4a", "aac"), (".opus", "libopus"), (".aac", "aac")],
)
def test_audio_with_loss_is_at_the_same_time(suffix: str, codec: str, folder: Path) -> None:
    source = folder / f"clicks{suffix}"
    numbered.write_audio(source, (numbered.clicks(6) * 32767).astype(np.int16), codec)
    target = suffix if suffix in CONTAINERS else ".m4a"
    shift = _first_click(numbered.heard(source))  # what encoding the source moved
    path, saved = clip_of(source, 2.75, 5.5, target)
    assert saved == pytest.approx((2.75, 5.5), abs=0.0011)
    moved = _first_click(numbered.heard(path)) - round(0.25 * RATE)
    assert abs(moved - shift) < 200  # 4 ms


def _first_click(samples: np.ndarray[Any, Any]) -> int:
    return int(np.argmax(np.abs(samples) > 0.3))


@pytest.mark.parametrize("name", TURNED)
def test_rotated_video_becomes_upright_and_stays_rotated_when_it_is_copied(
    name: str, folder: Path
) -> None:
    source = numbered.rotate(numbered.write_video(folder / f"{name}.mp4", STEADY), MATRICES[name])
    with av.open(str(source)) as container:
        frame = next(container.decode(video=0))
        angle = frame.rotation
    path, _ = clip_of(source, 1, 2)
    undo: dict[str, Callable[[Any], Any]] = {
        "upright": lambda grey: grey,
        "90": lambda grey: np.rot90(grey, 1),  # it was turned clockwise
        "180": lambda grey: np.rot90(grey, 2),
        "270": lambda grey: np.rot90(grey, -1),
        "mirrored": np.fliplr,
        "90, mirrored": np.transpose,
    }
    found = numbered.shown(path, unturned=undo[name])
    assert [shown.number for shown in found] == list(range(25, 50))
    copied, _ = clip_of(source, 1, 2, ".mov", fast=True)
    with av.open(str(copied)) as container:
        assert next(container.decode(video=0)).rotation == angle
    assert {25, 49} <= {shown.number for shown in numbered.shown(copied)}


@pytest.mark.parametrize("name", COPIED)
def test_a_fast_clip_begins_at_a_key_frame_and_says_what_it_has(
    name: str, video: Callable[[str], Path]
) -> None:
    source = video(name)
    whole = numbered.shown(source)
    zero = whole[0].start
    whole = [Shown(s.number, s.start - zero, s.end - zero) for s in whole]

    @examples
    @given(st.floats(0, 1), st.floats(0.05, 2))
    def check(share: float, length: float) -> None:
        start = share * (whole[-1].end - 0.1)
        end = min(start + length, whole[-1].end)
        path, saved = clip_of(source, start, end, ".mkv", fast=True)
        found = numbered.shown(path)
        first, wanted = found[0].number, expected(whole, start, end)
        assert first <= wanted[0].number <= wanted[-1].number <= found[-1].number
        assert saved.start == pytest.approx(whole[first].start, abs=0.0016)
        source_times = whole[first : found[-1].number + 1]  # all of them, without a gap
        assert [s.number for s in found] == [s.number for s in source_times]
        assert [s.start - found[0].start for s in found] == pytest.approx(
            [s.start - saved.start for s in source_times], abs=0.0016
        )
        assert found[-1].end - found[0].start == pytest.approx(saved.end - saved.start, abs=0.0016)
        assert end - 0.0016 <= saved.end

    check()


def test_a_clip_of_a_long_file_reads_only_what_is_near(folder: Path) -> None:
    source = _two_hours(folder)
    for fast in (False, True):
        before = _bytes_read()
        path, saved = clip_of(source, 5400.1, 5410.1, fast=fast)
        assert _bytes_read() - before < source.stat().st_size / 10
        assert saved.end == pytest.approx(5410.1, abs=0.5)
        assert len(numbered.shown(path)) in range(50, 75)


def _two_hours(folder: Path) -> Path:
    """Two hours at five frames a second, with a key frame every four seconds."""
    part = numbered.write_video(folder / "part.mp4", [n / 5 for n in range(21)], codec="mpeg4")
    path = folder / "two hours.mp4"
    with av.open(str(part)) as source, av.open(str(path), "w") as output:
        packets = [packet for packet in source.demux(video=0) if packet.size]
        content = [bytes(packet) + bytes(600) for packet in packets]  # what follows is ignored
        stream = output.add_stream_from_template(source.streams.video[0], opaque=True)
        step = round(0.2 / packets[0].time_base)
        for number in range(36_000):
            packet = av.Packet(content[number % 20])
            packet.pts = packet.dts = number * step
            packet.time_base, packet.duration = packets[0].time_base, step
            packet.is_keyframe = packets[number % 20].is_keyframe
            packet.stream = stream
            output.mux(packet)
    return path


def _bytes_read() -> int:
    counters = Path("/proc/self/io")
    if not counters.exists():
        pytest.skip("only Linux counts the bytes that a process reads")
    return int(dict(line.split(": ") for line in counters.read_text().splitlines())["rchar"])


def test_what_cannot_be_cut_says_why(folder: Path) -> None:
    broken = folder / "broken.mp4"
    broken.write_bytes(b"no video at all" * 99)
    with pytest.raises(BrokenMedia, match=r"Invalid data|not supported"):
        clip_of(broken, 0, 1)
    source = numbered.write_video(folder / "short.mp4", STEADY)
    with pytest.raises(BrokenMedia, match=r"nothing in it from 4\.500 to 5\.000 s"):
        clip_of(source, 4.5, 5)
    with pytest.raises(BrokenMedia, match=r"ends at 4\.\d+ s, before 90000\.000 s"):
        clip_of(source, 90_000, 90_001)
    with pytest.raises(BrokenMedia, match=r"nothing in it from 1\.000 to 2\.000 s"):
        clip_of(source, 1, 2, ".wav")  # it has no audio
    webm = numbered.write_video(folder / "of vp9.webm", STEADY, codec="libvpx-vp9")
    assert clip_of(webm, 1, 2, ".mp4", fast=True)[1].start <= 1
    avi = numbered.write_video(folder / "other.avi", STEADY, codec="mpeg4")
    with pytest.raises(BrokenMedia, match="a webm file cannot hold its mpeg4"):
        clip_of(avi, 1, 2, ".webm", fast=True)


def test_a_clip_of_a_damaged_file_has_what_can_be_decoded(folder: Path) -> None:
    source = numbered.write_video(folder / "damaged.ts", STEADY)
    content = source.read_bytes()
    middle = len(content) // 2
    source.write_bytes(content[:middle] + bytes(4000) + content[middle + 4000 :])
    _, saved = clip_of(source, 0, 4)
    assert saved == pytest.approx((0, 4), abs=0.01)


def test_a_clip_ends_as_its_source_does(folder: Path) -> None:
    wave = numbered.write_audio(folder / "wave.wav", np.zeros(RATE, np.int16), "pcm_s16le")
    assert suffix_for(wave) == ".wav"
    avi = numbered.write_video(folder / "old.avi", STEADY, codec="mpeg4")
    assert (suffix_for(avi), suffix_for(avi, fast=True)) == (".mp4", ".mkv")
    webm = numbered.write_video(folder / "new.webm", STEADY, codec="libvpx-vp9")
    assert (suffix_for(webm), suffix_for(webm, fast=True)) == (".mp4", ".webm")
    raw = numbered.write_audio(folder / "raw.aac", np.zeros(RATE, np.int16), "aac")
    assert suffix_for(raw) == ".m4a"
    assert math.isclose(clip_of(raw, 0.25, 0.5, ".m4a")[1].end, 0.5, abs_tol=0.001)
