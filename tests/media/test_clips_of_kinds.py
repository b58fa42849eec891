"""Clips of media of many kinds, as `kinds.yaml` lists them, made by ffmpeg."""

from __future__ import annotations

import io
from pathlib import Path

import av
import pytest

from dodeca.video.clips import CONTAINERS, cut
from dodeca.video.media_range import TimeRange
from dodeca.video.probe import BrokenMedia, probe
from tests.depth import DEEP
from tests.media import kinds

pytestmark = pytest.mark.skipif(not DEEP, reason="make test-deep makes the files")

WANTED = TimeRange(1.35, 3.1)
VIDEOS = [kind.file for kind in kinds.ALL if kind.kind == "video" and "embed" in kind.accepted]
SHORT = {"cut-off.mp4", "no-index.mp4"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kinds.require_tools()
    return tmp_path_factory.mktemp("kinds")


@pytest.mark.parametrize("file", VIDEOS)
def test_every_kind_of_video_can_be_cut(file: str, folder: Path) -> None:
    source = kinds.make(file, folder)
    info, clip = probe(source), io.BytesIO()
    end = min(WANTED.end, info.duration or 0)
    assert end > WANTED.start
    saved = cut(source, clip, TimeRange(WANTED.start, end), CONTAINERS[".mp4"])
    assert saved == pytest.approx((WANTED.start, end), abs=0.1)
    found = probe(clip.getvalue())
    assert found.has_audio == info.has_audio
    assert found.duration == pytest.approx(saved.length, abs=0.1)
    shape = (info.width or 0) // 2 * 2, (info.height or 0) // 2 * 2
    assert found.width == pytest.approx(shape[0], abs=2)
    assert found.height == pytest.approx(shape[1], abs=2)
    with av.open(io.BytesIO(clip.getvalue())) as container:
        first, *_, last = [frame.time for frame in container.decode(video=0)] * 2
    assert first <= 0.7  # one of them begins later
    assert last < saved.length


@pytest.mark.parametrize("file", VIDEOS)
def test_what_is_copied_can_be_decoded_or_is_refused(file: str, folder: Path) -> None:
    source, clip = kinds.make(file, folder), io.BytesIO()
    end = min(WANTED.end, probe(source).duration or 0)
    try:
        saved = cut(source, clip, TimeRange(WANTED.start, end), CONTAINERS[".mkv"], fast=True)
    except BrokenMedia as exc:
        assert "cannot be copied" in str(exc) or "cannot hold" in str(exc)  # noqa: PT017
        return
    assert probe(clip.getvalue()).duration == pytest.approx(saved.length, abs=0.25)
