"""Clips and exports of selected segments, and ranges of files that browsers cannot play."""

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest

from dodeca import Client
from dodeca.library import Library, open_dataset
from tests.depth import DEEP

from .conftest import Open, relocate
from .test_server import error, playback, search


def selected(page: httpx.Client, sources: list[str], text: str = "blue") -> dict[str, Any]:
    """The body of a request for the visual segments of these sources."""
    found = search(page, query={"text": text}, sources=sources, options=["visual"])
    segments = [hit["segment_id"] for hit in found["hits"]]
    return {"segments": segments, "query_id": found["query_id"]}


def duration(content: bytes) -> float:
    with av.open(io.BytesIO(content)) as container:
        assert container.duration
        return container.duration / av.time_base


def colours(content: bytes) -> list[str]:
    """The colour of each frame, as the component that is the greatest."""
    found = []
    with av.open(io.BytesIO(content)) as container:
        for frame in container.decode(video=0):
            mean = frame.to_ndarray(format="rgb24").mean(axis=(0, 1))
            found.append(("red", "green", "blue")[int(mean.argmax())])
    return found


def test_clips_are_saved_into_the_folder_named_at_the_start(
    library: Library, serve: Open, ids: dict[str, str], tmp_path: Path
) -> None:
    page = serve(library)
    body = selected(page, [ids["clip.mp4"]])
    best = {**body, "segments": body["segments"][:1]}
    saved = page.post("api/clips", json=best).json()
    assert saved["folder"] == str(tmp_path / "clips")
    (name,) = saved["files"]
    content = (tmp_path / "clips" / name).read_bytes()
    assert duration(content) == pytest.approx(4, abs=0.1)
    assert set(colours(content)) == {"blue"}
    pair = page.post("api/clips", json={**body, "pad_sec": 0.5}).json()
    assert len(pair["files"]) == 2
    assert {name, *pair["files"]} == {path.name for path in (tmp_path / "clips").iterdir()}
    again = page.post("api/clips", json=best).json()
    assert again["files"] != [name]  # nothing is replaced
    both = selected(page, [ids["clip.mp4"]], text="red and blue")
    merged = page.post("api/clips", json={**both, "merge": True}).json()
    (name,) = merged["files"]
    assert duration((tmp_path / "clips" / name).read_bytes()) == pytest.approx(8, abs=0.1)


def test_exports_are_downloads(page: httpx.Client, ids: dict[str, str]) -> None:
    body = selected(page, [ids["clip.mp4"]])
    for format_, words in (
        ("csv", "start_sec"),
        ("srt", "00:00:04,000 --> 00:00:08,000"),
        ("vtt", "WEBVTT"),
        ("edl", "clip.mp4"),
        ("otio", "OTIO_SCHEMA"),
    ):
        response = page.post("api/export", json={**body, "format": format_})
        assert response.status_code == 200, response.text
        expected = f'attachment; filename="matches.{format_}"'
        assert response.headers["content-disposition"] == expected
        assert words in response.text
    rows = csv.DictReader(io.StringIO(page.post("api/export", json={**body, "format": "csv"}).text))
    assert [float(row["start_sec"]) for row in rows] == [4.0, 0.0]  # best first
    captions = page.post("api/export", json={**body, "format": "srt"}).text
    assert re.search(r"^blue \(", captions, re.MULTILINE)


def test_captions_of_several_sources_are_an_archive(
    page: httpx.Client, ids: dict[str, str]
) -> None:
    body = {**selected(page, [ids["clip.mp4"], ids["clip.mkv"]]), "format": "srt"}
    response = page.post("api/export", json=body)
    assert response.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert len(archive.namelist()) == 2
        assert all(name.endswith(".srt") for name in archive.namelist())


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"segments": []}, "segments must be 1 to 1000 ids"),
        ({"segments": ["none"]}, "no segment 'none'"),
        ({"segments": "all"}, "segments must be"),
        ({"query_id": "none"}, "no query 'none'"),
        ({"query_id": 5}, "query_id must be a text"),
        ({"folder": "/etc"}, "no field 'folder'"),
    ],
)
def test_what_cannot_be_cut_or_exported(
    page: httpx.Client, ids: dict[str, str], clips: Path, more: dict[str, Any], words: str
) -> None:
    body = selected(page, [ids["clip.mp4"]]) | more
    assert words in error(page.post("api/clips", json=body), 400)
    assert words in error(page.post("api/export", json={**body, "format": "csv"}), 400)
    assert not clips.exists()


def test_options_of_clips_and_exports_are_checked(page: httpx.Client, ids: dict[str, str]) -> None:
    body = selected(page, [ids["clip.mp4"]])
    for more, words in (
        ({"pad_sec": -1}, "pad_sec must be"),
        ({"pad_sec": 61}, "pad_sec must be"),
        ({"merge": 1}, "merge must be"),
        ({"format": "csv"}, "no field 'format'"),
    ):
        assert words in error(page.post("api/clips", json={**body, **more}), 400)
    unknown = page.post("api/export", json={**body, "format": "str"})
    assert "csv, srt, vtt, edl, otio, got 'str'" in error(unknown, 400)
    assert "got ''" in error(page.post("api/export", json=body), 400)
    for other in (None, 1, ["csv"], {"csv": 1}):
        refused = page.post("api/export", json={**body, "format": other})
        assert "format must be" in error(refused, 400)


