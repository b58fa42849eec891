import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dodeca import Client, Media
from dodeca.errors import InvalidMediaError


@pytest.mark.parametrize("url", ["https://host/a.mp4", "HTTPS://host/a.mp4", "http://[::1]/a.mp4"])
def test_a_string_that_looks_like_a_url_is_one(url: str) -> None:
    assert Media.of(url) == Media.url(url)


def test_any_other_string_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x")
    assert Media.of(str(path)) == Media.of(path) == Media.file(path)


def test_a_missing_file_names_the_way_for_ids() -> None:
    with pytest.raises(InvalidMediaError, match=r"'6789abc'.*Media\.asset") as caught:
        Media.of("6789abc")
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/a",
        "file:///etc/passwd",
        "data:,x",
        "https://",
        "https://user:pw@host/a",
        "https://host/a b",
        "https://[::1/a",
    ],
)
def test_urls_that_the_service_cannot_fetch_are_refused(url: str) -> None:
    with pytest.raises(InvalidMediaError):
        Media.url(url)


def test_credentials_in_a_url_are_not_repeated_in_the_error() -> None:
    with pytest.raises(InvalidMediaError) as caught:
        Media.url("https://user:hunter2@host/a")
    assert "hunter2" not in str(caught.value)


def test_folders_devices_pipes_and_empty_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    for bad in (tmp_path, tmp_path / "pipe", tmp_path / "empty", Path("/dev/zero"), "a\0b"):
        with pytest.raises(InvalidMediaError):
            Media.of(bad)


def test_exactly_one_source() -> None:
    with pytest.raises(InvalidMediaError, match="exactly one"):
        Media(source_url="https://host/a", asset_id="1")
    with pytest.raises(InvalidMediaError, match="exactly one"):
        Media()


@pytest.mark.parametrize("bad", [None, 3, b"bytes", ["a"]])
def test_other_types_are_refused_by_name(bad: object) -> None:
    with pytest.raises(InvalidMediaError, match=type(bad).__name__):
        Media.of(bad)  # type: ignore[arg-type]


@given(st.binary(min_size=1, max_size=100))
def test_data_opens_as_what_it_was(content: bytes) -> None:
    media = Media.data(content)
    with media.open() as stream:
        assert stream.read() == content
    assert media.size == len(content)
    assert len(repr(media)) < 200


def test_open_files_and_images_in_memory_are_media(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"content")
    with path.open("rb") as stream:
        assert Media.of(stream) == Media.data(b"content", filename="a.png")
    assert Media.of(io.BytesIO(b"abc")) == Media.data(b"abc")
    with path.open("r", encoding="latin-1") as text, pytest.raises(InvalidMediaError, match="rb"):
        Media.of(text)  # type: ignore[arg-type]
    assert Media.of(Image.new("RGB", (128, 128))).mime_type == "image/png"


def test_what_is_no_media_is_refused_with_what_to_do() -> None:
    with pytest.raises(InvalidMediaError, match=r"got ndarray; use PIL\.Image\.fromarray"):
        Media.of(np.zeros((128, 128, 3), np.uint8))  # type: ignore[arg-type]


def test_file_urls_and_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a b.png"
    path.write_bytes(b"x")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert Media.of(path.as_uri()) == Media.of("~/a b.png") == Media.file(path)
    with pytest.raises(InvalidMediaError, match="another machine"):
        Media.of("file://host/a.png")


@pytest.mark.parametrize(
    "source", ["s3://bucket/a.mp4", "gs://bucket/a", "data:image/png;base64,x"]
)
def test_other_schemes_say_what_to_do(source: str) -> None:
    with pytest.raises(InvalidMediaError, match=r"Media\.data.*https URL"):
        Media.of(source)


LONG = "QUJD" * 1_000_000


@pytest.mark.parametrize(
    "make",
    [
        lambda: Media.of(LONG),
        lambda: Media.of(f"s3://{LONG}"),
        lambda: Media.of(f"file://host/{LONG}"),
        lambda: Media.of(f"~{LONG}"),
        lambda: Media.url(LONG),
        lambda: Media.url(f"https://host/{LONG} b"),
        lambda: Media.url(f"https://[{LONG}"),
        lambda: Media.url(f"https://user:pw@{LONG}"),
        lambda: Media.asset(LONG.encode()),  # type: ignore[arg-type]
        lambda: Media.data(b"x", filename=LONG.encode()),  # type: ignore[arg-type]
        lambda: Media(source_url=LONG, asset_id=LONG),
    ],
)
def test_what_is_quoted_is_cut(make: Callable[[], Media]) -> None:
    with pytest.raises(InvalidMediaError) as caught:
        make()
    assert len(str(caught.value)) < 600


def test_what_a_batch_quotes_is_cut() -> None:
    with Client.emulated() as client:
        found = client.embed.images([LONG, f"https://{LONG} b"])
    assert len(found.errors) == 2
    assert max(len(str(error)) for error in found.errors.values()) < 600
