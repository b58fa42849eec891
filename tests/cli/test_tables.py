"""How results are printed: drawn on a terminal of any width, tab-separated elsewhere, or as ids."""

import re
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from dodeca.cli.cells import (
    cell,
    date_cell,
    duration_cell,
    score_cell,
    size_cell,
    time_range_cell,
)
from dodeca.cli.tables import Column, Fit, Table, names, numbers, shorten

from .conftest import Run
from .test_page import TEXT

DRAWN = re.compile("[─━│┃╸…]|  |\x1b")
NAME = "holidays-at-the-sea-2024-07-14-camera-2.mp4"


def columns_on_the_page() -> dict[str, int]:
    """How many columns each command has in a pipe, as the page says."""
    rows = re.search(r"^\| command \| columns \|\n\|.*\n((?:\|.*\n)+)", TEXT, re.MULTILINE)
    assert rows
    found = (row.strip("|").split("|") for row in rows[1].splitlines())
    return {
        name: len(columns.split(","))
        for names, columns in found
        for name in re.findall("`([^`]+)`", names)
    }


def shown(table: Table, width: int) -> list[str]:
    """The lines of a table on a terminal of this width, without colours."""
    console = Console(width=width, file=StringIO(), force_terminal=True, color_system=None)
    console.print(table)
    assert isinstance(console.file, StringIO)
    return [re.sub("\x1b\\[[0-9;]*m", "", line) for line in console.file.getvalue().splitlines()]


def matches(name: str = NAME) -> Table:
    columns = (*numbers("#"), names("source"), *numbers("time"), Column("modality"))
    table = Table(*columns, Column("score"), Column("video"), Column("note", Fit.UNSEEN))
    for rank, modality in enumerate(("visual", "audio"), 1):
        table.add_row(
            cell(rank),
            cell(name),
            time_range_cell(65.0, 70.25),
            cell(modality),
            score_cell(0.5 / rank, 0.5),
            cell(None),
            cell("for programs"),
        )
    return table


def test_a_wide_terminal_has_whole_names_and_no_empty_columns() -> None:
    heading, rule, first, _ = shown(matches(), 120)
    assert heading.split() == ["#", "source", "time", "modality", "score"]
    assert set(rule) == {"─"}
    assert first.split("  ")[1] == NAME
    assert first.endswith("visual    0.500 ━━━━━━━━━━")


def test_on_a_narrow_terminal_names_are_shortened_in_the_middle() -> None:
    heading, _, first, second = shown(matches(), 60)
    assert heading.split() == ["#", "source", "time", "modality", "score"]
    assert re.fullmatch(r"1  hol\w*…\S*\.mp4  1:05.0 - 1:10.2  visual +0.500 ━+ *", first), (
        "one line, its start and its end"
    )
    assert "audio" in second


def test_on_a_very_narrow_terminal_each_row_is_a_block_with_all_columns() -> None:
    lines = shown(matches(), 40)
    assert [line.split("  ")[0] for line in lines] == [
        *("#", "source", "time", "modality", "score", ""),
        *("#", "source", "time", "modality", "score"),
    ]
    assert "holidays-at-t…7-14-camera-2.mp4" not in lines[1]
    assert re.fullmatch(r"source +holidays-at\S*…\S*camera-2\.mp4", lines[1].rstrip())
    assert lines[2].split() == ["time", "1:05.0", "-", "1:10.2"]


