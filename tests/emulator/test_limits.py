from pathlib import Path

import pytest

from dodeca.emulator import samples
from dodeca.emulator.errors import ErrorResponse
from dodeca.emulator.rules import limits
from dodeca.emulator.rules.limits import MediaLimits
from dodeca.emulator.rules.urls import MediaSource
from dodeca.video.probe import MediaInfo

LIMITS = MediaLimits(shortest=4, longest=4 * 3600)


def video(width: int, height: int, duration: float = 60) -> MediaInfo:
    return MediaInfo("video", "mp4", 1, duration=duration, width=width, height=height)


def judge(monkeypatch: pytest.MonkeyPatch, info: MediaInfo) -> str:
    monkeypatch.setattr(limits, "probe", lambda content: info)
    try:
        LIMITS.check_video(MediaSource(b"", "video"))
    except ErrorResponse as error:
        return f"{error.code}: {error.message}"
    return "accepted"


@pytest.mark.parametrize(
    ("width", "height"),
    [(360, 360), (864, 360), (360, 864), (5184, 2160), (2160, 5184), (1920, 1080), (2160, 2160)],
)
def test_resolutions_within_the_limits(
    monkeypatch: pytest.MonkeyPatch, width: int, height: int
) -> None:
    assert judge(monkeypatch, video(width, height)) == "accepted"


@pytest.mark.parametrize(
    ("width", "height", "code"),
    [
        (359, 360, "video_resolution_too_low"),
        (640, 359, "video_resolution_too_low"),
        (865, 360, "video_resolution_invalid_aspect_ratio"),
        (360, 865, "video_resolution_invalid_aspect_ratio"),
        (5185, 2161, "video_resolution_too_high"),
        (5185, 2160, "video_resolution_too_high"),
        (2161, 2161, "video_resolution_too_high"),
    ],
)
def test_resolutions_beyond_the_limits(
    monkeypatch: pytest.MonkeyPatch, width: int, height: int, code: str
) -> None:
    verdict = judge(monkeypatch, video(width, height))
    assert verdict.startswith(f"{code}: ")
    assert f"`{width}x{height}`" in verdict


def test_durations(monkeypatch: pytest.MonkeyPatch) -> None:
    for duration in (4, 14_400):
        assert judge(monkeypatch, video(640, 360, duration)) == "accepted"
    assert judge(monkeypatch, video(640, 360, 3.999)) == (
        "video_duration_too_short: Video is too short. Please use video with duration between 4 "
        "seconds and 4 hours(14400 seconds). Current duration is `3.999` seconds."
    )
    assert judge(monkeypatch, video(640, 360, 14_400.001)) == (
        "video_duration_too_long: Video is too long. Please use video with duration between 4 "
        "seconds and 4 hours(14400 seconds). Current duration is `14400.001` seconds."
    )


def test_images_need_a_size(tmp_path: Path) -> None:
    for size, smallest in (((128, 128), 128), ((200, 64), 64)):
        path = samples.image(tmp_path / "a.png", "red", size)
        assert limits.check_image(MediaSource(path, "image"), smallest=smallest).format == "png"
        with pytest.raises(ErrorResponse, match=f"At least {smallest + 1}x{smallest + 1} pixels"):
            limits.check_image(MediaSource(path, "image"), smallest=smallest + 1)
