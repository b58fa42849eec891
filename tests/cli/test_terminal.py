"""The commands on a terminal."""

import json
from pathlib import Path

import pytest

from dodeca._base.text import format_size
from dodeca.emulator import Emulator
from dodeca.emulator.server import serving

from .terminal import COLUMNS, run, screen, shown


def everything(pieces: list[tuple[float, str]]) -> str:
    return "".join(text for _, text in pieces)


@pytest.mark.parametrize(
    ("words", "status", "expected"),
    [
        (["embed", "clip.mp4"], 0, ["clip.mp4", "0:00.0 - 0:04.0", "visual", "… 512"]),
        (["check", "clip.mp4", "short.mp4"], 0, ["yes", "no", "at least 4 s, got 2 s"]),
        (
            ["report", "clip.mp4", "red"],
            0,
            ["report.html", "clip.mp4 is embedded in the page."],
        ),
        (["embed", "broken.mp4"], 1, ["dodeca: [400 video_file_broken]"]),
    ],
)
def test_the_screen(media: Path, words: list[str], status: int, expected: list[str]) -> None:
    ended, pieces = run("--emulated", *words, cwd=media)
    found = shown(everything(pieces))
    assert ended == status
    for text in expected:
        assert text in found
    assert "Traceback" not in found
    lines = screen(everything(pieces))
    assert all(line.cell_len <= COLUMNS or "dodeca:" in line.plain for line in lines)
    assert any(line.spans for line in lines)  # in colours


def test_progress_is_shown_while_waiting_and_erased_at_the_end(media: Path) -> None:
    with Emulator(pace="realtime:0.1") as emulator, serving(emulator) as url:
        _, made = run("--base-url", url, "-q", "index", "create", "films", cwd=media)
        index = shown(everything(made)).strip()
        status, pieces = run("--base-url", url, "index", "add", index, "clip.mp4", cwd=media)
        assert status == 0
        assert "indexing clip.mp4" in everything(pieces)
        assert "━" in everything(pieces)
        found = shown(everything(pieces))
        assert found.endswith("ready  clip.mp4")
        assert len(found.splitlines()) == 1


def test_progress_does_not_mix_with_results(media: Path, tmp_path: Path) -> None:
    with (tmp_path / "rows.json").open("wb") as out:
        _, pieces = run("--emulated", "--json", "embed", "clip.mp4", cwd=media, out=out)
    assert "embedding clip.mp4" in everything(pieces)
    assert shown(everything(pieces)) == ""
    rows = [json.loads(line) for line in (tmp_path / "rows.json").read_bytes().splitlines()]
    assert {row["source"] for row in rows} == {"clip.mp4"}


def test_a_narrow_terminal_cuts_nothing_off(media: Path) -> None:
    _, pieces = run("--emulated", "check", "clip.mp4", "short.mp4", cwd=media, columns=66)
    found = shown(everything(pieces))
    assert all(line.cell_len <= 66 for line in screen(everything(pieces)))
    for word in ("clip.mp4", "640x360", "at least 4 s,"):
        assert word in found


def test_an_upload_shows_how_much_was_sent(media: Path) -> None:
    status, pieces = run("--emulated", "upload", "clip.mp4", cwd=media)
    assert status == 0
    size = format_size((media / "clip.mp4").stat().st_size)
    assert f"{size} of {size}" in everything(pieces)
