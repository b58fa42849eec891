"""`dodeca cut`: clips of the best matches of a library."""

from __future__ import annotations

from pathlib import Path

import pytest

from dodeca import Client
from dodeca.cli.exit_status import ExitStatus
from dodeca.emulator import samples
from dodeca.emulator.samples import Scene
from dodeca.video.probe import probe

from .conftest import Run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with media, and their dataset: a video of two scenes, an audio file, an image."""
    folder = tmp_path_factory.mktemp("cut")
    (folder / "media").mkdir()
    scenes = [Scene("red", 4, tone=220), Scene("blue", 4)]
    samples.video(folder / "media" / "scenes.mp4", scenes, size=(360, 360))
    samples.audio(folder / "media" / "tone.wav", [samples.Tone(5, 3000, 0.9)])
    samples.image(folder / "media" / "red.jpg", "red")
    with Client.emulated() as client:
        client.embed.run(folder / "media", out=folder / "library")
    return folder


@pytest.fixture
def library(made: Path) -> Path:
    return made / "library"


def test_the_best_matches_become_clips(
    dodeca: Run, made: Path, library: Path, tmp_path: Path
) -> None:
    clips, sheet = tmp_path / "clips", tmp_path / "sheet.png"
    words = ("--emulated", "cut", "blue", library, "-k", 1, "--option", "visual")
    done = dodeca(*words, "-o", clips, "--sheet", sheet, "--json")
    assert (done.status, done.err) == (0, "")
    (record,) = done.records
    source = made / "media" / "scenes.mp4"
    assert Path(record["file"]) == clips / "scenes_00.00.04.000-00.00.08.000.mp4"
    assert (record["source"], record["start_sec"], record["end_sec"]) == (str(source), 4, 8)
    assert record["embedding_option"] == "visual"
    assert record["score"] > 0.5
    assert probe(record["file"]).duration == pytest.approx(4, abs=0.05)
    assert sheet.read_bytes()[:4] == b"\x89PNG"

    plain = dodeca(*words, "-o", clips, "--pad", 1, "--fast")
    path, start, end, modality, score = plain.out.rstrip("\n").split("\t")
    assert Path(path).name == "scenes_00.00.03.000-00.00.09.000.mp4"
    assert float(start) <= 3
    assert (float(end), modality) == (pytest.approx(8, abs=0.1), "visual")
    assert float(score) == record["score"]
    assert ("before their matches" in plain.err) == (float(start) < 3)

    quiet = dodeca("-q", *words, "-o", clips)
    assert quiet.out == f"{clips}/scenes_00.00.04.000-00.00.08.000_2.mp4\n"
    assert quiet.err == ""


def test_matches_that_touch_become_one_clip_and_audio_is_cut_too(
    dodeca: Run, library: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ("--emulated", "-q", "cut", "red and blue", library, "--option", "visual", "-o", out)
    assert len(dodeca(*words).out.splitlines()) == 2
    merged = dodeca(*words, "--merge", "--pad", 1)
    assert [Path(line).name for line in merged.out.splitlines()] == [
        "scenes_00.00.00.000-00.00.09.000.mp4"
    ]
    heard = dodeca("--emulated", "-q", "cut", "a tone", library, "--option", "audio", "-o", out)
    assert {Path(line).suffix for line in heard.out.splitlines()} == {".mp4", ".wav"}


def test_a_source_that_is_not_there_any_more_does_not_stop_the_others(
    dodeca: Run, made: Path, library: Path, tmp_path: Path
) -> None:
    moved, vectors = tmp_path / "moved.wav", tmp_path / "moved.parquet"
    moved.write_bytes((made / "media" / "tone.wav").read_bytes())
    assert dodeca("--emulated", "embed", moved, "-o", vectors).status == 0
    moved.unlink()
    words = ("--emulated", "cut", "a tone", library, vectors, "-k", 9, "-o", tmp_path / "out")
    done = dodeca(*words)
    assert done.status == ExitStatus.SOME_FAILED
    assert len(done.out.splitlines()) >= 2
    assert "moved.wav 0.000-5.000 s: a clip is cut from a file on this machine" in done.err


def test_what_cannot_be_written_is_refused_before_the_query_is_sent(
    dodeca: Run, made: Path, library: Path, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()
    for words, text in [
        (("-o", file), "--output needs a folder"),
        (("--sheet", tmp_path / "sheet.gif"), "--sheet is a PNG file"),
        (("--sheet", tmp_path / "missing" / "sheet.png"), "there is no folder"),
        (("--pad", "-1"), "--pad"),
    ]:
        done = dodeca("--base-url", "http://127.0.0.1:9", "cut", "red", library, *words)
        assert (done.status, done.out) == (ExitStatus.USAGE, "")
        assert text in done.err
    images = tmp_path / "images.parquet"
    assert dodeca("--emulated", "embed", made / "media" / "red.jpg", "-o", images).status == 0
    done = dodeca("--emulated", "cut", "red", images)
    assert done.status == ExitStatus.ERROR
    assert "no segments with times" in done.err


def test_a_name_without_glyphs_is_on_the_sheet_and_no_warning_is_printed(
    dodeca: Run, made: Path, tmp_path: Path
) -> None:
    named, vectors = tmp_path / "tone \U0001f389.wav", tmp_path / "tone.parquet"
    named.write_bytes((made / "media" / "tone.wav").read_bytes())
    assert dodeca("--emulated", "embed", named, "-o", vectors).status == 0
    words = ("cut", "a tone", vectors, "-o", tmp_path / "out", "--sheet", tmp_path / "sheet.png")
    done = dodeca("--emulated", *words)
    assert (done.status, done.err) == (0, "")


@pytest.mark.parametrize("command", ["cut", "search"])
def test_no_match_is_said(dodeca: Run, library: Path, command: str) -> None:
    words = ("--emulated", command, "blue", library, "--min-score", 0.99)
    done = dodeca(*words)
    assert (done.status, done.out, done.err) == (0, "", "There are no matches.\n")
    quiet = dodeca("-q", *words)
    assert (quiet.out, quiet.err) == ("", "")
