"""What is known of a file comes from its header, and the limits are the same everywhere."""

from __future__ import annotations

import contextlib
import io
import math
import mimetypes
import re
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dodeca import Client, Media
from dodeca._base.media_types import kind_of, mime_type_of
from dodeca._base.text import format_size
from dodeca._calls import limits
from dodeca._calls.limits import Endpoint, FileInfo
from dodeca.bulk.inputs import items
from dodeca.bulk.options import EmbedOptions
from dodeca.emulator import samples
from dodeca.emulator.errors import ErrorResponse
from dodeca.emulator.handlers import embed_v2, embed_v2_tasks
from dodeca.emulator.rules import limits as emulated
from dodeca.emulator.rules import models
from dodeca.errors import InvalidMediaError, InvalidRequestError
from dodeca.video.probe import MediaInfo
from tests.media import files

KINDS = {
    "image": "jpg jpeg png webp heic avif gif tiff bmp",
    "audio": "wav mp3 flac m4a ogg opus aac aiff wma",
    "video": "mp4 m4v mov mkv webm avi wmv flv ts mts m2ts mxf vob 3gp mpg mpeg ogv",
}
MAGIC = [
    *(b"RIFF....WAVE", b"RIFF....AVI ", b"RIFF....WEBP", b"\x1aE\xdf\xa3", b"\0\0\0\x20ftypmp42"),
    *(
        b"\0\0\0\x08moov",
        b"FLV\x01\x05",
        b"fLaC\0\0\0\x22",
        b"OggS",
        b"ID3\x04",
        b"\xff\xfb\x90\x64",
    ),
    *(b"FORM....AIFF", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a"),
    bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
]


@given(st.sampled_from([b"", *MAGIC]), st.binary(max_size=400))
def test_no_bytes_break_the_measurer(magic: bytes, content: bytes) -> None:
    info = limits.measure(Media.data(magic + content + b"x"))
    assert info.duration_sec is None or info.duration_sec > 0
    for endpoint in Endpoint:
        for kind in ("image", "audio", "video"):
            with contextlib.suppress(InvalidMediaError):
                limits.check(Media.data(magic + content + b"x"), endpoint, kind)


@pytest.mark.parametrize("make", ["video.mp4", "video.mkv", "video.avi", "audio.wav", "audio.mp3"])
def test_a_file_that_was_cut_off_or_changed_gives_facts(make: str, tmp_path: Path) -> None:
    path = tmp_path / make
    if make.startswith("video"):
        files.video(path, 2, (128, 96), every=True)
    else:
        samples.audio(path, [samples.Tone(1)])
    content = path.read_bytes()
    for length in range(1, len(content), max(1, len(content) // 60)):
        limits.measure(Media.data(content[:length]))
    for place in range(0, min(len(content), 3000), 7):
        changed = bytearray(content)
        changed[place] ^= 0xFF
        limits.measure(Media.data(bytes(changed)))


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.avi"])
def test_what_headers_of_videos_tell(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    files.video(path, 6, (640, 360), every=True)
    info = limits.measure(Media.file(path))
    assert (info.kind, info.width, info.height) == ("video", 640, 360)
    assert info.duration_sec == pytest.approx(6, abs=0.01)
    cut = limits.measure(Media.data(path.read_bytes()[:-100]))
    assert cut.duration_sec is None or not name.endswith(".mp4")


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF])
def test_a_wav_file_from_a_pipe_has_the_length_of_its_samples(length: int, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    files.piped_wav(path, 10, length)
    assert limits.measure(Media.file(path)).duration_sec == 10
    assert limits.choose(Media.file(path), "audio", "auto") is Endpoint.EMBED
    with Client.emulated() as client:
        found = client.embed.audio(path, embedding_scope=["asset"])
    assert found.end_sec.tolist() == [10]


def test_compressed_wav_is_refused_by_client_and_emulator(tmp_path: Path) -> None:
    for tag, name in ((6, "A-law"), (7, "mu-law")):
        path = tmp_path / f"{name}.wav"
        files.wav_of(path, tag, 8, 5)
        with Client.emulated(media=tmp_path) as client:
            with pytest.raises(InvalidMediaError, match=f"must be uncompressed, got {name}"):
                client.embed.audio(path)
            with pytest.raises(Exception, match="should be uncompressed"):
                client.embed.audio(f"https://example.com/{name}.wav")


def test_what_estimates_a_length_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    samples.audio(path, [samples.Tone(6)])
    content = path.read_bytes()
    info = limits.measure(Media.data(content))
    assert info.duration_sec == pytest.approx(6, abs=0.1)
    assert info.error_sec < 1
    without = content.replace(b"Xing", b"\0" * 4).replace(b"Info", b"\0" * 4)
    info = limits.measure(Media.data(without))
    assert info.error_sec == math.inf
    assert limits.judge(info, Endpoint.EMBED, "audio").outcome == "unknown"


@pytest.mark.parametrize(
    ("info", "endpoint", "kind", "text"),
    [
        (
            FileInfo("video", "mp4", 725.0, 0, 1280, 720, size=40 << 20),
            Endpoint.EMBED,
            "video",
            "at most 36 MiB, got 40 MiB; at most 10 minutes, got 12 min 5 s",
        ),
        (
            FileInfo("video", "mp4", 600.04, 0, 300, 720, size=(36 << 20) + 1),
            Endpoint.EMBED,
            "video",
            "at most 36 MiB, got 37,748,737 bytes; at least 360x360 pixels, got 300x720; "
            "at most 10 minutes, got 600.040 s",
        ),
        (
            FileInfo("video", "mp4", 2.0, 0, 540, 360, size=9),
            Endpoint.INDEX,
            "video",
            "the aspect ratio must be one of 1:1, 4:3, 4:5, 5:4, 16:9, 9:16, got 540x360; "
            "at least 4 s, got 2 s",
        ),
        (
            FileInfo("audio", "m4a", 5.0, size=9),
            Endpoint.EMBED_TASK,
            "audio",
            "audio must be WAV, MP3 or FLAC, got m4a; to convert it: ffmpeg -i INPUT OUTPUT.flac",
        ),
        (
            FileInfo("image", "heic", size=9),
            Endpoint.EMBED,
            "image",
            "images must be JPEG or PNG, got heic; to convert it: heif-convert INPUT OUTPUT.png",
        ),
        (
            FileInfo("image", "heic", size=9),
            Endpoint.EMBED,
            "video",
            "there is no video in it, but an image (heic); to convert it: "
            "heif-convert INPUT OUTPUT.png",
        ),
        (
            FileInfo("image", "png", size=9),
            Endpoint.INDEX,
            "video",
            "there is no video in it, but an image (png); embed it as an image",
        ),
    ],
)
def test_reasons_quote_what_arrived(
    info: FileInfo, endpoint: Endpoint, kind: limits.Kind, text: str
) -> None:
    verdict = limits.judge(info, endpoint, kind)
    assert (verdict.outcome, str(verdict)) == ("refused", text)


def test_an_hour_is_the_most_for_pegasus() -> None:
    info = FileInfo("video", "mp4", 3601, 0, 1280, 720, size=1000)
    verdict = limits.judge(info, Endpoint.INDEX, "video")
    assert (verdict.outcome, verdict.note) == ("accepted", "Pegasus takes at most 1 hour")


def test_every_limit_has_a_source() -> None:
    for limit in limits.LIMITS:
        assert limit.source.startswith("POST /")
        assert limit.since
        assert limit.least or limit.most or limit.allowed


SIDES = st.one_of(
    st.sampled_from([359, 360, 361, 640, 720, 1280, 1920, 2160, 2161, 3840, 3841, 5184, 5185]),
    st.integers(100, 6000),
)
SECONDS = st.one_of(
    st.sampled_from([3.999, 4, 10, 600, 600.001, 3600, 7200, 7200.001, 14400, 14400.001]),
    st.floats(0.1, 20_000),
)
THEIRS = {
    "video_resolution_too_low": "at least [0-9]+x",
    "video_resolution_too_high": "at most [0-9]+x",
    "video_resolution_invalid_aspect_ratio": "the aspect ratio",
    "video_duration_too_short": "at least [0-9.]+ s",
    "video_duration_too_long": "at most [0-9]+ (minutes|hours)",
}


@given(SIDES, SIDES, SECONDS)
def test_frame_sizes_and_lengths_as_the_emulator_judges_them(
    width: int, height: int, duration: float
) -> None:
    theirs = MediaInfo("video", "mp4", 1000, duration, width, height, 25.0, "h264", "aac")
    info = FileInfo("video", "mp4", duration, 0, width, height, size=1000)
    source: Any = _Source()
    index: Any = {"models": [{"model_name": "marengo3.0"}]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(emulated, "_probe", lambda source: theirs)
        for endpoint, check in {
            Endpoint.EMBED: lambda: embed_v2.REQUEST_LIMITS.check_video(source),
            Endpoint.EMBED_TASK: lambda: embed_v2_tasks.TASK_LIMITS.check_video(source),
            Endpoint.INDEX: lambda: models.check_video(index, source),
        }.items():
            verdict = limits.judge(info, endpoint, "video")
            code = _code_of(check)
            assert verdict.outcome == ("refused" if code else "accepted"), (endpoint, code)
            assert not code or re.match(THEIRS[code], verdict.reasons[0]), (code, verdict)


def _code_of(check: Callable[[], object]) -> str:
    """The code of the error that is raised; empty if there is none."""
    try:
        check()
    except ErrorResponse as error:
        return error.code or "none"
    return ""


class _Source:
    field, size = "video", 1000


@pytest.mark.parametrize(
    ("size", "accepted"),
    [
        (36 << 20, {Endpoint.EMBED, Endpoint.EMBED_TASK, Endpoint.INDEX}),
        ((36 << 20) + 1, {Endpoint.EMBED_TASK, Endpoint.INDEX}),
        ((2 << 30) + 1, {Endpoint.EMBED_TASK}),
        ((4 << 30) + 1, set()),
    ],
)
def test_sizes(size: int, accepted: set[Endpoint]) -> None:
    info = FileInfo("video", "mp4", 60, 0, 1280, 720, size=size)
    endpoints = (Endpoint.EMBED, Endpoint.EMBED_TASK, Endpoint.INDEX)
    verdicts = [limits.judge(info, endpoint, "video") for endpoint in endpoints]
    assert {each.endpoint for each in verdicts if each.outcome == "accepted"} == accepted


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (1536, "1.5 KiB"),
        (36 << 20, "36 MiB"),
        (5 << 40, "5120 GiB"),
    ],
)
def test_sizes_in_words(count: int, text: str) -> None:
    assert format_size(count) == text


def test_kinds_by_extension() -> None:
    found = {
        name: kind_of(mime_type_of(f"a.{name}"))
        for names in KINDS.values()
        for name in names.split()
    }
    assert found == {name: kind for kind, names in KINDS.items() for name in names.split()}
    assert len(found) >= 30
    for name in ("manual.pdf", "notes.txt", "README.md"):
        assert kind_of(mime_type_of(name)) == "document"
    assert kind_of(mime_type_of("table.csv")) is None


@pytest.fixture(params=["no table", "a table of other types"])
def system_table(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The table of MIME types of the system, /etc/mime.types, in two states."""
    path = tmp_path / "mime.types"
    path.write_text("text/plain mkv flac ts png\naudio/3gpp 3gp\nvideo/x-notes txt\n")
    mimetypes.init([] if request.param == "no table" else [str(path)])
    yield request.param
    mimetypes.init()


def test_a_folder_has_the_same_inputs_on_every_machine(system_table: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    expected = {f"a.{name}": kind for kind, names in KINDS.items() for name in names.split()}
    for name in [*expected, "notes.txt", "more.TXT", "README", ".hidden", "a.pdf"]:
        (folder / name).write_bytes(b"x")
    left_out: Counter[str] = Counter()
    found = {Path(item.source).name: item.kind for item in items(folder, EmbedOptions(), left_out)}
    assert found == expected, system_table
    assert left_out == {".txt": 2, "": 1, ".pdf": 1}


def test_what_a_folder_run_leaves_out_is_counted(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    samples.image(folder / "a.png", "red", (128, 128))
    for name in ("b.txt", "c.txt", "README"):
        (folder / name).write_text("x")
    with Client.emulated() as client:
        for dry_run in (True, False):
            run = client.embed.run(folder, out=tmp_path / "out", dry_run=dry_run)
            assert run.left_out == {".txt": 2, "": 1}
            assert str(run).endswith("; left out: 2 .txt, 1 without extension")
        (folder / "a.png").unlink()
        with pytest.raises(InvalidRequestError, match=r"no image.*left out: 2 \.txt, 1 without"):
            client.embed.run(folder, out=tmp_path / "out")


def test_a_name_that_does_not_tell_leaves_the_kind_to_the_content(tmp_path: Path) -> None:
    samples.image(tmp_path / "a.png", "red", (128, 128)).rename(tmp_path / "picture")
    files.wav(tmp_path / "recording", 5)
    (tmp_path / "other").write_bytes(b"nothing known")
    kinds = [
        limits.input_type(Media.file(tmp_path / name)) for name in ("picture", "recording", "other")
    ]
    assert kinds == ["image", "audio", "video"]
    found = items([tmp_path / "picture", tmp_path / "missing"], EmbedOptions())
    assert [item.kind for item in found] == ["image", "video"]


def test_images_are_checked_before_they_are_sent() -> None:
    def data(size: int, form: str = "PNG") -> Media:
        content = io.BytesIO()
        Image.new("RGB", (size, size)).save(content, form)
        return Media.data(content.getvalue())

    with Client.emulated() as client:
        assert len(client.embed.image(data(128))) == 1
        with pytest.raises(InvalidMediaError, match="at least 128x128 pixels, got 100x100"):
            client.embed.image(data(100))
        with pytest.raises(InvalidMediaError, match="JPEG or PNG, got gif"):
            client.embed.image(data(200, "GIF"))
        large = data(128).content or b""
        with pytest.raises(InvalidMediaError, match="at most 32 MiB"):
            client.embed.image(Media.data(large + bytes(32 << 20)))


def test_turned_videos_and_wide_pixels_count_as_shown() -> None:
    matrix = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    assert _mp4(matrix).width == 360
    assert _mp4(matrix).height == 640
    straight = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    assert (_mp4(straight).width, _mp4(straight).height) == (640, 360)
    wide = _mp4(straight, aspect=(4, 3))
    assert (wide.width, wide.height) == (853, 360)


@pytest.mark.parametrize("name", [b"moov", b"trak", b"mdia", b"stbl"])
def test_boxes_within_boxes_have_an_end(name: bytes) -> None:
    content = b""
    for _ in range(3000):
        content = struct.pack(">I4s", len(content) + 8, name) + content
    for around in ([b"moov"], [b"moov", b"trak"]):
        for outer in reversed(around):
            content = struct.pack(">I4s", len(content) + 8, outer) + content
        assert limits.measure(Media.data(content)).kind is None


def _mp4(matrix: bytes, aspect: tuple[int, int] | None = None) -> FileInfo:
    def box(name: bytes, *content: bytes) -> bytes:
        body = b"".join(content)
        return struct.pack(">I4s", len(body) + 8, name) + body

    pixels = box(b"pasp", struct.pack(">II", *aspect)) if aspect else b""
    entry = box(b"avc1", bytes(24), struct.pack(">HH", 640, 360), bytes(50), pixels)
    track = box(
        b"trak",
        box(b"tkhd", bytes(40), matrix, bytes(8)),
        box(
            b"mdia",
            box(b"mdhd", bytes(12), struct.pack(">II", 1000, 5000), bytes(4)),
            box(b"hdlr", bytes(8), b"vide", bytes(12)),
            box(b"minf", box(b"stbl", box(b"stsd", bytes(4), struct.pack(">I", 1), entry))),
        ),
    )
    header = box(b"mvhd", bytes(12), struct.pack(">II", 1000, 5000), bytes(80))
    content = box(b"ftyp", b"mp42", bytes(4)) + box(b"moov", header, track)
    return limits.measure(Media.data(content))