def test_clips_that_cannot_be_written(
    library: Library, serve: Open, ids: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    page = serve(library, clips=tmp_path / "file")
    body = selected(page, [ids["clip.mp4"]])
    assert "cannot be saved" in error(page.post("api/clips", json=body), 400)
    image = search(page, sources=[ids["red.jpg"]])
    segments = [hit["segment_id"] for hit in image["hits"]]
    body = {"segments": segments, "query_id": image["query_id"]}
    assert "no time range" in error(page.post("api/clips", json=body), 400)


# What browsers cannot play.


def test_a_range_of_what_browsers_cannot_play_is_transcoded(
    page: httpx.Client, ids: dict[str, str]
) -> None:
    found = playback(page, ids["clip.mkv"], start=3, end=6)
    assert (found["kind"], found["offset_sec"]) == ("transcoded", 3.0)
    assert "converted" in found["message"]
    response = page.get(found["url"])
    assert response.headers["content-type"] == "video/mp4"
    assert duration(response.content) == pytest.approx(3, abs=0.1)
    shown = colours(response.content)
    assert shown[:20] == ["red"] * 20
    assert shown[-40:] == ["blue"] * 40
    with av.open(io.BytesIO(response.content)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert container.streams.audio[0].codec_context.name == "aac"
    part = page.get(found["url"], headers={"range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, response.content[:10])
    error(page.get(f"media/{ids['clip.mkv']}"), 404)


def test_a_range_is_bounded_and_has_to_be_there(page: httpx.Client, ids: dict[str, str]) -> None:
    mkv = ids["clip.mkv"]
    assert "end=303.000" in playback(page, mkv, start=3, end=9999)["url"]
    assert "start=0.000&end=30.000" in playback(page, mkv)["url"]
    late = page.get(f"transcoded/{mkv}", params={"start": 1000, "end": 1001})
    assert "cannot be played" in error(late, 404)
    assert "start must be" in error(page.get(f"transcoded/{mkv}", params={"start": "-1"}), 400)


def test_what_was_transcoded_is_kept_within_a_bound_and_goes_with_the_server(
    page: httpx.Client, ids: dict[str, str]
) -> None:
    first = playback(page, ids["clip.mkv"], start=1, end=2)["url"]
    assert page.get(first).content == page.get(first).content


# Container and codecs, what it is played as by the page; None: it is transcoded.
KINDS = {
    "mov": ("libx264", "aac", "video/mp4"),
    "webm": ("libvpx", "libopus", "video/webm"),
    "avi": ("mpeg4", "mp3", None),
    "mkv": ("libx264", "aac", None),
    "mpg": ("mpeg2video", "mp2", None),
    "wmv": ("wmv2", "wmav2", None),
    "flv": ("flv1", "mp3", None),
    "ts": ("libx264", "aac", None),
    "mp4": ("libx265", "aac", None),
}


@pytest.mark.parametrize("ending", KINDS if DEEP else ["avi"])
def test_each_kind_of_video_is_played(
    client: Client, serve: Open, vectors: bytes, tmp_path: Path, ending: str
) -> None:
    video_codec, audio_codec, expected = KINDS[ending]
    clip = encode(tmp_path / f"clip.{ending}", video_codec, audio_codec)
    path = tmp_path / "vectors.parquet"
    path.write_bytes(vectors)
    relocate(path, str(clip))
    library = open_dataset(path, client)
    page, identity = serve(library), library.sources[0].id
    found = playback(page, identity, start=1, end=3)
    response = page.get(found["url"])
    assert response.status_code == 200, response.text
    if expected is None:
        assert found["kind"] == "transcoded"
        assert response.headers["content-type"] == "video/mp4"
        assert duration(response.content) == pytest.approx(2, abs=0.2)
    else:
        assert found["kind"] == "file"
        assert response.headers["content-type"] == expected
    assert page.get(f"thumbnails/{identity}", params={"at": 2}).status_code == 200
    assert max(page.get(f"waveform/{identity}").json()["peaks"]) > 0.1


def encode(path: Path, video_codec: str, audio_codec: str) -> Path:
    """Four seconds of a video with a tone, in these codecs."""
    with av.open(path, "w") as container:
        rate = 25
        video = container.add_stream(video_codec, rate=rate, width=352, height=288)
        if video_codec == "libvpx":
            video.options = {"deadline": "realtime", "cpu-used": "8"}
        video.pix_fmt = "yuv420p"
        audio = container.add_stream(audio_codec, rate=48000, layout="stereo")
        audio.codec_context.bit_rate = 128_000
        image = np.zeros((288, 352, 3), np.uint8)
        tone = np.sin(np.arange(48000 * 4) * 2 * np.pi * 440 / 48000) * 0.5
        samples_ = np.stack([tone, tone]).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples_), "fltp", "stereo")
        frame.sample_rate, frame.pts = 48000, 0
        resampler = av.AudioResampler(
            audio.codec_context.format or "fltp",
            "stereo",
            48000,
            audio.codec_context.frame_size or 1152,
        )
        for number in range(rate * 4):
            image[:] = number * 2
            shown = av.VideoFrame.from_ndarray(image, format="rgb24")
            shown.pts = number
            container.mux(video.encode(shown))
        container.mux(video.encode(None))
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(audio.encode(part))
        container.mux(audio.encode(None))
    return path
