import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import imagesize
import pytest

from dodeca.emulator import samples
from dodeca.emulator.errors import ErrorResponse
from dodeca.emulator.handlers import embed_v1_tasks
from dodeca.emulator.media.analysis import analyse
from dodeca.emulator.rules import limits, models
from dodeca.emulator.rules.limits import MediaLimits
from dodeca.emulator.rules.urls import MediaSource
from dodeca.video.probe import BrokenMedia, MediaInfo, probe
from dodeca.video.thumbnails import thumbnail

from .videos import encode_video, flat, png

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


def test_an_image_of_too_many_pixels_is_refused_for_that(tmp_path: Path) -> None:
    """It is not decoded: 108 million pixels in a file of 13 kB."""
    path = tmp_path / "huge.png"
    path.write_bytes(png(12_000, 9_000))
    assert (probe(path).kind, probe(path).width, probe(path).height) == ("image", 12_000, 9_000)
    with pytest.raises(ErrorResponse, match="up to 67,108,864 pixels, not 12000x9000"):
        limits.check_image(MediaSource(path, "image"), smallest=128)
    with pytest.raises(BrokenMedia, match="12000x9000 pixels"):
        analyse(path)
    with pytest.raises(BrokenMedia, match="12000x9000 pixels"):
        thumbnail(path)


@pytest.mark.parametrize(
    ("size", "aspect", "shown"),
    [
        ((720, 480), (8, 9), (640, 480)),
        ((720, 480), (32, 27), (853, 480)),
        ((720, 576), (16, 15), (768, 576)),
        ((480, 360), (4, 3), (640, 360)),
        ((640, 360), (1, 1), (640, 360)),
    ],
)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_the_displayed_shape_decides(
    size: tuple[int, int],
    aspect: tuple[int, int],
    shown: tuple[int, int],
    suffix: str,
    tmp_path: Path,
) -> None:
    """720x480 has none of the six ratios, and is 4:3 or 16:9 as displayed."""
    width, height = size
    path = encode_video(
        tmp_path / f"video{suffix}",
        [flat((200, 40, 40), height, width)] * 5,
        fps=1,
        aspect=Fraction(*aspect),
    )
    info = probe(path)
    assert (info.width, info.height) == shown
    index: Any = {"models": [{"model_name": "marengo3.0"}]}
    assert models.check_video(index, MediaSource(path, "video")) == info
    width, height = imagesize.get(io.BytesIO(thumbnail(path)))
    assert width / height == pytest.approx(shown[0] / shown[1], abs=0.01)


@pytest.mark.parametrize(
    ("family", "most"), [("marengo3.0", "2 hours(7200"), ("pegasus1.2", "1 hours(3600")]
)
def test_refusals_of_an_index_name_its_limits(
    family: str, most: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index: Any = {"models": [{"model_name": family}]}
    for duration, what in ((3.9, "short"), (7200.5, "long")):
        monkeypatch.setattr(limits, "probe", lambda _, sec=duration: video(640, 360, sec))
        with pytest.raises(ErrorResponse) as caught:
            models.check_video(index, MediaSource(b"", "video_file"))
        assert caught.value.message == (
            f"Video is too {what}. Please use video with duration between 4 seconds and {most} "
            f"seconds). Current duration is `{duration}` seconds."
        )


SIX_RATIOS = [(360, 360), (480, 360), (480, 600), (450, 360), (640, 360), (360, 640)]


@pytest.mark.parametrize(("width", "height"), [*SIX_RATIOS, (540, 360), (840, 360), (360, 540)])
def test_version_1_takes_the_documented_ratios(
    width: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `/tasks` and imports do: the three pages list the same ratios."""
    monkeypatch.setattr(limits, "probe", lambda _: video(width, height))
    index: Any = {"models": [{"model_name": "marengo3.0"}]}
    source = MediaSource(b"", "video_file")
    for check in (embed_v1_tasks.LIMITS.check_video, lambda s: models.check_video(index, s)):
        if (width, height) in SIX_RATIOS:
            check(source)
        else:
            with pytest.raises(ErrorResponse, match="aspect ratio of the video is invalid"):
                check(source)
