"""Clips of media of many kinds, as `kinds.yaml` lists them, made by ffmpeg."""

from __future__ import annotations

import io
from pathlib import Path

import av
import pytest

from dodeca.video.clips import CONTAINERS, cut
from dodeca.video.media_range import TimeRange
from dodeca.video.probe import BrokenMedia, MediaInfo, probe
from tests.depth import DEEP
from tests.media import kinds

pytestmark = pytest.mark.skipif(not DEEP, reason="make test-deep makes the files")

VIDEOS = [kind.file for kind in kinds.ALL if kind.kind == "video" and "embed" in kind.accepted]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kinds.require_tools()
    return tmp_path_factory.mktemp("kinds")


def range_of(info: MediaInfo) -> TimeRange:
    """A part of a video that begins and ends between frames."""
    duration = info.duration or 0
    return TimeRange(1.35 if duration > 1.5 else 0, min(3.1, duration))


@pytest.mark.parametrize("file", VIDEOS)
def test_every_kind_of_video_can_be_cut(file: str, folder: Path) -> None:
    source = kinds.make(file, folder)
    info, clip = probe(source), io.BytesIO()
    wanted = range_of(info)
    saved = cut(source, clip, wanted, CONTAINERS[".mp4"])
    assert saved == pytest.approx(wanted, abs=0.1)
    found = probe(clip.getvalue())
    assert found.has_audio == info.has_audio
    assert found.duration == pytest.approx(saved.length, abs=0.1)
    assert ratio(found) == pytest.approx(ratio(info), rel=0.02)
    with av.open(io.BytesIO(clip.getvalue())) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert times[0] <= 0.7  # the video of one of them begins later
    assert times[-1] < saved.length


def ratio(info: MediaInfo) -> float:
    assert info.width
    assert info.height
    return info.width / info.height


@pytest.mark.parametrize("file", VIDEOS)
def test_what_is_copied_can_be_decoded_or_is_refused(file: str, folder: Path) -> None:
    source, clip = kinds.make(file, folder), io.BytesIO()
    wanted = range_of(probe(source))
    try:
        saved = cut(source, clip, wanted, CONTAINERS[".mkv"], fast=True)
    except BrokenMedia as exc:
        assert "cannot be copied" in str(exc) or "cannot hold" in str(exc)  # noqa: PT017
        return
    assert saved.start <= wanted.start + 0.7
    assert probe(clip.getvalue()).duration == pytest.approx(saved.length, abs=0.25)