@given(
    st.integers(24, 140),
    st.lists(st.text("abc日é ", max_size=60).map(str.strip), min_size=1, max_size=4),
    st.text("xy z", max_size=200),
)
def test_no_line_is_wider_than_the_terminal_and_no_value_is_lost(
    width: int, texts: list[str], sentence: str
) -> None:
    table = Table(
        Column("id"), names("name"), *numbers("size"), Column("why", Fit.WRAP), Column("at")
    )
    for number, text in enumerate(texts):
        table.add_row(
            cell(f"id{number:04}"),
            cell(text),
            size_cell(1024 * 1024 * (number + 1)),
            cell(sentence),
            date_cell(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        )
    lines = shown(table, width)
    page = "\n".join(lines)
    assert all(cell_len(line.rstrip()) <= width for line in lines)
    for number, text in enumerate(texts):
        assert f"id{number:04}" in page
        assert f"{number + 1} MiB" in page
        assert text[:1] in page
    assert page.count("2026-01-02") == len(texts)
    kept = "".join(character for character in page if character in "xyz")
    assert kept.count("x") >= sentence.count("x") * len(texts)


@given(st.text(), st.integers(1, 50))
def test_a_name_that_is_shortened_keeps_its_start_and_end(text: str, width: int) -> None:
    found = shorten(text, width)
    assert cell_len(found) <= width
    if found != text:
        start, _, end = found.partition("…")
        assert text.startswith(start) or "…" in text
        assert text.endswith(end) or "…" in text
        assert cell_len(text) > width


def test_programs_get_numbers_in_full_and_the_same_columns_always() -> None:
    assert list(matches("a.mp4").lines()) == [
        "1\ta.mp4\t65.0\t70.25\tvisual\t0.5000\t\tfor programs",
        "2\ta.mp4\t65.0\t70.25\taudio\t0.2500\t\tfor programs",
    ]
    date = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    row = (size_cell(1_500_000), duration_cell(61.25), date_cell(date), size_cell(None))
    table = Table(*map(Column, "abcd"))
    table.add_row(*row)
    assert list(table.lines()) == ["1500000\t61.25\t2026-01-02T03:04:05+00:00\t"]


def test_a_tab_or_a_line_end_in_a_value_does_not_make_another_field() -> None:
    table = Table(Column("name"))
    table.add_row(cell("a\tb\nc\x1b[1m"))
    assert list(table.lines()) == ["a\ufffdb\ufffdc\ufffd[1m"]


def test_in_a_pipe_each_row_is_a_line_of_tab_separated_values(
    on_emulator: Run, media: Path, tmp_path: Path
) -> None:
    vectors = tmp_path / "vectors.parquet"
    on_emulator("embed", media / "clip.mp4", "-o", vectors)
    index = on_emulator("-q", "index", "create", "films").out.strip()
    added = on_emulator("index", "add", index, media / "clip.mp4").out
    assert re.fullmatch(rf"[0-9a-f]{{24}}\tready\t{re.escape(str(media))}/clip.mp4\n", added)
    on_emulator("upload", media / "red.jpg")
    clip, short = media / "clip.mp4", media / "short.mp4"
    missing = tmp_path / "none.csv"
    missing.write_text("path\nnone.png\n")
    documented = columns_on_the_page()
    for name, words in (
        ("search", ["search", "red", vectors]),
        ("search", ["search", "red", "--index", index]),
        ("embed", ["embed", clip]),
        ("index list", ["index", "list"]),
        ("index show", ["index", "show", index]),
        ("index videos", ["index", "videos", index]),
        ("assets list", ["assets", "list"]),
        ("tasks", ["tasks", "list"]),
        ("check", ["check", clip, short]),
    ):
        done = on_emulator(*words)
        assert done.out, words
        assert not DRAWN.search(done.out), words
        numbers = {len(line.split("\t")) for line in done.out.splitlines()}
        assert numbers == {documented[name]}, words
    assert on_emulator("index", "show", index).out.split("\t")[3:] == ["1", "8.0\n"]
    (problem,) = on_emulator("check", short).out.splitlines()
    assert problem.split("\t")[4:] == ["yes", "no", "no", "at least 4 s, got 2 s"]
    failed = on_emulator("run", missing, "-o", tmp_path / "library").out.splitlines()
    assert failed[0].split("\t")[:2] == [str(tmp_path / "none.png"), "media_invalid"]
    assert len(failed[0].split("\t")) == documented["run"]


def test_quiet_prints_one_id_or_name_a_line_for_every_command(
    on_emulator: Run, media: Path, tmp_path: Path
) -> None:
    clip, short, vectors = media / "clip.mp4", media / "short.mp4", tmp_path / "v.parquet"
    assert on_emulator("-q", "embed", clip, "-o", vectors).out == f"{vectors}\n"
    index = on_emulator("-q", "index", "create", "films").out.strip()
    video = on_emulator("-q", "index", "add", index, clip).out.strip()
    asset = on_emulator("-q", "upload", media / "red.jpg").out.strip()
    task = on_emulator("--json", "tasks", "list").records[0]["id"]
    page, library = tmp_path / "page.html", tmp_path / "library"
    for words, expected in (
        (["search", "red", vectors], str(clip)),
        (["search", "red", "--index", index], video),
        (["embed", clip], str(clip)),
        (["index", "list"], index),
        (["index", "show", index], index),
        (["index", "videos", index], video),
        (["assets", "list"], asset),
        (["tasks", "list"], task),
        (["tasks", "show", task], task),
        (["tasks", "wait", task], task),
        (["check", clip, short, "--for", "index"], str(clip)),
        (["report", clip, "red", "-o", page], str(page)),
        (["run", media / "red.jpg", "-o", library], str(library / "vectors")),
        (["assets", "delete", asset], asset),
        (["index", "delete", index], index),
    ):
        done = on_emulator(*words, "-q")
        assert (done.out, done.err) == (f"{expected}\n", ""), words


@pytest.mark.parametrize(("columns", "has_table"), [("200", True), ("64", True), ("40", False)])
def test_a_forced_terminal_has_tables_of_its_width(
    dodeca: Run, media: Path, monkeypatch: pytest.MonkeyPatch, columns: str, has_table: bool
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", columns)
    done = dodeca("check", media / "short.mp4")
    lines = [re.sub("\x1b\\[[0-9;]*m", "", line).rstrip() for line in done.out.splitlines()]
    assert max(map(cell_len, lines)) <= int(columns)
    table = "\n".join(lines).split("\n\n")[0]
    assert ("─" in table) is has_table
    for word in ("file", "length", "frame", "size", "embed", "embed task", "index", "640x360"):
        assert word in table
