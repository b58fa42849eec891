"""`dodeca check` accepts and rejects what the API does."""

import sys
from pathlib import Path

import pytest

from dodeca.cli.cells import size_cell

from .conftest import Run

WAYS = {
    "clip.mp4": [True, True, True],
    "short.mp4": [True, False, False],
    "small.mp4": [False, False, False],
    "wide.mp4": [False, False, False],
    "broken.mp4": [None, None, None],
    "tones.wav": [True, True, False],
    "song.m4a": [False, False, False],
    "red.jpg": [True, False, False],
    "tiny.png": [False, False, False],
}


def test_files_and_what_would_be_rejected(dodeca: Run, media: Path) -> None:
    done = dodeca("--json", "check", media)
    assert done.status == 3
    found = {Path(record["file"]).name: record for record in done.records}
    assert "notes.txt" not in found
    ways = {
        name: [way["accepted"] for way in record["ways"].values()] for name, record in found.items()
    }
    assert ways == WAYS
    refused = {name for name, record in found.items() if record["refused"]}
    assert refused == {name for name, accepts in ways.items() if set(accepts) == {False}}
    clip = found["clip.mp4"]
    assert (clip["kind"], clip["duration"], clip["width"], clip["height"]) == ("video", 8, 640, 360)


def test_a_named_endpoint_decides(dodeca: Run, media: Path) -> None:
    assert dodeca("check", media / "short.mp4").status == 0
    assert dodeca("check", media / "short.mp4", "--for", "embed").status == 0
    done = dodeca("check", media / "short.mp4", "--for", "embed", "--for", "index")
    assert done.status == 3
    assert "at least 4 s, got 2 s" in done.out
    assert "0 of 1 can be used" in done.err


def test_a_missing_file_is_rejected(dodeca: Run, media: Path) -> None:
    done = dodeca("check", media / "clip.mp4", media / "nowhere.mp4")
    assert done.status == 3
    assert "there is no such file" in done.out


def test_only_headers_are_read(dodeca: Run, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dodeca.video.probe", None)
    monkeypatch.setitem(sys.modules, "av", None)
    done = dodeca("--json", "check", media)
    assert {Path(record["file"]).name for record in done.records} == set(WAYS)


def test_what_a_header_does_not_tell_is_unknown(dodeca: Run, tmp_path: Path) -> None:
    path = tmp_path / "stream.ts"
    path.write_bytes((b"\x47" + bytes(187)) * 20)
    done = dodeca("check", path)
    assert done.status == 0
    assert done.out.count("unknown") == 3
    assert "its header does not tell the kind of media and frame size and length" in " ".join(
        done.out.split()
    )


def test_sizes_have_their_unit(dodeca: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "small.wav").write_bytes(bytes(2048))
    done = dodeca("check", tmp_path)
    assert [line.split("\t")[3] for line in done.out.splitlines()] == ["0", "2048"]
    assert "is empty" in done.out
    assert [size_cell(count).text for count in (0, 2048)] == ["0 B", "2 KiB"]


def test_files_of_a_folder_that_are_left_out_are_counted(dodeca: Run, tmp_path: Path) -> None:
    for name in ("a.png", "b.txt", "README"):
        (tmp_path / name).write_bytes(b"x")
    done = dodeca("check", tmp_path)
    assert "0 of 1 can be used; left out: 1 without extension, 1 .txt" in done.err
